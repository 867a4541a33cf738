"""``make oracle SHARED=PATH``: the text logs there, each record against what a plain reading of its line says.

Zeek's own baselines have no times (X): they get one here, and every other column is compared. The script fails below
the figures that are committed beside it; ``--write`` replaces them.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any

from cloison.captures import formats
from cloison.captures import records as word
from cloison.captures.records import RecordFormat
from cloison.captures.stream import Stream
from cloison.netmodel.finding import Message
from cloison.netmodel.registry import load
from cloison.netmodel.space.protocols import PROTOCOLS

FIGURES = Path(__file__).with_name("logs.json")
Told = tuple[Any, ...]  # both ends, protocol, first, last, packets, bytes, flags
ICMP_ANSWER = {8: 0, 13: 14, 15: 16, 17: 18, 10: 9, 128: 129, 130: 131, 133: 134, 135: 136, 139: 140, 144: 145}
ICMP_ANSWER |= {answer: asked for asked, answer in ICMP_ANSWER.items()}
UNSIGNED = (1 << 64) - 1


class Kept:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.records: dict[int, list[Told]] = {}
        self.left: Counter[str] = Counter()

    def add(self, batch: Any) -> None:
        for column in batch.T.tolist():
            sides = (word.SOURCE_HI, word.SOURCE_PORT), (word.TARGET_HI, word.TARGET_PORT)
            ends = [(_shown(column[at] & UNSIGNED, column[at + 1] & UNSIGNED), column[port]) for at, port in sides]
            told = (*ends, column[word.PROTOCOL], column[word.FIRST], column[word.LAST],
                    (column[word.PACKETS], column[word.BACK_PACKETS]), (column[word.BYTES], column[word.BACK_BYTES]),
                    column[word.FLAGS])  # fmt: skip
            self.records.setdefault(column[word.NUMBER], []).append(told)

    def leave(self, reason: str, count: int = 1) -> None:
        self.left[reason] += count

    def point(self, *what: object) -> int:
        return 0

    def note(self, said: Message) -> None:
        pass

    def tick(self) -> None:
        pass


def _shown(high: int, low: int) -> str:
    address = IPv6Address(high << 64 | low)
    return str(address.ipv4_mapped or address)


def taken(data: bytes) -> tuple[str, Kept]:
    """Read a log by the format that recognises it."""
    kept = Kept()
    known = [entry for entry in load(formats, "FORMAT").values() if isinstance(entry, RecordFormat)]
    names = [entry for entry in known if not entry.broad and entry.recognises(data[: 1 << 16])]
    if len(names) != 1:
        return "", kept
    names[0].read(Stream(io.BytesIO(data), len(data)), kept)
    return names[0].name, kept


def _ns(seconds: str) -> int:
    return int((Decimal(seconds) * 10**9).to_integral_value())


def _zeek(row: dict[str, str]) -> Told | None:
    """Return what a line of Zeek's says; ``None`` when a column that is needed is not there."""
    if any(
        row.get(name, "-") in ("-", "") for name in ("ts", "id.orig_h", "id.resp_h", "proto", "id.orig_p", "id.resp_p")
    ):
        return None
    one, two = ip_address(row["id.orig_h"]), ip_address(row["id.resp_h"])
    proto = {"icmp": 1 if one.version == 4 else 58}.get(row["proto"], PROTOCOLS.get(row["proto"], -1))
    if proto < 0 and row.get("ip_proto", "-") != "-":
        proto = int(row["ip_proto"])
    if proto < 0:
        return None
    ports = int(row["id.orig_p"]), int(row["id.resp_p"])
    if proto in (1, 58):
        ports = 0, ports[0] << 8 | (0 if ICMP_ANSWER.get(ports[0]) == ports[1] else ports[1])
    elif proto not in (6, 17, 132):
        ports = 0, 0
    said = {
        name: row.get(name, "-") for name in ("duration", "orig_pkts", "resp_pkts", "orig_ip_bytes", "resp_ip_bytes")
    }
    number = {name: int(text) if text != "-" else 0 for name, text in said.items() if name != "duration"}
    first = _ns(row["ts"])
    last = first + (_ns(said["duration"]) if said["duration"] != "-" else 0)
    return ((str(one), ports[0]), (str(two), ports[1]), proto, first, last, (number["orig_pkts"], number["resp_pkts"]),
            (number["orig_ip_bytes"], number["resp_ip_bytes"]), -1)  # fmt: skip


def zeek_lines(text: str) -> Iterator[tuple[int, Told | None]]:
    """Yield the number of each line of a ``conn.log`` and what it says."""
    fields: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#fields"):
            fields = line.split("\t")[1:]
        elif line.startswith("{"):
            row = {name: str(value) for name, value in json.loads(line, parse_float=str).items()}
            yield number, _zeek(row)
        elif line and not line.startswith("#"):
            yield number, _zeek(dict(zip(fields, line.split("\t"), strict=True)))


