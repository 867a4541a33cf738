function heading(text, kind = "") {
  return el("h1", { tabindex: "-1" }, kind ? el("small", null, kind) : null, text);
}

function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && !value.length));
  return shown.length ? el("dl", { class: "facts" }, shown.map(([title, value]) => [el("dt", null, title), el("dd", null, value === true ? W.yes : typeof value === "number" ? String(value) : value)])) : null;
}

function findingsAbout(key) {
  const items = found.get(key) || [];
  return items.length ? [el("h2", null, W.findings), items.map(findingCard)] : null;
}

function findingCard(item) {
  const steps = item.steps || [];
  return el("article", { class: `card ${item.severity}` },
    el("p", { class: "top" }, badge(item), " ", el("a", { href: href(`finding:${item.id}`) }, item.rule), (item.clauses || []).map((id) => [" ", el("a", { class: "tag", href: href("clauses", { q: id }) }, id)])),
    el("p", null, item.message),
    item.waiver ? el("p", { class: "soft" }, say("waiver", { by: item.waiver[0], until: item.waiver[1], why: item.waiver[2] })) : null,
    steps.length ? el("details", { open: state.route === `finding:${item.id}` }, el("summary", null, W.proof),
      el("ol", null, steps.map(([kind, id, said]) => el("li", null, stepLink(kind === "flow" ? "line" : kind, id, said))))) : null,
    item.remedy ? el("p", null, el("strong", null, W.remedy, D.lang === "fr" ? " : " : ": "), item.remedy) : null,
    item.place ? el("p", { class: "soft" }, el("code", null, item.place)) : null);
}

function stepLink(kind, id, text) {
  const key = `${kind}:${id}`;
  if (!text.includes(id) || !entry.has(key)) return [text || `${W[kind] || kind} `, text ? "" : link(key, id)];
  const at = text.indexOf(id);
  return [text.slice(0, at), link(key, id), text.slice(at + id.length)];
}

const PEERS = {
  zone: (id) => (line, side) => (line.pairs || []).filter((pair) => pair[1 - side] === id && pair[side] !== id).map((pair) => `zone:${pair[side]}`),
};
/** Returns what gives the other ends of a line whose one end touches an entry. */
function peersOf(kind, id) {
  if (PEERS[kind]) return PEERS[kind](id);
  const section = SECTIONS[kind];
  const here = (name) => ((D.ends[name] || NONE)[section] || []).includes(id);
  return (line, side) => {
    const [sources, targets] = [line.sources || [], line.targets || []];
    const [own, other] = side ? [sources, targets] : [targets, sources];
    return own.some(here) ? other.filter((name) => !here(name)).map((name) => endKey(name) || `${(D.ends[name] || NONE).kind || "group"}:${name}`) : [];
  };
}

