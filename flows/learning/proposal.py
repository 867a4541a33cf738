"""Proposed lines, each with its evidence; and what is set apart, with the reason: nobody should accept it unread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.grounds import service_name
from cloison.flows.judge import AUTHORISED, LOCAL, REASONS, SEVERITIES
from cloison.flows.judging.claims import CLEARTEXT, OUTSIDE, WEAK, WRONG, Claim
from cloison.flows.learning.names import Names
from cloison.flows.learning.uses import Use, uses
from cloison.flows.orient import ASSUMED, NO, UNKNOWN
from cloison.netmodel.finding import Span, Text

Array = npt.NDArray[Any]

WHY: Mapping[str, Text] = {
    "scan": Text("unanswered, from a public network: a scan", "sans réponse, depuis un réseau public : un balayage"),
    "unanswered": Text("nothing answered", "rien n’a répondu"),
    "answer-unknown": Text("whether it was answered is not known", "on ignore si quelque chose a répondu"),
    "assumed": Text("who began is not known", "on ignore qui a commencé"),
    "direction": Text(
        "the matrix authorises only the other way", "la matrice n’autorise que l’autre sens"
    ),
    "forbidden": Text("a segmentation rule forbids it", "une règle de cloisonnement l’interdit"),
    "expired": Text("a line exists, and is not live", "une ligne existe, mais n’est pas en vigueur"),
    "undeclared": Text("an end is on no declared subnet", "une extrémité n’est sur aucun sous-réseau déclaré"),
    "cleartext": Text("in clear, or reputed unsafe", "en clair, ou réputé non sûr"),
    "wrong-protocol": Text("another protocol than its port's", "un autre protocole que celui de son port"),
    "refuted": Text("its line claims what the wire refutes", "sa ligne annonce ce que le réseau réfute"),
}  # fmt: skip
_PROPOSED, _SETTLED = "", "settled"
_BY_REASON = {
    "expired": "expired", "forbidden": "forbidden", "direction": "direction", "no-subnet": "undeclared",
    "ambiguous-vrf": "undeclared", "not-behind-probe": "undeclared", CLEARTEXT: "refuted", WEAK: "refuted",
    WRONG: "refuted", OUTSIDE: "refuted",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One proposed line, or one kind of conversations set apart for ``why`` (a name of ``WHY``).

    ``conversations``, ``first`` and ``last`` (ns since 1970 UTC), ``place`` (the first packet) and ``probes`` are its
    evidence; ``wires`` what was told on the wire; ``addresses`` some of its initiators.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    services: tuple[str, ...]
    conversations: int
    first: int
    last: int
    place: Span
    probes: tuple[str, ...]
    wires: tuple[str, ...]
    addresses: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """``lines`` may be declared once justified; ``apart`` are refused conversations; ``settled`` counts those that a
    line authorises already, or that need none."""

    lines: tuple[Line, ...]
    apart: tuple[Line, ...]
    settled: int


def propose(audit: Audit) -> Proposal:
    """Return the lines that an audit's conversations ask for: those that began for certain or probably, were answered,
    and lie between declared places; every other one that is not settled is set apart."""
    kinds = _kinds(audit)
    names = Names(audit.network)
    proposed: list[tuple[Use, str]] = []
    apart: list[Line] = []
    for kind in dict.fromkeys((_PROPOSED, *WHY)):
        rows = np.flatnonzero(kinds == kind)
        for use in uses(audit, rows).values() if len(rows) else ():
            why = kind or _of_wire(names, use)
            if why:
                apart.append(_line(names, [use], why))
            else:
                proposed.append((use, names.service(use.service)))
    order = list(WHY)
    return Proposal(
        tuple(_joined(names, proposed)),
        tuple(sorted(apart, key=lambda line: (order.index(line.why), -line.conversations, line.sources, line.targets))),
        int((kinds == _SETTLED).sum()),
    )


def _kinds(audit: Audit) -> Array:
    """Return the kind of each verdict: to be proposed (empty), settled, or a name of ``WHY``."""
    verdicts = audit.verdicts
    kinds = np.full(len(verdicts), _PROPOSED, dtype="U16")
    kinds[verdicts.certainty == ASSUMED] = "assumed"
    kinds[verdicts.answered == UNKNOWN] = "answer-unknown"
    kinds[verdicts.answered == NO] = "unanswered"
    kinds[(verdicts.answered == NO) & (verdicts.severity == SEVERITIES.index("note"))] = "scan"
    for code, (_, reason) in enumerate(REASONS):
        if reason in _BY_REASON:
            here = verdicts.reason == code
            if _BY_REASON[reason] == "undeclared":
                here &= (kinds == _PROPOSED) | (kinds == "assumed")
            kinds[here] = _BY_REASON[reason]
    kinds[(verdicts.verdict == AUTHORISED) | (verdicts.verdict == LOCAL)] = _SETTLED
    return kinds


def _of_wire(names: Names, use: Use) -> str:
    """Return why what was seen, or what is known of the port, speaks against a line; empty when nothing does."""
    shown = refuting(names, use)
    if shown:
        return shown
    return "cleartext" if names.unsafe(use.service) else ""


def refuting(names: Names, use: Use) -> str:
    """Return whether the wire shows a conversation in clear, or another protocol than its port's."""
    expected = names.expected(use.service)
    for wire in use.wires:
        words = ["encrypted" if part == _SNMP_3 else part.split(" ")[0] for part in wire.split(", ")]
        if expected and words != ["unknown"] and not _meets(words, expected):
            return "cleartext" if _clear(words) else "wrong-protocol"
        if _clear(words):
            return "cleartext"
    return ""


