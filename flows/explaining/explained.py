"""The answer of an explanation: its JSON (``cloison.explain/1``), its tables and its summary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloison.flows.auditing.entries import port_text
from cloison.flows.explaining.explanation import Explanation, Match
from cloison.netmodel.finding import Message, Text, Value, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Report, Table
from cloison.netmodel.space.addresses import VRF_SHIFT, prefixes, show
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import Packet
from cloison.netmodel.space.protocols import keyword
from cloison.netmodel.space.services import BOTH, EVERY_SERVICE, OPENING, ServiceSet
from cloison.netmodel.space.services import show as show_services

Cell = Value | Message | None

_WHY: Mapping[str, Text] = {
    "": Text("authorised", "autorisé"),
    "inside": Text(
        "no line is needed: both ends lie inside", "aucune ligne n’est nécessaire : les deux bouts sont dedans"
    ),
    "partly": Text("authorised in part only", "autorisé en partie seulement"),
    "unmapped": Text("an end is on no declared subnet", "un bout n’est sur aucun sous-réseau déclaré"),
    "expired": Text("its line is not live on this day", "sa ligne n’est pas en vigueur ce jour"),
    "forbidden": Text("a segmentation rule forbids it", "une règle de cloisonnement l’interdit"),
    "direction": Text("authorised only the other way", "autorisé seulement dans l’autre sens"),
    "service": Text(
        "these ends are joined for other services only", "ces bouts ne sont reliés que pour d’autres services"
    ),
    "no-line": Text("no line of the matrix", "aucune ligne de la matrice"),
}
_NEAR: Mapping[str, Text] = {
    "partly": Text("for a part of these ends or services", "pour une partie de ces bouts ou services"),
    "expired": Text("not live on this day", "pas en vigueur ce jour"),
    "direction": Text("the other way", "dans l’autre sens"),
    "service": Text("the same ends, other services", "mêmes bouts, autres services"),
    "zones": Text("the same zones, other ends", "mêmes zones, autres bouts"),
}


def explain_report(explanation: Explanation, network: Network) -> Report:
    """Return the report of an explanation."""
    question = explanation.question
    data = {
        "schema": "cloison.explain/1",
        "question": {
            "from": question.source.text,
            "to": question.target.text,
            "service": question.service or None,
            "services": _services(question.services),
            "at": network.at.isoformat(),
        },
        "authorised": explanation.authorised,
        "reason": explanation.reason or None,
        "lines": [_match(match) for match in explanation.matches],
        "nearest": [
            {
                "line": item.line.id,
                "why": item.why,
                "from": [end.id for end in item.line.sources],
                "to": [end.id for end in item.line.targets],
                "services": _services(item.line.service_set),
                "expires": item.line.flow.expires.isoformat() if item.line.flow.expires else None,
                "location": _location(item.line.span),
            }
            for item in explanation.nearest
        ],
        "routes": [
            {
                "from": way.source_zone,
                "to": way.target_zone,
                "interconnections": list(way.interconnections),
                "equipment": [list(stage) for stage in way.stages],
            }
            for way in explanation.ways
        ],
        "translations": [
            {
                "id": item.id,
                "on": item.on,
                "kind": item.kind,
                "outside": list(_addresses(item.outside)),
                "inside": [end.id for end in item.inside],
            }
            for item in explanation.translations
        ],
        "checks": [
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "message": finding.message.say("en"),
                "fingerprint": finding.fingerprint,
            }
            for finding in explanation.findings
        ],
        "forbidden": list(explanation.forbidden),
        "witness": _packet(explanation.witness, network) if explanation.witness else None,
    }
    tables = (_lines(explanation), _routes(explanation), _translations(explanation), _near(explanation))
    return Report(
        "explain",
        data,
        explanation.findings,
        tables=tuple(table for table in tables if table.rows),
        summary=_summary(explanation, network),
        marking=network.model.marking,
        title=network.model.name,
    )


def _match(match: Match) -> dict[str, Any]:
    line = match.line
    return {
        "id": line.id,
        "complete": match.complete,
        "from": [end.id for end in line.sources],
        "to": [end.id for end in line.targets],
        "services": _services(match.services),
        "nature": line.nature or None,
        "justification": line.flow.justification.text if line.flow.justification else None,
        "starts": line.flow.starts.isoformat() if line.flow.starts else None,
        "expires": line.flow.expires.isoformat() if line.flow.expires else None,
        "via": list(line.flow.via),
        "tunnel": line.flow.tunnel or None,
        "location": _location(line.span),
    }


def _location(span: Any) -> dict[str, Any]:
    return {"file": span.file, "line": span.line, "column": span.column, "sheet": span.sheet or None}


def _services(services: ServiceSet) -> list[str]:
    """Return services as a map writes them: the opening packet stands for the conversation."""
    opening = services.in_phase(OPENING)
    if opening == EVERY_SERVICE.in_phase(OPENING):
        return ["any"]
    whole = ServiceSet.union(
        ServiceSet.of((box.protocol, box.protocol), (box.low, box.high), (box.source_low, box.source_high), BOTH)
        for box in opening.boxes()
    )
    return list(show_services(whole))


def _addresses(points: IntervalSet) -> tuple[str, ...]:
    mask = (1 << VRF_SHIFT) - 1
    return prefixes(IntervalSet.union((low & mask, high & mask) for low, high in points.ranges))


def _packet(packet: Packet, network: Network) -> dict[str, Any]:
    return {
        "source": show(packet.source),
        "destination": show(packet.destination),
        "vrf": network.ownership.vrfs[packet.source >> VRF_SHIFT],
        "protocol": keyword(packet.protocol),
        "port": port_text(packet.protocol << 16 | packet.port),
    }


def _few(words: list[str]) -> tuple[str, ...]:
    return tuple(words) if len(words) <= 8 else (*words[:8], f"… +{len(words) - 8}")


def _lines(explanation: Explanation) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            match.line.id, tuple(end.id for end in match.line.sources), tuple(end.id for end in match.line.targets),
            _few(_services(match.services)), match.line.flow.expires or "",
            match.line.flow.justification.text if match.line.flow.justification else "", str(match.line.span),
        )
        for match in explanation.matches
    ]  # fmt: skip
    return Table(
        "lines",
        Text("Lines that authorise it, the most specific first", "Lignes qui l’autorisent, la plus précise d’abord"),
        (Text("line", "ligne"), Text("from", "de"), Text("to", "vers"), Text("services", "services"),
         Text("expires", "échéance"), Text("justification", "justification"), Text("place", "emplacement")),
        tuple(rows),
    )  # fmt: skip


def _routes(explanation: Explanation) -> Table:
    return Table(
        "routes",
        Text("Way, equipment in order", "Chemin, équipements dans l’ordre"),
        (Text("from", "de"), Text("to", "vers"), Text("interconnections", "interconnexions"),
         Text("equipment", "équipements")),
        tuple(
            (way.source_zone, way.target_zone, way.interconnections,
             tuple(" | ".join(stage) for stage in way.stages))
            for way in explanation.ways
        ),
    )  # fmt: skip


def _translations(explanation: Explanation) -> Table:
    return Table(
        "translations",
        Text("Address translations", "Traductions d’adresses"),
        (Text("translation", "traduction"), Text("on", "sur"), Text("outside", "dehors"), Text("inside", "dedans")),
        tuple(
            (item.id, item.on, _few(list(_addresses(item.outside))), tuple(end.id for end in item.inside))
            for item in explanation.translations
        ),
    )


def _near(explanation: Explanation) -> Table:
    return Table(
        "nearest",
        Text("Nearest lines", "Lignes les plus proches"),
        (Text("line", "ligne"), Text("how near", "en quoi"), Text("from", "de"), Text("to", "vers"),
         Text("services", "services"), Text("place", "emplacement")),
        tuple(
            (
                item.line.id, _NEAR[item.why], tuple(end.id for end in item.line.sources),
                tuple(end.id for end in item.line.targets), _few(_services(item.line.service_set)), str(item.line.span),
            )
            for item in explanation.nearest
        ),
    )  # fmt: skip


def _summary(explanation: Explanation, network: Network) -> tuple[Message, ...]:
    question = explanation.question
    service = question.service or ", ".join(_few(_services(question.services)))
    values: dict[str, Value] = {
        "source": question.source.text, "target": question.target.text, "service": service, "at": network.at,
        "why": _WHY[explanation.reason],
    }  # fmt: skip
    said = []
    if explanation.authorised:
        ids = tuple(match.line.id for match in explanation.matches if match.complete) or tuple(
            match.line.id for match in explanation.matches
        )
        if explanation.reason == "inside":
            said.append(
                say("{source} → {target}, {service}: {why}", "{source} → {target}, {service} : {why}", **values)
            )
        else:
            said.append(
                say(
                    "{source} → {target}, {service}: authorised on {at} by {lines}",
                    "{source} → {target}, {service} : autorisé le {at} par {lines}",
                    **values, lines=ids,
                )
            )  # fmt: skip
    else:
        said.append(
            say(
                "{source} → {target}, {service}: not authorised on {at}: {why}",
                "{source} → {target}, {service} : non autorisé le {at} : {why}",
                **values,
            )
        )
        if explanation.witness is not None:
            packet = _packet(explanation.witness, network)
            asked = packet["protocol"] if packet["port"] is None else f"{packet['protocol']}/{packet['port']}"
            said.append(
                say(
                    "for instance {source} → {target}, {service}", "par exemple {source} → {target}, {service}",
                    source=packet["source"], target=packet["destination"], service=asked,
                )
            )  # fmt: skip
    if explanation.forbidden and explanation.authorised:
        said.append(
            say(
                "authorised although {rules} forbids it", "autorisé alors que {rules} l’interdit",
                rules=explanation.forbidden,
            )
        )  # fmt: skip
    elif explanation.forbidden:
        said.append(say("forbidden by {rules}", "interdit par {rules}", rules=explanation.forbidden))
    return tuple(said)
