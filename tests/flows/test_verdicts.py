"""Every row of the verdict table, the precedence and the severities, on the small map of these tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flows_world import MAP, NOON, SECOND, judged, network_of, ns, said, talk, words

from cloison.flows import table as t
from cloison.flows.auditing.entries import entries
from cloison.flows.judging import contacts
from cloison.netmodel.assurance.evidence import Contact
from cloison.netmodel.network import Network

LATE = t.FIRST_SEEN_LATE


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return network_of(MAP, tmp_path_factory.mktemp("map"))


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rules of this test: the internet never speaks to sensitive data, nor one tenant to the other."""

    def forbids(network: Network) -> Callable[[Contact], tuple[str, ...]]:
        def broken(contact: Contact) -> tuple[str, ...]:
            pair = contact.source.zone, contact.target.zone
            if pair == ("internet", "data"):
                return ("public-to-sensitive",)
            return ("tenant-isolation",) if set(pair) == {"acme-net", "globex-net"} else ()

        return broken

    monkeypatch.setattr(contacts, "forbidden_by", forbids)


def one(network: Network, row: dict[str, Any], **where: str) -> str:
    return said(judged(network, row, **where))[0]


CASES: list[tuple[str, dict[str, Any], str]] = [
    # authorised: the most specific live line
    ("a line", talk("203.0.113.10", "10.1.0.77", 443), "authorised F-002"),
    ("a smaller source end", talk("10.1.0.11", "10.2.0.21", 5432), "authorised F-004"),
    ("the larger one for others", talk("10.1.1.12", "10.2.0.21", 5432), "authorised F-003"),
    ("global addresses", talk("10.1.1.12", "9.9.9.9", 443), "authorised F-009"),
    ("both ways of a between", talk("10.2.0.22", "10.2.0.21", 5433), "authorised F-006"),
    ("a group of multicast", talk("10.1.0.11", "239.1.1.1", 5000, 17, packets_ba=0), "local inside"),
    # a line with any comes before unmapped
    ("any", talk("10.3.0.5", "172.31.0.1", 123, 17), "authorised F-010"),
    # illegitimate
    ("no line", talk("10.1.0.11", "10.3.0.5", 22), "illegitimate no-line error"),
    ("other services", talk("10.1.0.11", "10.2.0.21", 22), "illegitimate service error"),
    ("the other way", talk("10.2.0.21", "10.1.0.11", 5432), "illegitimate direction error"),
    ("out of a service's own port", talk("10.1.0.77", "203.0.113.10", 40000, a_port=443),
     "illegitimate direction error"),
    ("forbidden", talk("8.8.8.8", "10.2.0.21", 5432), "illegitimate forbidden error"),
    # unmapped
    ("on no subnet", talk("10.99.0.1", "10.2.0.21", 22), "unmapped no-subnet error"),
    ("to no subnet", talk("10.1.0.11", "172.31.0.1", 443), "unmapped no-subnet error"),
    # local
    ("within a subnet", talk("203.0.113.66", "203.0.113.67", 22), "local inside"),
    ("within a zone that says so", talk("10.1.0.11", "10.1.1.12", 22), "local inside"),
    ("not within a zone of the matrix", talk("10.2.0.21", "10.2.0.22", 22), "illegitimate service error"),
    ("ND is link control, in a zone of the matrix too",
     talk("2001:db8:20::21", "2001:db8:20::22", 135 << 8, 58), "local link-control"),
    ("the same from another subnet is not", talk("2001:db8:10::10", "2001:db8:20::22", 135 << 8, 58),
     "illegitimate no-line error"),
    ("ND between addresses of a zone without subnets", talk("2600::1", "2600::77", 136 << 8, 58),
     "local link-control"),
    ("link-local", talk("fe80::1", "fe80::2", 22), "local link-control"),
    ("multicast of the link", talk("10.2.0.21", "224.0.0.18", 0, 112, a_port=0, packets_ba=0), "local link-control"),
    ("IGMP", talk("10.2.0.21", "239.7.7.7", 0, 2, a_port=0, packets_ba=0), "local link-control"),
    ("other multicast needs a line", talk("10.2.0.21", "239.7.7.7", 5000, 17, packets_ba=0, evidence=LATE),
     "illegitimate no-line warning"),
    ("DHCP on the link", talk("0.0.0.0", "255.255.255.255", 67, 17, a_port=68, packets_ba=0), "local link-control"),
    ("DHCP relayed into another subnet", talk("10.2.0.1", "10.3.0.5", 67, 17, a_port=67),
     "illegitimate no-line error"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_verdicts(network: Network, row: dict[str, Any], expected: str) -> None:
    assert one(network, row) == expected


SILENT = {"evidence": t.SYN_AB, "packets_ba": 0}
SEVERITIES: list[tuple[str, dict[str, Any], str]] = [
    ("answered", talk("10.1.0.11", "10.3.0.5", 22), "illegitimate no-line error"),
    ("reply only", talk("10.3.0.5", "10.1.0.11", 40000, a_port=22, evidence=t.SYNACK_AB, packets_ba=0),
     "illegitimate no-line error"),
    ("unanswered from inside", talk("10.1.0.11", "10.3.0.5", 22, **SILENT), "illegitimate no-line warning"),
    ("unanswered from public", talk("8.8.8.8", "10.3.0.5", 22, **SILENT), "illegitimate no-line note"),
    ("unanswered UDP from public", talk("8.8.8.8", "10.3.0.5", 5000, 17, evidence=LATE, packets_ba=0),
     "illegitimate no-line note"),
    ("unknown from public", talk("8.8.8.8", "10.3.0.5", 5000, evidence=LATE, packets_ba=0),
     "illegitimate no-line warning"),
    ("unmapped and answered", talk("10.99.0.1", "10.3.0.5", 22), "unmapped no-subnet error"),
    ("unmapped and not", talk("10.99.0.1", "10.3.0.5", 22, **SILENT), "unmapped no-subnet warning"),
    ("direction, certain", talk("10.2.0.21", "10.1.0.11", 5432), "illegitimate direction error"),
    ("direction, probable", talk("10.2.0.21", "10.1.0.11", 5432, evidence=LATE), "illegitimate direction warning"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "expected"), [case[1:] for case in SEVERITIES], ids=[case[0] for case in SEVERITIES])
def test_severities(network: Network, row: dict[str, Any], expected: str) -> None:
    assert one(network, row) == expected


# --- precedence: each row breaks two reasons, the first one counts


def test_local_before_a_line(network: Network) -> None:
    assert one(network, talk("10.1.0.11", "10.1.1.12", 443)) == "local inside"


def test_expired_before_forbidden(tmp_path: Path) -> None:
    text = MAP + "  X-1: {from: internet, to: db-1/eth0, services: ssh, owner: aster, nature: production, " + (
        "sensitivity: sensitive, domain: storage, expires: 2026-02-01}\n"
    )  # fmt: skip
    assert one(network_of(text, tmp_path), talk("8.8.8.8", "10.2.0.21", 22)) == "illegitimate expired error X-1"


def test_forbidden_before_direction_and_service(tmp_path: Path) -> None:
    text = MAP + "  X-1: {from: db-1/eth0, to: internet, services: ssh, owner: aster, nature: production, " + (
        "sensitivity: sensitive, domain: storage}\n"
    )  # fmt: skip
    network = network_of(text, tmp_path)
    assert one(network, talk("8.8.8.8", "10.2.0.21", 22)) == "illegitimate forbidden error"


def test_direction_before_service(tmp_path: Path) -> None:
    text = MAP + "  X-1: {from: db-1/eth0, to: web-1, services: ssh, owner: aster, nature: production, " + (
        "sensitivity: sensitive, domain: storage}\n"
    )  # fmt: skip
    network = network_of(text, tmp_path)
    assert one(network, talk("10.1.0.11", "10.2.0.21", 22)) == "illegitimate direction error"


def test_unmapped_before_every_reason_of_illegitimacy(network: Network) -> None:
    assert one(network, talk("8.8.8.8", "172.31.0.1", 22)) == "unmapped no-subnet error"


# --- lines live at the conversation's own time, in the map's time zone, last day included

TIMES = [
    ("2025-12-31T23:59:59+01:00", "illegitimate expired error F-005"),  # not yet started
    ("2026-01-01T00:00:00+01:00", "authorised F-005"),
    ("2026-03-10T23:59:59+01:00", "authorised F-005"),
    ("2026-03-10T23:30:00+00:00", "illegitimate expired error F-005"),  # already the 11th in Paris
    ("2026-03-11T00:00:00+01:00", "illegitimate expired error F-005"),
]


@pytest.mark.parametrize(("when", "expected"), TIMES)
def test_a_line_lives_in_the_time_of_the_conversation(network: Network, when: str, expected: str) -> None:
    assert one(network, talk("10.3.0.5", "10.2.0.21", 22, first=ns(when), last=ns(when))) == expected


def test_one_capture_over_several_days(network: Network) -> None:
    rows = [talk("10.3.0.5", "10.2.0.21", 22, first=ns(when), last=ns(when)) for when, _ in TIMES]
    assert list(said(judged(network, *rows))) == [expected for _, expected in TIMES]


# --- assumed: both readings


def assumed(a: str, b: str, a_port: int, b_port: int, **more: Any) -> dict[str, Any]:
    return talk(a, b, b_port, a_port=a_port, evidence=0, **more)


def test_assumed_neither_way(network: Network) -> None:
    assert one(network, assumed("10.2.0.22", "203.0.113.66", 7000, 7001)) == "illegitimate no-line error"


def test_assumed_one_way_is_authorised_but_proves_nothing(network: Network) -> None:
    # ports 5433 both: the line between the databases fits both ways; 5432 and 5433 fit one way only
    result = judged(network, assumed("10.2.0.21", "10.1.0.11", 5432, 5433))
    (entry,) = entries(result, np.arange(1))
    assert (entry.verdict, entry.line, entry.source, entry.port, entry.certainty) == (
        "authorised", "F-004", "10.1.0.11", 5432, "assumed",
    )  # fmt: skip
    assert result.counts["assumed"] == 1
    assert not result.seen[0].any()


def test_assumed_and_forbidden_the_other_way_is_a_warning(tmp_path: Path) -> None:
    text = MAP + "  X-1: {from: db-1/eth0, to: internet, services: tcp/7000, owner: aster, nature: production, " + (
        "sensitivity: sensitive, domain: storage}\n"
    )  # fmt: skip
    network = network_of(text, tmp_path)
    assert one(network, assumed("8.8.8.8", "10.2.0.21", 7000, 7001)) == "authorised warning X-1"


def test_evidence_decides_before_the_matrix(network: Network) -> None:
    """A web server that connects out from port 443 is not taken for one that answers."""
    row = talk("10.1.0.77", "203.0.113.10", 50000, a_port=443)
    assert one(network, row) == "illegitimate direction error"


# --- translations: the matrix speaks of real ends


def test_outside_address_of_a_destination_translation(network: Network) -> None:
    result = judged(network, talk("8.8.8.8", "203.0.113.20", 443))
    (entry,) = entries(result, np.arange(1))
    assert (entry.verdict, entry.line, entry.target, entry.port, entry.target_name) == (
        "authorised", "F-001", "203.0.113.20", 443, "waf/front",
    )  # fmt: skip


def test_a_port_that_is_not_translated_is_the_address_itself(network: Network) -> None:
    assert one(network, talk("8.8.8.8", "203.0.113.20", 22)) == "illegitimate no-line error"


def test_any_of_the_inside_ends_of_a_source_translation(network: Network) -> None:
    result = judged(network, talk("203.0.113.30", "9.9.9.9", 443), talk("203.0.113.30", "9.9.9.9", 22))
    first, second = entries(result, np.arange(2))
    assert (first.verdict, first.line, first.source_name) == ("authorised", "F-009", "web-1, web-2")
    assert (second.verdict, second.reason) == ("illegitimate", "service")


# --- VRFs


def test_vni_and_vlan_settle_the_vrf(network: Network) -> None:
    rows = [
        talk("10.50.1.1", "203.0.113.10", 443, vni=5001),
        talk("10.50.1.1", "203.0.113.10", 443, vni=5002),
        talk("10.50.1.1", "203.0.113.10", 443, vlan=501 << 12),
        talk("10.50.1.1", "203.0.113.10", 443, vlan=502 << 12, first=NOON + 10 * SECOND),
    ]
    assert list(said(judged(network, *rows))) == [
        "authorised F-007",
        "illegitimate no-line error",
        "illegitimate no-line error",
    ]  # fmt: skip - the first and the third are one conversation, seen twice


def test_a_probe_settles_the_vrf(network: Network) -> None:
    row = talk("10.50.1.1", "203.0.113.10", 443)
    assert one(network, row) == "unmapped ambiguous-vrf error"
    assert one(network, row, probe="ids-acme") == "authorised F-007"
    assert one(network, row, vrf="acme") == "authorised F-007"
    assert one(network, row, vrf="globex") == "illegitimate no-line error"


def test_an_end_that_cannot_be_behind_the_probe(network: Network) -> None:
    assert one(network, talk("10.50.1.1", "203.0.113.10", 443), probe="ids-front") == "unmapped not-behind-probe error"
    assert one(network, talk("10.99.1.1", "203.0.113.10", 443), probe="ids-front") == "unmapped no-subnet error"


def test_candidates_that_agree_need_no_probe(network: Network) -> None:
    assert one(network, talk("10.1.0.11", "10.2.0.21", 5432)) == "authorised F-004"


def test_an_unknown_overlay_says_nothing(network: Network) -> None:
    row = talk("10.50.1.1", "203.0.113.10", 443, vni=9999)
    assert one(network, row, probe="ids-acme") == "unmapped ambiguous-vrf error"


def test_words_of_an_answer(network: Network) -> None:
    assert words(judged(network, talk("10.1.0.11", "10.3.0.5", 22, **SILENT)))[0][4] == "no"


def test_more_owners_than_a_contact_packs(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts, "_OWNERS", 1)
    assert one(network, talk("8.8.8.8", "10.2.0.21", 5432)) == "illegitimate forbidden error"