_SNMP_3 = "snmp 3"
_ENCRYPTED = frozenset(("encrypted", "tls", "dtls", "quic", "ssh", "ike", "esp", "wireguard", "openvpn"))
_NEUTRAL = frozenset(("dns", "ntp", "smb", "rdp", "unknown"))  # their safety is not told by their first bytes


def _meets(words: list[str], expected: frozenset[str]) -> bool:
    allowed = Claim(expected).allowed
    return any(word in allowed or word == "encrypted" for word in words)


def _clear(words: list[str]) -> bool:
    return not any(word in _ENCRYPTED or word in _NEUTRAL for word in words)


def _joined(names: Names, proposed: Iterable[tuple[Use, str]]) -> list[Line]:
    """Return lines: services of the same two ends joined, then sources of the same target, then targets.

    A line joins two zones, as a matrix is read: ends of different zones are never in one list.
    """
    pairs: dict[tuple[str, str], list[tuple[Use, str]]] = {}
    for use, service in proposed:
        pairs.setdefault((use.source, use.target), []).append((use, service))
    by_target: dict[tuple[str, tuple[str, ...], frozenset[str]], list[Use]] = {}
    for (source, target), found in pairs.items():
        services = frozenset(service for _, service in found)
        by_target.setdefault((target, names.zones(source), services), []).extend(use for use, _ in found)
    by_sources: dict[tuple[frozenset[str], tuple[str, ...], frozenset[str]], list[Use]] = {}
    for (target, _, services), found_uses in by_target.items():
        sources = frozenset(use.source for use in found_uses)
        by_sources.setdefault((sources, names.zones(target), services), []).extend(found_uses)
    lines = [_line(names, group) for group in by_sources.values()]
    return sorted(lines, key=lambda line: (line.sources, line.targets, line.services))


def _line(names: Names, group: list[Use], why: str = "") -> Line:
    first = min(group, key=lambda use: (use.first, use.place))
    return Line(
        names.ends(use.source for use in group),
        names.ends(use.target for use in group),
        tuple(sorted({names.service(use.service) if not why else service_name(use.service) for use in group})),
        sum(use.conversations for use in group),
        first.first,
        max(use.last for use in group),
        first.place,
        tuple(sorted(set().union(*(use.probes for use in group)))),
        tuple(sorted(set().union(*(use.wires for use in group))))[:5],
        tuple(sorted(set().union(*(use.sources for use in group))))[:5],
        why,
    )
