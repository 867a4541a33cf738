"""What configured devices do with a flow; the triangle of authorised, permitted and seen, on the lab's recordings."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))
import in_process

LAB = Path(__file__).resolve().parents[2] / "examples" / "lab"
CONFIG = ("--config", f"fw-1={LAB / 'nftables.conf'}", "--at", "2026-11-02")


def answered(code: int, *words: str) -> dict[str, Any]:
    done = in_process.run(Path(), "explain", str(LAB / "map.yaml"), *words, "--format", "json")
    assert done.returncode == code, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture(scope="module")
def triangle() -> dict[str, Any]:
    probes = ("--probe", f"ids-core={LAB / 'core.pcap'}", "--probe", f"ids-edge={LAB / 'edge.pcap'}")
    return answered(1, *CONFIG, *probes)


def line_of(text: str) -> int:
    """Return where a rule of the lab's filter is written."""
    lines = (LAB / "nftables.conf").read_text(encoding="utf-8").splitlines()
    (found,) = [number for number, line in enumerate(lines, 1) if text in line]
    return found


def test_an_authorised_flow_names_the_rule_that_lets_it_pass() -> None:
    answer = answered(0, *CONFIG, "--from", "waf-1/front", "--to", "old-1/lan", "--service", "tcp/8443")
    (device,) = answer["devices"]
    assert (device["device"], device["fate"], device["always"]) == ("fw-1", "permitted", True)
    assert [rule["line"] for (rule,) in device["permitted_by"]] == [line_of('"F-011"')]


def test_a_flow_in_no_line_that_passes_names_the_mistake() -> None:
    answer = answered(1, *CONFIG, "--from", "waf-1/front", "--to", "plc-1/lan", "--service", "tcp/23")
    assert answer["authorised"] is False
    (device,) = answer["devices"]
    assert device["fate"] == "permitted"
    assert [rule["line"] for (rule,) in device["permitted_by"]] == [line_of("telnet from the WAF")]


def test_a_flow_that_a_rule_refuses_and_one_that_nothing_holds() -> None:
    refused = answered(1, *CONFIG, "--from", "app-1/lan", "--to", "log-1/lan", "--service", "udp/161")["devices"][0]
    assert refused["fate"] == "denied"
    assert [rule["line"] for (rule,) in refused["denied_by"]] == [line_of("answered by an ICMP error")]
    nothing = answered(1, *CONFIG, "--from", "app-1/lan", "--to", "log-1/lan", "--service", "tcp/9")["devices"][0]
    assert (nothing["fate"], nothing["permitted_by"]) == ("denied", [])
    assert [rule["line"] for (rule,) in nothing["denied_by"]] == [line_of("policy drop")]


def test_a_part_of_an_end_passes_by_one_rule_and_the_rest_does_not() -> None:
    answer = answered(1, *CONFIG, "--from", "posts", "--to", "bastion-1/lan", "--service", "ssh")
    (device,) = answer["devices"]
    assert (device["fate"], device["always"]) == ("partly", False), (
        "they are in one zone, which may have ways of its own"
    )
    answer = answered(1, *CONFIG, "--from", "front", "--to", "app-1/lan", "--service", "tcp/8443")
    (device,) = answer["devices"]
    assert device["fate"] == "partly"
    assert device["permitted_by"]
    assert device["denied_by"]


def test_what_was_seen_in_no_line_and_permitted_is_each_of_the_mistakes(triangle: dict[str, Any]) -> None:
    assert triangle["schema"] == "cloison.triangle/1"
    passing = {
        (item["source"], item["destination"], item["service"], item["reason"])
        for item in triangle["conversations"]
        if item["permitted"] == "yes"
    }
    assert {item for item in passing if item[3] in ("direction", "expired", "no-line", "service", "forbidden")} == {
        ("10.20.0.11", "10.40.0.10", "tcp/8443", "direction"),
        ("10.10.0.7", "10.20.0.11", "tcp/8443", "expired"),
        ("10.40.0.10", "10.20.0.12", "tcp/23", "no-line"),
        ("2001:db8:f00d::77", "2001:db8:40::10", "tcp/80", "forbidden"),
        ("2001:db8:f00d::77", "2001:db8:20::11", "tcp/8443", "forbidden"),
    }
    scanned = [item for item in triangle["conversations"] if item["service"] == "tcp/445"]
    assert [item["permitted"] for item in scanned] == ["no"]


def test_each_line_is_permitted_and_seen_or_not(triangle: dict[str, Any]) -> None:
    lines = {item["line"]: item for item in triangle["lines"]}
    assert (lines["F-001"]["permitted"], lines["F-001"]["seen"]) == ("yes", True)
    assert (lines["F-005"]["permitted"], lines["F-005"]["blocked_by"]) == ("partly", ["fw-1"]), "DNS over TCP is shut"
    assert (lines["F-007"]["permitted"], lines["F-007"]["seen"]) == ("yes", True)
    assert (lines["F-003"]["permitted"], lines["F-003"]["seen"]) == ("yes", False)
    assert lines["F-010"]["permitted"] == "not-compared", "it stays within its zone"
    assert "F-009" not in lines, "it is expired"


def test_a_question_narrows_the_triangle() -> None:
    words = ("--probe", f"ids-core={LAB / 'core.pcap'}", "--from", "waf-1/front", "--to", "compute")
    answer = answered(1, *CONFIG, *words, "--service", "tcp/23")
    assert [item["destination"] for item in answer["conversations"]] == ["10.20.0.12"]
    assert answer["lines"] == []


@pytest.mark.parametrize(
    "words",
    [
        ("--from", "waf-1/front"),
        (),
        ("--from", "waf-1/front", "--to", "app-1/lan", "--capture", "x.pcap"),
    ],
)
def test_half_a_question_is_refused(words: tuple[str, ...]) -> None:
    done = in_process.run(Path(), "explain", str(LAB / "map.yaml"), *words)
    assert done.returncode == 2
    assert done.stderr.strip()
