"""What an item says, in one sentence for whoever decides."""

from __future__ import annotations

from collections.abc import Sequence

from cloison.flows.reviewing.items import Item
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Message, say
from cloison.netmodel.network import Network

_FEW = 4


def item_said(item: Item, network: Network) -> Message:
    """Return what an item says: ends and services of lines, what a waiver accepts."""
    if item.kind == "waiver":
        waiver = next(one for place, one in enumerate(network.model.waivers)
                      if network.document.span(("waivers", place)) == item.span)  # fmt: skip
        rule, on = waiver.rule, waiver.on
        return say("waiver of {rule} on {on}", "dérogation à {rule} sur {on}", rule=rule, on=on)
    line = network.line[item.lines[0]]
    ends, services = _ends(line), _few([name for name, _ in line.services])
    if len(item.lines) == 1:
        return say("{ends}: {services}", "{ends} : {services}", ends=ends, services=services)
    return say(
        "{n} lines such as {ends}: {services}", "{n} lignes telles que {ends} : {services}",
        n=len(item.lines), ends=ends, services=services,
    )  # fmt: skip


def _ends(line: Line) -> str:
    if line.flow.between:
        return " <-> ".join(_few(line.flow.between))
    return f"{', '.join(_few(line.flow.source))} -> {', '.join(_few(line.flow.to))}"


def _few(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(names) if len(names) <= _FEW else (*names[:_FEW], f"… +{len(names) - _FEW}")
