"""The values of a line or an asset -> the texts of a table's cells: the inverse of :mod:`.cells`.

What a cell cannot say (a text with the sign that separates items, a measure with an equipment and words) is written as
well as can be; whoever takes cells back compares what they read as with what the map says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.language import model as m
from cloison.netmodel.language.columns import COLUMNS, Column

# the language's own words as tables in French write them
FRENCH: Mapping[str, str] = {
    "public": "publique", "logging": "journalisation", "backup": "sauvegarde", "storage": "stockage",
    "development": "développement", "preproduction": "préproduction", "exchange-in": "échange entrant",
    "exchange-out": "échange sortant", "office": "bureautique", "exposure": "exposition", "processing": "traitement",
    "management": "gestion", "exchange": "échange", "exposed": "exposée", "internal": "interne",
    "sensitive": "sensible", "filtering": "filtrage", "routing": "routage", "proxy": "mandataire",
    "authentication": "authentification", "encryption": "chiffrement", "probe": "sonde",
    "log-collector": "collecteur de journaux", "time-source": "source de temps", "directory": "annuaire",
    "sas-in": "sas entrant", "sas-out": "sas sortant", "hypervisor": "hyperviseur",
    "workstation": "poste de travail", "sdn-controller": "contrôleur sdn",
    "certificate-authority": "autorité de certification", "tenant": "commanditaire", "technical": "technique",
    "anonymised": "anonymisées", "none": "aucune", "physical": "physique", "virtual": "virtuel",
    "business": "métier", "dedicated-network": "réseau dédié", "relay": "relais", "procedure": "procédure",
    "monitoring": "surveillance",
}  # fmt: skip
_WORDED = frozenset({"procedure", "monitoring"})  # measures whose cell says a text, not an equipment
_YES, _NO = Text("yes", "oui"), Text("no", "non")
_CLOSED = frozenset(
    {("nature",), ("sensitivity",), ("domain",), ("kind",), ("functions",), ("data",), ("justification",),
     ("compensating",)}
)  # fmt: skip


def word(text: str, route: Sequence[str], lang: Lang) -> str:
    """Return a word of a field that has the language's own words as a table in ``lang`` writes it; others as it is."""
    if lang == "en" or tuple(route[:1]) not in _CLOSED or (text == "public" and route[0] == "nature"):
        return text
    return FRENCH.get(text, text)


def joined(items: Iterable[str]) -> str:
    """Return the items of a list in one cell."""
    return ", ".join(items)


def ends(flow: m.Flow) -> tuple[str, str, str]:
    """Return source, direction and destination; a line among more than two ends has none of them."""
    if len(flow.between) == 2:
        return flow.between[0], "↔", flow.between[1]
    if flow.between:
        return "", "", ""
    return joined(flow.source), "→", joined(flow.to)


def of_line(column: Column, flow: m.Flow, lang: Lang) -> str:
    """Return the cell of a line in a column; nothing for its id, what is computed, and what other columns hold."""
    route = column.route
    match column.reading:
        case "id" | "stated" | "ignored" | "protocol" | "ports" | "interface":
            return ""
        case "direction":
            return ends(flow)[1]
        case "encryption":
            one = flow.encryption
            return f"{one.protocol} {one.minimum}".strip() if one else ""
        case "justification":
            one_of = flow.justification
            return f"{word(one_of.kind, route, lang)}: {one_of.text}" if one_of else ""
        case "measures":
            return "; ".join(_measure(one, lang) for one in flow.compensating)
        case "approvals":
            return "; ".join(map(_approval, flow.approved))
    if route == ("from",):
        return ends(flow)[0]
    if route == ("to",):
        return ends(flow)[2]
    if route == ("between",):
        return joined(flow.between) if len(flow.between) != 2 else ""
    if route == ("vrf",) and flow.vrf == "default":
        return ""
    value: Any = flow
    for step in route:
        value = value.get(step) if isinstance(value, Mapping) else getattr(value, step, None)
    return said(value, route, lang)


def said(value: Any, route: Sequence[str], lang: Lang) -> str:
    """Return a plain value as a cell says it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return (_YES if value else _NO).say(lang)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return joined(word(one, route, lang) for one in value)
    return word(str(value), route, lang)


def _measure(one: m.Measure, lang: Lang) -> str:
    rest = one.text if one.kind in _WORDED else one.by
    other = one.by if one.kind in _WORDED else one.text
    said_as = " ".join(part for part in (rest, other) if part)
    kind = word(one.kind, ("compensating",), lang)
    return f"{kind}: {said_as}" if said_as else kind


def _approval(one: m.Approval) -> str:
    text = f"{one.party}: {one.by}" if one.party else one.by
    return f"{text} ({one.on.isoformat()})" if one.on else text


def columns_of_lines(flows: Iterable[m.Flow]) -> tuple[Column, ...]:
    """Return the columns of a written matrix: those of tables, and those of the labels and fields that lines have."""
    left_out = {"protocol", "ports"}
    columns = [
        column for column in COLUMNS["flows"]
        if column.reading not in left_out and column.route not in (("justification", "kind"), ("approved", "on"))
    ]  # fmt: skip
    labels: dict[str, None] = {}
    among = profile = False
    for flow in flows:
        labels.update(dict.fromkeys(flow.labels))
        among |= len(flow.between) > 2
        profile |= bool(flow.encryption and flow.encryption.profile)
    if among:
        columns.append(Column("list", ("between",), Text("between", "between")))
    if profile:
        columns.append(Column("text", ("encryption", "profile"), Text("encryption.profile", "encryption.profile")))
    for name in sorted(labels):
        columns.append(Column("text", ("labels", name), Text(f"labels.{name}", f"labels.{name}")))
    return tuple(columns)


def rows_of_asset(name: str, asset: m.Asset, columns: Sequence[Column], lang: Lang) -> list[list[str]]:
    """Return an asset's rows, one for each of its interfaces, the fields of the asset itself in the first."""
    rows = []
    for number, (interface, home) in enumerate((asset.interfaces or {"": m.Interface()}).items()):
        cells = []
        for column in columns:
            if column.reading == "id":
                cells.append(name)
            elif column.route[:1] == ("interfaces",):
                cells.append(interface if column.reading == "interface" else _home(column, home, lang))
            elif number:
                cells.append("")
            elif column.reading == "software":
                cells.append(joined(f"{one.name} {one.version}".strip() for one in asset.software))
            else:
                cells.append(said(getattr(asset, column.route[0]), column.route, lang))
        rows.append(cells)
    return rows


def _home(column: Column, home: m.Interface, lang: Lang) -> str:
    value = getattr(home, column.route[-1])
    return "" if column.route[-1] == "vrf" and value == "default" else said(value, (), lang)
