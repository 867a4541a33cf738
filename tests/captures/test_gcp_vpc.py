"""GCP flow logs: one direction a record, the two reports of a flow at two points, estimates said to be so."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from records_forge import SECOND, fed, pairs, record_formats

NINE = int(datetime(2026, 11, 27, 9, tzinfo=UTC).timestamp()) * SECOND


def entry(source: str = "10.0.0.2", target: str = "10.0.1.9", reporter: str = "SRC", **more: Any) -> dict[str, Any]:
    payload = {
        "bytes_sent": "1776", "packets_sent": "30", "reporter": reporter,
        "connection": {"src_ip": source, "src_port": 33576, "dest_ip": target, "dest_port": 443, "protocol": 6},
        "start_time": "2026-11-27T09:00:00.123456789Z", "end_time": "2026-11-27T10:00:05+01:00",
        "src_instance": {"vm_name": "web", "zone": "a"}, "dest_instance": {"vm_name": "db", "zone": "b"},
    }  # fmt: skip
    payload.update(more)
    return {
        "insertId": "x", "jsonPayload": payload, "logName": "projects/p/logs/compute.googleapis.com%2Fvpc_flows",
        "resource": {"type": "gce_subnetwork", "labels": {"subnetwork_name": "s1"}},
        "timestamp": "2026-11-27T09:00:09Z",
    }  # fmt: skip


def test_lines_arrays_and_bare_payloads_are_the_same() -> None:
    entries = [entry(), entry(reporter="DEST")]
    lines = "\n".join(json.dumps(one) for one in entries)
    for text in (
        lines, json.dumps(entries), json.dumps(entries, indent=2),
        "\n".join(json.dumps(one["jsonPayload"]) for one in entries),
    ):  # fmt: skip
        sink, problem = fed("gcp-vpc", text)
        assert problem is None
        first, second = sink.rows()
        assert pairs(first) == pairs(second) == ("10.0.0.2", 33576, "10.0.1.9", 443, 6)
        assert (first["first"], first["last"]) == (NINE + 123456789, NINE + 5 * SECOND)
        assert (first["packets"], first["bytes"], first["back_packets"], first["sampled"]) == (30, 1776, 0, 1)
        assert first["tells"] == {"ONE_WAY"}
        assert (first["point"], second["point"]) == (("vm", "a", "web"), ("vm", "b", "db"))
        assert "estimates" in sink.said()


def test_an_answer_is_seen_at_the_same_machine() -> None:
    back = entry(source="10.0.1.9", target="10.0.0.2", reporter="DEST")
    back["jsonPayload"]["src_instance"], back["jsonPayload"]["dest_instance"] = (
        back["jsonPayload"]["dest_instance"], back["jsonPayload"]["src_instance"],
    )  # fmt: skip
    sink, _ = fed("gcp-vpc", f"{json.dumps(entry())}\n{json.dumps(back)}\n")
    first, second = sink.rows()
    assert first["point"] == second["point"]
    bare = [entry(src_instance=None, reporter=side, dest_instance=None) for side in ("SRC", "DEST", "SRC_GATEWAY")]
    bare += [one | {"jsonPayload": one["jsonPayload"] | {"connection": connection(
        src_ip="10.0.1.9", src_port=443, dest_ip="10.0.0.2", dest_port=1)}} for one in bare]  # fmt: skip
    sink, _ = fed("gcp-vpc", "\n".join(map(json.dumps, bare)))
    points = [row["point"] for row in sink.rows()]
    assert points[:3] == [("end", "s1", "lower"), ("end", "s1", "upper"), ("gateway", "s1", "lower")]
    assert points[3:5] == [points[1], points[0]]  # who sends the answer received the request


def connection(**more: Any) -> dict[str, Any]:
    return {"src_ip": "10.0.0.2", "src_port": 1, "dest_ip": "10.0.1.9", "dest_port": 443, "protocol": 6} | more


def test_bad_records_are_counted() -> None:
    bad = [
        entry(connection=connection(src_ip="10.0.0.256")), entry(connection=connection(dest_port=65536)),
        entry(connection=connection(src_port=None)), entry(connection=connection(protocol="tcq")),
        entry(connection=connection(src_ip=["10.0.0.1"])), entry(connection=7), entry(start_time="yesterday"),
        entry(start_time=None), entry(end_time="2026-13-27T09:00:00Z"), entry(bytes_sent="-5"), entry(packets_sent=1.5),
    ]  # fmt: skip
    for one in bad:
        sink, problem = fed("gcp-vpc", json.dumps(one))
        assert (sink.added, dict(sink.left), problem) == (0, {"record-malformed": 1}, None), one
    text = "\n".join(json.dumps(one) for one in [*bad, entry(), {"jsonPayload": {"message": "x"}}])
    sink, _ = fed("gcp-vpc", text)
    assert (sink.added, sink.left) == (1, {"record-malformed": len(bad), "other-record": 1})


def test_icmp_has_no_type_there() -> None:
    one = {"src_ip": "10.0.0.2", "dest_ip": "10.0.1.9", "protocol": 1}
    sink, _ = fed("gcp-vpc", json.dumps(entry(connection=one)) + json.dumps(entry(connection=one | {"protocol": 50})))
    assert [row["protocol"] for row in sink.rows()] == [50]
    assert sink.left == {"transport-truncated": 1}


def test_a_cut_document_is_said() -> None:
    text = json.dumps([entry(), entry()])
    sink, problem = fed("gcp-vpc", text[:-30])
    assert sink.added == 1
    assert problem is not None
    assert "cut inside" in problem.say("en")
    sink, problem = fed("gcp-vpc", json.dumps(entry()) + "\nnot json\n" + json.dumps(entry()))
    assert sink.added == 2
    assert sink.left == {"record-malformed": 1}


def test_recognition() -> None:
    recognises = record_formats()["gcp-vpc"].recognises
    assert recognises(json.dumps(entry()).encode())
    assert recognises(json.dumps([entry()], indent=2).encode())
    assert not recognises(b'{"connection": {"src_ip": 1}}')
