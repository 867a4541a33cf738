"""``make oracle SHARED=PATH``: the collector files there, against what nfdump printed of them.

One file in each compression, and the same flows as CSV and JSON: every record must have the addresses, ports, protocol,
times, flags and counters that both state, in their order. The script fails when one differs or is left out.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections import Counter
from datetime import UTC, datetime
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any

from cloison.captures import records as word
from cloison.captures.formats.nfcapd import FORMAT
from cloison.captures.stream import Stream, open_source
from cloison.netmodel.finding import Message

ICMP = (1, 58)
SHOWN = 5  # differences of a file

Row = tuple[str, str, int, int, int, int, int, int, int, int]  # ends, ports, protocol, packets, bytes, ms, ms, flags


class Rows:
    """A sink that keeps the records as rows."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.left: Counter[str] = Counter()

    def add(self, batch: Any) -> None:
        """Keep the records of a batch."""
        for record in batch.T.tolist():
            self.rows.append((
                _address(record[word.SOURCE_HI], record[word.SOURCE_LO]),
                _address(record[word.TARGET_HI], record[word.TARGET_LO]),
                record[word.SOURCE_PORT], record[word.TARGET_PORT], record[word.PROTOCOL], record[word.PACKETS],
                record[word.BYTES], record[word.FIRST] // 1_000_000, record[word.LAST] // 1_000_000,
                max(record[word.FLAGS], 0),
            ))  # fmt: skip

    def leave(self, reason: str, count: int = 1) -> None:
        """Count records that are in no batch."""
        self.left[reason] += count

    def point(self, *what: object) -> int:
        """Return the same point for all."""
        return 0

    def note(self, said: Message) -> None:
        """Print what the reader must know."""
        print(f"  {said.say('en')}")

    def tick(self) -> None:
        """Do nothing."""


def _address(high: int, low: int) -> str:
    address = IPv6Address((high & (1 << 64) - 1) << 64 | low & (1 << 64) - 1)
    return str(address.ipv4_mapped or address)


def of_json(path: Path) -> list[Row]:
    """Return nfdump's JSON as rows."""
    rows: list[Row] = []
    for flow in json.loads(gzip.decompress(path.read_bytes())):
        ports = flow.get("src_port", 0), flow.get("dst_port", 0)
        if flow["proto"] in ICMP:
            ports = 0, flow["icmp_type"] << 8 | flow["icmp_code"]
        flags = sum(1 << bit for bit, letter in enumerate(reversed(flow.get("tcp_flags", ""))) if letter != ".")
        times = [datetime.fromisoformat(flow[name]).replace(tzinfo=UTC) for name in ("first", "last")]
        rows.append((
            flow.get("src4_addr") or flow["src6_addr"], flow.get("dst4_addr") or flow["dst6_addr"], *ports,
            flow["proto"], flow["in_packets"], flow["in_bytes"],
            *(int(moment.timestamp()) * 1000 + moment.microsecond // 1000 for moment in times), flags,
        ))  # type: ignore[arg-type] # fmt: skip
    return rows


def of_csv(path: Path) -> list[tuple[object, ...]]:
    """Return of nfdump's CSV what it states of each flow: ends, ports, packets, bytes, first second."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return [
            (row[3], row[4], int(row[5]), int(row[6]), int(row[11]), int(row[12]),
             int(datetime.fromisoformat(row[0]).replace(tzinfo=UTC).timestamp()))
            for row in csv.reader(lines) if len(row) > 40
        ]  # fmt: skip


def main(arguments: list[str]) -> int:
    """Compare every file; return 1 when one differs, 2 where there is nothing to compare with."""
    folder = Path(arguments[0]) / "captures" / "nfcapd-made"
    if not (folder / "expected.json.gz").exists():
        print(f"no collector files in {folder}")
        return 2
    expected = of_json(folder / "expected.json.gz")
    printed = of_csv(folder / "expected.csv.gz")
    assert [(*row[:4], *row[5:7], row[7] // 1000) for row in expected] == printed, "the expectations disagree"
    faults = files = 0
    for path in sorted(folder.glob("nfcapd.*")):
        opened = open_source(str(path))
        assert not isinstance(opened, Message), path
        raw, size = opened
        sink = Rows()
        with raw:
            problem = FORMAT.read(Stream(raw, size), sink)
        differences = [pair for pair in zip(sink.rows, expected, strict=False) if pair[0] != pair[1]]
        wrong = bool(differences or problem or sink.left or len(sink.rows) != len(expected))
        files, faults = files + 1, faults + wrong
        said = problem.say("en") if problem else "read whole"
        print(f"{path.name}: {len(sink.rows)} of {len(expected)} records, {len(differences)} differ, "
              f"left out {dict(sink.left)}, {said}")  # fmt: skip
        for ours, theirs in differences[:SHOWN]:
            print(f"  {ours}, nfdump {theirs}")
    print(f"nfcapd: {files - faults} of {files} files are as nfdump printed them")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
