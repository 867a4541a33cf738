"""An audit read back: its conversations are the same, and so is when each line was last seen."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from records_forge import SECOND, fed, pairs, record_formats

from cloison.captures.telling import RECOGNISERS
from cloison.flows.table import LineSeen
from cloison.netmodel.space.protocols import keyword

LAB = Path(__file__).resolve().parents[2] / "examples" / "lab"


def ns(text: str) -> int:
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return int(datetime.fromisoformat(f"{whole}+00:00").timestamp()) * SECOND + int(fraction.ljust(9, "0"))


@pytest.fixture(scope="module", params=[False, True], ids=["refused", "all"])
def answer(request: pytest.FixtureRequest) -> str:
    """Return what the tool itself writes of the lab's capture."""
    words = [
        sys.executable, "-m", "cloison.cli", "audit", str(LAB / "map.yaml"), "--probe", f"ids-core={LAB / 'core.pcap'}",
        "--format", "json", *(["--all"] if request.param else []),
    ]  # fmt: skip
    return subprocess.run(words, capture_output=True, text=True, check=False, cwd=LAB).stdout


def test_every_conversation_is_read_back(answer: str) -> None:
    data = json.loads(answer)
    sink, problem = fed("cloison-audit", answer)
    assert problem is None
    rows = sink.rows()
    assert len(rows) == len(data["conversations"]) > 3
    assert sink.left == {}
    for row, entry in zip(rows, data["conversations"], strict=True):
        ends = row["source"], row["target"], keyword(row["protocol"])
        assert ends == (entry["source"], entry["destination"], entry["protocol"])
        if isinstance(entry["port"], str):
            assert f"{row['dport'] >> 8}/{row['dport'] & 255}" == entry["port"]
        else:
            assert (row["sport"], row["dport"]) == (entry["source_port"] or 0, entry["port"] or 0)
        assert (row["first"], row["last"]) == (ns(entry["first"]), ns(entry["last"]))
        assert (row["packets"] + row["back_packets"], row["bytes"] + row["back_bytes"]) == (
            entry["packets"], entry["bytes"],
        )  # fmt: skip
        sure = {"certain": "INITIATOR_AB", "probable": "FLAGS_AB", "assumed": None}[entry["orientation"]]
        assert row["tells"] & {"INITIATOR_AB", "FLAGS_AB"} == ({sure} if sure else set())
        assert ("ANSWERED" in row["tells"]) == (entry["answered"] == "yes")
        assert (row["back_packets"] > 0) == (entry["answered"] == "reply-only")
    listed = data["summary"]["conversations"] > len(rows)
    assert ("authorised count by its lines alone" in sink.said()) == listed


def test_lines_are_when_they_were_last_seen(answer: str) -> None:
    data = json.loads(answer)
    wanted = [
        LineSeen(line["id"], line["conversations"], ns(line["last"]) if line["last"] else 0) for line in data["lines"]
    ]
    sink, _ = fed("cloison-audit", answer)
    assert sink.lines == wanted
    assert any(line.last for line in sink.lines)
    assert sink.periods == [(ns(source["first"]), ns(source["last"])) for source in data["sources"]]


