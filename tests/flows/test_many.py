"""Very many conversations that no line authorises: the same answer, in bounded memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from flows_world import MAP, NOON, SECOND, capture_of, network_of, talk

from cloison.diagrams.outputs.json import MISLEADING, OUTPUT, ByColumn, chunks
from cloison.flows.audit import Options, audit, audit_report
from cloison.flows.auditing.listed import Listed
from cloison.flows.auditing.parts import PART
from cloison.flows.judging.likeness import alike
from cloison.flows.table import SYN_AB, SYNACK_BA, Capture, Source, table_of
from cloison.netmodel.network import Network
from cloison.netmodel.report import Report

MANY = 190_000  # just below the number from which loops are compiled
MB = 1 << 20


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return network_of(MAP, tmp_path_factory.mktemp("map"))


def crowd(count: int, *, backwards: bool = False) -> Capture:
    """Return conversations from many posts to many servers, all answered and none authorised."""
    number = np.arange(count)
    mapped = 0xFFFF << 32
    table = table_of(
        {
            "a_hi": np.zeros(count), "a_lo": mapped + (10 << 24) + (3 << 16) + number % 251 + 2,
            "b_hi": np.zeros(count), "b_lo": mapped + (10 << 24) + (2 << 16) + number % 241 + 2,
            "a_port": 1024 + number % 60_000,
            "b_port": 1000 + number % 2500, "protocol": np.full(count, 6),
            "first": NOON + (count - number if backwards else number) * 1000, "last": NOON + number * 1000 + SECOND,
            "packets_ab": 1 + number % 7, "packets_ba": np.full(count, 3), "bytes_ab": number, "bytes_ba": number,
            "evidence": np.full(count, SYN_AB | SYNACK_BA), "packet": number + 1, "vlan": (number % 2) << 12,
        }
    )  # fmt: skip
    packets = int(table.packets_ab.sum() + table.packets_ba.sum())
    return Capture(table, (Source("crowd.pcap", "pcap", packets, 0, NOON, NOON + SECOND),), {})


@pytest.mark.slow
def test_many_unauthorised_conversations_stay_bounded(network: Network) -> None:
    capture = crowd(MANY)
    tracemalloc.start()
    try:
        result = audit(network, [("", capture)], Options())
        report = audit_report(result, network)
        size = sum(len(chunk) for chunk in chunks(report))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert result.counts["illegitimate"] == MANY == len(report.data["conversations"])
    assert size > 500 * MANY  # all of them were written
    assert peak < 80 * MB  # the dictionaries alone took 200 MB, their text twice 120
    assert len(result.findings) <= 2_000


def test_beyond_a_bound_findings_are_by_zones_and_count_everything(network: Network) -> None:
    result = audit(network, [("", crowd(3 * PART))], Options())
    (one,) = [finding for finding in result.findings if finding.message.values["source"] == "admin"]
    assert one.message.values["target"] == "data"
    assert one.message.values["n"] == 3 * PART
    assert one.spans[0].packet == 1


def test_groups_by_name_count_over_parts(network: Network) -> None:
    """The first packet of a group is in one part, the others in later ones."""
    pairs = 5
    rows = crowd(pairs)
    count = 2 * PART + 3
    again = np.arange(count) % pairs
    table = rows.table.take(again)
    number = np.arange(count)
    columns = {name: getattr(table, name) for name in table.__slots__}
    columns |= {"first": NOON + number, "packet": number + 1, "vlan": np.zeros(count), "a_port": number % 65536}
    result = audit(network, [("", Capture(table_of(columns), rows.sources, {}))], Options())
    counts = sorted(finding.message.values["n"] for finding in result.findings if finding.rule.startswith("illegit"))
    assert counts == sorted(np.bincount(again).tolist())
    assert sorted(finding.spans[0].packet for finding in result.findings) == [1, 2, 3, 4, 5]


def test_conversations_come_in_the_order_of_their_first_packets(network: Network) -> None:
    listed = audit_report(audit(network, [("", crowd(500, backwards=True))], Options()), network).data["conversations"]
    times = [row["first"] for row in listed]
    assert times == sorted(times)
    assert len(set(times)) == 500


def test_a_list_by_column_is_a_sequence(network: Network) -> None:
    rows = [talk("10.1.0.11", f"10.3.0.{host}", 22, first=NOON + host) for host in range(1, 8)]
    listed = audit_report(audit(network, [("", capture_of(*rows))], Options()), network).data["conversations"]
    assert isinstance(listed, Listed)
    assert [row["destination"] for row in listed] == [f"10.3.0.{host}" for host in range(1, 8)]
    assert listed[2] == list(listed)[2]
    assert listed[-1]["locations"] == [{"file": "a.pcap", "packet": 7}]
    assert listed[1:3] == list(listed)[1:3]
    with pytest.raises(IndexError):
        listed[7]


def test_by_column_or_as_a_list_the_bytes_are_the_same(network: Network) -> None:
    rows = [
        talk("10.1.0.11", "10.3.0.5", 22), talk("2001:db8:10::10", "2001:db8:20::21", 128 << 8, 58),
        talk("10.99.0.1", "10.3.0.5", 0, 47, first=-1_500_000_000), talk("10.50.1.1", "203.0.113.10", 443, vni=5002),
        talk("10.1.0.11", "203.0.113.20", 443, first=NOON + 1), talk("10.3.0.5", "8.8.8.8", 123, 17, evidence=0),
    ]  # fmt: skip
    capture = capture_of(*rows, file='100%s \u202eé\x7f".pcap')
    for every in (False, True):
        report = audit_report(audit(network, [("", capture)], Options()), network, every)
        plain = Report("audit", {**report.data, "conversations": list(report.data["conversations"])})
        written = OUTPUT.write(report, "en")
        assert written == OUTPUT.write(plain, "en")
        assert not MISLEADING.search(written.decode())
        assert json.loads(written)["conversations"] == plain.data["conversations"]


class _Columns:
    def __init__(self, *parts: dict[str, Any]) -> None:
        self.parts = parts

    def __len__(self) -> int:
        return sum(len(part["a"]) for part in self.parts)

    def columns(self) -> Iterator[dict[str, Any]]:
        return iter(self.parts)


@pytest.mark.parametrize(
    ("rows", "plain"),
    [
        (_Columns(), []),
        (_Columns({"a": [1]}, {"a": [None]}), [{"a": 1}, {"a": None}]),
        (_Columns({"a": [True, 1, 1.5, "x"]}), [{"a": True}, {"a": 1}, {"a": 1.5}, {"a": "x"}]),
        (_Columns({"a": [1, 2], "%s": [{"b": [3, 4]}]}), [{"a": 1, "%s": [{"b": 3}]}, {"a": 2, "%s": [{"b": 4}]}]),
    ],
)
def test_columns_are_written_as_rows(rows: ByColumn, plain: list[Any]) -> None:
    assert OUTPUT.write(Report("x", {"k": rows, "m": {}}), "en") == (
        json.dumps({"k": plain, "m": {}}, indent=2).encode() + b"\n"
    )


def test_alike_is_exact_where_hashes_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [np.array([5, 3, 5, 4, 3]), np.array([1, 1, 1, 2, 1])]
    expected = [0, 1, 3], [0, 1, 0, 2, 1]
    assert [found.tolist() for found in alike(keys)] == list(expected)
    monkeypatch.setattr("cloison.flows.judging.likeness._MIX", np.uint64(0))
    assert [found.tolist() for found in alike(keys)] == list(expected)
    assert [len(found) for found in alike([np.zeros(0, dtype=np.int64)])] == [0, 0]
