"""ICMP of which an exporter knows no type: it writes 0/0, and who asked is assumed, whatever the format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nfcapd_forge as nfcapd
import numpy as np
import pytest
from exports_forge import A6, B6, A, B, basic, five, flowset, nine, packed, record5, template9, template10, ten
from exports_forge import BASIC as FOUR
from test_recording import record, recorded

from cloison.captures import records as word
from cloison.captures.read import read
from cloison.flows import table as t
from cloison.flows.orient import ANSWERS, CERTAINTIES, orient

SIX = ((27, 16), (28, 16), (4, 1), (11, 2), (2, 4))  # addresses, protocol, the port of the destination, packets
NOTHING = np.zeros((4, 65536), dtype=bool)


def who(table: t.FlowTable) -> list[tuple[str, str, str]]:
    """Return who asked, how surely, and whether there was an answer, of each conversation."""
    found = orient(table, NOTHING)
    return [
        ("B" if swapped else "A", CERTAINTIES[certainty], ANSWERS[answered])
        for swapped, certainty, answered in zip(found.swapped, found.certainty, found.answered, strict=True)
    ]


def six(kind: int) -> bytes:
    return packed(A6, B6, (58, 1), (kind << 8, 2), (3, 4))


def exported(protocol: int, kind: int) -> Iterator[tuple[str, bytes]]:
    """Yield files in which one record tells ICMP of a type, by name."""
    ports = (0, kind << 8)
    ends = (A, B) if protocol == 1 else (A6, B6)
    yield "netflow-5", five(record5(protocol=protocol, ports=ports))
    if protocol == 1:
        yield "netflow-9", nine(template9(300, FOUR), flowset(300, basic(protocol=1, ports=ports)))
        yield "ipfix", ten(template10(300, FOUR), flowset(300, basic(protocol=1, ports=ports)))
    else:
        yield "netflow-9", nine(template9(300, SIX), flowset(300, six(kind)))
        yield "ipfix", ten(template10(300, SIX), flowset(300, six(kind)))
    yield "nfcapd", nfcapd.layout2([nfcapd.block([nfcapd.flow(*ends, protocol=protocol, ports=ports)])])
    yield (
        "nfcapd-1.6",
        nfcapd.layout1(
            [
                nfcapd.block(
                    [nfcapd.extension_map(0, []), nfcapd.old_flow(*ends, protocol=protocol, ports=ports)], kind=2
                )
            ]
        ),
    )


@pytest.mark.parametrize(
    ("protocol", "kind", "certainty"),
    [(1, 0, "assumed"), (58, 0, "assumed"), (1, 8, "certain"), (58, 128, "certain"), (58, 135, "certain")],
)
def test_a_type_that_is_not_told_tells_no_direction(tmp_path: Path, protocol: int, kind: int, certainty: str) -> None:
    for name, data in exported(protocol, kind):
        path = tmp_path / name
        path.write_bytes(data)
        capture = read([str(path)])
        assert [(found[1], found[2]) for found in who(capture.table)] == [(certainty, "unknown")], name
        assert not capture.ledger, name


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("times", [(0, 0), (0, 10), (10, 0)])
def test_both_sides_of_icmp_for_ipv6_without_a_type(fast: bool, times: tuple[int, int]) -> None:
    """One conversation, and not even the one that was seen first has asked."""
    there, back = (word_of(source, target, time) for (source, target), time in
                   zip(((A6, B6), (B6, A6)), times, strict=True))  # fmt: skip
    table = recorded(there, back, fast=fast).table
    assert (table.packets_ab.tolist(), table.packets_ba.tolist()) == ([1], [1])
    assert [certainty for _, certainty, _ in who(table)] == ["assumed"]


def word_of(source: str, target: str, seconds: int, **more: int) -> dict[int, int]:
    start = record()[word.FIRST] + seconds * 10**9
    found: dict[int, int] = record(source, target, (0, 0), PROTOCOL=58, FIRST=start, LAST=start, **more)
    return found


def test_what_an_exporter_says_of_who_asked_stands() -> None:
    """RFC 5103's field of direction is of the exporter's own knowledge, and needs no type."""
    for bit, side in ((t.INITIATOR_AB, "A"), (t.INITIATOR_BA, "B")):
        more: dict[str, Any] = {"TELLS": bit, "BACK_PACKETS": 1}
        assert who(recorded(word_of(A6, B6, 0, **more)).table) == [(side, "certain", "yes")]
