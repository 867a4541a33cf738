"""All formats of cloud and firewall logs together: each knows its own, survives damage, and ends in conversations."""

from __future__ import annotations

import gzip
import json
import random
import time
from pathlib import Path

import pytest
import test_asa
import test_azure_flow
import test_cloison_audit
import test_flow_table
import test_gcp_vpc
import test_netfilter
from records_forge import fed, record_formats

from cloison.captures import formats
from cloison.captures.read import read
from cloison.captures.stream import Format
from cloison.flows.orient import ANSWERS, CERTAINTIES, orient
from cloison.flows.table import Capture
from cloison.netmodel.registry import load

START = 1795770000  # 2026-11-27 09:00:00 UTC
HEAD = test_asa.HEAD

# format -> a sample, its records, and its conversations: ends, protocol, how sure, whether answered
SAMPLES = {
    "asa": (
        f"{HEAD}{test_asa.BUILT_OUT}\n{HEAD}{test_asa.TORN_OUT}\n"
        f"{HEAD}%ASA-6-302015: Built inbound UDP connection 7 for out:192.0.2.1/5000 (192.0.2.1/5000) to in:10.0.0.1/53"
        " (203.0.113.1/53)\n"
        f"{HEAD}%ASA-4-106023: Deny tcp src out:192.0.2.1/40000 dst in:10.0.0.1/23 by access-group \"o\" [0x0, 0x0]\n",
        4,
        {
            ("10.1.1.2", 53496, "198.51.100.7", 443, 6, "certain", "yes"),
            ("192.0.2.1", 5000, "10.0.0.1", 53, 17, "certain", "unknown"),
            ("192.0.2.1", 40000, "10.0.0.1", 23, 6, "probable", "no"),
        },
    ),
    "netfilter": (
        f"{test_netfilter.HEAD}DROP: {test_netfilter.SYN}\n{test_netfilter.HEAD}seen: "
        + "".join(list(test_netfilter.PACKETS)[2]) + "\n"
        f"{test_netfilter.HEAD}seen: {next(iter(test_netfilter.PACKETS))}\n",
        3,
        {
            ("192.0.2.9", 33114, "10.0.0.5", 22, 6, "certain", "no"),
            ("10.0.0.1", 137, "10.0.0.255", 137, 17, "assumed", "unknown"),
            ("10.46.148.170", 256, "78.141.177.16", 0x800, 1, "certain", "unknown"),
        },
    ),
    "aws-vpc": (
        "interface-id flow-direction srcaddr dstaddr srcport dstport protocol start end packets bytes tcp-flags"
        " action\n"
        "eni-1 ingress 10.0.0.9 10.0.0.1 50000 22 6 100 160 9 900 2 ACCEPT\n"
        "eni-1 egress 10.0.0.1 10.0.0.9 22 50000 6 101 160 8 800 18 ACCEPT\n"
        "eni-1 ingress 10.0.0.9 10.0.0.1 50001 23 6 100 160 9 900 2 REJECT\n",
        4,
        {
            ("10.0.0.9", 50000, "10.0.0.1", 22, 6, "probable", "yes"),
            ("10.0.0.9", 50001, "10.0.0.1", 23, 6, "probable", "no"),
        },
    ),
    "azure-flow": (
        test_azure_flow.document(test_azure_flow.virtual(
            test_azure_flow.BEGIN, test_azure_flow.GOES_ON, test_azure_flow.END, test_azure_flow.DENIED)),
        4,
        {
            ("10.0.0.6", 23956, "192.0.2.180", 443, 6, "certain", "yes"),
            ("101.33.218.153", 55188, "10.0.0.6", 22, 6, "certain", "no"),
        },
    ),
    "gcp-vpc": (
        "\n".join(json.dumps(test_gcp_vpc.entry(reporter=side)) for side in ("SRC", "DEST")),
        2,
        {("10.0.0.2", 33576, "10.0.1.9", 443, 6, "probable", "unknown")},
    ),
    "flow-table": (
        "src,sport,dst,dport,proto,start,end,packets,bytes\n"
        f"10.0.0.1,50000,10.0.0.2,53,udp,{START},{START},1,70\n"
        f"10.0.0.2,53,10.0.0.1,50000,udp,{START},{START + 1},1,140\n",
        3,
        {("10.0.0.1", 50000, "10.0.0.2", 53, 17, "probable", "yes")},
    ),
    "cloison-audit": (
        test_cloison_audit.document(
            test_cloison_audit.talk(), test_cloison_audit.talk(port=22, answered="no"),
            test_cloison_audit.talk(port=53, protocol="udp", answered="no"),
            test_cloison_audit.talk(port=80, answered="unknown", orientation="probable"),
            test_cloison_audit.talk(port=25, answered="reply-only", orientation="probable")),
        5,
        {
            ("10.0.0.1", 40000, "10.0.0.2", 443, 6, "certain", "yes"),
            ("10.0.0.1", 40000, "10.0.0.2", 22, 6, "certain", "no"),
            ("10.0.0.1", 40000, "10.0.0.2", 53, 17, "certain", "no"),
            ("10.0.0.1", 40000, "10.0.0.2", 80, 6, "probable", "unknown"),
            ("10.0.0.1", 40000, "10.0.0.2", 25, 6, "probable", "reply-only"),
        },
    ),
}  # fmt: skip


