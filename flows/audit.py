"""Captures against the matrix: every conversation judged, every line looked for, everything else counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.answer import audit_report
from cloison.flows.auditing.grounds import findings
from cloison.flows.judge import judge
from cloison.flows.judging import loops
from cloison.flows.judging.matrix import known_ports, matrix_of, midnight
from cloison.flows.judging.merge import merge
from cloison.flows.judging.place import Candidates, place, watched
from cloison.flows.judging.refuted import refuted
from cloison.flows.orient import orient
from cloison.flows.table import Capture, FlowTable, Source, join
from cloison.flows.wire import Wire
from cloison.netmodel.finding import Finding, MapError, Message, Ref, Text, input_error
from cloison.netmodel.language.names import nearest
from cloison.netmodel.network import Network

__all__ = ["Options", "audit", "audit_report"]

Array = npt.NDArray[Any]
Tick = Callable[[int, int], None]

_NO_VRF = Text(
    "--vrf: the map has no VRF {name}; nearest: {near}",
    "--vrf : la carte n’a pas de VRF {name} ; la plus proche : {near}",
)
_NO_VRF_NOR_LIKE = Text(
    "--vrf: the map has no VRF {name}, and nothing like it",
    "--vrf : la carte n’a pas de VRF {name}, ni rien d’approchant",
)
_NO_ASSET = Text(
    "--probe: the map has no asset {name}; nearest: {near}",
    "--probe : la carte n’a pas de bien {name} ; le plus proche : {near}",
)
_NO_ASSET_NOR_LIKE = Text(
    "--probe: the map has no asset {name}, and nothing like it",
    "--probe : la carte n’a pas de bien {name}, ni rien d’approchant",
)
_NO_PROBE = Text(
    "--probe: {name} is not a probe: it has neither the function probe nor anything that it watches",
    "--probe : {name} n’est pas une sonde : il n’a ni la fonction probe ni rien qu’il surveille",
)


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asks of an audit: the VRF of captures without a probe, every conversation, packets tolerated."""

    vrf: str = ""
    every: bool = False
    allow_undecoded: int = 0


def audit(
    network: Network, captures: Sequence[tuple[str, Capture]], options: Options | None = None, tick: Tick | None = None
) -> Audit:
    """Return the audit of captures, each with the asset that is its probe (empty: none).

    Raises ``MapError`` with every VRF or probe that the map does not have, and every asset that is no probe.
    """
    options = options or Options()
    if refused := refusals(network, (probe for probe, _ in captures), options.vrf):
        raise MapError(refused)
    sources: list[Source] = []
    probes: list[str] = []
    settled: list[Candidates] = []
    ledger: dict[str, int] = {}
    tables = []
    wires = _Wires()
    word = (network.ownership.indices[options.vrf],) if options.vrf else ()
    for probe, capture in captures:
        table = capture.table
        if sources:
            before = np.uint32(len(sources))
            table = replace(table, source=table.source + before, wire_source=table.wire_source + before)
        tables.append(wires.one(table, capture.wires))
        streams = max((source.stream + 1 for source in sources), default=0)
        sources += [
            replace(source, stream=source.stream + streams) if source.stream >= 0 else source
            for source in capture.sources
        ]
        there = (watched(network, probe) if probe else ()) or word
        probes += ["" if source.elsewhere else probe for source in capture.sources]
        settled += [() if source.elsewhere else there for source in capture.sources]
        for reason, count in capture.ledger.items():
            ledger[reason] = ledger.get(reason, 0) + count
    table = join(tables)
    window = _window(network, sources, table.first)
    steps = _Steps(tick)
    matrix = matrix_of(network, window, fast=len(table) >= loops.MANY)
    steps.one()
    places = place(matrix, table, settled)
    table, rows = merge(matrix, table, places, _streams(sources))
    steps.one()
    verdicts = judge(matrix, table, places, orient(table, known_ports(network), rows, fast=matrix.fast))
    verdicts = refuted(matrix, table, verdicts, wires.known, probes, [source.greetings for source in sources])
    steps.one()
    result = Audit(
        network, tuple(sources), tuple(probes), ledger, window, matrix, table, places, verdicts, wires=wires.known,
    )  # fmt: skip
    result = replace(result, findings=findings(result))
    steps.one()
    return result


class _Wires:
    """The protocols that captures tell, under one numbering."""

    def __init__(self) -> None:
        self.known: tuple[Wire, ...] = ()

    def one(self, table: FlowTable, wires: tuple[Wire, ...]) -> FlowTable:
        """Return a table whose columns count these wires, with columns that count the known ones."""
        before = self.known
        self.known = (*before, *(wire for wire in wires if wire not in before))
        numbers = np.arange(256, dtype=np.uint8)
        numbers[1 : len(wires) + 1] = [self.known.index(wire) + 1 for wire in wires]
        if (numbers == np.arange(256)).all():
            return table
        return replace(table, wire_ab=numbers[table.wire_ab], wire_ba=numbers[table.wire_ba])


class _Steps:
    """The steps of an audit, counted for who waits."""

    def __init__(self, tick: Tick | None) -> None:
        self.tick = tick
        self.done = 0

    def one(self) -> None:
        self.done += 1
        if self.tick:
            self.tick(self.done, 4)


def _streams(sources: Sequence[Source]) -> Array:
    """Return i8, a number for each source's stream; a source that is by itself has one of its own."""
    return np.array([~at if source.stream < 0 else source.stream for at, source in enumerate(sources)], dtype=np.int64)


def _window(network: Network, sources: Sequence[Source], first: Array) -> tuple[int, int]:
    """Return when conversations begin, first and last; without any, the day of the map. Earlier audits widen it."""
    earlier = [time for source in sources if source.lines for time in (source.first, source.last)]
    if len(first):
        return min([int(first.min()), *earlier]), max([int(first.max()), *earlier])
    known = [source for source in sources if source.first or source.last]
    if known:
        return min(source.first for source in known), max(source.last for source in known)
    zone = ZoneInfo(network.model.timezone)
    return midnight(network.at, zone), midnight(network.at + timedelta(days=1), zone) - 1


def refusals(network: Network, probes: Iterable[str], vrf: str) -> tuple[Finding, ...]:
    """Return why some probes or a VRF cannot be audited with: names that the map lacks, assets that are no probe."""
    problems = []
    if vrf and vrf not in network.ownership.indices:
        near = nearest(vrf, network.ownership.vrfs)
        text = _NO_VRF if near else _NO_VRF_NOR_LIKE
        problems.append(
            input_error(
                "unknown-name", Message(text, {"name": vrf, "near": near}), Ref("argument", "--vrf")
            )
        )  # fmt: skip
    for probe in dict.fromkeys(probe for probe in probes if probe):
        rule = "unknown-name"
        near = nearest(probe, network.assets)
        text = _NO_ASSET if near else _NO_ASSET_NOR_LIKE
        if probe in network.assets:
            if "probe" in network.assets[probe].functions or network.assets[probe].asset.watches:
                continue
            rule, text, near = "not-a-probe", _NO_PROBE, ()
        problems.append(input_error(rule, Message(text, {"name": probe, "near": near}), Ref("argument", "--probe")))
    return tuple(problems)
