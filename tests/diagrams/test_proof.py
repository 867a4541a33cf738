"""How the packet that proves a finding is said."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cloison.diagrams.proof import steps_said, to_the_second
from cloison.diagrams.writing import write
from cloison.netmodel.finding import Finding, Ref, Span, Step, Witness, say
from cloison.netmodel.report import Report

V4: Mapping[str, str | int] = {
    "source": "10.20.0.11", "destination": "10.40.0.10", "protocol": "tcp", "first": "2026-11-24T01:32:47.206229Z",
    "packets": 19, "packet": 132, "file": "lab/core.pcap", "source_port": 36150, "port": 8443, "vrf": "default",
}  # fmt: skip


@pytest.mark.parametrize(
    ("packet", "said"),
    [
        (V4, "10.20.0.11:36150 → 10.40.0.10:8443 tcp, 19 packets, 2026-11-24T01:32:47Z, core.pcap#132"),
        (
            {**V4, "source": "2001:db8::1", "destination": "2001:db8::2", "packets": 1},
            "[2001:db8::1]:36150 → [2001:db8::2]:8443 tcp, 1 packet, 2026-11-24T01:32:47Z, core.pcap#132",
        ),
        ({"source": "2001:db8::1", "destination": "2001:db8::2", "protocol": "esp"}, "2001:db8::1 → 2001:db8::2 esp"),
        (
            {"source": "10.0.0.1", "destination": "10.0.0.2", "protocol": "icmp", "port": "8/0", "vrf": "client"},
            "10.0.0.1 → 10.0.0.2 icmp 8/0, VRF client",
        ),
        ({"destination": "10.0.0.2", "port": 53}, "10.0.0.2:53"),
        ({"file": "a.pcap"}, "a.pcap"),
        ({"flags": "syn"}, "flags=syn"),
    ],
)
def test_a_packet_is_said_as_a_conversation(packet: Mapping[str, str | int], said: str) -> None:
    assert steps_said(Witness("conversation", (), packet), "en", precise=False) == [said]


def test_a_packet_in_french_and_in_a_document() -> None:
    witness = Witness("conversation", (Step(Ref("line", "F-9")),), V4)
    assert steps_said(witness, "fr") == [
        "ligne F-9",
        "10.20.0.11:36150 → 10.40.0.10:8443 tcp, 19 paquets, 2026-11-24T01:32:47.206229Z, core.pcap#132",
    ]
    assert steps_said(Witness("conversation", (), {**V4, "packets": 1}), "fr")[0].split(", ")[1] == "1 paquet"


def test_no_proof_and_an_empty_one_say_nothing() -> None:
    assert steps_said(None, "fr") == steps_said(Witness("packet", (), {"source": ""}), "fr") == []


def test_only_a_time_loses_its_fraction() -> None:
    assert to_the_second("2026-11-24T01:32:47.999999Z") == "2026-11-24T01:32:47Z"
    assert to_the_second("2026-11-24T01:32:47.999999Z.pcap") == "2026-11-24T01:32:47.999999Z.pcap"
    assert to_the_second("10.20.0.11") == "10.20.0.11"


def test_terminal_has_seconds_and_markdown_the_whole_time() -> None:
    finding = Finding(
        "r", "error", say("m", "m"), Ref("a", "b"), (Span("lab/core.pcap", packet=132),), Witness("packet", (), V4)
    )
    report = Report("audit", {}, (finding,))
    terminal = write(report, "terminal", "fr").decode()
    assert "10.20.0.11:36150 → 10.40.0.10:8443 tcp, 19 paquets, 2026-11-24T01:32:47Z, core.pcap#132\n" in terminal
    assert "source=" not in terminal
    document = write(report, "markdown", "en").decode().replace("&#58;", ":")
    assert "10.40.0.10:8443 tcp, 19 packets, 2026-11-24T01:32:47.206229Z, core.pcap#132" in document
