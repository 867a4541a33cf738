"""The report of a verification: its JSON (``cloison.verify/1``), its findings and its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from cloison.flows.verifying.boxes import instance
from cloison.flows.verifying.gate import Change, DeviceChange, Gate
from cloison.flows.verifying.grounds import change_findings, findings
from cloison.flows.verifying.lowering import Origin
from cloison.flows.verifying.verdict import Box, Excess, Missing, Verdict
from cloison.flows.verifying.wording import (
    DEFAULT,
    Wording,
    few,
    packet_said,
    packet_text,
    rules_of,
    services_said,
)
from cloison.netmodel.finding import Finding, Message, Text, Value, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Report, Table

Cell = Value | Message | None

_RESULT: Mapping[str, Text] = {
    "equal": Text("permits the matrix, the whole matrix and nothing else",
                  "permet la matrice, toute la matrice et rien d’autre"),
    "excess": Text("permits more than the matrix", "permet plus que la matrice"),
    "missing": Text("does not permit all of the matrix", "ne permet pas toute la matrice"),
    "differs": Text("permits more than the matrix, and not all of it",
                    "permet plus que la matrice, et pas toute la matrice"),
    "undecided": Text("cannot be decided", "impossible de conclure"),
}  # fmt: skip
_GATE: Mapping[str, Text] = {
    "inside": Text("inside the matrix: it may be merged alone", "dans la matrice : il peut être fusionné seul"),
    "outside": Text("outside the matrix: it needs a line first", "hors de la matrice : il faut d’abord une ligne"),
    "removes": Text("it removes an authorised flow", "il retire un flux autorisé"),
    "undecided": Text(
        "it cannot be decided: a part of a configuration is in doubt",
        "impossible de conclure : une partie d’une configuration est incertaine",
    ),
}

_IN_DOUBT = say(
    "It could not be decided whole: a part of a configuration is in doubt",
    "Il n’a pas pu être jugé en entier : une partie d’une configuration est incertaine",
)


def gate_of(changes: Sequence[DeviceChange]) -> Gate:
    """Return the gate of several devices together: outside before removes before inside."""
    gates = {item.gate for item in changes}
    return "outside" if "outside" in gates else "removes" if "removes" in gates else "inside"


def _gate_word(changes: Sequence[DeviceChange]) -> str:
    """Return the gate; nothing that is in doubt reads as ``inside``."""
    gate = gate_of(changes)
    return gate if gate != "inside" or all(item.decided for item in changes) else "undecided"


def verify_report(network: Network, verdicts: Sequence[Verdict], changes: Sequence[DeviceChange] | None) -> Report:
    """Return the report of the verdicts of devices, and of their changes where there are earlier configurations."""
    wording = Wording.around(network, [verdict.device for verdict in verdicts])
    data: dict[str, Any] = {
        "schema": "cloison.verify/1",
        "map": {"name": network.model.name, "digest": network.digest},
        "devices": [_device(network, verdict, wording) for verdict in verdicts],
    }
    found: list[Finding] = [item for verdict in verdicts for item in findings(network, verdict, wording)]
    tables = [_excess_table(verdicts, wording), _missing_table(verdicts, wording), _sums(verdicts)]
    said = [_sentence(verdict) for verdict in verdicts]
    if changes is not None:
        data["change"] = {
            "gate": _gate_word(changes),
            "decided": all(item.decided for item in changes),
            "opened": [one for item in changes for one in _moved(network, item.device, item.opened, wording)],
            "closed": [one for item in changes for one in _moved(network, item.device, item.closed, wording)],
        }
        found += (one for item in changes for one in change_findings(network, item, wording))
        tables = [_change_table(changes, wording), *tables]
        gate = [say("The change: {gate}", "Le changement : {gate}", gate=_GATE[_gate_word(changes)])]
        said = gate + ([] if all(item.decided for item in changes) else [_IN_DOUBT]) + said
    said += {note.say("en"): note for verdict in verdicts for note in verdict.notes}.values()
    return Report(
        "verify", data, tuple(found), tables=tuple(table for table in tables if table.rows), summary=tuple(said),
        marking=network.model.marking, title=network.model.name,
    )  # fmt: skip


def _device(network: Network, verdict: Verdict, wording: Wording) -> dict[str, Any]:
    return {
        "device": verdict.device,
        "dialect": verdict.configuration.dialect,
        "result": verdict.result,
        "excess": [one for item in verdict.excess for one in _excess_data(network, item, wording)],
        "missing": [_missing_data(network, item, wording) for item in verdict.missing],
        "stopped": [
            {**one, "stopped_by": list(item.stopped)}
            for item in verdict.stopped for one in _excess_data(network, item, wording)
        ],
        "elsewhere": list(verdict.elsewhere),
        "undecided": [
            {"file": left.written.span.file, "line": left.written.span.line, "text": left.written.text,
             "why": left.why.say("en")}
            for left in verdict.undecided
        ],
        "without_effect": [
            {"how": item.how, "hook": item.hook, "file": item.term.written.span.file,
             "line": item.term.written.span.line, "text": item.term.written.text,
             "by": [{"file": term.written.span.file, "line": term.written.span.line} for term in item.by]}
            for item in verdict.effectless
        ],
        "counts": {"rules": verdict.rules, "lines": verdict.lines, "understood": verdict.configuration.understood,
                   "harmless": verdict.configuration.harmless, "undecided": len(verdict.undecided)},
        "out_of_budget": verdict.out_of_budget,
        "notes": [note.say("en") for note in verdict.notes],
    }  # fmt: skip


def _excess_data(network: Network, item: Excess, wording: Wording) -> Iterator[dict[str, Any]]:
    for box in item.boxes:
        yield {
            **_box(network, box, wording),
            "hook": item.hook,
            "complete": item.whole,
            "rules": rules_of(item.origin),
            "nearest": [{"line": line, "why": why} for line, why in item.near],
            "forbidden": list(item.forbidden),
        }


def _box(network: Network, box: Box, wording: Wording) -> dict[str, Any]:
    return {
        "from": box.source_zone or None,
        "to": box.target_zone or None,
        "source": wording.ends(box.source),
        "destination": wording.ends(box.target),
        "service": few(services_said(box.services)),
        "witness": packet_said(instance(network, box), network),
    }


def _missing_data(network: Network, item: Missing, wording: Wording) -> dict[str, Any]:
    return {
        "line": item.line,
        "hook": item.hook,
        "complete": item.whole,
        "boxes": [_box(network, box, wording) for box in item.boxes],
        "witness": packet_said(item.witness, network),
        "blocked_by": [rules_of(origin)[-1] for origin in item.blocked],
    }


def _moved(network: Network, device: str, changes: Sequence[Change], wording: Wording) -> Iterator[dict[str, Any]]:
    for item in changes:
        for box in item.boxes:
            yield {
                "device": device,
                **_box(network, box, wording),
                "hook": item.hook,
                "complete": item.whole,
                "rules": rules_of(item.origin),
                "lines": list(item.lines),
                "unlisted": packet_said(item.unlisted, network) if item.unlisted is not None else None,
            }


def _sentence(verdict: Verdict) -> Message:
    return say(
        "{device} ({dialect}): {result}; {rules} {rules:rule|rules} against {lines} {lines:line|lines}, "
        "{left} {left:statement|statements} not understood",
        "{device} ({dialect}) : {result} ; {rules} {rules:règle|règles} face à {lines} {lines:ligne|lignes}, "
        "{left} {left:instruction non comprise|instructions non comprises}",
        device=verdict.device, dialect=verdict.configuration.dialect, result=_RESULT[verdict.result],
        rules=verdict.rules, lines=verdict.lines, left=len(verdict.undecided),
    )  # fmt: skip


def _where(origin: Origin) -> str:
    written = [deciding.written for deciding in origin]
    return " + ".join(str(replace(item.span, file=PurePath(item.span.file).name)) for item in written if item)


_BOX = (
    Text("from", "de"), Text("to", "vers"), Text("source", "source"), Text("destination", "destination"),
    Text("services", "services"),
)  # fmt: skip


def _cells(box: Box, wording: Wording) -> tuple[Cell, ...]:
    return (box.source_zone or "?", box.target_zone or "?", wording.ends(box.source), wording.ends(box.target),
            few(services_said(box.services)))  # fmt: skip


def _excess_table(verdicts: Sequence[Verdict], wording: Wording) -> Table:
    rows = [
        (verdict.device, *_cells(box, wording), _where(item.origin) or DEFAULT,
         ", ".join(line for line, _ in item.near[:2]))
        for verdict in verdicts for item in verdict.excess for box in item.boxes
    ]  # fmt: skip
    return Table(
        "excess", Text("Permitted and in no line", "Permis et dans aucune ligne"),
        (Text("device", "équipement"), *_BOX, Text("rule", "règle"), Text("nearest line", "ligne la plus proche")),
        tuple(sorted(rows, key=lambda row: (str(row[0]), str(row[1]), str(row[2])))),
    )  # fmt: skip


def _missing_table(verdicts: Sequence[Verdict], wording: Wording) -> Table:
    rows = [
        (verdict.device, item.line, *_cells(box, wording),
         ", ".join(_where(origin[-1:]) for origin in item.blocked[:3]) or DEFAULT)
        for verdict in verdicts for item in verdict.missing for box in item.boxes
    ]  # fmt: skip
    return Table(
        "missing", Text("Authorised and not permitted", "Autorisé et non permis"),
        (Text("device", "équipement"), Text("line", "ligne"), *_BOX, Text("blocked by", "bloqué par")), tuple(rows),
    )  # fmt: skip


def _change_table(changes: Sequence[DeviceChange], wording: Wording) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for item in changes:
        for word, moved in ((Text("opened", "ouvert"), item.opened), (Text("closed", "fermé"), item.closed)):
            for one in moved:
                for box in one.boxes:
                    lines: Cell = ", ".join(one.lines[:4]) + (" …" if len(one.lines) > 4 else "")
                    if not one.lines:
                        lines = Text("none", "aucune")
                    elif one.unlisted is not None and word.en == "opened":
                        lines = Text(f"{lines}, in part", f"{lines}, en partie")
                    rows.append((word, item.device, *_cells(box, wording), _where(one.origin) or DEFAULT, lines,
                                 packet_text(one.unlisted or one.witness)))  # fmt: skip
    return Table(
        "change", Text("What the change opens and closes", "Ce que le changement ouvre et ferme"),
        (Text("change", "changement"), Text("device", "équipement"), *_BOX, Text("rule", "règle"),
         Text("line", "ligne"), Text("for instance", "par exemple")), tuple(rows),
    )  # fmt: skip


def _sums(verdicts: Sequence[Verdict]) -> Table:
    rows = [
        (verdict.device, verdict.configuration.dialect, _RESULT[verdict.result], verdict.rules, verdict.lines,
         len(verdict.excess), len(verdict.missing), len(verdict.stopped), len(verdict.undecided))
        for verdict in verdicts
    ]  # fmt: skip
    return Table(
        "devices", Text("Devices", "Équipements"),
        (Text("device", "équipement"), Text("dialect", "dialecte"), Text("result", "résultat"), Text("rules", "règles"),
         Text("lines", "lignes"), Text("rules with excess", "règles en excès"),
         Text("lines missing", "lignes manquantes"), Text("stopped elsewhere", "arrêtés ailleurs"),
         Text("not understood", "non comprises")), tuple(rows),
    )  # fmt: skip
