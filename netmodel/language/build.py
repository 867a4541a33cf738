"""Merged raw values -> the model, or every fault of them as a finding at the user's own place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cloison.netmodel.finding import Finding, MapError, Message, Ref, Span, Text, input_error, say
from cloison.netmodel.language.document import Document, Raw, Route
from cloison.netmodel.language.faults import ENTRIES, KEY, MOST_FAULTS, Fault, Wrong, more_errors, unknown, wrong_kind
from cloison.netmodel.language.model import Model
from cloison.netmodel.language.normal import reader, truth
from cloison.netmodel.language.shapes import MAP, SECTIONS

Tick = Callable[[int, int], None]

# what one entry of a section is called
SINGULAR: Mapping[str, str] = {
    "parties": "party", "sites": "site", "carriers": "carrier", "vrfs": "vrf", "zones": "zone", "subnets": "subnet",
    "assets": "asset", "interconnections": "interconnection", "translations": "translation", "services": "service",
    "endpoints": "endpoint", "applications": "application", "groups": "group", "flows": "line", "policy": "rule",
    "waivers": "waiver", "declarations": "declaration", "reviews": "review",
}  # fmt: skip
NAMED: tuple[str, ...] = ("zones", "subnets", "assets", "endpoints", "applications", "groups", "interconnections")
_KEYS_BESIDE = ("tables", "repeat")
MOST_ENTRIES = 1_000_000  # of all sections together: ten times the largest map that is meant
_LONGEST_ID = 200
_USUAL_NAME = re.compile(r"[\w.-]{1,200}", re.ASCII)
_REFUSED = Text("This value is not accepted: “{value}”", "Cette valeur n’est pas acceptée : « {value} »")


@cache
def _model() -> TypeAdapter[Model]:
    return TypeAdapter(Model)


def build(raw: Mapping[str, Raw], document: Document, found: list[Finding], partial: bool, tick: Tick | None) -> Model:
    """Return the model of a merged map; raise :class:`MapError` with ``found`` and every fault.

    ``partial`` says that some of the map could not be read: what is missing is then no fault.
    """
    entries = {key: len(raw[key]) for key in SECTIONS if isinstance(raw.get(key), dict)}
    if sum(entries.values()) > MOST_ENTRIES:
        largest = max(entries, key=lambda key: entries[key])
        message = say("More than {most} entries", "Plus de {most} entrées", most=MOST_ENTRIES)
        place = document.span((largest, next(iter(raw[largest]))), key=True)
        raise MapError((*found, input_error("too-large", message, Ref("map", largest), place)))
    canonical, faults = _canonical(raw, sum(entries.values()), tick)
    if partial:
        faults = [fault for fault in faults if fault.rule != "missing-field"]
    # one fault of a fragment is met as often as the fragment is made, and said once
    said: dict[tuple[str, Span, str], Finding] = {}
    for fault in faults[:MOST_FAULTS]:
        finding = _finding(fault, document)
        said.setdefault((finding.rule, finding.spans[0], finding.message.say("en")), finding)
    findings = [*found, *said.values()]
    if len(faults) > MOST_FAULTS:
        findings.append(more_errors(document.span(())))
    if findings:
        raise MapError(tuple(sorted(findings, key=lambda item: (item.rule == "more-errors", item.spans, item.rule))))
    try:
        return _model().validate_python(canonical)
    except ValidationError as error:  # what the normal forms let through and the types do not
        raise MapError(
            tuple(
                _finding(
                    Fault("wrong-value", Message(_REFUSED, {"value": str(item["input"])[:80]}), item["loc"]), document
                )
                for item in error.errors(include_url=False, include_context=False)[:MOST_FAULTS]
            )
        ) from None


def conflict(route: Route, document: Document) -> Finding:
    """Return the finding of a field that was given two values, with both places."""
    kind = SINGULAR.get(str(route[0]))
    subject = Ref(kind, str(route[1])) if kind and len(route) > 1 else Ref("map", str(route[0]))
    return input_error(
        "two-values",
        say("“{field}” is given two values", "« {field} » reçoit deux valeurs", field=str(route[-1])),
        subject,
        *document.spans(route),
    )


def _finding(fault: Fault, document: Document) -> Finding:
    section = str(fault.route[0]) if fault.route else ""
    kind = SINGULAR.get(section)
    subject = Ref(kind, str(fault.route[1])) if kind and len(fault.route) > 1 else Ref("map", section)
    return input_error(fault.rule, fault.message, subject, *document.cite(fault.route, key=fault.key))


def _canonical(raw: Mapping[str, Raw], total: int, tick: Tick | None) -> tuple[dict[str, Any], list[Fault]]:
    canonical: dict[str, Any] = {}
    faults: list[Fault] = []
    done = 0
    for key, value in raw.items():
        if key in _KEYS_BESIDE:
            continue
        if len(faults) > MOST_FAULTS:
            break
        try:
            if key in SECTIONS:
                canonical[key], wrong = _section(key, value, canonical)
                faults += wrong
                done += len(canonical[key])
                if tick is not None:
                    tick(done, total)
            elif key in MAP.fields:
                canonical[key] = reader(MAP.fields[key].shape)(value)
            else:
                known = (*MAP.fields, *_KEYS_BESIDE)
                faults += Wrong(unknown(key, known, "unknown-key", KEY, key=True)).under(key)
        except Wrong as wrong:
            faults += wrong.under(key)
    missing = tuple(key for key, item in MAP.fields.items() if item.required and key not in raw)
    if missing:
        faults.append(
            Fault(
                "missing-field",
                say("Required and not there: {missing}", "Obligatoire et absent : {missing}", missing=missing),
            )
        )
    return canonical, faults


def _section(section: str, value: Raw, canonical: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    if value is None:
        return {}, []
    if not isinstance(value, dict):
        raise wrong_kind(value, ENTRIES)
    read = reader(SECTIONS[section])
    entries: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, entry in value.items():
        if len(faults) > MOST_FAULTS:
            break
        if section == "policy" and name == "lateral":
            try:
                canonical["lateral"] = truth(entry)
            except Wrong as wrong:
                faults += wrong.under(section, name)
            continue
        try:
            entries[name] = read(entry)
        except Wrong as wrong:
            faults += wrong.under(section, name)
        wrong_name = _wrong_name(section, name)
        if wrong_name is not None:
            faults.append(Fault("bad-name", wrong_name, (section, name), key=True))
    return entries, faults


def _wrong_name(section: str, name: str) -> Message | None:
    if _USUAL_NAME.fullmatch(name) and name != "any":
        return None
    if not name.strip() or len(name) > _LONGEST_ID or not name.isprintable():
        return say(
            "A name has 1 to {most} printable characters",
            "Un nom a de 1 à {most} caractères imprimables",
            most=_LONGEST_ID,
        )
    if section in NAMED and (name == "any" or any(mark in name for mark in "/*,;")):
        return say(
            "“{name}” cannot be a name: “any” is reserved, and “/”, “*”, “,” and “;” join names",
            "« {name} » ne peut pas être un nom : « any » est réservé, et « / », « * », « , » et « ; » "
            "joignent des noms",
            name=name,
        )
    return None
