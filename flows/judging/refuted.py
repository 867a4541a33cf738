"""Authorised conversations whose line claims what the wire refutes: they become illegitimate, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.greeting import Greetings, Names
from cloison.flows.judge import AUTHORISED, ILLEGITIMATE, REASONS, Verdicts, severity_of
from cloison.flows.judging.claims import CLEARTEXT, OUTSIDE, WEAK, WRONG, claim_of, refutation
from cloison.flows.judging.likeness import alike
from cloison.flows.judging.loops import blocks_of
from cloison.flows.judging.matrix import Matrix
from cloison.flows.judging.readings import asked
from cloison.flows.table import SAID_CLEARTEXT, SAID_OUTSIDE, SAID_WEAK, SAID_WRONG, FlowTable
from cloison.flows.wire import SSH, Wire, seen
from cloison.netmodel.assurance.subjects.encryption import encrypts, tunnelled
from cloison.netmodel.network import Network

Array = npt.NDArray[Any]

_CODE = {reason: code for code, (_, reason) in enumerate(REASONS)}
_YEARS: Array = np.arange("1970", "2262", dtype="M8[Y]").astype("M8[ns]").astype(np.int64)  # where each begins
_BEFORE = 1969
_SHOWN = ("wire_ab", "wire_ba", "wire_state", "wire_version", "wire_cipher", "wire_group")


def refuted(
    matrix: Matrix, table: FlowTable, verdicts: Verdicts, wires: tuple[Wire, ...], probes: Sequence[str],
    greetings: Sequence[Greetings | None],
) -> Verdicts:  # fmt: skip
    """Return the verdicts with those of refuted claims changed; ``probes`` has the probe of each source, or nothing,
    ``greetings`` what is in clear before its conversations encrypt.

    What differs in nothing that decides is decided once.
    """
    authorised = (verdicts.verdict == AUTHORISED) & (verdicts.line >= 0)
    reason = verdicts.reason.copy()
    if table.wire_ab.any() or table.wire_ba.any():
        looked = table.wire_ab.astype(bool) | table.wire_ba.astype(bool)
        rows = np.flatnonzero(authorised & looked[verdicts.row])
        if len(rows):
            for block in blocks_of(len(rows)):
                reason[rows[block]] = _by_claims(matrix, table, verdicts, wires, greetings, rows[block])
    rows = np.flatnonzero(authorised & (reason == _CODE[""]) & (table.evidence >= SAID_CLEARTEXT)[verdicts.row])
    if len(rows):
        reason[rows] = _by_earlier(matrix, table.evidence[verdicts.row[rows]], verdicts.line[rows])
    outside = _outside(matrix, probes)
    if outside.any():
        plain = authorised & (reason == _CODE[""]) & (table.tunnel < 0)[verdicts.row]
        rows = np.flatnonzero(plain)
        caught = rows[outside[verdicts.line[rows], table.source[verdicts.row[rows]]]]
        reason[caught] = _CODE[OUTSIDE]
    changed = np.flatnonzero(reason != verdicts.reason)
    if not len(changed):
        return verdicts
    verdict, severity = verdicts.verdict.copy(), verdicts.severity.copy()
    verdict[changed] = ILLEGITIMATE
    severity[changed] = severity_of(
        matrix, reason[changed], verdict[changed], verdicts.answered[changed], verdicts.certainty[changed],
        verdicts.source[changed],
    )  # fmt: skip
    return replace(verdicts, reason=reason, verdict=verdict, severity=severity)


def _by_claims(
    matrix: Matrix, table: FlowTable, verdicts: Verdicts, wires: tuple[Wire, ...],
    greetings: Sequence[Greetings | None], rows: Array,
) -> Array:  # fmt: skip
    """Return the codes (u1) of some authorised verdicts, whose payload was looked at."""
    part = table.take(verdicts.row[rows])
    service, _ = asked(part, verdicts.swapped[rows])
    names, agreed = _agreed(part, verdicts.swapped[rows], wires, greetings)
    year = np.searchsorted(_YEARS, part.first, side="right") + _BEFORE if agreed.any() else agreed
    columns = [verdicts.line[rows], service, agreed, year, *(getattr(part, name) for name in _SHOWN)]
    first, like = alike(columns)
    codes = np.empty(len(first), dtype=np.uint8)
    claims: dict[tuple[int, int], Any] = {}
    network = matrix.network
    for at, (line, wanted, taken, when, ab, ba, state, version, cipher, group) in enumerate(
        zip(*(column[first].tolist() for column in columns), strict=True)
    ):
        if (line, wanted) not in claims:
            claims[line, wanted] = claim_of(network, network.line[matrix.lines[line]], wanted)
        shown = seen(wires, ab, ba, state, version, cipher, group)
        codes[at] = _CODE[refutation(claims[line, wanted], shown, names[taken], when) if shown else ""]
    found: Array = codes[like]
    return found


def _agreed(
    part: FlowTable, swapped: Array, wires: tuple[Wire, ...], greetings: Sequence[Greetings | None]
) -> tuple[list[Names], Array]:
    """Return the distinct sets of algorithms that conversations of SSH agreed on, and which one is each row's (i8)."""
    which = np.zeros(len(part), dtype=np.int64)
    numbers: dict[Names, int] = {(): 0}
    ssh = [number for number, wire in enumerate(wires, 1) if wire.name == SSH]
    for row in np.flatnonzero((part.said > 0) & (np.isin(part.wire_ab, ssh) | np.isin(part.wire_ba, ssh))).tolist():
        kept = greetings[int(part.source[row])]
        if kept is not None:
            found = kept.of(int(part.said[row])).agreed(bool(swapped[row]))
            which[row] = numbers.setdefault(found, len(numbers))
    return list(numbers), which


