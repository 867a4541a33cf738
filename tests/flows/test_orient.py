"""The initiator, in the design's order of evidence, and the answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flows_world import flows, talk

from cloison.flows import table as t
from cloison.flows.orient import ANSWERS, CERTAINTIES, PORTED, orient

KNOWN = np.zeros((len(PORTED) + 1, 65536), dtype=bool)
KNOWN[PORTED[6], [22, 443]] = True
KNOWN[PORTED[17], [53, 514]] = True


def oriented(**more: Any) -> list[tuple[str, str, str]]:
    """Return (initiator, certainty, answered) of the conversations of one row."""
    row = talk("10.0.0.1", "10.0.0.2", 443, more.pop("protocol", 6), evidence=0) | more
    found = orient(flows(row), KNOWN)
    return [
        ("B" if swapped else "A", CERTAINTIES[certainty], ANSWERS[answered])
        for swapped, certainty, answered in zip(found.swapped, found.certainty, found.answered, strict=True)
    ]


LATE = t.FIRST_SEEN_LATE
CASES: list[tuple[str, dict[str, Any], list[tuple[str, str, str]]]] = [
    ("1 SYN of A", {"evidence": t.SYN_AB | t.SYNACK_BA}, [("A", "certain", "yes")]),
    ("1 SYN of B wins over A's first packet", {"evidence": t.SYN_BA | LATE}, [("B", "certain", "unknown")]),
    ("1 SYN wins over a query", {"evidence": t.SYN_AB | t.QUERY_BA | t.SYNACK_BA}, [("A", "certain", "yes")]),
    (
        "1 SYNs both ways are two conversations",
        {"evidence": t.SYN_AB | t.SYN_BA | t.SYNACK_BA | t.RST_AB},
        [("A", "certain", "yes"), ("B", "certain", "no")],
    ),
    ("2 SYN-ACK of B, both sides seen", {"evidence": t.SYNACK_BA}, [("A", "certain", "yes")]),
    ("2 SYN-ACK of A, both sides seen", {"evidence": t.SYNACK_AB}, [("B", "certain", "yes")]),
    ("2 SYN-ACK alone is reply-only", {"evidence": t.SYNACK_AB, "packets_ba": 0}, [("B", "probable", "reply-only")]),
    ("2 SYN-ACK wins over ports", {"evidence": t.SYNACK_AB | LATE}, [("B", "certain", "yes")]),
    ("3 query of A", {"protocol": 17, "b_port": 53, "evidence": t.QUERY_AB | t.ANSWER_BA}, [("A", "certain", "yes")]),
    (
        "3 answer of A: B asked",
        {"protocol": 17, "a_port": 53, "b_port": 40000, "evidence": t.QUERY_BA | t.ANSWER_AB, "packets_ba": 0},
        [("B", "certain", "reply-only")],
    ),
    ("3 query without reply", {"protocol": 17, "evidence": t.QUERY_AB, "packets_ba": 0}, [("A", "certain", "no")]),
    (
        "3 queries both ways are two conversations",
        {"protocol": 17, "a_port": 123, "b_port": 123, "evidence": t.QUERY_AB | t.QUERY_BA | t.ANSWER_BA},
        [("A", "certain", "yes"), ("B", "certain", "no")],
    ),
    ("3 echo", {"protocol": 1, "b_port": 8 << 8, "evidence": t.QUERY_AB | t.ANSWER_BA}, [("A", "certain", "yes")]),
    ("3 a lone ICMP message is its sender's", {"protocol": 58, "b_port": 1 << 8, "packets_ba": 0},
     [("A", "certain", "no")]),
    ("4 the exporter's word", {"evidence": t.INITIATOR_BA}, [("B", "certain", "yes")]),
    ("4 a query wins over it", {"protocol": 17, "evidence": t.INITIATOR_BA | t.QUERY_AB}, [("A", "certain", "yes")]),
    ("4 flags, and it wins over ports", {"a_port": 443, "b_port": 50000, "evidence": t.FLAGS_AB},
     [("A", "probable", "unknown")]),
    ("4 flags, no answer", {"evidence": t.FLAGS_AB, "packets_ba": 0}, [("A", "probable", "no")]),
    ("4 flags, one direction told", {"evidence": t.FLAGS_AB | t.ONE_WAY, "packets_ba": 0},
     [("A", "probable", "unknown")]),
    ("4 flags of an exchange, one direction told",
     {"a_port": 50000, "b_port": 22, "evidence": t.ANSWERED | t.ONE_WAY, "packets_ba": 0}, [("A", "probable", "yes")]),
    ("4 stopped by a filter", {"evidence": t.INITIATOR_AB | t.REFUSED_AB, "packets_ba": 0}, [("A", "certain", "no")]),
    ("4 UDP, one direction told", {"protocol": 17, "b_port": 53, "a_port": 50000, "evidence": t.ONE_WAY,
     "packets_ba": 0}, [("A", "probable", "unknown")]),
    ("4 flags and a refusal", {"evidence": t.FLAGS_AB | t.RST_BA}, [("A", "probable", "no")]),
    ("5 first packet, late", {"a_port": 443, "b_port": 50000, "evidence": LATE}, [("A", "probable", "yes")]),
    ("6 A answers from a known port", {"a_port": 443, "b_port": 50000}, [("B", "probable", "yes")]),
    ("6 B answers on a known port", {"a_port": 50000, "b_port": 22}, [("A", "probable", "yes")]),
    ("6 the other port must be 32768 or above", {"a_port": 32767, "b_port": 22}, [("A", "assumed", "yes")]),
    ("6 exactly 32768", {"a_port": 32768, "b_port": 22}, [("A", "probable", "yes")]),
    ("6 two known ports say nothing", {"a_port": 443, "b_port": 22}, [("A", "assumed", "yes")]),
    ("6 the port of another protocol is not known", {"a_port": 50000, "b_port": 514}, [("A", "assumed", "yes")]),
    ("7 nothing is known", {"a_port": 6000, "b_port": 6001}, [("A", "assumed", "yes")]),
    ("7 a protocol without ports", {"protocol": 50, "a_port": 0, "b_port": 0}, [("A", "assumed", "yes")]),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_order_of_evidence(columns: dict[str, Any], expected: list[tuple[str, str, str]]) -> None:
    assert oriented(**columns) == expected


NOTHING_BACK = {"packets_ba": 0, "bytes_ba": 0}
ANSWERED: list[tuple[str, dict[str, Any], str]] = [
    ("SYN-ACK", {"evidence": t.SYN_AB | t.SYNACK_BA}, "yes"),
    ("SYN-ACK, then reset", {"evidence": t.SYN_AB | t.SYNACK_BA | t.RST_BA}, "yes"),
    ("payload back", {"evidence": t.SYN_AB | t.PAYLOAD_BA}, "yes"),
    ("reset", {"evidence": t.SYN_AB | t.RST_BA}, "no"),
    ("unreachable", {"evidence": t.SYN_AB | t.UNREACHABLE | t.ICMP_ERROR_AB} | NOTHING_BACK, "no"),
    ("silence after a SYN", {"evidence": t.SYN_AB} | NOTHING_BACK, "no"),
    ("silence after a SYN, sampled", {"evidence": t.SYN_AB, "sampled": 100} | NOTHING_BACK, "unknown"),
    ("a challenge ACK says nothing", {"evidence": t.SYN_AB, "packets_ba": 1}, "unknown"),
    ("acknowledged, opening not seen", {"evidence": LATE, "packets_ba": 3}, "yes"),
    ("UDP reply", {"protocol": 17, "evidence": LATE}, "yes"),
    ("UDP without reply", {"protocol": 17, "evidence": LATE} | NOTHING_BACK, "no"),
    ("UDP without reply, sampled", {"protocol": 17, "evidence": LATE, "sampled": 8} | NOTHING_BACK, "unknown"),
    ("one direction of an open connection", {"evidence": LATE} | NOTHING_BACK, "unknown"),
    ("UDP refused", {"protocol": 17, "evidence": LATE | t.UNREACHABLE | t.ICMP_ERROR_AB} | NOTHING_BACK, "no"),
    ("UDP, an error about the reply", {"protocol": 17, "evidence": LATE | t.UNREACHABLE | t.ICMP_ERROR_BA}, "yes"),
    ("ping without reply", {"protocol": 1, "b_port": 8 << 8, "evidence": t.QUERY_AB} | NOTHING_BACK, "no"),
]


@pytest.mark.parametrize(("columns", "expected"), [case[1:] for case in ANSWERED], ids=[case[0] for case in ANSWERED])
def test_answered(columns: dict[str, Any], expected: str) -> None:
    assert oriented(**columns)[0][2] == expected


def test_the_mirror_of_a_row_is_read_alike() -> None:
    """Exchange A and B: the initiator changes sides, nothing else."""
    straight = oriented(evidence=t.SYN_AB | t.RST_BA, packets_ba=1)
    mirror = oriented(evidence=t.SYN_BA | t.RST_AB, a_port=443, b_port=40000, packets_ab=1, packets_ba=5)
    assert straight == [("A", "certain", "no")]
    assert mirror == [("B", "certain", "no")]
