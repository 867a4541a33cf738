const D = JSON.parse(document.getElementById("data").textContent);
const W = D.words;
for (const table of [D.ends, D.evidence.seen, D.evidence.permitted, D.graph && D.graph.starts, D.graph && D.graph.arrivals]) {
  if (table) Object.setPrototypeOf(table, null); // a name may be that of something every object has
}

function say(key, values = {}) {
  return W[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Returns an element; of `attributes`, functions are listeners, and false or null ones are left out. */
function el(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== "") element.append(child);
  }
  return element;
}

const SECTIONS = { zone: "zones", subnet: "subnets", asset: "assets", party: "parties",
  interconnection: "interconnections", carrier: "carriers", site: "sites", line: "lines", finding: "findings" };
const entry = new Map(); // "zone:front" -> its values
for (const [kind, section] of Object.entries(SECTIONS)) {
  for (const item of D[section]) entry.set(`${kind}:${item.id}`, item);
}

function pushed(map, key, value) {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else if (list[list.length - 1] !== value) list.push(value);
}

const found = new Map(); // key -> findings about it, or that have it on their path
for (const item of D.findings) {
  pushed(found, `${item.kind}:${item.subject}`, item);
  for (const [kind, id] of item.steps || []) {
    if (kind === "line" || kind === "flow") pushed(found, `line:${id}`, item);
  }
}

const touching = new Map(); // key of a zone, subnet, asset, end or interconnection -> lines
const NONE = {};
for (const line of D.lines) {
  for (const name of [...(line.sources || []), ...(line.targets || [])]) {
    const end = D.ends[name] || NONE;
    pushed(touching, `end:${name}`, line);
    for (const zone of end.zones || []) pushed(touching, `zone:${zone}`, line);
    for (const subnet of end.subnets || []) pushed(touching, `subnet:${subnet}`, line);
    for (const asset of end.assets || []) pushed(touching, `asset:${asset}`, line);
  }
  for (const [here, there, crossed] of line.pairs || []) {
    pushed(touching, `zone:${here}`, line);
    pushed(touching, `zone:${there}`, line);
    for (const name of crossed || []) pushed(touching, `interconnection:${name}`, line);
  }
  for (const name of line.filters || []) pushed(touching, `asset:${name}`, line);
}

const SEVERITIES = ["error", "warning", "note", "waived"];
function worst(findings) {
  const least = Math.min(...findings.map((item) => SEVERITIES.indexOf(item.severity)), SEVERITIES.length);
  return SEVERITIES[least] || "";
}

/** Returns the address, within the page, of an entry or a section with its parameters. */
function href(route, params = {}) {
  const colon = route.indexOf(":");
  const path = colon < 0 ? route : `${route.slice(0, colon)}:${encodeURIComponent(route.slice(colon + 1))}`;
  const kept = Object.entries(params).filter(([, value]) => value);
  return `#${path}${kept.length ? `?${new URLSearchParams(kept)}` : ""}`;
}

function link(key, text) {
  if (!entry.has(key)) return document.createTextNode(text);
  return el("a", { href: href(key) }, text);
}

/** Returns the key of the entry that an end of a line names: of an interface its asset. */
function endKey(name) {
  const kind = (D.ends[name] || NONE).kind;
  if (kind === "zone" || kind === "subnet" || kind === "asset") return `${kind}:${name}`;
  if (kind === "interface") return `asset:${name.slice(0, name.lastIndexOf("/"))}`;
  const assets = (D.ends[name] || NONE).assets || [];
  return kind === "endpoint" && assets.length === 1 ? `asset:${assets[0]}` : "";
}

function listed(items, apart = ", ") {
  return items.flatMap((item, at) => (at ? [apart, item] : [item]));
}

function linked(kind, names) {
  return listed((names || []).map((name) => link(`${kind}:${name}`, name)));
}

function ends(names) {
  return listed((names || []).map((name) => link(endKey(name), name)));
}

function badge(item) {
  return el("span", { class: `badge ${item.severity || item.status}` }, `${item.sign} ${item.said}`);
}

const state = { route: "overview", params: {} };
const FILTERS = ["nature", "tenant", "sensitivity", "q"];

function filters() {
  return Object.fromEntries(FILTERS.map((name) => [name, state.params[name] || ""]));
}

function filtering() {
  return FILTERS.some((name) => state.params[name]);
}

const texts = new Map();
function lineText(line) {
  if (!texts.has(line)) {
    texts.set(line, [line.id, line.sources, line.targets, line.services, line.ports, line.why, line.responsible, line.ticket,
      line.owner, line.nature].flat().join(" ").toLowerCase());
  }
  return texts.get(line);
}

function owners(line) {
  const zones = (line.pairs || []).flatMap(([here, there]) => [here, there]);
  return [line.owner, ...zones.map((zone) => (entry.get(`zone:${zone}`) || NONE).owner)];
}

/** Returns those of the lines that the page's filters let through. */
function passing(lines) {
  const { nature, tenant, sensitivity, q } = filters();
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return lines.filter((line) =>
    (!nature || line.nature === nature) &&
    (!sensitivity || line.sensitivity === sensitivity) &&
    (!tenant || owners(line).includes(tenant)) &&
    words.every((word) => lineText(line).includes(word)));
}