def _by_earlier(matrix: Matrix, evidence: Array, line: Array) -> Array:
    """Return the codes (u1) of what an earlier audit refuted, where the lines still claim it."""
    found = np.zeros(len(line), dtype=np.uint8) + np.uint8(_CODE[""])
    network = matrix.network
    lines = [network.line[name] for name in matrix.lines]
    encrypting = np.array([encrypts(item) for item in lines])
    claims = {
        OUTSIDE: np.array([tunnelled(network, item) for item in lines]), WRONG: np.ones(len(lines), dtype=bool),
        WEAK: encrypting, CLEARTEXT: encrypting,
    }  # fmt: skip
    bits = {CLEARTEXT: SAID_CLEARTEXT, WEAK: SAID_WEAK, WRONG: SAID_WRONG, OUTSIDE: SAID_OUTSIDE}
    for reason, claimed in claims.items():
        found[(evidence & np.uint32(bits[reason]) != 0) & claimed[line]] = _CODE[reason]
    return found


def _outside(matrix: Matrix, probes: Sequence[str]) -> Array:
    """Return bool[lines, sources]: whether a conversation of the line, seen at the source, is outside its tunnel."""
    network = matrix.network
    found = np.zeros((len(matrix.lines), max(len(probes), 1)), dtype=bool)
    wrapped = [index for index, name in enumerate(matrix.lines) if tunnelled(network, network.line[name])]
    if not wrapped or not any(probes):
        return found
    underlays: dict[str, frozenset[str]] = {}
    for index in wrapped:
        line = network.line[matrix.lines[index]]
        tunnel = line.flow.tunnel
        if tunnel not in underlays:
            underlays[tunnel] = underlay(network, tunnel)
        own = {name for end in (*line.sources, *line.targets) for name in end.subnets}
        for source, probe in enumerate(probes):
            watched = _watched_subnets(network, probe) if probe else frozenset()
            found[index, source] = bool(watched) and watched <= underlays[tunnel] - own
    return found


def underlay(network: Network, tunnel: str) -> frozenset[str]:
    """Return the subnets on which only the outside of a tunnel may be seen: those of its ends that run on what it runs
    on, when an end has others."""
    below = _below(network.model.carriers, tunnel) - {tunnel}
    found: set[str] = set()
    for end in network.model.carriers[tunnel].ends:
        homes = network.assets[end].subnets if end in network.assets else ()
        outer = {name for name in homes if _names_below(network, name) & below}
        if outer and outer != set(homes):
            found |= outer
    return frozenset(found)


def _names_below(network: Network, subnet: str) -> set[str]:
    facts = network.subnets[subnet]
    return {name for over in facts.over for name in _below(network.model.carriers, over)}


def _below(carriers: Mapping[str, Any], name: str) -> set[str]:
    """Return what a carrier runs on, itself included."""
    found = {name}
    waiting = [name]
    while waiting:
        here = waiting.pop()
        for item in carriers[here].over if here in carriers else ():
            if item not in found:
                found.add(item)
                waiting.append(item)
    return found


def _watched_subnets(network: Network, probe: str) -> frozenset[str]:
    """Return the subnets of the interfaces that a probe watches; none when it also watches something else."""
    found: set[str] = set()
    for name in network.assets[probe].asset.watches:
        asset, _, interface = name.partition("/")
        if asset not in network.assets or not interface:
            return frozenset()
        found.update(network.assets[asset].interfaces[interface].subnets)
    return frozenset(found)