const SHOW = {
  zone: (item) => [facts([[W.within, item.within && link(`zone:${item.within}`, item.within)], [W.owner, item.owner && link(`party:${item.owner}`, item.owner)],
    [W.nature, item.nature], [W.sensitivity, item.sensitivity], [W.domain, item.domain], [W.plane, D.planes[item.plane]], [W.public, item.public],
    [W.sensitive, item.sensitive], [W.site, item.site], [W.addresses, (item.addresses || []).join(", ")], [W.zones, linked("zone", item.parts)]]),
    of("subnet", item.subnets), of("asset", item.assets)],
  subnet: (item) => [facts([[W.zone, link(`zone:${item.zone}`, item.zone)], [W.cidr, (item.cidr || []).join(", ")], [W.vrf, item.vrf], [W.vlan, item.vlan],
    [W.vni, item.vni], [W.over, linked("carrier", item.over)], [W.site, item.site && link(`site:${item.site}`, item.site)]]), of("asset", item.assets)],
  asset: (item) => [facts([[W.kind, item.kind], [W.functions, (item.functions || []).join(", ")], [W.role, item.role], [W.zones, linked("zone", item.zones)],
    [W.subnets, linked("subnet", item.subnets)], [W.owner, item.owner && link(`party:${item.owner}`, item.owner)], [W.site, item.site && link(`site:${item.site.split("/")[0]}`, item.site)],
    [W.model, item.model], [W.serial, item.serial], [W.software, (item.software || []).join(", ")], [W.members, linked("asset", item.members)],
    [W.cluster, item.cluster && link(`asset:${item.cluster}`, item.cluster)],
    [W.over, listed((item.over || []).map((one) => link(entry.has(`carrier:${one}`) ? `carrier:${one}` : `asset:${one}`, one)))], [W.sensitive, item.sensitive],
    [W.interconnections, linked("interconnection", D.interconnections.filter((one) => (one.through || []).flat().includes(item.id)).map((one) => one.id))]]),
    item.interfaces ? table(W.interfaces, [{ title: W.interface, cell: (one) => one[0] }, { title: W.addresses, cell: (one) => one[1].join(", ") }, { title: "MAC", cell: (one) => one[2] }], item.interfaces) : null],
  party: (item) => [facts([[W.kind, item.said], [W.country, item.country], [W.text_label, item.text]]),
    of("zone", D.zones.filter((one) => one.owner === item.id).map((one) => one.id)), of("asset", D.assets.filter((one) => one.owner === item.id).map((one) => one.id))],
  interconnection: (item) => [facts([[W.between, linked("zone", item.between)], [W.through, listed((item.through || []).map((stage) => listed(stage.map((one) => link(`asset:${one}`, one)), " / ")), " → ")],
    [W.filtered, item.filtered ? W.yes : W.no], [W.nerve, item.nerve], [W.over, linked("carrier", item.over)]])],
  carrier: (item) => [facts([[W.kind, item.kind], [W.protocol, item.protocol], [W.ends, linked("asset", item.ends)], [W.between, linked("site", item.between)],
    [W.over, listed((item.over || []).map((one) => link(entry.has(`carrier:${one}`) ? `carrier:${one}` : `asset:${one}`, one)))], [W.owner, item.owner && link(`party:${item.owner}`, item.owner)]]),
    of("subnet", D.subnets.filter((one) => (one.over || []).includes(item.id)).map((one) => one.id)), of("asset", D.assets.filter((one) => (one.over || []).includes(item.id)).map((one) => one.id)),
    of("interconnection", D.interconnections.filter((one) => (one.over || []).includes(item.id)).map((one) => one.id))],
  site: (item) => [facts([[W.country, item.country], [W.rooms, listed((item.rooms || []).map(([name, kind]) => `${name} (${kind})`))]]),
    of("asset", D.assets.filter((one) => (one.site || "").split("/")[0] === item.id).map((one) => one.id)), of("subnet", D.subnets.filter((one) => one.site === item.id).map((one) => one.id))],
  line: (item) => [facts([[W.from, ends(item.sources)], [W.to, ends(item.targets)], [W.service, (item.services || []).join(", ")], [W.ports, (item.ports || []).join(", ")], [W.nature, item.nature],
    [W.sensitivity, item.sensitivity], [W.domain, item.domain], [W.owner, item.owner && link(`party:${item.owner}`, item.owner)], [W.encryption, item.encryption], [W.tunnel, item.tunnel && link(`carrier:${item.tunnel}`, item.tunnel)],
    [W.why, item.why], [W.responsible, item.responsible], [W.requester, item.requester], [W.ticket, item.ticket], [W.approved, (item.approved || []).join(", ")],
    [W.starts, item.starts], [W.expires, item.expires], [W.dead, item.dead], [W.filters_crossed, linked("asset", item.filters)],
    [W.seen, D.evidence.seen && seenSaid(item)], [W.permitted, D.evidence.permitted && permittedSaid(item)], [W.place, item.place && el("code", null, item.place)]])],
};

const COLUMNS = {
  zone: [["nature", W.nature], ["sensitivity", W.sensitivity], ["owner", W.owner], ["domain", W.domain], ["addresses", W.addresses]],
  subnet: [["zone", W.zone], ["cidr", W.cidr], ["vrf", W.vrf], ["vlan", W.vlan], ["vni", W.vni], ["over", W.over], ["site", W.site]],
  asset: [["kind", W.kind], ["functions", W.functions], ["role", W.role], ["zones", W.zones], ["subnets", W.subnets], ["owner", W.owner], ["site", W.site], ["model", W.model]],
  party: [["said", W.kind], ["country", W.country], ["text", W.text_label]],
  interconnection: [["between", W.between], ["through", W.through], ["over", W.over]],
  carrier: [["kind", W.kind], ["protocol", W.protocol], ["between", W.between], ["over", W.over], ["owner", W.owner]],
  site: [["country", W.country], ["rooms", W.rooms]],
};
const REFERS = { zone: "zone", zones: "zone", subnets: "subnet", owner: "party", site: "site", between: "zone" };

