const LATERAL = "\u0000";

/** Returns, of what starts lead to, the vertex before each (-1: not reached, itself: a start), breadth first. */
function reachable(starts) {
  const { offsets, targets } = D.graph;
  const before = new Int32Array(offsets.length - 1).fill(-1);
  const queue = [...new Set(starts)];
  for (const vertex of queue) before[vertex] = vertex;
  for (let at = 0; at < queue.length; at++) {
    for (let place = offsets[queue[at]]; place < offsets[queue[at] + 1]; place++) {
      const target = targets[place];
      if (before[target] < 0) {
        before[target] = queue[at];
        queue.push(target);
      }
    }
  }
  return before;
}

function trail(before, vertex) {
  if (before[vertex] < 0) return [];
  const trail = [vertex];
  while (before[trail[trail.length - 1]] !== trail[trail.length - 1]) trail.push(before[trail[trail.length - 1]]);
  return trail.reverse();
}

/** Returns the shortest chain of lines from one entry to another as hops [line, kind, id], nothing where there is none. */
function chain(from, to) {
  const { codes, refs, places, starts, arrivals } = D.graph;
  const before = reachable(starts[from] || []);
  let best = null;
  for (const vertex of arrivals[to] || []) {
    const found = trail(before, vertex);
    if (found.length && (!best || found.length < best.length || (found.length === best.length && vertex < best[best.length - 1]))) best = found;
  }
  if (!best) return null;
  const [OUT, LINE, INSIDE, POOL] = [1, 3, 1, 2];
  const side = (vertex) => codes[vertex] % 4, special = (vertex) => codes[vertex] >> 2;
  const hop = (line, vertex) => [line, ...places[refs[vertex]]];
  const hops = [hop("", best[0])];
  let step = null;
  for (let at = 1; at < best.length; at++) {
    const [here, there] = [best[at - 1], best[at]];
    if (side(there) === LINE) step = places[refs[there]][1];
    else if (special(there) === INSIDE) {
      if (special(here) === POOL) hops.push(hop("", here));
      step = LATERAL;
    } else if (side(here) === 0 && side(there) === OUT && step !== null) {
      hops.push(hop(step, here));
      step = null;
    }
  }
  const last = best[best.length - 1];
  if (step !== null) hops.push(hop(step, last));
  else if (special(last) === POOL) hops.push(hop("", last));
  return hops;
}
globalThis.atlasChain = (from, to) => chain(from, to); // for those who want to compute with them
globalThis.atlasDirect = (from, to) => direct(from, to).map((line) => line.id);

/** Returns the lines in force that authorise some of one entry towards some of another; a zone holds those within it. */
function direct(from, to) {
  const touched = (key) => {
    const [kind, id] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
    const ids = [id, ...(kind === "zone" && entry.get(key).parts || [])];
    return (name) => {
      const end = D.ends[name] || NONE;
      return end.kind === "any" || (end[SECTIONS[kind]] || []).some((one) => ids.includes(one));
    };
  };
  const [here, there] = [touched(from), touched(to)];
  return D.lines.filter((line) => !line.dead && joining(line, here, there));
}

/** Returns whether a line goes from an end of which `here` is true to another of which `there` is. */
function joining(line, here, there) {
  return (line.sources || []).some((source, i) => here(source)
    && (line.targets || []).some((target, j) => !(line.between && i === j) && there(target)));
}

const PLACES = ["zone", "subnet", "asset"];
function asPlace(text) {
  if (PLACES.some((kind) => text.startsWith(`${kind}:`)) && entry.has(text)) return text;
  const kind = PLACES.find((one) => entry.has(`${one}:${text}`));
  return kind ? `${kind}:${text}` : "";
}

function pathPage() {
  const { from = "", to = "" } = state.params;
  const names = el("datalist", { id: "places" }, PLACES.flatMap((kind) => D[SECTIONS[kind]].slice(0, 3000).map((item) => el("option", { value: item.id }, W[kind]))));
  const field = (name, label, value) => el("label", null, el("span", null, label), el("input", { name, value: value.replace(/^(zone|subnet|asset):/, ""), list: "places", autocomplete: "off" }));
  const form = el("form", { class: "asked", submit: (event) => {
    event.preventDefault();
    const asked = new FormData(form);
    const read = (name) => asPlace(asked.get(name).trim()) || asked.get(name).trim();
    location.hash = href("path", { from: read("from"), to: read("to") });
  } }, field("from", W.path_from, from), field("to", W.path_to, to), el("button", { type: "submit" }, W.path_show));
  const parts = [heading(W.path), el("p", { class: "soft" }, W.path_help), form, names];
  if (!from && !to) return parts;
  const [a, b] = [asPlace(from), asPlace(to)];
  for (const [text, key] of [[from, a], [to, b]]) {
    if (!key) parts.push(el("p", { class: "note", role: "alert" }, say("path_missing", { what: text })));
  }
  if (!a || !b) return parts;
  const lines = direct(a, b);
  parts.push(el("h2", null, lines.length ? say("path_direct", { n: lines.length }) : W.path_no_direct));
  if (lines.length) parts.push(ways(lines.slice(0, 4), a, b), table(W.path, lineColumns(), lines));
  if (!D.graph) {
    parts.push(el("p", { class: "note" }, say("path_no_graph", { why: D.tenant ? W.why_tenant : W.why_large })));
    return parts;
  }
  const hops = chain(a, b);
  if (!hops) parts.push(el("h2", null, W.path_no_chain));
  else {
    parts.push(el("h2", null, say("path_chain", { n: hops.length - 1 })), el("p", { class: "soft" }, W.path_chain_means));
    parts.push(canvas(row(hops.map(([, kind, id]) => [`${kind}:${id}`, id]), hops.slice(1).map(([line]) =>
      line === LATERAL ? ["≈", ""] : [line, line ? href(`line:${line}`) : ""]), say("path_chain", { n: hops.length - 1 }))));
    parts.push(el("ol", { class: "chain" }, hops.map(([line, kind, id]) => el("li", null, `${W[kind] || kind} `, link(`${kind}:${id}`, id),
      line === LATERAL ? `, ${W.path_lateral}` : line ? [", ", listed(say("path_by", { line: "\n" }).split("\n").flatMap((part, at) => (at ? [link(`line:${line}`, line), part] : [part])), "")] : ""))));
  }
  return parts;
}

/** Returns the way of each line, zone by zone, with the equipment that it crosses. */
function ways(lines, from = "", to = "") {
  const inside = (zone, key) => !key || key === `zone:${zone}` || ((entry.get(key) || NONE).zones || [(entry.get(key) || NONE).zone]).includes(zone);
  const drawings = [];
  for (const line of lines) {
    const pairs = (line.pairs || []).filter(([here, there]) => inside(here, from) && inside(there, to));
    for (const [here, there, crossed] of (pairs.length ? pairs : line.pairs || []).slice(0, 3)) {
      const steps = [[`zone:${here}`, here]];
      for (const name of crossed || []) {
        const stages = (entry.get(`interconnection:${name}`) || NONE).through || [];
        if (!stages.length) steps.push([`interconnection:${name}`, name]);
        for (const stage of stages) steps.push([stage.length ? `asset:${stage[0]}` : `interconnection:${name}`, stage.join(" / ") || name]);
      }
      steps.push([`zone:${there}`, there]);
      const text = say("lines_to", { n: 1, a: here, b: there }).replace(/^1 \S+ /, `${line.id} `);
      drawings.push(canvas(row(steps, steps.slice(1).map(() => [line.id, href(`line:${line.id}`)]), text), { name: text }));
    }
  }
  return drawings;
}
