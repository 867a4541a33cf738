const ROW = 34, MANY = 150, PRINTED = 3000;

/** Returns a table: `columns` have a title, what a row's cell is, and what it is sorted by. */
function table(caption, columns, rows, { empty = W.none, more = 0 } = {}) {
  if (!rows.length) return el("p", { class: "soft" }, empty);
  let shown = rows, sorted = -1, down = false, first = 0, last = 0, printing = false;
  const body = el("tbody"), heads = [];
  const long = rows.length > MANY;
  for (const [at, column] of columns.entries()) {
    const button = el("button", { type: "button", click: () => sort(at), title: say("sort", { what: column.title }) }, column.title);
    heads.push(el("th", { scope: "col", class: column.class }, button));
  }
  const whole = el("table", { class: long ? "long" : "", "aria-rowcount": String(rows.length + 1) },
    el("caption", { class: "unseen" }, caption), el("thead", null, el("tr", null, heads)), body);
  const box = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption,
    scroll: () => long && !printing && fill() }, whole);

  function sort(at) {
    down = sorted === at && !down;
    sorted = at;
    const value = columns[at].sort || ((row) => textOf(columns[at].cell(row)));
    const keyed = rows.map((row, place) => [value(row), place, row]);
    keyed.sort(([a, i], [b, j]) => (typeof a === "number" && typeof b === "number" ? a - b
      : String(a).localeCompare(String(b), D.lang, { numeric: true })) * (down ? -1 : 1) || i - j);
    shown = keyed.map(([, , row]) => row);
    heads.forEach((head, place) => {
      if (place === at) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    first = last = 0;
    fill();
  }

  function made(row, at) {
    return el("tr", { "aria-rowindex": String(at + 2) }, columns.map((column, place) => {
      const content = column.cell(row);
      return el(place ? "td" : "th", { scope: place ? null : "row", class: column.class,
        title: long ? textOf(content) : null }, content);
    }));
  }

  function space(count) {
    const cell = el("td", { colspan: String(columns.length), class: "space" });
    cell.style.height = `${count * ROW}px`;
    return el("tr", { "aria-hidden": "true" }, cell);
  }

  function fill() {
    if (!long || printing) {
      const limit = long ? PRINTED : shown.length;
      body.replaceChildren(...shown.slice(0, limit).map(made));
      return;
    }
    const start = Math.max(0, Math.floor(box.scrollTop / ROW) - 20);
    const end = Math.min(shown.length, start + Math.ceil((box.clientHeight || 700) / ROW) + 40);
    if (last && start >= first - 10 && end <= last + 10 && Math.abs(start - first) < 12) return;
    const held = body.contains(document.activeElement);
    [first, last] = [start, end];
    body.replaceChildren(...(start ? [space(start)] : []), ...shown.slice(start, end).map((row, at) => made(row, start + at)),
      ...(end < shown.length ? [space(shown.length - end)] : []));
    if (held) box.focus({ preventScroll: true });
  }

  fill();
  const note = long ? el("p", { class: "printed" }, say("printed_all", { n: Math.min(rows.length, PRINTED), of: rows.length })) : null;
  if (long) {
    box.addEventListener("atlas-print", (event) => {
      printing = event.detail;
      first = last = 0;
      fill();
    });
  }
  return el("div", { class: "framed" }, box, note, more ? el("p", { class: "soft" }, say("rows_more", { n: more })) : null);
}

addEventListener("beforeprint", () => toPaper(true));
addEventListener("afterprint", () => toPaper(false));
function toPaper(on) {
  for (const box of document.querySelectorAll(".scroll")) box.dispatchEvent(new CustomEvent("atlas-print", { detail: on }));
}

function textOf(content) {
  if (content === null || content === undefined) return "";
  if (Array.isArray(content)) return content.map(textOf).join("");
  return content instanceof Node ? content.textContent : String(content);
}

/** Returns a table out of texts, as drawings and evidence have them; names of entries become links. */
function plain(item) {
  const kinds = ["zone", "subnet", "asset", "interconnection", "line", "carrier", "site", "party"];
  const cell = (text) => {
    const kind = kinds.find((one) => entry.has(`${one}:${text}`));
    return kind ? link(`${kind}:${text}`, text) : text;
  };
  return table(item.title, item.columns.map((title, at) => ({ title, cell: (row) => cell(row[at]),
    sort: (row) => (/^\d+$/.test(row[at]) ? Number(row[at]) : row[at]) })), item.rows, { more: item.more });
}

const PERMITTED = { yes: "permitted_yes", no: "permitted_no", partly: "permitted_partly", undecided: "permitted_undecided" };

function seenSaid(line) {
  const seen = D.evidence.seen[line.id];
  if (!seen) return "";
  const [times, last, refuted] = seen;
  const parts = [times ? say("times", { n: times, last }) : W.never];
  if (refuted) parts.push(say("refuted", { n: refuted }));
  return parts.join(" · ");
}

function permittedSaid(line) {
  return W[PERMITTED[D.evidence.permitted[line.id]] || "not_compared"];
}

function lineColumns() {
  const columns = [
    { title: W.id, cell: (line) => [link(`line:${line.id}`, line.id), line.dead ? el("span", { class: "tag" }, W.dead) : ""], class: "name" },
    { title: W.from, cell: (line) => ends(line.sources) },
    { title: W.to, cell: (line) => ends(line.targets) },
    { title: W.service, cell: (line) => (line.services || []).join(", ") },
    { title: W.nature, cell: (line) => line.nature || "" },
    { title: W.sensitivity, cell: (line) => line.sensitivity || "" },
    { title: W.encryption, cell: (line) => line.encryption || "" },
    { title: W.why, cell: (line) => line.why || "", class: "wide" },
    { title: W.findings, cell: (line) => marks(found.get(`line:${line.id}`) || []),
      sort: (line) => SEVERITIES.indexOf(worst(found.get(`line:${line.id}`) || [])) % SEVERITIES.length },
  ];
  if (D.evidence.seen) columns.splice(4, 0, { title: W.seen, cell: seenSaid, sort: (line) => (D.evidence.seen[line.id] || [-1])[0] });
  if (D.evidence.permitted) columns.splice(4, 0, { title: W.permitted, cell: permittedSaid });
  return columns;
}

function marks(findings) {
  return SEVERITIES.map((severity) => findings.filter((item) => item.severity === severity)).filter((items) => items.length)
    .map((items) => el("a", { class: `badge ${items[0].severity}`, href: href(`finding:${items[0].id}`) }, `${items[0].sign} ${items[0].said}${items.length > 1 ? ` ${items.length}` : ""}`)).flatMap((item) => [item, " "]);
}

/** Returns the table of lines that pass the filters, with how many do not. */
function linesTable(caption, lines) {
  const shown = passing(lines);
  return [counted(shown.length, lines.length), table(caption, lineColumns(), shown, { empty: W.no_lines })];
}

function counted(shown, of) {
  return el("p", { class: "counted" }, say("shown", { n: shown, of, hidden: of - shown }));
}
