"""The answer of an explanation: its JSON (``cloison.explain/1``) and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloison.flows.explaining.explanation import Explanation, Match, Near
from cloison.flows.explaining.wording import few, life_text, packet_data, services_text, summary
from cloison.flows.verifying.deciding import Decision
from cloison.flows.verifying.wording import DEFAULT, rules_of
from cloison.netmodel.finding import Message, Text, Value
from cloison.netmodel.network import Network
from cloison.netmodel.report import Report, Table
from cloison.netmodel.space.addresses import VRF_SHIFT, prefixes
from cloison.netmodel.space.intervals import IntervalSet

Cell = Value | Message | None

_MOST_RULES = 20

_NEAR: Mapping[str, Text] = {
    "partly": Text("for a part of these ends or services", "pour une partie de ces bouts ou services"),
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
            "services": [] if question.open else services_text(question.services),
            "at": network.at.isoformat(),
        },
        "authorised": explanation.authorised,
        "reason": explanation.reason or None,
        "services": services_text(explanation.services),
        "parts": [
            {
                "line": part.line,
                "from": part.source,
                "to": part.target,
                "services": services_text(part.services),
            }
            for part in explanation.parts
        ],
        "lines": [_match(match) for match in explanation.matches],
        "nearest": [
            {
                "line": item.line.id,
                "why": item.why,
                "from": [end.id for end in item.line.sources],
                "to": [end.id for end in item.line.targets],
                "services": services_text(item.line.service_set),
                "starts": item.line.flow.starts.isoformat() if item.line.flow.starts else None,
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
        "witness": packet_data(explanation.witness, network) if explanation.witness else None,
        "devices": [_decision(item) for item in explanation.decisions],
    }
    tables = (
        _lines(explanation),
        _devices(explanation),
        _routes(explanation),
        _translations(explanation),
        _near(explanation, network),
    )
    return Report(
        "explain",
        data,
        explanation.findings,
        tables=tuple(table for table in tables if table.rows),
        summary=summary(explanation, network),
        marking=network.model.marking,
        title=network.model.name,
    )


def _decision(item: Decision) -> dict[str, Any]:
    return {
        "device": item.device,
        "hook": item.hook,
        "fate": item.fate,
        "always": item.always,
        "permitted_by": [rules_of(origin) for origin in item.permitting],
        "denied_by": [rules_of(origin) for origin in item.denying],
    }


_FATES: Mapping[str, Text] = {
    "permitted": Text("permitted", "permis"),
    "denied": Text("denied", "refusé"),
    "partly": Text("permitted in part", "permis en partie"),
    "undecided": Text("undecided", "indécis"),
}


def _devices(explanation: Explanation) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for item in explanation.decisions:
        for word, origins in (("permitted", item.permitting), ("denied", item.denying)):
            for origin in origins[:_MOST_RULES]:
                written = [deciding.written for deciding in origin if deciding.written is not None]
                rows.append((
                    item.device, _FATES[word if item.fate == "partly" else item.fate],
                    ", ".join(str(rule.span) for rule in written) or DEFAULT,
                    " + ".join(rule.text for rule in written),
                    "" if item.always else Text("another way leaves it out", "un autre chemin l’évite"),
                ))  # fmt: skip
    return Table(
        "devices", Text("What configured equipment does with it", "Ce qu’en font les équipements configurés"),
        (Text("device", "équipement"), Text("fate", "sort"), Text("place", "emplacement"), Text("rule", "règle"),
         Text("remark", "remarque")), tuple(rows),
    )  # fmt: skip


def _match(match: Match) -> dict[str, Any]:
    line = match.line
    return {
        "id": line.id,
        "complete": match.complete,
        "from": [end.id for end in line.sources],
        "to": [end.id for end in line.targets],
        "services": services_text(match.services),
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


def _addresses(points: IntervalSet) -> tuple[str, ...]:
    mask = (1 << VRF_SHIFT) - 1
    return prefixes(IntervalSet.union((low & mask, high & mask) for low, high in points.ranges))


def _lines(explanation: Explanation) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            match.line.id, tuple(end.id for end in match.line.sources), tuple(end.id for end in match.line.targets),
            few(services_text(match.services)), match.line.flow.expires or "",
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
            (item.id, item.on, few(list(_addresses(item.outside))), tuple(end.id for end in item.inside))
            for item in explanation.translations
        ),
    )


def _near_how(near: Near, network: Network) -> Text | Message:
    return _NEAR[near.why] if near.why in _NEAR else life_text(near.line, network.at)


def _near(explanation: Explanation, network: Network) -> Table:
    return Table(
        "nearest",
        Text("Nearest lines", "Lignes les plus proches"),
        (Text("line", "ligne"), Text("how near", "en quoi"), Text("from", "de"), Text("to", "vers"),
         Text("services", "services"), Text("place", "emplacement")),
        tuple(
            (
                item.line.id, _near_how(item, network), tuple(end.id for end in item.line.sources),
                tuple(end.id for end in item.line.targets), few(services_text(item.line.service_set)),
                str(item.line.span),
            )
            for item in explanation.nearest
        ),
    )  # fmt: skip