def conversations(capture: Capture) -> set[tuple[object, ...]]:
    """Return the conversations as an audit reads them when no port is known but the well-known ones of this test."""
    import numpy as np

    from cloison.netmodel.space.addresses import show

    known = np.zeros((4, 1 << 16), dtype=bool)
    known[1:3, [22, 23, 25, 53, 80, 443]] = True
    table = capture.table
    found = orient(table, known)
    rows = set()
    for row, swapped, certainty, answered in zip(
        found.row.tolist(), found.swapped.tolist(), found.certainty.tolist(), found.answered.tolist(), strict=True
    ):
        a = show(int(table.a_hi[row]) << 64 | int(table.a_lo[row])), int(table.a_port[row])
        b = show(int(table.b_hi[row]) << 64 | int(table.b_lo[row])), int(table.b_port[row])
        one, other = (b, a) if swapped and table.protocol[row] != 1 else (a, b)
        rows.add((*one, *other, int(table.protocol[row]), CERTAINTIES[certainty], ANSWERS[answered]))
    return rows


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_becomes_conversations(tmp_path: Path, name: str) -> None:
    text, records, wanted = SAMPLES[name]
    path = tmp_path / "log"
    path.write_text(text, encoding="utf-8")
    capture = read([str(path)])
    (source,) = capture.sources
    assert (source.format, source.packets, source.records, source.problem) == (name, 0, records, None)
    assert conversations(capture) == wanted
    assert 0 < source.first <= source.last


# what the other formats of this program read, or nobody does
STRANGERS = {
    "zeek": b"#separator \\x09\n#set_separator\t,\n#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\n",
    "eve": b'{"timestamp":"2026-11-27T09:00:00.000000+0000","event_type":"flow","src_ip":"10.0.0.1"}\n',
    "hubble": b'{"flow":{"time":"2026-11-27T09:00:00Z","verdict":"FORWARDED","IP":{"source":"10.0.0.1"},"l4":{}}}\n',
    "syslog": b"Nov 27 09:00:00 host sshd[1]: Accepted publickey for root from 10.0.0.1 port 22\n",
    "map": b"cloison: 1\nname: x\n", "check": b'{"schema": "cloison.check/1", "conversations": []}',
    "json-of-asa": b'{"message": "<166>Nov 27 2026 09:00:00: %ASA-6-302013: Built outbound"}\n',
    "json-of-netfilter": b'{"MESSAGE": "DROP IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2 "}\n',
    "pcap": b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00" + bytes(16), "zeros": bytes(64), "empty": b"", "newlines": b"\n" * 9,
}  # fmt: skip


def test_no_format_claims_what_is_of_another() -> None:
    every = record_formats()
    sure = {name: entry for name, entry in every.items() if not entry.broad}
    packets = {name: entry for name, entry in load(formats, "FORMAT").items() if isinstance(entry, Format)}
    for name, (text, _, _) in SAMPLES.items():
        data = text.encode()
        claims = [other for other, entry in sure.items() if entry.recognises(data[: 1 << 16])]
        assert claims == ([] if every[name].broad else [name])
        assert not any(entry.recognises(data[:32]) for entry in packets.values())
        if every[name].broad:
            assert [other for other in every if every[other].recognises(data)] == [name]
    for name, data in STRANGERS.items():
        assert [mine for mine in (*SAMPLES, "parquet") if every[mine].recognises(data)] == [], name


@pytest.mark.parametrize("name", SAMPLES)
def test_compression_and_line_ends_change_nothing(tmp_path: Path, name: str) -> None:
    text, records, wanted = SAMPLES[name]
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()))
    capture = read([str(path)])
    assert (capture.sources[0].format, capture.sources[0].records) == (f"{name}, gzip", records)
    assert conversations(capture) == wanted


