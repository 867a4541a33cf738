function choice(name, label, values, all) {
  const options = [el("option", { value: "" }, all), ...values.map((value) => el("option", { value, selected: state.params[name] === value }, value))];
  return el("label", null, el("span", null, label), el("select", { "data-filter": name, change: (event) => refine(name, event.target.value) }, options));
}

function valuesOf(read) {
  return [...new Set(D.lines.flatMap(read).filter(Boolean))].sort((a, b) => a.localeCompare(b));
}
const NATURES = valuesOf((line) => line.nature), LEVELS = valuesOf((line) => line.sensitivity);
const OWNERS = D.parties.map((item) => item.id);

function filterBar() {
  let waiting = 0;
  const text = el("input", { type: "search", "data-filter": "q", value: state.params.q || "", input: (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => refine("q", event.target.value), 150);
  } });
  return el("form", { class: "filters", "aria-label": W.filters, submit: (event) => event.preventDefault() },
    choice("nature", W.nature, NATURES, W.all), choice("tenant", W.owner, OWNERS, W.everyone), choice("sensitivity", W.sensitivity, LEVELS, W.all),
    el("label", null, el("span", null, W.text), text),
    filtering() ? el("button", { type: "button", click: () => refine("", "") }, W.clear) : null);
}

function refine(name, value) {
  const params = { ...state.params, ...(name ? { [name]: value } : Object.fromEntries(FILTERS.map((one) => [one, ""]))) };
  history.replaceState(null, "", href(state.route, params));
  const [start, end] = name === "q" ? [document.activeElement.selectionStart, document.activeElement.selectionEnd] : [];
  arrive(false);
  const again = document.querySelector(`[data-filter="${name || "nature"}"]`);
  if (again) {
    again.focus();
    if (name === "q") again.setSelectionRange(start, end);
  }
  const counted = document.querySelector("#view .counted");
  if (counted) document.getElementById("said").textContent = counted.textContent;
}

function drawingPage(view) {
  const [item] = drawn.get(view);
  return [heading(capital(item.title)), filterBar(), scene(view),
    view === "overview" || view === D.first ? tiles() : null, asTables(view)];
}

function tiles() {
  const count = (severity) => D.findings.filter((item) => item.severity === severity).length;
  const tile = (number, text, target, kind = "") => el("a", { class: `tile ${kind}`, href: target }, el("strong", null, String(number)), el("span", null, text));
  const statuses = new Map();
  for (const item of D.clauses) pushed(statuses, item.status, item);
  return el("div", { class: "tiles" },
    ["zones", "subnets", "assets", "interconnections"].map((section) => tile(D[section].length, W[section], href("inventory", { kind: section.slice(0, -1) }))),
    tile(D.lines.length, W.lines, href("lines")),
    ["error", "warning", "note"].filter(count).map((severity) => {
      const one = D.findings.find((item) => item.severity === severity);
      return tile(count(severity), `${one.sign} ${one.said}`, href("findings", { severity }), severity);
    }),
    [...statuses].map(([status, items]) => tile(items.length, `${items[0].sign} ${items[0].said}`, href("clauses", { status }), status)));
}

function linesPage() {
  const { a, b, from, to } = state.params;
  let lines = D.lines, title = W.lines;
  const joins = (line, here, there) => {
    const zones = [here, there].every((key) => key.startsWith("zone:"));
    if (zones) return (line.pairs || []).some((pair) => `zone:${pair[0]}` === here && `zone:${pair[1]}` === there);
    return joining(line, (name) => touches(name, here), (name) => touches(name, there));
  };
  const short = (key) => key.slice(key.indexOf(":") + 1);
  if (from && to) {
    lines = lines.filter((line) => joins(line, from, to));
    title = say("pair", { a: short(from), b: short(to) });
  } else if (a && b) {
    lines = lines.filter((line) => joins(line, a, b) || joins(line, b, a));
    title = `${short(a)} ↔ ${short(b)}`;
  }
  const pair = from && to ? [from, to] : a && b ? [a, b] : [];
  return [heading(title), pair.length ? el("p", { class: "actions" }, el("a", { href: href("lines") }, W.lines), pair.map((key) => link(key, short(key))),
    el("a", { href: href("path", { from: pair[0], to: pair[1] }) }, W.path)) : null, filterBar(), linesTable(title, lines)];
}

function touches(name, key) {
  const [kind, id] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
  return name === id || endKey(name) === key || ((D.ends[name] || NONE)[SECTIONS[kind]] || []).includes(id);
}

function inventoryPage() {
  const kinds = Object.keys(COLUMNS).filter((kind) => D[SECTIONS[kind]].length);
  const wanted = kinds.includes(state.params.kind) ? state.params.kind : state.params.kind === "subnet" ? "subnet" : "asset";
  const shown = kinds.includes(wanted) ? wanted : kinds[0];
  const tabs = el("p", { class: "actions" }, kinds.map((kind) => el("a", { href: href("inventory", { kind }), "aria-current": kind === shown ? "true" : null }, `${W[SECTIONS[kind]]} (${D[SECTIONS[kind]].length})`)));
  return [heading(W.inventory), tabs, shown ? entriesTable(shown, D[SECTIONS[shown]], W[SECTIONS[shown]]) : el("p", null, W.none)];
}

