"""Azure flow logs: who opened, counters that are deltas, what was denied, and every tuple counted."""

from __future__ import annotations

import json
from typing import Any

from records_forge import SECOND, fed, pairs, record_formats

MS = 10**6


def virtual(*tuples: Any, rule: str = "AllowSsh") -> dict[str, Any]:
    return {
        "time": "2026-11-27T09:00:00.0Z", "flowLogVersion": 4, "flowLogGUID": "g", "macAddress": "00224871C205",
        "category": "FlowLogFlowEvent", "operationName": "FlowLogFlowEvent",
        "flowRecords": {"flows": [{"aclID": "acl", "flowGroups": [{"rule": rule, "flowTuples": list(tuples)}]}]},
    }  # fmt: skip


def group(version: int, *tuples: Any) -> dict[str, Any]:
    return {
        "time": "2026-11-27T09:00:00.0Z", "systemId": "s", "category": "NetworkSecurityGroupFlowEvent",
        "resourceId": "/NSG", "properties": {"Version": version, "flows": [
            {"rule": "R", "flows": [{"mac": "000D3AF8801A", "flowTuples": list(tuples)}]}]},
    }  # fmt: skip


def document(*records: Any, indent: int | None = None) -> str:
    return json.dumps({"records": records}, indent=indent)


BEGIN = "1663146003599,10.0.0.6,192.0.2.180,23956,443,6,O,B,NX,0,0,0,0"
GOES_ON = "1663146003606,10.0.0.6,192.0.2.180,23956,443,6,O,C,NX,3,767,2,1580"
END = "1663146003637,10.0.0.6,192.0.2.180,23956,443,6,O,E,NX,1,60,4,240"
DENIED = "1663145998065,101.33.218.153,10.0.0.6,55188,22,6,I,D,NX,0,0,0,0"


def test_virtual_network() -> None:
    for indent in (None, 2):
        sink, problem = fed("azure-flow", document(virtual(BEGIN, GOES_ON, END), virtual(DENIED), indent=indent))
        assert problem is None
        rows = sink.rows()
        assert [row["number"] for row in rows] == [1, 2, 3, 4]
        assert {pairs(row) for row in rows[:3]} == {("10.0.0.6", 23956, "192.0.2.180", 443, 6)}
        assert [(r["packets"], r["bytes"], r["back_packets"], r["back_bytes"]) for r in rows] == [
            (0, 0, 0, 0), (3, 767, 2, 1580), (1, 60, 4, 240), (0, 0, 0, 0),
        ]  # fmt: skip
        assert [row["tells"] for row in rows] == [
            {"INITIATOR_AB", "ONE_WAY"}, {"INITIATOR_AB"}, {"INITIATOR_AB"}, {"INITIATOR_AB", "REFUSED_AB"},
        ]  # fmt: skip
        assert rows[0]["first"] == rows[0]["last"] == 1663146003599 * MS
        assert rows[0]["point"] == ("00224871C205", "acl", "AllowSsh")
        assert pairs(rows[3]) == ("101.33.218.153", 55188, "10.0.0.6", 22, 6)


def test_security_groups() -> None:
    sink, _ = fed("azure-flow", document(
        group(1, "1487282421,42.119.146.95,10.1.0.4,51529,5358,T,I,D", "1487282370,10.1.0.4,8.8.8.8,5000,53,U,O,A"),
        group(2, "1542110377,10.0.0.4,13.67.143.118,59831,443,T,O,A,B,,,,",
              "1542110402,185.170.185.105,10.2.0.4,35370,23,T,I,D,B,,,,",
              "1542110424,10.0.0.4,13.67.143.118,59831,443,T,O,A,C,1,66,2,130"),
    ))  # fmt: skip
    rows = sink.rows()
    assert [pairs(row) for row in rows[:2]] == [
        ("42.119.146.95", 51529, "10.1.0.4", 5358, 6), ("10.1.0.4", 5000, "8.8.8.8", 53, 17),
    ]  # fmt: skip
    assert rows[0]["first"] == 1487282421 * SECOND
    assert [sorted(row["tells"]) for row in rows] == [
        ["INITIATOR_AB", "REFUSED_AB"], ["INITIATOR_AB", "ONE_WAY"], ["INITIATOR_AB", "ONE_WAY"],
        ["INITIATOR_AB", "REFUSED_AB"], ["INITIATOR_AB"],
    ]  # fmt: skip
    assert (rows[4]["packets"], rows[4]["bytes"], rows[4]["back_packets"], rows[4]["back_bytes"]) == (1, 66, 2, 130)
    assert rows[4]["point"] == ("000D3AF8801A", "/NSG", "R")


def test_what_cannot_be_read_is_counted() -> None:
    bad = [
        7, None, "", ",,,,,,", BEGIN.replace("10.0.0.6", "10.0.0.600"), BEGIN.replace("443", "70000"),
        BEGIN.replace(",6,O", ",256,O"), BEGIN.replace(",O,", ",X,"), BEGIN.replace(",B,", ",Z,"),
        END.replace("767", "-1").replace("60", "six"), END[:-4], BEGIN.replace("1663146003599", "99999999999999999"),
        "9" * 3000, BEGIN + "\u0000",
    ]  # fmt: skip
    bad[-1] = "\u0000" + BEGIN
    sink, problem = fed("azure-flow", document(virtual(*bad), virtual(BEGIN.replace(",6,O", ",1,O")), virtual(), 5, {}))
    assert problem is None
    assert sink.added == 0
    assert sink.left == {"record-malformed": len(bad), "transport-truncated": 1, "other-record": 2}


def test_shapes_that_lie() -> None:
    for record in (
        {"flowRecords": []}, {"flowRecords": {"flows": 7}}, {"flowRecords": {"flows": [7, {"flowGroups": "x"}]}},
        {"properties": {"flows": [[], {"flows": [{"flowTuples": {}}]}]}}, {"macAddress": 9},
    ):  # fmt: skip
        sink, problem = fed("azure-flow", document(record))
        assert (sink.added, dict(sink.left), problem) == (0, {"other-record": 1}, None)
    many = '{"records":[{"flowRecords":' + "[" * 200_000 + "]" * 200_000 + "}]}"
    sink, _ = fed("azure-flow", many)
    assert sink.left == {"record-malformed": 1}
    deep = '{"records":[{"flowRecords":' + "[" * 100_000 + "]" * 100_000 + "}]}"
    sink, _ = fed("azure-flow", deep)
    assert sink.left == {"record-malformed": 1}


def test_a_cut_document_is_said() -> None:
    whole = document(virtual(BEGIN, END), virtual(DENIED))
    sink, problem = fed("azure-flow", whole[: len(whole) - 20])
    assert sink.added == 2
    assert problem is not None
    assert "cut inside a JSON object" in problem.say("en")


def test_recognition() -> None:
    recognises = record_formats()["azure-flow"].recognises
    for record in (virtual(BEGIN), group(1), group(2)):
        assert recognises(document(record).encode())
        assert recognises(document(record, indent=4).encode())
    assert not recognises(b'{"records": [{"other": 1}]}')
    assert not recognises(b'{"flowRecords": 1}')