@pytest.mark.parametrize("name", [*SAMPLES, "parquet"])
def test_damage_is_survived(tmp_path: Path, name: str) -> None:
    if name == "parquet":
        query = test_flow_table.TYPED.format(last="NULL::BIGINT", rows=500)
        whole = test_flow_table.written(tmp_path / "x", query).read_bytes()
    else:
        whole = SAMPLES[name][0].encode()
    most = 600 if name == "parquet" else 100
    chance = random.Random(20261127)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(data))
            how = chance.randrange(4)
            if how == 0:
                data[at] = chance.randrange(256)
            elif how == 1:
                del data[at : at + chance.randrange(1, 40)]
            elif how == 2:
                data[at:at] = data[at : at + chance.randrange(1, 200)]
            else:
                data[at:at] = chance.choice([b"\0", b"\n", b'"', b"{", b"]", b"\xff\xfe", b"9" * 30, b"-", b",", b"\\"])
            if not data:
                data = bytearray(b"x")
        started = time.monotonic()
        sink, problem = fed(name, bytes(data))
        assert time.monotonic() - started < 20
        assert sink.total <= most
        for said in (*sink.notes, *([problem] if problem else [])):
            assert said.say("en")
            assert said.say("fr")


N = 900_000
NETFILTER = f"{test_netfilter.HEAD}IN=a OUT=b SRC=1.1.1.1 DST=1.1.1.1 "
TCP = "LEN=5 PROTO=TCP SPT=1 DPT=2 "
LONG = {  # lines that a pattern could take for ever to refuse
    "asa": (
        f"{HEAD}%ASA-6-302013: Built inbound TCP connection 9 for a:1.1.1.1/1" + " (x)" * (N // 4),
        f"{HEAD}%ASA-6-302014: Teardown TCP connection 9 for a:1.1.1.1/1" + " ()" * (N // 3) + " to ",
        f"{HEAD}%ASA-6-302020: Built inbound ICMP connection for faddr 1.1.1.1/1 gaddr 1.1.1.1/1 laddr 1.1.1.1/1"
        + " type" * (N // 5),
        "%ASA-6-" * (N // 7), "Nov 27 " * (N // 7) + "%ASA-6-302013: x",
        "2026-11-27T09:00:00" * (N // 19) + " %ASA-6-302013: x",
        f"{HEAD}%ASA-4-106023: Deny tcp src " + "a:" * (N // 2),
        f"{HEAD}%FTD-1-430003: " + "SrcIP: " * (N // 7), f"{HEAD}%FTD-1-430003: " + ", SrcIP: 1" * (N // 10),
        f"{HEAD}%ASA-4-106100: access-list a denied tcp " + "a/" * (N // 2),
        f"{HEAD}%ASA-4-106001: TCP " + " from 1.1.1.1/1 " * (N // 16),
    ),
    "netfilter": (
        "IN=" * (N // 3), "IN=a OUT=" * (N // 9), NETFILTER + "[" * N, NETFILTER + TCP + " RES=0x0" * (N // 8),
        NETFILTER + "A" * N, NETFILTER + TCP + "RES=0x00 " + "SYN " * (N // 4) + "x",
        f"{test_netfilter.HEAD}" + " drop" * (N // 5) + " IN=a OUT=b SRC=1.1.1.1 DST=1.1.1.1 " + TCP,
        f"{test_netfilter.HEAD}" + "[ " * (N // 2) + " IN=a OUT=b SRC=1.1.1.1 DST=1.1.1.1 " + TCP,
    ),
    "aws-vpc": ("srcaddr " * (N // 8), "srcaddr-" * (N // 8), "a" * N + " srcaddr"),
    "flow-table": (
        "src,dst," + "a," * (N // 2), "src,dst,proto,time\n" + '"' * N, "src,dst,proto,time\n" + '"",' * (N // 3),
        "src,dst,proto,time\n1.1.1.1,1.1.1.1,esp," + "9" * N,
    ),
    "azure-flow": (test_azure_flow.document(test_azure_flow.virtual("," * N, *["1" * 5000] * 100)),),
    "gcp-vpc": ('{"jsonPayload": ' + '"' + "x" * N + '"}', '{"a":' * 50_000 + "}" * 50_000),
    "cloison-audit": ('{"schema": "cloison.audit/1", "conversations": [{"source": "' + "x" * N + '", "verdict": 1}]}',),
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_long_lines_are_read_in_their_length(name: str) -> None:
    for text in LONG[name]:
        started = time.monotonic()
        sink, _ = fed(name, f"{text}\n")
        assert time.monotonic() - started < 10, text[:60]
        assert sink.total <= 102


@pytest.mark.parametrize("name", [*SAMPLES, "parquet"])
def test_no_bytes_at_all_and_other_bytes(name: str) -> None:
    for data in (
        b"",
        b"\n",
        b"\xff" * 5000,
        bytes(5000),
        b"{" * 5000,
        b'"' * 5000,
        b"[" * 5000 + b"]" * 5000,
        b"x" * 2_000_000,
    ):
        sink, _ = fed(name, data)
        assert sink.added == 0