function findingsPage() {
  const { severity } = state.params;
  const items = D.findings.filter((item) => !severity || item.severity === severity);
  const counts = SEVERITIES.filter((one) => D.findings.some((item) => item.severity === one));
  return [heading(W.findings), el("p", { class: "actions" }, el("a", { href: href("findings"), "aria-current": severity ? null : "true" }, say("status_all", { n: D.findings.length })),
    counts.map((one) => el("a", { href: href("findings", { severity: one }), "aria-current": severity === one ? "true" : null }, badge(D.findings.find((item) => item.severity === one)), ` ${D.findings.filter((item) => item.severity === one).length}`))),
    items.length > MANY ? table(W.findings, [{ title: W.severity, class: "narrow", cell: badge, sort: (item) => SEVERITIES.indexOf(item.severity) }, { title: W.rule, cell: (item) => el("a", { href: href(`finding:${item.id}`) }, item.rule) },
      { title: W.subject, cell: (item) => link(`${item.kind}:${item.subject}`, item.subject) }, { title: W.message, cell: (item) => item.message, class: "wide" }], items) : items.map(findingCard),
    items.length ? null : el("p", null, W.none)];
}

function clausesPage() {
  const { status, q = "" } = state.params;
  const items = D.clauses.filter((item) => (!status || item.status === status) && (!q || item.id === q));
  const statuses = [...new Map(D.clauses.map((item) => [item.status, item]))];
  return [heading(W.clauses), el("p", { class: "actions" }, el("a", { href: href("clauses"), "aria-current": status || q ? null : "true" }, say("status_all", { n: D.clauses.length })),
    statuses.map(([one, item]) => el("a", { href: href("clauses", { status: one }), "aria-current": status === one ? "true" : null }, badge(item), ` ${D.clauses.filter((other) => other.status === one).length}`))),
    table(W.clauses, [{ title: W.clause, cell: (item) => item.id, class: "name" }, { title: W.title, cell: (item) => item.title, class: "wide" }, { title: W.status, class: "narrow", cell: badge },
      { title: W.reason, cell: (item) => item.reason, class: "wide" }, { title: W.findings, cell: (item) => listed((item.findings || []).slice(0, 12).map((id) => link(`finding:${id}`, (entry.get(`finding:${id}`) || { rule: id }).rule))) },
      { title: W.framework, cell: (item) => item.framework }], items)];
}

function evidencePage() {
  return [heading(W.evidence), (D.evidence.said || []).map((text) => el("p", null, text)),
    el("h2", null, W.lines), filterBar(), linesTable(W.lines, D.lines), (D.evidence.tables || []).map((item) => [el("h2", null, item.title), plain(item)])];
}

const PAGES = { matrix: matrixPage, lines: linesPage, inventory: inventoryPage, findings: findingsPage, clauses: clausesPage, evidence: evidencePage, path: pathPage };
const HELD = { clauses: D.clauses.length, evidence: D.evidence.seen || D.evidence.permitted || D.evidence.tables };

const VIEW = "view:"; // before the name of a drawing that is also that of a section

function contents(route) {
  if (Object.hasOwn(PAGES, route) && !(route in HELD && !HELD[route])) return PAGES[route]();
  if (entry.has(route)) return entryPage(route.slice(0, route.indexOf(":")), route.slice(route.indexOf(":") + 1));
  const view = route.startsWith(VIEW) ? route.slice(VIEW.length) : route;
  if (drawn.has(view)) return drawingPage(view);
  if ((route === "" || route === "overview") && D.drawings.length) return drawingPage(D.first);
  return [heading(W.atlas), el("p", { class: "note", role: "alert" }, say("unknown", { what: route }))];
}

/** Reads the address and shows what it asks for; a new page takes the focus, for those who hear it. */
function arrive(moved = true) {
  const [path, query = ""] = location.hash.slice(1).split("?");
  let route = path;
  try {
    route = decodeURIComponent(path);
  } catch { /* what is no address is looked for as it is */ }
  if (route === "main") return;
  state.route = route || "overview";
  state.params = Object.fromEntries(new URLSearchParams(query));
  const view = document.getElementById("view");
  view.replaceChildren(...contents(state.route).flat(Infinity).filter((part) => part !== null && part !== undefined && part !== ""));
  const title = view.querySelector("h1");
  document.title = `${title ? title.lastChild.textContent : W.atlas} · ${D.map}`;
  for (const item of document.querySelectorAll("#nav a")) {
    const here = item.getAttribute("href").split("?")[0] === href(state.route);
    if (here) item.setAttribute("aria-current", "page");
    else item.removeAttribute("aria-current");
    if (here && item.closest("details")) item.closest("details").open = true;
  }
  if (moved && title) {
    title.focus({ preventScroll: true });
    if (matchMedia("(max-width: 52rem)").matches) title.scrollIntoView(); // the rubrics lie above
    else scrollTo(0, 0);
  }
}