function entriesTable(kind, items, caption) {
  const shown = COLUMNS[kind].filter(([name]) => items.some((item) => item[name] !== undefined));
  const cell = (item, name) => {
    const value = item[name];
    if (value === undefined) return "";
    const refers = REFERS[name];
    if (Array.isArray(value)) return refers ? linked(refers, value) : value.map((one) => (Array.isArray(one) ? one.join(name === "rooms" ? ": " : " / ") : one)).join(", ");
    return refers ? link(`${refers}:${String(value)}`, String(value)) : String(value);
  };
  return table(caption, [{ title: W[kind], cell: (item) => link(`${kind}:${item.id}`, item.id), class: "name" },
    ...shown.map(([name, title]) => ({ title, cell: (item) => cell(item, name), sort: (item) => (typeof item[name] === "number" ? item[name] : [item[name]].flat(2).join(" ")) })),
    { title: W.findings, cell: (item) => marks(found.get(`${kind}:${item.id}`) || []), sort: (item) => SEVERITIES.indexOf(worst(found.get(`${kind}:${item.id}`) || [])) % 9 }], items);
}

function of(kind, ids) {
  const items = (ids || []).map((id) => entry.get(`${kind}:${id}`)).filter(Boolean);
  return items.length ? [el("h2", null, W[SECTIONS[kind]]), entriesTable(kind, items, W[SECTIONS[kind]])] : null;
}

/** Returns the page of one entry: its drawing, what it is, what is found, its lines. */
function entryPage(kind, id) {
  const key = `${kind}:${id}`, item = entry.get(key);
  if (kind === "finding") return [heading(item.rule, W.finding), findingCard(item), sceneOf(`${item.kind}:${item.subject}`)];
  const lines = touching.get(key) || [];
  const view = viewOf(key);
  const parts = [heading(id, W[kind]), item.named ? el("p", { class: "note" }, W.named) : null];
  if (["zone", "subnet", "asset"].includes(kind)) {
    parts.push(el("p", { class: "actions" }, el("a", { href: href("path", { from: key }) }, W.path_from_here), el("a", { href: href("path", { to: key }) }, W.path_to_here)));
  }
  if (kind !== "line" && lines.length) parts.push(filterBar());
  parts.push(sceneOf(key));
  if (kind === "line") parts.push(ways([item]));
  parts.push(findingsAbout(key), SHOW[kind](item));
  if (kind !== "line" && lines.length) {
    parts.push(el("h2", null, kind === "interconnection" ? W.crossing_lines : W.its_lines), linesTable(W.its_lines, lines));
  }
  if (view) parts.push(asTables(view));
  return parts;
}

function viewOf(key) {
  if (drawn.has(key)) return key;
  const id = key.slice(key.indexOf(":") + 1);
  return key.startsWith("party:") && drawn.has(`tenant:${id}`) ? `tenant:${id}` : "";
}

/** Returns the drawing of an entry: the map's own where the page holds it, else one around it. */
function sceneOf(key) {
  const view = viewOf(key);
  if (view && (picture(view) || (drawn.get(view)[0].later && later))) return scene(view);
  const [kind, id] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
  if (!["zone", "subnet", "asset", "interconnection"].includes(kind) || !entry.has(key)) return null;
  if (kind === "interconnection") {
    const item = entry.get(key);
    const [from, ...rest] = item.between || [];
    const steps = [[`zone:${from}`, from], ...(item.through || []).map((stage) => [`asset:${stage[0]}`, stage.join(" / ")]), ...rest.slice(0, 1).map((zone) => [`zone:${zone}`, rest.length > 1 ? `${zone} +${rest.length - 1}` : zone])];
    return steps.length > 1 ? canvas(row(steps, steps.slice(1).map(() => ["", ""]), id)) : null;
  }
  const own = around(key, passing(touching.get(key) || []), peersOf(kind, id));
  return own ? canvas(own) : null;
}

function asTables(view) {
  const [item] = drawn.get(view);
  if (item.later && later) return place(view, asTables);
  const items = item.tables || [];
  return items.length ? el("details", { class: "tables" }, el("summary", null, W.as_tables), items.map((item) => [el("h2", null, item.title), plain(item)])) : null;
}
