const BESIDE = 12, WIDE = 210, HIGH = 44, GAP = 14, LABEL = 28;

function cut(text, most = LABEL) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Returns a box of a drawing of the page's own, a link where there is an entry. */
function boxed(x, y, width, key, name, detail, { middle = false } = {}) {
  const item = entry.get(key) || NONE;
  const kind = key.slice(0, key.indexOf(":"));
  const content = [svg("rect", { x, y, width, height: HIGH, rx: kind === "asset" ? 0 : 7 }),
    svg("text", { x: x + width / 2, y: y + 19, class: "name" }, cut(name, Math.floor(width / 7.6))),
    svg("text", { x: x + width / 2, y: y + 35, class: "small" }, cut(detail, Math.floor(width / 6)))];
  const about = kind === "group" ? [] : (found.get(key) || []).filter((one) => one.severity !== "waived");
  if (about.length) {
    const sign = about.find((one) => one.severity === worst(about)).sign;
    content.push(svg("rect", { class: `flag ${worst(about)}`, x: x + width - 30, y: y - 8, width: 38, height: 17, rx: 8 }),
      svg("text", { class: `flag ${worst(about)}`, x: x + width - 11, y: y + 4 }, `${sign} ${about.length}`));
  }
  const title = svg("title", null, `${W[kind] || kind} ${name}`);
  const shape = entry.has(key) && !middle ? svg("a", { href: href(key) }, content) : svg("g", null, content);
  const group = svg("g", { class: `box ${kind} ${item.plane || ""} ${item.filters ? "cuts" : ""} ${middle ? "middle" : ""}`, "data-box": key }, title, shape);
  return group;
}

function arrow(x1, y1, x2, y2, label, nature, { target = "", count = 1, at = 0.5 } = {}) {
  const bend = Math.max(30, Math.abs(x2 - x1) / 2) * Math.sign(x2 - x1 || 1);
  const path = svg("path", { d: `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2 - 7 * Math.sign(bend)},${y2}`, "stroke-width": String(Math.min(5, 1.2 + Math.log2(count))) });
  const s = Math.sign(bend);
  const head = svg("path", { class: "head", d: `M${x2},${y2} l${-9 * s},-5 l0,10 z` });
  const [mx, my] = at === 0.5 ? [(x1 + x2) / 2, (y1 + y2) / 2] : at < 0.5 ? [x1 + 34, y1] : [x2 - 42, y2];
  const words = label ? svg("text", { x: mx, y: my - 5, class: "small label" }, label) : null;
  const group = svg("g", { class: `arrow ${nature}` }, path, head, words);
  return target ? svg("a", { href: target }, group) : group;
}

function plane(lines) {
  const natures = new Set(lines.map((line) => line.nature));
  if (natures.size !== 1) return "mixed";
  const administration = (entry.get(`zone:${(lines[0].pairs || [[]])[0][1]}`) || NONE).plane === "administration";
  return administration ? "administration" : "one";
}

function frameOf(width, height, name, children) {
  const whole = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "own", role: "group", "aria-label": name }, children);
  whole.style.maxWidth = `${Math.round(width * 1.15)}px`;
  return whole;
}