def nfdump_lines(text: str) -> Iterator[tuple[int, Told | None]]:
    """Yield the same of nfdump's CSV, which has no header here."""
    start = datetime(1970, 1, 1, tzinfo=UTC)
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        first = (datetime.fromisoformat(row[0]).replace(tzinfo=UTC) - start) // timedelta(microseconds=1) * 1000
        last = (datetime.fromisoformat(row[1]).replace(tzinfo=UTC) - start) // timedelta(microseconds=1) * 1000
        ports = int(row[5]), int(row[6])
        proto = {"ICMP": 1, "ICMP6": 58, "TCP": 6, "UDP": 17}[row[7]]
        yield number, ((row[3], ports[0]), (row[4], ports[1]), proto, first, max(last, first + _ns(row[2])),
                       (int(row[11]), int(row[13])), (int(row[12]), int(row[14])),
                       _flags(row[8]) if proto == 6 else -1)  # fmt: skip


def nfdump_objects(text: str) -> Iterator[tuple[int, Told | None]]:
    """Yield the same of nfdump's JSON, by the line on which each object begins."""
    start = datetime(1970, 1, 1, tzinfo=UTC)
    numbers = [number for number, line in enumerate(text.splitlines(), 1) if line == "{"]
    for number, flow in zip(numbers, json.loads(text), strict=True):
        times = [(datetime.fromisoformat(flow[name]).replace(tzinfo=UTC) - start) // timedelta(microseconds=1) * 1000
                 for name in ("first", "last")]  # fmt: skip
        kind = "4" if "src4_addr" in flow else "6"
        ports = (
            (0, flow["icmp_type"] << 8 | flow["icmp_code"])
            if "icmp_type" in flow
            else (flow["src_port"], flow["dst_port"])
        )
        yield number, ((flow[f"src{kind}_addr"], ports[0]), (flow[f"dst{kind}_addr"], ports[1]), flow["proto"], *times,
                       (flow["in_packets"], 0), (flow["in_bytes"], 0),
                       _flags(flow["tcp_flags"]) if flow["proto"] == 6 else -1)  # fmt: skip


def _flags(text: str) -> int:
    return sum(1 << bit for bit, letter in enumerate("FSRPAUEC") if letter in text)


def compare(
    name: str, data: bytes, lines: Iterable[tuple[int, Told | None]], faults: list[str]
) -> tuple[int, int, int]:
    """Compare a log line by line; return lines, those that agree, those that cannot be read and were left."""
    _, kept = taken(data)
    total = agreed = unreadable = 0
    for number, expected in lines:
        total += 1
        found = kept.records.pop(number, [])
        if expected is None:
            unreadable += not found
        elif found == [expected]:
            agreed += 1
        else:
            faults.append(f"{name}:{number}: {expected}, here {found or 'left'}")
    faults += [f"{name}: there is no line {number}" for number in kept.records]
    if kept.left.total() != total - agreed:
        faults.append(f"{name}: {total - agreed} lines are no record, {dict(kept.left)} were left")
    return total, agreed, unreadable


def parts(captures: Path) -> Iterator[tuple[str, bytes, Iterable[tuple[int, Told | None]]]]:
    """Yield each log: its name, its bytes, what its lines say."""
    for name in ("conn.log", "conn_date_issue.log", "json/conn.log"):
        data = (captures / "zat" / "data" / name).read_bytes()
        yield f"zat/{name}", data, zeek_lines(data.decode())
    for name, reading in (("expected.csv.gz", nfdump_lines), ("expected.json.gz", nfdump_objects)):
        data = gzip.decompress((captures / "nfcapd-made" / name).read_bytes())
        yield f"nfcapd-made/{name}", data, reading(data.decode())
    for line in (captures / "zeek" / "MAP.tsv").read_text(encoding="utf-8").splitlines():
        for log in line.split("\t")[2].split():
            text = (captures / "zeek" / log).read_text(encoding="utf-8")
            text = text.replace("XXXXXXXXXX.XXXXXX", "1700000000.000001")
            text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("###"))
            if taken(text.encode())[0] == "zeek" and "#fields\tts\t" in text:
                yield f"zeek/{log}", text.encode(), zeek_lines(text)


def main(arguments: list[str]) -> int:
    """Compare every log; return 1 below the committed figures, 2 where there is nothing to compare with."""
    captures = Path(arguments[0]) / "captures"
    if not (captures / "zat").exists():
        print(f"no logs in {captures}")
        return 2
    faults: list[str] = []
    figures: dict[str, Counter[str]] = {}
    for name, data, lines in parts(captures):
        total, agreed, unreadable = compare(name, data, lines, faults)
        figures.setdefault(name.split("/")[0], Counter()).update(
            logs=1, records=total, agreed=agreed, unreadable=unreadable
        )
    for fault in faults:
        print(f"  FAULT {fault}")
    for part, found in figures.items():
        print(f"{part}: {found['agreed']} of {found['records']} records of {found['logs']} logs agree, "
              f"{found['unreadable']} have no address, time or protocol that can be read and are left")  # fmt: skip
    if "--write" in arguments:
        FIGURES.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    known = json.loads(FIGURES.read_text(encoding="utf-8"))
    worse = [f"{part}.{name}: {figures[part][name]}, committed {value}" for part in known
             for name, value in known[part].items() if figures.get(part, Counter())[name] < value]  # fmt: skip
    print("\n".join(worse) or "nothing is worse than the committed figures")
    return 1 if worse or faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
