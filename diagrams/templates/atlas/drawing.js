const first = document.querySelector("#first svg");
const kept = [first, ...[...document.querySelectorAll("template.drawn")].map((item) => item.content.firstElementChild)];
const drawn = new Map(); // view -> [values, picture or nothing]
{
  let at = 0;
  for (const item of D.drawings) drawn.set(item.view, [item, item.drawn ? kept[at++] : null]);
}

let later = null; // of a page that is served: what asks for a drawing

/** Returns the drawing of a view, or why there is none; one that is asked for takes its place when it comes. */
function scene(view) {
  const [item, shown] = drawn.get(view);
  if (shown) return canvas(picture(view), { hidden: item.hidden || [], name: item.title });
  if (item.later && later) return place(view, scene, el("p", { class: "note" }, W.waiting));
  return el("p", { class: "note" }, item.problem ? say("no_drawing", { why: item.problem }) : W.no_room);
}

function place(view, made, waiting = "") {
  const holder = el("div", null, waiting);
  later(view).then(() => holder.replaceWith(made(view) || ""));
  return holder;
}

function picture(view) {
  const source = (drawn.get(view) || [])[1];
  return source ? document.importNode(source, true) : null;
}

/** Returns a drawing that can be moved and enlarged, with what it leaves out said below. */
function canvas(picture, { hidden = [], name = "" } = {}) {
  const [x0, y0, w0, h0] = picture.getAttribute("viewBox").split(/[\s,]+/).map(Number);
  const whole = { x: x0, y: y0, w: w0, h: h0 };
  let box = { ...whole };
  const frame = el("div", { class: "canvas", tabindex: "0", role: "group", "aria-label": W.canvas });
  const status = el("p", { class: "counted", "aria-live": "polite" });

  function show() {
    picture.setAttribute("viewBox", `${box.x} ${box.y} ${box.w} ${box.h}`);
    frame.dataset.zoom = (whole.w / box.w).toFixed(2);
    if (picture.isConnected) far();
  }
  function zoom(times, px = 0.5, py = 0.5) {
    const w = Math.min(whole.w * 1.5, Math.max(whole.w / 60, box.w / times));
    const h = w * (box.h / box.w);
    box = { x: box.x + (box.w - w) * px, y: box.y + (box.h - h) * py, w, h };
    show();
  }
  function move(dx, dy) {
    box.x += dx * box.w;
    box.y += dy * box.h;
    show();
  }
  function fit() {
    box = { ...whole };
    show();
  }
  const keys = { "+": () => zoom(1.3), "=": () => zoom(1.3), "-": () => zoom(1 / 1.3), 0: fit,
    ArrowLeft: () => move(-0.1, 0), ArrowRight: () => move(0.1, 0), ArrowUp: () => move(0, -0.1), ArrowDown: () => move(0, 0.1) };
  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  /** Where a place of the window lies in the drawing, as parts of what is seen. */
  function within(event) {
    const matrix = picture.getScreenCTM();
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    return [(point.x - box.x) / box.w, (point.y - box.y) / box.h, 1 / (matrix.a * box.w)];
  }
  frame.addEventListener("wheel", (event) => {
    event.preventDefault();
    const [px, py] = within(event);
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, px, py);
  }, { passive: false });
  let held = null, moved = false;
  frame.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    held = [event.clientX, event.clientY];
    moved = false;
  });
  frame.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [dx, dy] = [event.clientX - held[0], event.clientY - held[1]];
    if (!moved && Math.hypot(dx, dy) < 5) return;
    if (!moved) frame.setPointerCapture(event.pointerId);
    moved = true;
    const part = within(event)[2];
    move(-dx * part, -dy * part * (box.w / box.h));
    held = [event.clientX, event.clientY];
  });
  for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, () => { held = null; });
  frame.addEventListener("click", (event) => {
    if (moved) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.target.closest("a")) return;
    const part = event.target.closest(".node, .flow, .link");
    if (part) follow(part);
  }, true);

  const nodes = new Map([...picture.querySelectorAll(".node")].map((item) => [item.dataset.v, item]));
  const edges = [...picture.querySelectorAll("[data-a]")];
  function follow(part) {
    if (part.dataset.k) {
      if (entry.has(part.dataset.k)) location.hash = href(part.dataset.k);
      return;
    }
    const ids = idsOf(part);
    const [a, b] = [part.dataset.a, part.dataset.b].map((one) => (nodes.get(one) || { dataset: {} }).dataset.k);
    if (ids.length === 1) location.hash = href(`line:${ids[0]}`);
    else if (ids.length && a && b) location.hash = href("lines", { a, b });
  }

  let lit = [];
  function light(parts) {
    for (const item of lit) item.classList.remove("lit");
    lit = parts;
    picture.classList.toggle("lighting", parts.length > 0);
    for (const item of lit) item.classList.add("lit");
  }
  function around(part) {
    if (part.dataset.v) {
      const own = edges.filter((item) => item.dataset.a === part.dataset.v || item.dataset.b === part.dataset.v);
      return [part, ...own.filter((item) => !item.classList.contains("off")),
        ...own.flatMap((item) => [nodes.get(item.dataset.a), nodes.get(item.dataset.b)])].filter(Boolean);
    }
    const { a, b } = part.dataset;
    const equipment = new Set(idsOf(part).flatMap((id) => wayOf(entry.get(`line:${id}`), [a, b].map((one) => (nodes.get(one) || { dataset: {} }).dataset.k))));
    const through = [...nodes.values()].filter((item) => equipment.has(item.dataset.k));
    const held = new Set([a, b, ...through.map((item) => item.dataset.v)]);
    const links = edges.filter((item) => item.classList.contains("link") && held.has(item.dataset.a) && held.has(item.dataset.b));
    return [part, ...labels(part), nodes.get(a), nodes.get(b), ...through, ...links].filter(Boolean);
  }
  function labels(part) {
    return part.dataset.l ? edges.filter((item) => item.dataset.l === part.dataset.l && item.dataset.a === part.dataset.a && item.dataset.b === part.dataset.b) : [];
  }
  for (const kind of ["pointerover", "focusin"]) {
    picture.addEventListener(kind, (event) => {
      const part = event.target.closest(".node, .flow, .link");
      if (part && !held) light(around(part));
    });
  }
  for (const kind of ["pointerleave", "focusout"]) picture.addEventListener(kind, () => light([]));
  picture.addEventListener("pointerover", (event) => {
    if (!event.target.closest(".node, .flow, .link")) light([]);
  });

  /** Hides the flows whose lines do not pass the filters, and fades the boxes that have none left. */
  function filter() {
    const flows = edges.filter((item) => item.dataset.l);
    if (!flows.length) return;
    const passed = new Set(passing(D.lines).map((line) => line.id));
    const busy = new Set();
    let shown = 0;
    const arrows = new Set();
    for (const item of flows) {
      const off = filtering() && !idsOf(item).some((id) => passed.has(id));
      item.classList.toggle("off", off);
      const key = `${item.dataset.a} ${item.dataset.b} ${item.dataset.l}`;
      if (arrows.has(key)) continue;
      arrows.add(key);
      shown += off ? 0 : 1;
      if (!off) busy.add(item.dataset.a).add(item.dataset.b);
    }
    let faded = 0;
    for (const [name, item] of nodes) {
      const fade = filtering() && (item.dataset.k || "").startsWith("zone:") && !busy.has(name);
      item.classList.toggle("faded", fade);
      faded += fade ? 1 : 0;
    }
    status.textContent = say("shown_drawn", { n: shown, hidden: arrows.size - shown, zones: faded });
  }
  /** From afar a box shows its name alone, as large as it fits: what is smaller than five pixels is read by nobody. */
  const names = [];
  function named() {
    if (picture.classList.contains("own") || names.length || !picture.isConnected) return;
    for (const item of nodes.values()) {
      const shape = item.querySelector("polygon, path, ellipse"), title = item.querySelector("a");
      const bounds = item.getBBox();
      const key = item.dataset.k || "";
      const words = (title ? title.textContent : key.slice(key.indexOf(":") + 1)).trim();
      if (!shape || !words || !bounds.width) continue;
      const size = Math.min(bounds.height * 0.42, (bounds.width * 1.55) / words.length, 80);
      const name = svg("text", { class: "afar", x: bounds.x + bounds.width / 2, y: bounds.y + bounds.height / 2 + size * 0.35, "font-size": size.toFixed(1), "aria-hidden": "true" }, words);
      item.append(name);
      names.push(name);
    }
  }
  function far() {
    named();
    const matrix = picture.getScreenCTM();
    if (matrix) picture.classList.toggle("far", names.length > 0 && matrix.a * 11 < 5);
  }
  new ResizeObserver(far).observe(frame);
  filter();
  show();
  frame.append(picture);
  const button = (key, sign, action) => el("button", { type: "button", "aria-label": W[key], title: W[key], click: action }, sign);
  return el("div", { class: picture.classList.contains("own") ? "sheet" : "sheet large" },
    el("div", { class: "zoom", role: "group", "aria-label": name || W.canvas.split(".")[0] },
      button("zoom_in", "+", () => zoom(1.3)), button("zoom_out", "−", () => zoom(1 / 1.3)), button("fit", "⤢", fit)),
    frame, status, hidden.map((what) => el("p", { class: "counted" }, what)));
}

function idsOf(part) {
  return part.dataset.l ? part.dataset.l.split(" ").map(decodeURIComponent) : [];
}

/** Returns the keys of the equipment that a line crosses between two zones. */
function wayOf(line, zones) {
  const keys = [];
  for (const [here, there, crossed] of (line || NONE).pairs || []) {
    if (!zones.includes(`zone:${here}`) || !zones.includes(`zone:${there}`)) continue;
    for (const name of crossed || []) {
      keys.push(`interconnection:${name}`);
      for (const stage of (entry.get(`interconnection:${name}`) || NONE).through || []) {
        for (const asset of stage) keys.push(`asset:${asset}`);
      }
    }
  }
  return keys;
}
