"""The findings of a verification: what is permitted too much, what is missing, what is in doubt, what does nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cloison.flows.verifying.gate import DeviceChange
from cloison.flows.verifying.verdict import Box, Effectless, Excess, Missing, Verdict
from cloison.flows.verifying.wording import DEFAULT, Wording, few, packet_shown, packet_text, services_said
from cloison.netmodel.finding import Finding, Message, Ref, Severity, Span, Step, Text, Value, Witness, say
from cloison.netmodel.network import Network
from cloison.netmodel.space.services import CONTINUING

_MOST_PAIRS = 4
_NEAR: Mapping[str, Text] = {
    "partly": Text("authorises a part of it", "en autorise une partie"),
    "expired": Text("would authorise it and is not live", "l’autoriserait mais n’est pas en vigueur"),
    "direction": Text("authorises the other way", "autorise l’autre sens"),
    "service": Text("joins these ends for other services", "relie ces bouts pour d’autres services"),
    "zones": Text("joins other ends of these zones", "relie d’autres bouts de ces zones"),
}
_REMEDY_EXCESS = say(
    "Narrow or remove the rule, or declare a line with its justification.",
    "Restreindre ou retirer la règle, ou déclarer une ligne avec sa justification.",
)
_REMEDY_MISSING = say(
    "Open it before the rule that blocks it, or take the line out of the matrix.",
    "L’ouvrir avant la règle qui le bloque, ou retirer la ligne de la matrice.",
)
_REMEDY_UNDECIDED = say(
    "Rewrite the rule with constructs that are understood, or check it by hand.",
    "Réécrire la règle avec des constructions comprises, ou la vérifier à la main.",
)
_WITHOUT: Mapping[str, tuple[str, Severity, Text]] = {
    "shadowed": (
        "shadowed-rule", "warning",
        Text("{device}: this rule never decides: {by} before it {n:holds|hold} every packet of it",
             "{device} : cette règle ne décide jamais : avant elle, {by} {n:prend|prennent} tous ses paquets"),
    ),
    "redundant": (
        "redundant-rule", "note",
        Text("{device}: without this rule the same packets would be permitted ({by})",
             "{device} : sans cette règle, les mêmes paquets seraient permis ({by})"),
    ),
    "idle": (
        "idle-rule", "note",
        Text("{device}: by the map, no packet that this rule holds can pass here",
             "{device} : d’après la carte, aucun paquet de cette règle ne peut passer ici"),
    ),
    "unused": (
        "unused-rule", "note",
        Text("{device}: the counter of this rule is at zero", "{device} : le compteur de cette règle est à zéro"),
    ),
}  # fmt: skip


def findings(network: Network, verdict: Verdict, wording: Wording) -> Iterator[Finding]:
    """Yield the findings of one device, the worst first."""
    for excess in verdict.excess:
        yield _excess(network, verdict.device, excess, wording)
    for missing in verdict.missing:
        yield _missing(network, verdict.device, missing, wording)
    for line in verdict.elsewhere:
        yield Finding(
            "line-elsewhere", "warning",
            say("{device} blocks a part of {line}, which has no way of its own and may pass elsewhere; say “via”",
                "{device} bloque une partie de {line}, qui n’a pas de chemin propre et peut passer ailleurs ; "
                "écrire « via »", device=verdict.device, line=line),
            Ref("line", line), (network.line[line].span,), graph="effective",
        )  # fmt: skip
    for excess in verdict.stopped:
        yield _stopped(network, verdict.device, excess, wording)
    for left in verdict.undecided:
        yield Finding(
            "undecided-configuration", "warning",
            say("{device}: not understood: {why}", "{device} : non compris : {why}",
                device=verdict.device, why=_text(left.why)),
            Ref("asset", verdict.device), (left.written.span,), remedy=_REMEDY_UNDECIDED, graph="effective",
        )  # fmt: skip
    for item in verdict.effectless:
        if item.how in _WITHOUT:
            yield _effectless(verdict.device, item)


def _text(message: Message) -> Text:
    return Text(message.say("en"), message.say("fr"))


def _extent(boxes: Sequence[Box], wording: Wording) -> tuple[str, ...]:
    said = [
        f"{wording.ends(box.source)} → {wording.ends(box.target)} {few(services_said(box.services))}"
        for box in boxes[:_MOST_PAIRS]
    ]
    return (*said, f"… +{len(boxes) - _MOST_PAIRS}") if len(boxes) > _MOST_PAIRS else tuple(said)


def _excess(network: Network, device: str, item: Excess, wording: Wording) -> Finding:
    spans = tuple(deciding.written.span for deciding in item.origin if deciding.written is not None)
    steps = [
        Step(Ref("line", line), Message(_NEAR[why]), network.line[line].span)
        for line, why in item.near if why in _NEAR
    ]  # fmt: skip
    steps += (Step(Ref("rule", rule), say("forbids it", "l’interdit")) for rule in item.forbidden)
    message = say(
        "{device} permits what no line authorises: {extent}; for instance {packet}",
        "{device} permet ce qu’aucune ligne n’autorise : {extent} ; par exemple {packet}",
        device=device, extent=_extent(item.boxes, wording), packet=packet_text(item.witness),
    )  # fmt: skip
    return Finding(
        "configuration-excess", "error", message, Ref("asset", device), spans or (Span(device),),
        Witness("packet", tuple(steps), packet_shown(item.witness, network)), _REMEDY_EXCESS, graph="effective",
    )  # fmt: skip


def _missing(network: Network, device: str, item: Missing, wording: Wording) -> Finding:
    written = {
        (deciding.written.span, deciding.written.text): deciding.written
        for origin in item.blocked for deciding in origin[-1:] if deciding.written is not None
    }  # fmt: skip
    steps = [Step(Ref("rule", rule.text), say("blocks it", "le bloque"), rule.span) for rule in written.values()]
    if not steps:
        steps = [Step(Ref("rule", ""), say("no rule permits it", "aucune règle ne le permet"))]
    values: dict[str, Value] = {"device": device, "line": item.line, "extent": _extent(item.boxes, wording),
              "packet": packet_text(item.witness)}  # fmt: skip
    if item.phase == CONTINUING:
        message = say(
            "{device} lets conversations of {line} open and loses packets of theirs: {extent}; for instance {packet}",
            "{device} laisse s’ouvrir les conversations de {line} et en perd des paquets : {extent} ; par exemple "
            "{packet}", **values,
        )  # fmt: skip
    else:
        message = say(
            "{device} does not permit what {line} authorises: {extent}; for instance {packet}",
            "{device} ne permet pas ce que {line} autorise : {extent} ; par exemple {packet}", **values,
        )  # fmt: skip
    line = network.line[item.line]
    spans = (*(rule.span for rule in written.values()), line.span)
    return Finding(
        "configuration-missing", "error", message, Ref("line", item.line), spans,
        Witness("packet", tuple(steps), packet_shown(item.witness, network)), _REMEDY_MISSING, graph="effective",
    )  # fmt: skip


def _stopped(network: Network, device: str, item: Excess, wording: Wording) -> Finding:
    spans = tuple(deciding.written.span for deciding in item.origin if deciding.written is not None)
    message = say(
        "{device} permits what no line authorises, and only {others} {n:stops|stop} it: {extent}",
        "{device} permet ce qu’aucune ligne n’autorise, et {n:seul|seuls} {others} {n:l’arrête|l’arrêtent} : {extent}",
        device=device, others=item.stopped, n=len(item.stopped), extent=_extent(item.boxes, wording),
    )  # fmt: skip
    return Finding(
        "excess-stopped-elsewhere", "warning", message, Ref("asset", device), spans or (Span(device),),
        Witness("packet", (), packet_shown(item.witness, network)), _REMEDY_EXCESS, graph="effective",
    )  # fmt: skip


def _effectless(device: str, item: Effectless) -> Finding:
    rule, severity, text = _WITHOUT[item.how]
    by = tuple(dict.fromkeys(_called(term.written.span, term.written.name) for term in item.by))
    shown = by[:4] if by else (DEFAULT,)
    message = Message(text, {"device": device, "by": shown, "n": len(by)})
    spans = (item.term.written.span, *(term.written.span for term in item.by[:3]))
    return Finding(rule, severity, message, Ref("asset", device), spans, graph="effective")


def _called(span: Span, name: str) -> str:
    return f"{name} ({span})" if name else str(span)


def change_findings(network: Network, change: DeviceChange, wording: Wording) -> Iterator[Finding]:
    """Yield what keeps a change from being merged alone."""
    for item in change.opened:
        if item.unlisted is None:
            continue
        spans = tuple(deciding.written.span for deciding in item.origin if deciding.written is not None)
        message = say(
            "{device}: the change opens what no line authorises: {extent}; for instance {packet}",
            "{device} : le changement ouvre ce qu’aucune ligne n’autorise : {extent} ; par exemple {packet}",
            device=change.device, extent=_extent(item.boxes, wording), packet=packet_text(item.unlisted),
        )  # fmt: skip
        yield Finding(
            "change-outside", "error", message, Ref("asset", change.device), spans or (Span(change.device),),
            Witness("packet", (), packet_shown(item.unlisted, network)), _REMEDY_EXCESS, graph="effective",
        )  # fmt: skip
    for item in change.closed:
        if not item.lines:
            continue
        spans = tuple(deciding.written.span for deciding in item.origin if deciding.written is not None)
        message = say(
            "{device}: the change closes what {lines} {n:authorises|authorise}: {extent}; for instance {packet}",
            "{device} : le changement ferme ce que {lines} {n:autorise|autorisent} : {extent} ; par exemple {packet}",
            device=change.device, lines=item.lines[:6], n=len(item.lines), extent=_extent(item.boxes, wording),
            packet=packet_text(item.witness),
        )  # fmt: skip
        yield Finding(
            "change-removes", "error", message, Ref("asset", change.device), spans or (Span(change.device),),
            Witness("packet", (), packet_shown(item.witness, network)), _REMEDY_MISSING, graph="effective",
        )  # fmt: skip