function navigation() {
  const item = (route, text, count = "") => el("li", null, el("a", { href: href(route) }, el("span", null, text), count === "" ? null : el("small", null, String(count))));
  const kinds = new Map();
  for (const one of D.drawings) {
    const [kind, ...rest] = one.view.split(":");
    if (rest.length) pushed(kinds, kind, [one.view, rest.join(":")]);
  }
  const whole = D.drawings.filter((one) => !one.view.includes(":") && one.view !== "overview");
  return [el("ul", null, item("overview", W.overview), item("matrix", W.matrix), item("lines", W.lines, D.lines.length), item("inventory", W.inventory), item("findings", W.findings, D.findings.length),
    HELD.clauses ? item("clauses", W.clauses, D.clauses.length) : null, HELD.evidence ? item("evidence", W.evidence) : null, item("path", W.path)),
    kinds.size || whole.length ? el("h2", null, W.drawings) : null,
    el("ul", null, whole.map((one) => item(one.view in PAGES ? VIEW + one.view : one.view, capital(one.title)))),
    [...kinds].map(([kind, views]) => el("details", null, el("summary", null, `${W[kind] || kind} `, el("small", null, String(views.length))),
      el("ul", null, views.map(([view, name]) => item(view, kind === "plane" ? D.planes[name] || name : name))))), D.aside ? el("p", { class: "soft" }, D.aside) : null];
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function search() {
  const keys = [...entry.keys()].filter((key) => !key.startsWith("finding:"));
  const index = keys.map((key) => [key, key.startsWith("line:") ? lineText(entry.get(key)) : Object.values(entry.get(key)).flat(3).join(" ").toLowerCase()]);
  const list = el("ul", { id: "hits", role: "listbox", "aria-label": W.search, hidden: true });
  let hits = [], at = -1;
  const input = el("input", { type: "search", id: "search", role: "combobox", "aria-label": W.search, placeholder: W.search, "aria-expanded": "false", "aria-controls": "hits", "aria-autocomplete": "list", autocomplete: "off",
    input: look, keydown: keyed, focus: look, blur: () => setTimeout(close, 150) });
  function look() {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return close();
    const score = (key) => {
      const id = key.slice(key.indexOf(":") + 1).toLowerCase();
      return id === words[0] ? 0 : id.startsWith(words[0]) ? 1 : id.includes(words[0]) ? 2 : 3;
    };
    const matching = index.filter(([, text]) => words.every((word) => text.includes(word))).map(([key]) => key);
    hits = matching.map((key, place) => [score(key), place, key]).sort((one, other) => one[0] - other[0] || one[1] - other[1]).slice(0, 12).map(([, , key]) => key);
    at = hits.length ? 0 : -1;
    document.getElementById("said").textContent = say("results", { n: matching.length });
    return fill();
  }
  function fill() {
    list.replaceChildren(...hits.map((key, place) => el("li", { id: `hit-${place}`, role: "option", "aria-selected": String(place === at), pointerdown: (event) => { event.preventDefault(); go(place); } },
      el("small", null, W[key.slice(0, key.indexOf(":"))]), el("span", null, entry.get(key).id), el("em", null, cut(key.startsWith("line:") ? entry.get(key).why || "" : detailOf(key), 60)))));
    if (!hits.length) list.replaceChildren(el("li", { role: "option", "aria-selected": "false", "aria-disabled": "true" }, W.none));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (at >= 0) input.setAttribute("aria-activedescendant", `hit-${at}`);
  }
  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function go(place) {
    if (!hits[place]) return;
    location.hash = href(hits[place]);
    input.value = "";
    close();
  }
  function keyed(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = hits.length ? (at + (event.key === "ArrowDown" ? 1 : hits.length - 1)) % hits.length : -1;
      fill();
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(at);
    } else if (event.key === "Escape") close();
  }
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, select, textarea") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      input.focus();
    }
  });
  return el("div", { class: "search", role: "search" }, input, list);
}

function themes() {
  return el("label", { class: "theme" }, el("span", { class: "unseen" }, W.theme), el("select", { id: "theme", change: (event) => { document.documentElement.dataset.theme = event.target.value; } },
    ["auto", "light", "dark"].map((name) => el("option", { value: name }, `${W.theme} ${W[`theme_${name}`]}`))));
}

const tools = document.getElementById("tools"), nav = document.getElementById("nav");
tools.append(search(), themes(), el("button", { type: "button", click: () => print() }, W.print));
nav.append(...navigation().flat(Infinity).filter(Boolean));
tools.hidden = nav.hidden = false;
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
addEventListener("hashchange", () => arrive());
arrive(false);
document.documentElement.dataset.ready = "yes";
