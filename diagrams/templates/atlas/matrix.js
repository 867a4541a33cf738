const CELLS = 70; // zones a side: a browser lays out some five thousand cells at once

function matrixPage() {
  const counts = new Map(), totals = new Map();
  const lines = passing(D.lines);
  for (const line of lines) {
    for (const [here, there] of line.pairs || []) {
      pushed(counts, `${here}\n${there}`, line);
      totals.set(here, (totals.get(here) || 0) + 1);
      totals.set(there, (totals.get(there) || 0) + 1);
    }
  }
  const busy = [...totals].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const planes = Object.keys(D.planes);
  const order = (name) => planes.indexOf((entry.get(`zone:${name}`) || NONE).plane);
  const zones = busy.slice(0, CELLS).map(([name]) => name).sort((a, b) => order(a) - order(b) || a.localeCompare(b));
  const most = Math.max(1, ...[...counts.values()].map((found) => found.length));
  const cell = (here, there) => {
    const found = counts.get(`${here}\n${there}`) || [];
    if (!found.length) return el("td", { class: here === there ? "same" : "" });
    const level = Math.min(5, 1 + Math.floor((4 * Math.log(found.length)) / Math.log(Math.max(2, most))));
    const flagged = worst(found.flatMap(foundFor));
    const sign = flagged === "error" ? "▲" : flagged && flagged !== "waived" ? "△" : "";
    return el("td", { class: `heat h${level}${here === there ? " same" : ""}` },
      el("a", { href: href("lines", { from: `zone:${here}`, to: `zone:${there}` }), "aria-label": say("lines_to", { n: found.length, a: here, b: there }) + (flagged ? `, ${flagged}` : "") },
        `${found.length}${sign}`));
  };
  const head = (name, scope) => el("th", { scope, class: scope === "col" ? "turned" : "" },
    el("span", { class: `dot ${(entry.get(`zone:${name}`) || NONE).plane || ""}`, "aria-hidden": "true" }), el("a", { href: href(`zone:${name}`), title: name }, name));
  const body = zones.map((here) => el("tr", null, head(here, "row"), zones.map((there) => cell(here, there))));
  const without = D.zones.length - busy.length;
  return [heading(W.matrix), el("p", { class: "soft" }, W.matrix_about), filterBar(), counted(lines.length, D.lines.length),
    without > 0 ? el("p", { class: "counted" }, say("matrix_hidden", { n: without })) : null,
    busy.length > CELLS ? el("p", { class: "counted" }, say("not_drawn", { what: `${busy.length - CELLS} ${W.zones}` })) : null,
    zones.length ? el("div", { class: "scroll heatmap", tabindex: "0", role: "region", "aria-label": W.matrix, keydown: arrows },
      el("table", null, el("caption", { class: "unseen" }, W.matrix),
        el("thead", null, el("tr", null, el("td", null, el("span", { class: "soft" }, `${W.from} ↓ ${W.to} →`)), zones.map((name) => head(name, "col")))),
        el("tbody", null, body))) : el("p", null, W.no_lines)];
}

function foundFor(line) {
  return found.get(`line:${line.id}`) || [];
}

/** Arrow keys go from cell to cell that has lines. */
function arrows(event) {
  const steps = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const step = steps[event.key];
  let cell = event.target.closest && event.target.closest("td, th");
  if (!step || !cell) return;
  event.preventDefault();
  while (cell) {
    const line = cell.parentElement;
    cell = step[0] ? (step[0] > 0 ? cell.nextElementSibling : cell.previousElementSibling)
      : (line[step[1] > 0 ? "nextElementSibling" : "previousElementSibling"] || { cells: [] }).cells[cell.cellIndex];
    const target = cell && cell.querySelector("a");
    if (target) {
      target.focus();
      return;
    }
  }
}