def test_read_back_it_says_the_same_of_lines(answer: str, tmp_path: Path) -> None:
    """An audit of the audit: each line is seen as often and as lately as the first one says."""
    path = tmp_path / "audit.json"
    path.write_text(answer, encoding="utf-8")
    words = [sys.executable, "-m", "cloison.cli", "audit", str(LAB / "map.yaml"), str(path), "--format", "json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    before, after = json.loads(answer), json.loads(done.stdout)
    assert after["sources"][0]["format"] == "cloison-audit"
    for name in ("conversations", "last"):
        assert {line["id"]: line[name] for line in after["lines"]} == {
            line["id"]: line[name] for line in before["lines"]
        }


def talk(**more: Any) -> dict[str, Any]:
    return {
        "source": "10.0.0.1", "source_port": 40000, "destination": "10.0.0.2", "protocol": "tcp", "port": 443,
        "vrf": None, "from": "a", "to": "b", "verdict": "illegitimate", "reason": "no-line", "severity": "error",
        "line": None, "first": "2026-03-10T11:00:00.000001Z", "last": "2026-03-10T11:00:02.500000Z", "packets": 9,
        "bytes": 900, "answered": "yes", "orientation": "certain", "wire": None, "tunnel": None,
        "locations": [{"file": "x", "packet": 1}],
    } | more  # fmt: skip


def document(*talks: Any, **more: Any) -> str:
    return json.dumps({"schema": "cloison.audit/1", "sources": [{"file": "x", "format": "pcap", "packets": 9}],
                       "summary": {"conversations": len(talks)}, "conversations": talks, "lines": [],
                       "undecoded": [], "control": []} | more)  # fmt: skip


TOLD = {
    ("tcp", "yes", "certain"): ({"INITIATOR_AB", "ANSWERED"}, 9, 0),
    ("tcp", "no", "certain"): ({"INITIATOR_AB", "SYN_AB"}, 9, 0),
    ("tcp", "no", "probable"): ({"FLAGS_AB"}, 9, 0),
    ("udp", "no", "certain"): ({"INITIATOR_AB"}, 9, 0),
    ("udp", "unknown", "assumed"): ({"ONE_WAY"}, 9, 0),
    ("tcp", "reply-only", "probable"): ({"FLAGS_AB"}, 0, 9),
}


@pytest.mark.parametrize("case", TOLD)
def test_what_is_told(case: tuple[str, str, str]) -> None:
    protocol, answered, orientation = case
    sink, _ = fed("cloison-audit", document(talk(protocol=protocol, answered=answered, orientation=orientation)))
    (row,) = sink.rows()
    assert (row["tells"], row["packets"], row["back_packets"]) == TOLD[case]


def test_names_of_protocols_tunnels_vrfs_and_wires() -> None:
    sink, _ = fed("cloison-audit", document(
        talk(protocol="ipv6-icmp", port="128/0", source_port=None, source="2001:db8::1", destination="2001:db8::2"),
        talk(protocol="ip/61", port=None, source_port=None, vrf="acme", tunnel="vni/5001"),
        talk(wire="tls 1.2 0xc02f", tunnel="tunnel/3"), talk(wire="smtp, tls 1.3 0x1301"), talk(wire="unknown"),
    ))  # fmt: skip
    rows = sink.rows()
    assert pairs(rows[0]) == ("2001:db8::1", 0, "2001:db8::2", 128 << 8, 58)
    assert (pairs(rows[1])[4], rows[1]["vni"], rows[1]["point"]) == (61, 5001, ("vrf", "acme"))
    names = [RECOGNISERS[row["wire"] - 1].name if row["wire"] else "" for row in rows]
    assert names == ["", "", "tls", "", ""]
    assert [row["vni"] for row in rows[2:]] == [-1, -1, -1]
    assert [row["number"] for row in rows] == [1, 2, 3, 4, 5]


def test_bad_conversations_are_counted() -> None:
    bad = [
        talk(source="10.0.0"), talk(destination="x"), talk(protocol="ip/256"), talk(protocol=None), talk(port=None),
        talk(port="8/0/0"), talk(port=70000), talk(source_port=None), talk(first=None), talk(first="2026"),
        talk(last="never"), talk(packets=-1), talk(bytes="many"), talk(answered="maybe"), talk(orientation=None),
    ]  # fmt: skip
    for one in bad:
        sink, problem = fed("cloison-audit", document(one))
        assert (sink.added, dict(sink.left), problem) == (0, {"record-malformed": 1}, None), one
    sink, _ = fed("cloison-audit", document(*bad, talk()))
    assert (sink.added, sink.left) == (1, {"record-malformed": len(bad)})


def test_undecoded_packets_of_then_are_said() -> None:
    lost = [{"reason": "fragment", "packets": 3}, {"reason": "ip-malformed", "packets": 4}]
    sink, _ = fed("cloison-audit", document(talk(), undecoded=lost, control=[{"reason": "arp", "packets": 70}]))
    assert sink.said() == "7 packets were not decoded when it was made"


def test_a_cut_audit_is_said() -> None:
    text = document(talk(), talk())
    sink, problem = fed("cloison-audit", text[: text.index('"lines"') - 40])
    assert sink.added == 1
    assert problem is not None
    assert "cut inside" in problem.say("en")


def test_recognition() -> None:
    recognises = record_formats()["cloison-audit"].recognises
    assert recognises(document().encode())
    assert recognises(b'{\n  "schema": "cloison.audit/1",\n')
    assert not recognises(b'{"schema": "cloison.check/1"}')
