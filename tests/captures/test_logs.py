"""Flow records in text logs: written by hand from each format's own documentation, with what they must become."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from captures_sink import FORMATS, given, who_recognises

from cloison.captures.read import read
from cloison.flows.table import EVIDENCE

SECOND = 10**9
T = 1_700_000_000 * SECOND  # 2023-11-14T22:13:20Z
A, B = "10.0.0.1", "10.0.0.2"
A6, B6 = "2001:db8::1", "2001:db8::2"


def record(**more: Any) -> dict[str, Any]:
    """Return a record in words: by default TCP from A to B, one packet, of which nothing else is known."""
    return {
        "source": (A, 40000), "target": (B, 443), "protocol": 6, "times": (T, T), "packets": (1, 0), "bytes": (40, 0),
        "flags": (-1, -1), "tells": set(), "wire": "", "vlans": (0, 0), "point": (), "number": 1,
    } | more  # fmt: skip


def only(data: bytes | str, name: str) -> dict[str, Any]:
    """Return the one record of a log in which all is read."""
    kept = given(data, name)
    assert (kept.problem, dict(kept.left)) == (None, {})
    (found,) = kept.records
    return found


# --- Zeek --------------------------------------------------------------------------------------------------------

ZEEK_FIELDS = ("ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "service", "duration",
               "orig_bytes", "resp_bytes", "conn_state", "local_orig", "missed_bytes", "history", "orig_pkts",
               "orig_ip_bytes", "resp_pkts", "resp_ip_bytes", "tunnel_parents", "vlan", "inner_vlan")  # fmt: skip
ZEEK_ROW = {
    "ts": "1700000000.000001", "uid": "C1", "id.orig_h": A, "id.orig_p": "40000", "id.resp_h": B, "id.resp_p": "443",
    "proto": "tcp", "service": "ssl", "duration": "1.5", "orig_bytes": "100", "resp_bytes": "2000", "conn_state": "SF",
    "local_orig": "-", "missed_bytes": "0", "history": "ShADadFf", "orig_pkts": "5", "orig_ip_bytes": "360",
    "resp_pkts": "4", "resp_ip_bytes": "2208", "tunnel_parents": "(empty)", "vlan": "110", "inner_vlan": "-",
}  # fmt: skip


def zeek(
    *rows: dict[str, str], fields: tuple[str, ...] = ZEEK_FIELDS, separator: str = "\t", path: str = "conn"
) -> str:
    head = [
        f"#separator \\x{ord(separator):02x}", separator.join(("#set_separator", ";")),
        separator.join(("#empty_field", "(empty)")), separator.join(("#unset_field", "-")),
        separator.join(("#path", path)), separator.join(("#open", "2023-11-14-22-13-20")),
        separator.join(("#fields", *fields)), separator.join(("#types", *("string" for _ in fields))),
    ]  # fmt: skip
    body = [separator.join((ZEEK_ROW | row).get(name, "-") for name in fields) for row in rows]
    return "\n".join((*head, *body, separator.join(("#close", "2023-11-14-23-00-00")))) + "\n"


ZEEK_RECORD = record(
    times=(T + 1000, T + 1000 + 1_500_000_000), packets=(5, 4), bytes=(360, 2208), wire="tls", vlans=(110, 0), number=9,
    tells={"SYN_AB", "SYNACK_BA", "FIN_AB", "FIN_BA", "PAYLOAD_AB", "PAYLOAD_BA", "INITIATOR_AB"},
)  # fmt: skip


def zeek_json(**more: Any) -> str:
    row: dict[str, Any] = {
        "ts": 1700000000.000001, "uid": "C1", "id.orig_h": A, "id.orig_p": 40000, "id.resp_h": B, "id.resp_p": 443,
        "proto": "tcp", "service": "ssl", "duration": 1.5, "orig_bytes": 100, "resp_bytes": 2000, "conn_state": "SF",
        "missed_bytes": 0, "history": "ShADadFf", "orig_pkts": 5, "orig_ip_bytes": 360, "resp_pkts": 4,
        "resp_ip_bytes": 2208, "vlan": 110,
    }  # fmt: skip
    return json.dumps(row | more) + "\n"


def test_zeek() -> None:
    assert only(zeek({}), "zeek") == ZEEK_RECORD
    assert only(zeek({}, fields=ZEEK_FIELDS[::-1]), "zeek") == ZEEK_RECORD
    assert only(zeek({}, separator=","), "zeek") == ZEEK_RECORD
    assert only(zeek_json(), "zeek") == ZEEK_RECORD | {"number": 1}
    assert only(zeek_json(ts="2023-11-14T22:13:20.000001Z"), "zeek") == ZEEK_RECORD | {"number": 1}
    assert only(zeek_json(ts=1700000000001, duration=9.5367431640625e-07), "zeek")["times"] == (T + 10**6, T + 1000954)


@pytest.mark.parametrize(
    ("row", "tells"),
    [
        ({"conn_state": "S0", "history": "S"}, {"SYN_AB", "INITIATOR_AB"}),
        ({"conn_state": "REJ", "history": "Sr"}, {"SYN_AB", "RST_BA", "INITIATOR_AB"}),
        ({"conn_state": "REJ", "history": "-"}, {"SYN_AB", "RST_BA", "INITIATOR_AB"}),
        (
            {"conn_state": "OTH", "history": "DadA"},
            {"PAYLOAD_AB", "PAYLOAD_BA"},
        ),  # from its middle: who began is not known
        ({"conn_state": "OTH", "history": "^dDa"}, {"ANSWERED"}),  # turned by ports: no evidence
        ({"conn_state": "S0", "history": "^d", "resp_pkts": "0"}, set()),
        ({"conn_state": "SHR", "history": "hf"}, {"SYNACK_BA", "FIN_BA"}),
        ({"proto": "udp", "conn_state": "SF", "history": "Dd"}, {"FLAGS_AB", "PAYLOAD_AB", "PAYLOAD_BA"}),
        ({"proto": "udp", "conn_state": "SHR", "history": "^d"}, {"ANSWERED"}),
        ({"proto": "udp", "conn_state": "SHR", "history": "d"}, {"PAYLOAD_BA"}),
    ],
)
def test_what_zeek_tells_of_who_began(row: dict[str, str], tells: set[str]) -> None:
    assert only(zeek(row), "zeek")["tells"] == tells


@pytest.mark.parametrize(
    ("service", "wire"),
    [("-", ""), ("ssl", "tls"), ("http", "http"), ("rfb", "vnc"), ("dce_rpc", ""), ("smtp,ssl", ""), ("-ssl", ""),
     ("gssapi,smb,ntlm", "smb"), ("dns", "dns")],
)  # fmt: skip
def test_what_zeek_recognised(service: str, wire: str) -> None:
    assert only(zeek({"service": service}), "zeek")["wire"] == wire


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"id.orig_p": "8", "id.resp_p": "0"}, ((A, 0), (B, 8 << 8), 1)),
        ({"id.orig_p": "3", "id.resp_p": "13"}, ((A, 0), (B, 3 << 8 | 13), 1)),
        ({"id.orig_p": "0", "id.resp_p": "8"}, ((A, 0), (B, 0), 1)),  # an answer alone: 8 is its question's type
        ({"id.orig_h": A6, "id.resp_h": B6, "id.orig_p": "128", "id.resp_p": "129"}, ((A6, 0), (B6, 128 << 8), 58)),
    ],
)
def test_icmp_of_zeek(row: dict[str, str], expected: tuple[Any, ...]) -> None:
    found = only(zeek({"proto": "icmp", "service": "-", "history": "-", "conn_state": "OTH", **row}), "zeek")
    assert (found["source"], found["target"], found["protocol"]) == expected
    assert found["tells"] == set()


def test_zeek_counts_what_it_cannot_read() -> None:
    rows = (
        {"ts": "XXXXXXXXXX.XXXXXX"}, {"id.orig_h": "fe80::1%eth0"}, {"id.resp_p": "65536"}, {"orig_pkts": "many"}, {},
        {"proto": "unknown_transport"}, {"duration": "-0.5"}, {"vlan": "4096"}, {"id.orig_p": "-"}, {"id.resp_h": "-"},
    )  # fmt: skip
    text = zeek(*rows) + "cut\tshort\n"
    kept = given(text, "zeek")
    assert [found["number"] for found in kept.records] == [13]
    assert kept.left == {"record-malformed": 10}


def test_several_logs_of_zeek_in_one_file() -> None:
    dns = zeek({}, {}, fields=("ts", "uid", "id.orig_h", "id.resp_h", "proto"), path="dns")
    kept = given(zeek({}) + dns + zeek({}, fields=ZEEK_FIELDS[::-1]) + zeek_json() + zeek_json(_path="dns"), "zeek")
    assert sorted(found["number"] for found in kept.records) == [9, 30, 32]
    assert all(found == ZEEK_RECORD | {"number": found["number"]} for found in kept.records)
    assert kept.left == {"other-record": 3}


def test_a_log_of_many_headers() -> None:
    """Rows below the first headers are read, however often these come; a flood of distinct ones is counted."""
    kept = given(zeek({}) * 300, "zeek")
    assert len(kept.records) == 300
    flood = "".join(zeek({}, fields=(*ZEEK_FIELDS, f"more{number}")) for number in range(40))
    kept = given(zeek({}) + flood + zeek({}), "zeek")
    assert set(kept.left) == {"record-malformed"}
    assert len(kept.records) + kept.left["record-malformed"] == 42
    assert len(kept.records) >= 2
    sums = "".join(f"Summary {number}\n1\n" for number in range(100))
    kept = given(f"{NFDUMP_LONG}\n{NFDUMP_ROW}\n{sums}{NFDUMP_LONG}\n{NFDUMP_ROW}\n", "nfdump-csv")
    assert len(kept.records) == 2
    assert kept.left == {"other-record": 100}


def test_zeek_without_counts_of_packets() -> None:
    kept = given(zeek({"orig_pkts": "-", "orig_ip_bytes": "-", "resp_pkts": "-", "resp_ip_bytes": "-"}), "zeek")
    assert (kept.records[0]["packets"], kept.records[0]["bytes"]) == ((0, 0), (100, 2000))
    assert len(kept.notes) == 1


def test_zeek_notes_tunnels_and_gaps() -> None:
    kept = given(zeek({"tunnel_parents": "C9"}, {"missed_bytes": "7"}, {}), "zeek")
    assert len(kept.records) == 3
    assert [note.split()[0] for note in kept.notes] == ["1", "of"]


# --- Suricata ----------------------------------------------------------------------------------------------------


def suricata(kind: str = "flow", part: dict[str, Any] | None = None, **more: Any) -> str:
    parts: dict[str, dict[str, Any]] = {
        "flow": {"pkts_toserver": 5, "pkts_toclient": 4, "bytes_toserver": 360, "bytes_toclient": 2208,
                 "start": "2023-11-14T23:13:20.000001+0100", "end": "2023-11-14T23:13:21.500001+0100", "age": 1,
                 "state": "closed", "reason": "timeout", "alerted": False},
        "netflow": {"pkts": 5, "bytes": 360, "start": "2023-11-14T22:13:20.000001+0000",
                    "end": "2023-11-14T22:13:21.500001+0000", "age": 1, "min_ttl": 64, "max_ttl": 64},
    }  # fmt: skip
    event: dict[str, Any] = {
        "timestamp": "2023-11-14T23:14:30.000000+0100", "flow_id": 1, "event_type": kind, "src_ip": A,
        "src_port": 40000, "dest_ip": B, "dest_port": 443, "proto": "TCP", "app_proto": "tls",
    }  # fmt: skip
    if kind in parts:
        event[kind] = parts[kind] | (part or {})
        event["tcp"] = {"tcp_flags": "1b", "tcp_flags_ts": "1b", "tcp_flags_tc": "12"}
    event |= more
    return json.dumps({name: value for name, value in event.items() if value is not None}) + "\n"


SURICATA_RECORD = record(
    times=(T + 1000, T + 1000 + 1_500_000_000), packets=(5, 4), bytes=(360, 2208), flags=(0x1B, 0x12), wire="tls",
    tells={"INITIATOR_AB"}, point=("suricata", "flow", ""),
)  # fmt: skip


def test_suricata() -> None:
    assert only(suricata(), "suricata") == SURICATA_RECORD
    assert only(suricata(vlan=[110, 7], host="s1"), "suricata") == SURICATA_RECORD | {
        "vlans": (110, 7), "point": ("suricata", "flow", "s1"),
    }  # fmt: skip
    assert only(suricata("netflow"), "suricata") == SURICATA_RECORD | {
        "packets": (5, 0), "bytes": (360, 0), "flags": (0x1B, -1), "tells": set(), "point": ("suricata", "netflow", ""),
    }  # fmt: skip


def test_what_suricata_tells() -> None:
    midstream = {"tcp_flags": "00", "tcp_flags_ts": "00", "tcp_flags_tc": "00"}
    assert only(suricata(tcp=midstream), "suricata")["tells"] == {"FLAGS_AB"}
    assert only(suricata(part={"state": "established"}), "suricata")["tells"] == {"INITIATOR_AB", "ANSWERED"}
    assert only(suricata(part={"action": "drop"}), "suricata")["tells"] == {"INITIATOR_AB", "REFUSED_AB"}
    assert only(suricata(verdict={"action": "reject"}), "suricata")["tells"] == {"INITIATOR_AB", "REFUSED_AB"}
    udp = only(suricata(proto="UDP", tcp=None, app_proto="failed", dest_port=53), "suricata")
    assert (udp["tells"], udp["flags"], udp["wire"], udp["protocol"]) == ({"FLAGS_AB"}, (-1, -1), "", 17)


def test_protocols_of_suricata() -> None:
    ping = {"src_port": None, "dest_port": None, "tcp": None, "app_proto": None, "icmp_code": 0}
    found = only(suricata(proto="ICMP", icmp_type=8, **ping), "suricata")
    assert (found["protocol"], found["source"], found["target"]) == (1, (A, 0), (B, 8 << 8))
    found = only(suricata(proto="IPv6-ICMP", icmp_type=128, src_ip=A6, dest_ip=B6, **ping), "suricata")
    assert (found["protocol"], found["source"], found["target"]) == (58, (A6, 0), (B6, 128 << 8))
    found = only(suricata(proto="112", src_port=None, dest_port=None, tcp=None), "suricata")
    assert (found["protocol"], found["source"], found["target"]) == (112, (A, 0), (B, 0))


def test_suricata_counts_what_it_cannot_read() -> None:
    lines = [
        suricata("alert"), suricata("stats", src_ip=None), suricata(), suricata(src_ip="x"), suricata(src_port="many"),
        suricata(part={"start": "yesterday"}), suricata(part={"pkts_toserver": -1}), suricata(vlan="a"), "{}\n",
        suricata(proto="nothing"), suricata()[:-20] + "\n", "\x00\n", suricata(dest_port=None),
    ]  # fmt: skip
    kept = given("".join(lines), "suricata")
    assert [found["number"] for found in kept.records] == [3]
    assert kept.left == {"other-record": 2, "record-malformed": 10}


# --- nfdump ------------------------------------------------------------------------------------------------------

NFDUMP_LONG = (
    "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt,in,out,sas,das,smk,dmk,dtos,dir,nh,nhb,svln,dvln,ismc,"
    "odmc,idmc,osmc,mpls1,mpls2,mpls3,mpls4,mpls5,mpls6,mpls7,mpls8,mpls9,mpls10,cl,sl,al,ra,eng,exid,tr"
)
NFDUMP_ROW = (
    "2023-11-14 22:13:20,2023-11-14 22:13:21,1.500,10.0.0.1,10.0.0.2,40000,443,TCP,...AP.SF,0,0,5,360,0,0,1,2,0,0,0,0,"
    "0,0,0.0.0.0,0.0.0.0,110,0,00:00:00:00:00:00,00:00:00:00:00:00,00:00:00:00:00:00,00:00:00:00:00:00,0-0-0,0-0-0,"
    "0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,    0.000,    0.000,    0.000,192.0.2.1,17/1,3,"
    "2026-11-23 23:42:12.134"
)
NFDUMP_SUMS = "Summary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n1,360,5,1920,3,72\n"
NFDUMP_RECORD = record(
    times=(T, T + 1_500_000_000), packets=(5, 0), bytes=(360, 0), flags=(0x1B, -1), vlans=(110, 0), number=2,
    point=("nfdump", "192.0.2.1"),
)  # fmt: skip
NFDUMP_LATER = "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows"


def test_nfdump_csv() -> None:
    kept = given(f"{NFDUMP_LONG}\n{NFDUMP_ROW}\n{NFDUMP_SUMS}", "nfdump-csv")
    assert kept.records == [NFDUMP_RECORD]
    assert kept.left == {"other-record": 1}  # the sums
    assert len(kept.notes) == 1
    assert "UTC" in kept.notes[0]
    assert only(NFDUMP_ROW, "nfdump-csv") == NFDUMP_RECORD | {"number": 1}  # -q: no header
    row = NFDUMP_ROW.replace(",40000,443,TCP,...AP.SF", ",0,2048,ICMP,........")
    found = only(f"{NFDUMP_LONG}\n{row}\n", "nfdump-csv")
    assert (found["source"], found["target"], found["protocol"]) == ((A, 0), (B, 2048), 1)
    row = NFDUMP_ROW.replace(",40000,443,TCP,...AP.SF", ",0,3.13,ICMP,......")
    assert only(f"{NFDUMP_LONG}\n{row}\n", "nfdump-csv")["target"] == (B, 3 << 8 | 13)


@pytest.mark.parametrize("duration", ["1.500", "00:00:01.500"])
def test_nfdump_csv_of_later_versions(duration: str) -> None:
    text = f"{NFDUMP_LATER}\n2023-11-14 22:13:20.250,{duration},TCP,{A6},40000,{B6},443,5,360,1\n"
    expected = record(source=(A6, 40000), target=(B6, 443), packets=(5, 0), bytes=(360, 0), number=2,
                      times=(T + 250_000_000, T + 1_750_000_000))  # fmt: skip
    assert only(text, "nfdump-csv") == expected
    fast = (
        "cnt,af,firstSeen,lastSeen,proto,srcAddr,srcPort,dstAddr,dstPort,srcAS,dstAS,input,output,flags,srcTos,packets,"
        f"bytes\n1,10,1700000000250,1700000001750,6,{A6},40000,{B6},443,0,0,0,0,...AP.SF,0,5,360\n"
    )
    assert only(fast, "nfdump-csv") == expected | {"flags": (0x1B, -1)}


def test_nfdump_csv_counts_what_it_cannot_read() -> None:
    good = NFDUMP_ROW
    rows = [
        good, good.replace("22:13:20", "22:13:61"), good.replace(A, "10.0.0.256"), good.replace(",443,", ",x,"),
        good.replace("...AP.SF", "nonsense"), good + ",more", good[:60], good.replace("TCP", "0x6"),
        good.replace(",1.500,", ",soon,"), good.replace(",5,360,", ",5,-360,"), good,
    ]  # fmt: skip
    kept = given("\n".join((NFDUMP_LONG, *rows)), "nfdump-csv")
    assert [found["number"] for found in kept.records] == [2, 12]
    assert kept.left == {"record-malformed": 9}


def nfdump_json(**more: Any) -> dict[str, Any]:
    flow: dict[str, Any] = {
        "type": "FLOW", "sampled": 0, "export_sysid": 3, "first": "2023-11-14T22:13:20.000",
        "last": "2023-11-14T22:13:21.500", "received": "2026-11-23T23:42:12.134", "in_packets": 5, "in_bytes": 360,
        "proto": 6, "tcp_flags": "...AP.SF", "src_port": 40000, "dst_port": 443, "src_tos": 0, "src4_addr": A,
        "dst4_addr": B, "src_vlan": 110, "ip4_router": "192.0.2.1", "label": "<none>",
    }  # fmt: skip
    return {name: value for name, value in (flow | more).items() if value is not None}


def test_nfdump_json() -> None:
    array = json.dumps([nfdump_json()], indent="\t", separators=(",", " : ")) + "\n"
    assert only(array, "nfdump-json") == NFDUMP_RECORD
    assert only(json.dumps(nfdump_json()) + "\n", "nfdump-json") == NFDUMP_RECORD | {"number": 1}
    ping = nfdump_json(proto=1, tcp_flags=None, src_port=None, dst_port=None, icmp_type=8, icmp_code=0)
    found = only(json.dumps(ping), "nfdump-json")
    assert (found["source"], found["target"], found["flags"]) == ((A, 0), (B, 2048), (-1, -1))
    six = nfdump_json(src4_addr=None, dst4_addr=None, src6_addr=A6, dst6_addr=B6, ip4_router=None)
    found = only(json.dumps(six), "nfdump-json")
    assert (found["source"], found["target"], found["point"]) == ((A6, 40000), (B6, 443), ("nfdump", "3"))


def test_nfdump_json_says_what_is_odd() -> None:
    kept = given(json.dumps([nfdump_json(in_bytes=5), nfdump_json(sampled=1)]), "nfdump-json")
    assert [found["bytes"] for found in kept.records] == [(0, 0), (360, 0)]
    assert [found["tells"] for found in kept.records] == [set(), {"ONE_WAY"}]
    assert len(kept.notes) == 3


def test_nfdump_json_counts_what_it_cannot_read() -> None:
    items = [
        nfdump_json(type="EVENT"), nfdump_json(src4_addr=None, dst4_addr=None), nfdump_json(src4_addr="x"),
        nfdump_json(dst_port=70000), nfdump_json(first="soon"), nfdump_json(proto="x"), nfdump_json(dst4_addr=None),
        nfdump_json(in_packets=None), nfdump_json(tcp_flags="??"), nfdump_json(),
    ]  # fmt: skip
    kept = given(json.dumps(items, indent=1)[:-1] + ",\n{", "nfdump-json")
    assert len(kept.records) == 1
    assert kept.left == {"other-record": 1, "record-not-ip": 1, "record-malformed": 8}
    assert kept.problem is not None


# --- argus -------------------------------------------------------------------------------------------------------

ARGUS = "StartTime,LastTime,SrcAddr,Dir,DstAddr,Proto,Sport,Dport,SrcPkts,DstPkts,SrcBytes,DstBytes,State,Flgs"


def argus(arrow: str = "  ->", proto: str = "tcp", ports: str = "40000,443", state: str = "FIN", counts: str = "5,4",
          ends: str = "") -> str:  # fmt: skip
    one, two = (ends or f"{A},{B}").split(",")
    times = "1700000000.000001,1700000001.500001"
    return f"{times},{one}, {arrow},{two},{proto},{ports},{counts},360,2208,{state}, e s     \n"


ARGUS_RECORD = record(
    times=(T + 1000, T + 1000 + 1_500_000_000), packets=(5, 4), bytes=(360, 2208), tells={"INITIATOR_AB", "ANSWERED"},
    number=2,
)  # fmt: skip


def test_argus() -> None:
    assert only(f"{ARGUS}\n{argus()}", "argus") == ARGUS_RECORD
    tabbed = f"{ARGUS}\n{argus()}".replace(",", "\t")
    assert only(tabbed, "argus") == ARGUS_RECORD


@pytest.mark.parametrize(
    ("row", "tells"),
    [
        (argus("  ->", state="REQ", counts="1,0"), {"INITIATOR_AB", "SYN_AB"}),
        (argus("<-  ", state="CON"), {"INITIATOR_BA", "ANSWERED"}),
        (argus(" <?>", state="CON"), {"ANSWERED"}),  # both were seen, and who began is not known
        (argus("  ?>", state="REQ", counts="1,0"), set()),
        (argus("  ->", state="RST", counts="1,1"), {"INITIATOR_AB", "SYN_AB", "RST_BA"}),
        (argus("  ->", state="RST", counts="5,4"), {"INITIATOR_AB", "SYN_AB"}),
        (argus("  ->", proto="udp", state="INT", counts="1,0"), {"FLAGS_AB"}),
        (argus(" <->", proto="udp", state="CON"), {"FLAGS_AB", "ANSWERED"}),
        (argus(" <?>", proto="udp", state="CON"), set()),
        (argus("  ->", state="SPA_SA"), {"INITIATOR_AB"}),
    ],
)
def test_what_argus_tells(row: str, tells: set[str]) -> None:
    assert only(f"{ARGUS}\n{row}", "argus")["tells"] == tells


def test_protocols_and_flags_of_argus() -> None:
    assert only(f"{ARGUS}\n{argus(state='FSPA_SA')}", "argus")["flags"] == (0x1B, 0x12)
    ping = only(f"{ARGUS}\n{argus(' <->', 'icmp', '0x0008,0x0000', 'ECO')}", "argus")
    assert (ping["source"], ping["target"], ping["protocol"]) == ((A, 0), (B, 8 << 8), 1)
    error = only(f"{ARGUS}\n{argus('  ->', 'icmp', '0x0103,0x0000', 'URH')}", "argus")
    assert error["target"] == (B, 3 << 8 | 1)
    ping = only(f"{ARGUS}\n{argus(' <->', 'ipv6-icmp', '128,0', 'ECO', ends=f'{A6},{B6}')}", "argus")
    assert (ping["source"], ping["target"], ping["protocol"]) == ((A6, 0), (B6, 128 << 8), 58)
    assert only(f"{ARGUS}\n{argus(proto='rtp')}", "argus")["protocol"] == 17


def test_argus_counts_what_it_cannot_read() -> None:
    rows = [
        "1700000000.0,1700000001.0,0,,0,man,0,0,0,0,0,0,STA,          \n", argus(proto="arp", ends="host,other"),
        argus(), argus(ports="40000,https"), argus(ends="host,other"), argus(proto="unas"), "1,2,3\n",
        argus().replace("1700000000.000001", "22:13:20.000001"), f"{ARGUS}\n", argus(counts="x,4"),
    ]  # fmt: skip
    kept = given(f"{ARGUS}\n" + "".join(rows), "argus")
    assert [found["number"] for found in kept.records] == [4]
    assert kept.left == {"other-record": 1, "arp": 1, "record-malformed": 6}
    assert any("ra -n" in note for note in kept.notes)
    undated = given(f"{ARGUS}\n" + argus().replace("1700000000.000001", "22:13:20.000001"), "argus")
    assert undated.problem is not None
    assert undated.left == {"record-malformed": 1}


def test_argus_with_sums_only() -> None:
    head = "StartTime,Flgs,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,TotPkts,TotBytes,State"
    kept = given(f"{head}\n1700000000.5, e        ,tcp,{A},40000,   ->,{B},443,9,2568,CON\n", "argus")
    assert (kept.records[0]["packets"], kept.records[0]["bytes"]) == ((9, 0), (2568, 0))
    assert kept.records[0]["tells"] == {"INITIATOR_AB", "ANSWERED"}
    assert len(kept.notes) == 2


# --- SiLK --------------------------------------------------------------------------------------------------------

SILK = (
    "            sIP|            dIP|sPort|dPort|pro|   packets|     bytes|   flags|                  sTime| duration|"
    "                  eTime|sen|\n"
)


def silk(ends: str = f"{A},{B}", ports: str = "40000,443", pro: int = 6, flags: str = "FS PA   ") -> str:
    (one, two), (first, second) = ends.split(","), ports.split(",")
    return (
        f"{one:>15}|{two:>15}|{first:>5}|{second:>5}|{pro:>3}|         5|       360|{flags}|"
        "2023/11/14T22:13:20.001|    1.500|2023/11/14T22:13:21.501| S0|\n"
    )


SILK_RECORD = record(
    times=(T + 10**6, T + 10**6 + 1_500_000_000), packets=(5, 0), bytes=(360, 0), flags=(0x1B, -1),
    point=("silk", "S0"), number=2,
)  # fmt: skip


def test_silk() -> None:
    assert only(SILK + silk(), "silk") == SILK_RECORD
    delimited = SILK.replace(" ", "").replace("sen|", "sensor|").replace("pro|", "protocol|")
    assert only(delimited + silk().replace(" ", ""), "silk") == SILK_RECORD
    assert only((SILK + silk()).replace("|\n", "\n"), "silk") == SILK_RECORD  # --no-final-delimiter
    assert only((SILK + silk()).replace("|", ","), "silk") == SILK_RECORD
    epoch = silk().replace("2023/11/14T22:13:20.001", "1700000000.001").replace("2023/11/14T22:13:21.501", "")
    assert only(SILK + epoch, "silk") == SILK_RECORD


def test_icmp_of_silk() -> None:
    for ports in ("0,2048", "8,0"):  # as it is, and with --icmp-type-and-code
        found = only(SILK + silk(ports=ports, pro=1, flags="        "), "silk")
        assert (found["source"], found["target"], found["flags"]) == ((A, 0), (B, 2048), (-1, -1))
    found = only(SILK + silk(f"{A6},{B6}", "0,33024", 58, "        "), "silk")
    assert (found["source"], found["target"], found["protocol"]) == ((A6, 0), (B6, 129 << 8), 58)


def test_first_flags_of_silk() -> None:
    head = "sIP|dIP|sPort|dPort|pro|packets|bytes|sTime|dur|initialF|sessionF|iTy|iCo|\n"
    row = f"{A}|{B}|40000|443|6|5|360|2023/11/14T22:13:20.001|1.500|S       |F  PA   |   |   |\n"
    found = only(head + row, "silk")
    assert (found["flags"], found["tells"], found["times"]) == ((0x1B, -1), {"SYN_AB"}, SILK_RECORD["times"])
    assert only(head + row.replace("S       |", "S  A    |"), "silk")["tells"] == {"SYNACK_AB"}
    ping = f"{A}|{B}|0|0|1|5|360|2023/11/14T22:13:20.001|1.500|        |        |  8|  0|\n"
    assert only(head + ping, "silk")["target"] == (B, 2048)


def test_silk_counts_what_it_cannot_read() -> None:
    rows = [silk(), silk("167772161,167772162"), silk(ports="x,443"), silk(pro=256), silk(flags="what    "), "a|b|\n",
            SILK, silk(ports="4000,0", pro=1), silk()]  # fmt: skip
    kept = given(SILK + "".join(rows), "silk")
    assert [found["number"] for found in kept.records] == [2, 10]
    assert kept.left == {"record-malformed": 6}


# --- Hubble ------------------------------------------------------------------------------------------------------


def hubble(layer: dict[str, Any] | None = None, *, wrapped: bool = True, **more: Any) -> str:
    tcp = {"TCP": {"source_port": 40000, "destination_port": 443, "flags": {"SYN": True}}}
    flow: dict[str, Any] = {
        "time": "2023-11-14T22:13:20.000000001Z", "uuid": "u", "verdict": "FORWARDED",
        "IP": {"source": A, "destination": B, "ipVersion": "IPv4"}, "l4": tcp if layer is None else layer,
        "source": {"pod_name": "a"}, "Type": "L3_L4", "node_name": "w1", "is_reply": False,
        "traffic_direction": "INGRESS", "Summary": "TCP Flags: SYN",
    }  # fmt: skip
    flow = {name: value for name, value in (flow | more).items() if value is not None}
    return json.dumps({"flow": flow, "node_name": "w1", "time": flow.get("time")} if wrapped else flow) + "\n"


HUBBLE_RECORD = record(
    times=(T + 1, T + 1),
    bytes=(0, 0),
    flags=(2, -1),
    tells={"SYN_AB", "INITIATOR_AB", "ONE_WAY"},
    point=("hubble", "w1"),
)


def test_hubble() -> None:
    assert only(hubble(), "hubble") == HUBBLE_RECORD
    assert only(hubble(wrapped=False), "hubble") == HUBBLE_RECORD
    assert only(hubble(verdict="DROPPED"), "hubble")["tells"] == {"SYN_AB", "INITIATOR_AB", "REFUSED_AB", "ONE_WAY"}
    answer = {"TCP": {"source_port": 443, "destination_port": 40000, "flags": {"SYN": True, "ACK": True}}}
    found = only(hubble(answer, is_reply=True), "hubble")
    assert (found["flags"], found["tells"]) == ((18, -1), {"SYNACK_AB", "INITIATOR_BA", "ONE_WAY"})


def test_protocols_of_hubble() -> None:
    found = only(hubble({"UDP": {"source_port": 40000, "destination_port": 53}}, is_reply=None), "hubble")
    assert (found["protocol"], found["target"], found["tells"]) == (17, (B, 53), {"ONE_WAY"})
    found = only(hubble({"SCTP": {"source_port": 1, "destination_port": 2}}), "hubble")
    assert (found["protocol"], found["source"], found["target"]) == (132, (A, 1), (B, 2))
    found = only(hubble({"ICMPv4": {}}), "hubble")  # what is 0 is left out
    assert (found["protocol"], found["source"], found["target"]) == (1, (A, 0), (B, 0))
    found = only(hubble({"ICMPv6": {"type": 128}}, IP={"source": A6, "destination": B6}), "hubble")
    assert (found["protocol"], found["source"], found["target"]) == (58, (A6, 0), (B6, 128 << 8))


def test_hubble_counts_what_is_no_packet() -> None:
    lines = [
        '{"lost_events":{"source":"HUBBLE_RING_BUFFER","num_events_lost":"12"}}\n',
        '{"node_status":{"state_change":"NODE_CONNECTED"},"node_name":"w1","time":"2023-11-14T22:13:20Z"}\n',
        hubble(Type="L7"), hubble(Type="SOCK"), hubble(), hubble(IP=None), hubble(IP={"source": "x", "destination": B}),
        hubble({}), hubble(time="now"), "{}\n", "[]\n", hubble({"TCP": {"source_port": 70000, "destination_port": 1}}),
        '{"lost_events":{"num_events_lost":"99999999999999999999"}}\n',
    ]  # fmt: skip
    kept = given("".join(lines), "hubble")
    assert [found["number"] for found in kept.records] == [5]
    assert kept.left == {"record-lost": 12, "other-record": 4, "record-not-ip": 1, "record-malformed": 6}
    assert "packets are events" in kept.notes[0]


# --- all ---------------------------------------------------------------------------------------------------------

SAMPLES = [
    ("zeek", zeek({})), ("zeek", zeek({}, separator=",")), ("zeek", zeek_json()),
    ("zeek", zeek_json(_path="dns") + zeek_json()),
    ("suricata", suricata()), ("suricata", suricata("netflow")), ("suricata", suricata("alert", flow={"start": "x"})),
    ("nfdump-csv", f"{NFDUMP_LONG}\n{NFDUMP_ROW}\n{NFDUMP_SUMS}"), ("nfdump-csv", NFDUMP_ROW),
    ("nfdump-csv", f"{NFDUMP_LATER}\n2023-11-14 22:13:20.250,1.500,TCP,{A},40000,{B},443,5,360,1\n"),
    ("nfdump-json", json.dumps([nfdump_json()], indent=1)), ("nfdump-json", json.dumps(nfdump_json())),
    ("argus", f"{ARGUS}\n{argus()}"), ("silk", SILK + silk()), ("silk", (SILK + silk()).replace("|", ",")),
    ("hubble", hubble()), ("hubble", hubble(wrapped=False)),
    ("hubble", hubble(Type="L7", l7={"http": {"event_type": "x"}})),
]  # fmt: skip
OTHERS = [
    "", "\n", "{}", "[]", "[1, 2]", '{"a": 1}', "#separator \\x09\n#path\tdns\n#fields\tts\tuid\n", "a,b,c\n1,2,3\n",
    "cloison: 1\n", '{"version": 1, "timestamp": "now"}', "sIP|dIP|\n", "StartTime,Proto\n", "ts,te\n", "\x00" * 64,
    '{"message": "\\"id.orig_h\\": \\"conn_state\\": \\"event_type\\":"}', "#separator \\xzz\n", "#separator",
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), SAMPLES)
def test_each_log_is_of_one_format(name: str, text: str) -> None:
    assert who_recognises(text) == [name]
    assert who_recognises(b"\xef\xbb\xbf" + text.encode()) == [name]


@pytest.mark.parametrize("text", OTHERS)
def test_other_texts_are_of_none(text: str) -> None:
    assert who_recognises(text) == []


@pytest.mark.parametrize(("name", "text"), SAMPLES)
def test_damage_is_counted_and_harms_nothing(name: str, text: str) -> None:
    """Whatever the last line became, it is a record or it is left, and the first still is what it was; or it is cut."""
    data = text.encode()
    whole = given(data, name)
    total = len(whole.records) + sum(whole.left.values())
    last = data.rindex(data.splitlines(keepends=True)[-1])
    for place in range(last, len(data), max(1, (len(data) - last) // 4)):
        for other in (b"\x00", b'"', b"9" * 30):
            kept = given(data + b"\n" + data[:place][last:] + other + data[place + 1 :], name)
            assert len(kept.records) + sum(kept.left.values()) >= total
            assert kept.records[: len(whole.records)] == whole.records
            assert set(kept.left) <= {"record-malformed", "other-record", "record-not-ip"}


@pytest.mark.parametrize(("name", "text"), SAMPLES)
def test_a_log_that_is_cut(name: str, text: str) -> None:
    whole = given(text, name)
    data = text.encode()
    for place in range(0, len(data), max(1, len(data) // 8)):
        if FORMATS[name].recognises(data[:place]):
            kept = given(data[:place], name)
            assert len(kept.records) + sum(kept.left.values()) <= len(whole.records) + sum(whole.left.values()) + 1


@pytest.mark.parametrize(("name", "text"), SAMPLES[:1] + SAMPLES[4:5] + SAMPLES[7:8] + SAMPLES[10:11] + SAMPLES[12:14])
def test_logs_are_read_as_captures_are(tmp_path: Path, name: str, text: str) -> None:
    plain, packed = tmp_path / "a.log", tmp_path / "b.log.gz"
    plain.write_text(text, encoding="utf-8")
    packed.write_bytes(gzip.compress(text.encode()))
    capture = read([str(plain), str(packed)])
    assert [source.format for source in capture.sources] == [name, f"{name}, gzip"]
    assert [source.problem for source in capture.sources] == [None, None]
    table = capture.table
    assert table.source.tolist() == [0, 1]
    assert table.b_port.tolist() == [443, 443]
    assert capture.sources[0].ledger == capture.sources[1].ledger
    assert EVIDENCE["INITIATOR_AB"] & int(table.evidence[0]) or name in ("nfdump-csv", "nfdump-json", "silk")


@pytest.mark.parametrize(
    ("name", "text"),
    [("argus", f"{ARGUS},na\0me\n{argus()}\n"), ("silk", "sIP|dIP|protocol|sTime|packets|na\1me|\n1|2|")],
)
def test_a_header_that_is_no_line(name: str, text: str) -> None:
    """The format recognises it, and it is refused as every line with control characters."""
    assert who_recognises(text) == [name]
    kept = given(text, name)
    assert kept.problem is not None
    assert "header" in kept.problem.say("en")
    assert "en-tête" in kept.problem.say("fr")
    assert (kept.records, kept.left) == ([], {"record-malformed": 1})
