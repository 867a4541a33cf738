"""Tables of flows with named columns, as text and as Parquet: names in two languages, nothing guessed."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from records_forge import SECOND, PlainSink, fed, pairs, record_formats

from cloison.captures.logs.naming import NAMES, plain

NINE = int(datetime(2026, 11, 27, 9, tzinfo=UTC).timestamp())


def test_english_and_french_separated_by_anything() -> None:
    for text in (
        "src_ip,src_port,dst_ip,dst_port,protocol,start,end,packets,bytes\n"
        f"10.0.0.1,40000,10.0.0.2,443,tcp,{NINE},{NINE + 60},7,900\n",
        "Adresse source;Port source;Adresse destination;Port destination;Protocole;Début;Fin;Paquets;Octets\n"
        "10.0.0.1;40000;10.0.0.2;443;TCP;2026-11-27 09:00:00;2026-11-27T10:01:00+01:00;7;900\n",
        '"source.ip"\t"source.port"\t"destination.ip"\t"destination.port"\t"network.transport"\t"timestamp"\t"Duration"\t"pkts"\t"octets"\n'
        f'"10.0.0.1"\t"40000"\t"10.0.0.2"\t"443"\t"6"\t"{NINE}000"\t"60"\t"7"\t"900"\n',
        "#SA|SP|DA|DP|PR|First Seen|Last-Seen|Pkt|Byt\r\n"
        f" 10.0.0.1 | 40000.0 | 10.0.0.2 | 443 | Tcp | {NINE}000000 | {NINE + 60}000000 | 7 | 900 \r\n",
    ):  # fmt: skip
        sink, problem = fed("flow-table", text)
        assert problem is None, problem
        (row,) = sink.rows()
        assert pairs(row) == ("10.0.0.1", 40000, "10.0.0.2", 443, 6)
        assert (row["first"], row["last"]) == (NINE * SECOND, (NINE + 60) * SECOND)
        assert (row["packets"], row["bytes"], row["flags"], row["number"]) == (7, 900, -1, 2)
        assert row["tells"] == set()
        assert sink.left == {"other-record": 1}
        assert sink.notes == []


HEAD = "src,sport,dst,dport,proto,time"


def test_two_directions_flags_actions_and_vlans() -> None:
    sink, _ = fed("flow-table", f"{HEAD},bytes_sent,bytes_received,tcp flags,Action,vlan,who\n"
                  f"10.0.0.1,5,10.0.0.2,6,6,{NINE}.5,10.0,20,.AP.SF,Accept,7,a\n"
                  f'10.0.0.1,5,10.0.0.2,6,6,{NINE},10,20,0x02,"DENIED, by rule",,b\n'
                  f"10.0.0.1,5,10.0.0.2,6,17,{NINE},10,,SYN-ACK,bloqué,,c\n"
                  f"10.0.0.1,5,10.0.0.2,6,6,{NINE},10,,what,,,d\n")  # fmt: skip
    rows = sink.rows()
    assert [(row["bytes"], row["back_bytes"], row["flags"], row["vlans"]) for row in rows] == [
        (10, 20, 0x1B, 7 << 12), (10, 20, 2, 0), (10, 0, -1, 0), (10, 0, -1, 0),
    ]  # fmt: skip
    assert [row["tells"] for row in rows] == [set(), {"REFUSED_AB"}, {"REFUSED_AB"}, set()]
    assert rows[0]["first"] == NINE * SECOND + SECOND // 2
    assert "1 column was not read: who" in sink.said()
    assert "1 row has TCP flags that cannot be read" in sink.said()


def test_rows_of_several_exporters_are_of_several_points() -> None:
    row = f"10.0.0.1,5,10.0.0.2,6,6,{NINE}"
    sink, _ = fed("flow-table", f"{HEAD},Équipement\n{row},fw-1\n{row},fw-2\n{row},fw-1\n{row},\n")
    assert [row["point"] for row in sink.rows()] == [("fw-1",), ("fw-2",), ("fw-1",), ("",)]
    assert sink.notes == []


def test_icmp() -> None:
    sink, _ = fed("flow-table", f"{HEAD},icmp_type,icmp code\n" + "".join(
        f"10.0.0.1,0,10.0.0.2,{port},{protocol},{NINE},{kind}\n" for port, protocol, kind in
        (("0", "icmp", "8,0"), ("8.0", 1, ","), ("771", 1, ","), ("0", 58, "128,0"), ("0", 1, ","), ("256.0", 1, ","),
         ("", "esp", ","))))  # fmt: skip
    assert [(row["protocol"], row["dport"]) for row in sink.rows()] == [
        (1, 0x800), (1, 0x800), (1, 0x303), (58, 0x8000), (50, 0),
    ]  # fmt: skip
    assert sink.left == {"other-record": 1, "transport-truncated": 1, "record-malformed": 1}


SEVERAL = "several columns have the same meaning, rename or remove all but one"
REFUSED = {
    "src_ip,srcaddr,dst,proto,time": f"{SEVERAL}: src_ip = srcaddr",
    "src,dst,time": "its columns have no protocol: it cannot be judged",
    "src,dst,proto": "its columns have no time: it cannot be judged",
    "src,dst,dst,proto,time": f"{SEVERAL}: dst = dst",
}


@pytest.mark.parametrize("header", REFUSED)
def test_what_is_ambiguous_or_missing_is_refused(header: str) -> None:
    sink, problem = fed("flow-table", f"{header}\n1,2,3,4,5\n1,2,3,4,5\n")
    assert problem is not None
    assert (problem.say("en"), problem.say("fr") != problem.say("en")) == (REFUSED[header], True)
    assert (sink.added, sink.left) == (0, {"other-record": 1, "record-malformed": 2})


def test_the_surer_name_counts() -> None:
    sink, problem = fed(
        "flow-table", f"src,src_ip,dst,sport,dport,proto,timestamp,start\nweb,10.0.0.1,10.0.0.2,1,2,6,x,{NINE}\n"
    )
    assert problem is None
    assert sink.rows()[0]["source"] == "10.0.0.1"
    assert "2 columns were not read: src, timestamp" in sink.said()


def test_bad_rows_are_counted() -> None:
    good = ["10.0.0.1", "5", "10.0.0.2", "6", "6", str(NINE), "70"]
    bad = [
        ",".join(value if at == where else cell for at, cell in enumerate(good))
        for where, value in (
            (0, "10.0.0"), (0, "web"), (1, "x"), (1, ""), (1, "70000"), (1, "5.1"), (2, "10.0.0.2/24"), (3, "-1"),
            (4, "tcq"), (4, ""),
            (5, ""), (5, "yesterday"), (5, "7"), (5, "1e30"), (5, f"{NINE}000"), (6, "1.5"), (6, "-1"),
            (6, "7_0"),
        )
    ] + ["10.0.0.1", ",".join([*good, "more"]), '"10.0.0.1,5', "\x00", "x" * (1 << 20) + "yz", "café"]  # fmt: skip
    text = "\n".join([f"{HEAD},octets", ",".join(good), *bad])
    sink, problem = fed("flow-table", text.encode("latin-1"))
    assert problem is None
    assert (sink.added, sink.left) == (1, {"other-record": 1, "record-malformed": len(bad)})


def test_names_are_of_one_field_each() -> None:
    every = [name for groups in NAMES.values() for group in groups for name in group]
    assert len(every) == len(set(every))
    assert [name for name in every if plain(name) != name] == []


def test_recognition() -> None:
    table = record_formats()["flow-table"]
    assert table.broad
    assert table.recognises(f"{HEAD}\n".encode())
    assert table.recognises(b"Adresse source;Adresse destination\n")
    for text in ("", "a,b,c\n", "source: x\ndestination: y\n", "src dst\n"):
        assert not table.recognises(text.encode()), text
    assert record_formats()["parquet"].recognises(b"PAR1\x15\x04")


# --- Parquet


def written(path: Path, query: str) -> Path:
    """Write a Parquet file by duckdb itself, out of values that are typed here."""
    duckdb = pytest.importorskip("duckdb")
    duckdb.connect(":memory:").execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


TYPED = (
    "SELECT '10.0.0.' || (1 + i % 200) AS source_ip, (40000 + i % 1000)::USMALLINT AS source_port,"
    " '10.0.1.1' AS destination_ip, 443.0::DOUBLE AS destination_port, 6::TINYINT AS protocol,"
    " TIMESTAMP '2026-11-27 09:00:00.000001' + INTERVAL (i) SECOND AS first, {last} AS last,"
    " i::HUGEINT AS packets, 100::DECIMAL(9,0) AS bytes, [1] AS tags FROM range({rows}) r(i)"
)


@pytest.mark.parametrize("piped", [False, True])
def test_typed_columns(tmp_path: Path, piped: bool) -> None:
    query = TYPED.format(last="(TIMESTAMPTZ '2026-11-27 10:00:05+01')", rows=70_000)
    path = written(tmp_path / "flows.parquet", query)
    sink, problem = fed("parquet", path.read_bytes() if piped else path)
    assert problem is None
    rows = sink.rows()
    assert (len(rows), sink.total, len(sink.batches) > 4) == (70_000, 70_000, True)
    assert [row["number"] for row in rows] == list(range(1, 70_001))
    assert pairs(rows[1]) == ("10.0.0.2", 40001, "10.0.1.1", 443, 6)
    assert rows[1]["first"] == (NINE + 1) * SECOND + 1000
    assert rows[1]["last"] == (NINE + 5) * SECOND
    assert rows[6]["last"] == rows[6]["first"] == (NINE + 6) * SECOND + 1000  # it would end before it begins
    assert [row["packets"] for row in rows[:3]] == [0, 1, 2]
    assert {row["bytes"] for row in rows} == {100}


def test_numbers_of_seconds(tmp_path: Path) -> None:
    path = written(
        tmp_path / "x",
        f"SELECT '10.0.0.1' src, '10.0.0.2' dst, 5 sport, 6 dport, 'udp' proto, {NINE}.25::DOUBLE AS time",
    )
    sink, _ = fed("parquet", path)
    assert sink.rows()[0]["first"] == NINE * SECOND + SECOND // 4


def test_aws_flow_log(tmp_path: Path) -> None:
    row = ("SELECT 2::INT AS version, '1' AS account_id, 'eni-1' AS interface_id, '{}' AS srcaddr,"
           " '10.0.0.2' AS dstaddr, 5000::INT AS srcport, 22::INT AS dstport, 6::BIGINT AS protocol,"
           " 3::BIGINT AS packets, 180::BIGINT AS bytes,"
           " 1418530010::BIGINT AS start, 1418530070::BIGINT AS \"end\", '{}' AS action, '{}' AS log_status,"
           " 18::INT AS tcp_flags, {} AS pkt_srcaddr")  # fmt: skip
    path = written(tmp_path / "x.parquet", " UNION ALL ".join([
        row.format("10.0.0.1", "REJECT", "OK", "NULL"), row.format("-", "-", "NODATA", "'-'"),
        row.format("10.0.0.1", "ACCEPT", "OK", "'192.0.2.7'"), row.format("-", "-", "SKIPDATA", "'-'"),
    ]))  # fmt: skip
    sink, problem = fed("parquet", path)
    assert problem is None
    first, second = sink.rows()
    assert (pairs(first), pairs(second)[0]) == (("10.0.0.1", 5000, "10.0.0.2", 22, 6), "192.0.2.7")
    assert first["tells"] == {"REFUSED_AB", "FLAGS_BA", "ANSWERED"}
    assert second["tells"] == {"FLAGS_BA", "ANSWERED"}
    assert (first["first"], first["last"], first["point"]) == (1418530010 * SECOND, 1418530070 * SECOND, ("eni-1", ""))
    assert sink.left == {"other-record": 1, "record-lost": 1}


def test_damaged_parquet(tmp_path: Path) -> None:
    data = written(tmp_path / "x", TYPED.format(last="NULL::BIGINT", rows=200_000)).read_bytes()
    for bad in (data[:4], data[:1000], data[:-1], b"PAR1" + b"\xff" * 500 + b"\xff\xff\xff\x7fPAR1"):
        for _ in (0, 1):
            sink, problem = fed("parquet", bad)
            assert problem is not None
            assert "damaged" in problem.say("en")
            assert sink.total == 0
    half = bytearray(data)
    half[len(data) // 3 : len(data) // 3 + 2000] = b"\xff" * 2000
    sink, problem = fed("parquet", bytes(half))
    assert sink.total == 200_000  # rows of a damaged part are counted, and said
    assert (problem is not None) == (sink.added < 200_000)


def test_parquet_that_cannot_be_judged(tmp_path: Path) -> None:
    path = written(tmp_path / "x", "SELECT '10.0.0.1' AS src, '10.0.0.2' AS dst FROM range(9)")
    sink, problem = fed("parquet", path)
    assert problem is not None
    assert "no protocol, time" in problem.say("en")
    assert sink.left == {"record-malformed": 9}
    path = written(tmp_path / "y", 'SELECT [1] AS src, \'10.0.0.2\' AS dst, 6 AS proto, now() AS time, 7 AS "a""\'b"')
    sink, problem = fed("parquet", path)
    assert problem is not None
    assert "no source address" in problem.say("en")


def test_memory_is_bounded(tmp_path: Path) -> None:
    path = written(tmp_path / "x", TYPED.format(last="NULL::BIGINT", rows=500_000))
    code = (
        "import re, sys; sys.path.insert(0, sys.argv[1]); import records_forge as r; s = r.PlainSink();"
        "s.add = lambda batch: s.left.update(kept=batch.shape[1]); f = r.record_formats()['parquet'];"
        "from cloison.captures.stream import Stream; print(f.read(Stream(open(sys.argv[2], 'rb', buffering=0), 0), s),"
        " s.left['kept'], int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(Path(__file__).parent), str(path)], capture_output=True,
                          text=True, check=True)  # fmt: skip
    problem, rows, peak = done.stdout.split()
    assert (problem, rows) == ("None", "500000")
    assert int(peak) < 600
    assert PlainSink().total == 0