/** Returns a drawing of an entry between what sends to it and what it sends to; `peers` gives the other ends of a line. */
function around(key, lines, peers) {
  const sides = [new Map(), new Map()];
  for (const line of lines) {
    for (const [side, names] of [[0, peers(line, 0)], [1, peers(line, 1)]]) {
      for (const name of names) pushed(sides[side], name, line);
    }
  }
  if (!sides[0].size && !sides[1].size) return null;
  const name = entry.get(key).id;
  const columns = sides.map((side) => [...side].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1)));
  const rows = Math.max(...columns.map((side) => Math.min(side.length, BESIDE) + (side.length > BESIDE ? 1 : 0)), 1);
  const height = rows * (HIGH + GAP) + 20, width = 1000, middle = { x: 370, w: 260 };
  const cy = height / 2 - HIGH / 2;
  const parts = [];
  for (const [side, column] of columns.entries()) {
    const shown = column.slice(0, BESIDE);
    const top = (height - (shown.length + (column.length > BESIDE ? 1 : 0)) * (HIGH + GAP) + GAP) / 2;
    shown.forEach(([peer, found], at) => {
      const y = top + at * (HIGH + GAP);
      const x = side ? width - WIDE - 10 : 10;
      const label = peer.slice(peer.indexOf(":") + 1);
      parts.push(boxed(x, y, WIDE, peer, label, detailOf(peer)));
      const words = found.length === 1 ? cut(found[0].id, 16) : String(found.length);
      const target = found.length === 1 ? href(`line:${found[0].id}`) : href("lines", side ? { from: key, to: peer } : { from: peer, to: key });
      const spread = cy + HIGH / 2 + (at - (shown.length - 1) / 2) * Math.min(3, 30 / shown.length);
      if (side) parts.unshift(arrow(middle.x + middle.w, spread, x, y + HIGH / 2, words, plane(found), { target, count: found.length, at: 0.9 }));
      else parts.unshift(arrow(x + WIDE, y + HIGH / 2, middle.x, spread, words, plane(found), { target, count: found.length, at: 0.1 }));
    });
    if (column.length > BESIDE) {
      parts.push(svg("text", { x: side ? width - WIDE / 2 - 10 : WIDE / 2 + 10, y: top + shown.length * (HIGH + GAP) + 20, class: "small" },
        say("more", { n: column.length - BESIDE })));
    }
  }
  parts.push(boxed(middle.x, cy, middle.w, key, name, detailOf(key), { middle: true }));
  return frameOf(width, height, say("around", { what: name }), parts);
}

function detailOf(key) {
  const item = entry.get(key) || NONE;
  if (key.startsWith("zone:")) return [item.owner, item.nature, item.sensitivity].filter(Boolean).join(" · ");
  if (key.startsWith("subnet:")) return (item.cidr || []).slice(0, 2).join(", ") || item.zone || "";
  if (key.startsWith("asset:")) return (item.functions || []).slice(0, 2).join(", ") || item.role || (item.zones || []).slice(0, 2).join(", ");
  if (key.startsWith("interconnection:")) return item.filtered ? W.filtered : "";
  return W[key.slice(0, key.indexOf(":"))] || "";
}

/** Returns a row of boxes joined by arrows: `steps` are [key, name], `labels` what is written on each arrow. */
function row(steps, labels, name) {
  const wide = 190, apart = 90, each = 5;
  const lines = Math.ceil(steps.length / each);
  const width = Math.min(steps.length, each) * (wide + apart) - apart + 20;
  const parts = [];
  steps.forEach(([key, text], at) => {
    const [x, y] = [10 + (at % each) * (wide + apart), 24 + Math.floor(at / each) * (HIGH + 50)];
    parts.push(boxed(x, y, wide, key, text, detailOf(key)));
    if (!at) return;
    const [label, target] = labels[at - 1];
    if (at % each) parts.unshift(arrow(x - apart, y + HIGH / 2, x, y + HIGH / 2, cut(label, 13), "one", { target }));
    else {
      const before = 10 + (each - 1) * (wide + apart) + wide / 2;
      parts.unshift(svg("g", { class: "arrow one" },
        svg("path", { d: `M${before},${y - 50} V${y - 22} H${x + wide / 2} V${y - 7}` }),
        svg("path", { class: "head", d: `M${x + wide / 2},${y} l-5,-9 l10,0 z` }),
        svg("text", { x: before - 60, y: y - 27, class: "small label" }, cut(label, 20))));
    }
  });
  return frameOf(Math.max(width, 480), 24 + lines * (HIGH + 50) - 30, name, parts);
}
