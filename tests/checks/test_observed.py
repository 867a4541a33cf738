"""What contacts that captures show refute alone: equipment out of the inventory, plain logs, time, leaks, posts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from cloison.netmodel.assurance.assess import Assessment, assess, built_in_checks, built_in_frameworks
from cloison.netmodel.assurance.evidence import Contact, Edge, Evidence, Observed, Permitted, Stranger
from cloison.netmodel.finding import Span
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import compile_network
from cloison.netmodel.space.ownership import Owner

FOLDER = Path(__file__).parent
SEEN = Span("tap.pcap", packet=17)
TCP, UDP = 6, 17


def seen_on(case: str, contacts: Sequence[Contact]) -> Assessment:
    """Return what all rules say of a case when a capture shows these contacts."""
    network = compile_network(read_map(FOLDER / case), date(2026, 6, 1))
    observed = Observed(tuple(Edge(item, 1, SEEN) for item in contacts), (0, 1), ("tap.pcap",))
    return assess(Evidence(network, network.at, observed=observed), built_in_checks(), built_in_frameworks())


def observed_by(answer: Assessment, rule: str) -> list[tuple[str, str]]:
    return [
        (item.subject.kind, item.subject.id)
        for item in answer.findings
        if item.rule == rule and item.graph == "observed" and item.spans == (SEEN,)
    ]


def status(answer: Assessment, clause: str) -> str:
    return next(item.status for item in answer.statuses if item.clause == clause)


RTR, POST = Owner("core", "core-lan", "rtr", "lan"), Owner("core", "core-lan", "post", "lan")
TENANT = Owner("acme-net", "acme-lan")


def test_a_host_that_the_inventory_has_not(tmp_path: Path) -> None:
    text = (FOLDER / "incomplete-inventory" / "ok.yaml").read_text("utf-8")
    text = text.replace("{subnet: core-lan, mac:", "{addresses: 10.1.0.9, mac:")
    path = tmp_path / "map.yaml"
    path.write_text(text, "utf-8")
    stranger = Contact(RTR, Owner("core", "core-lan"), TCP, 22)
    answer = seen_on(str(path), [stranger, Contact(Owner("core", "core-lan"), RTR, TCP, 23)])
    assert observed_by(answer, "incomplete-inventory") == [("subnet", "core-lan")]
    assert status(answer, "8.1.a") == "non-conformant"


def test_listed_equipment_and_tenants_are_no_strangers() -> None:
    answer = seen_on("incomplete-inventory/ok.yaml", [Contact(RTR, POST, TCP, 22), Contact(TENANT, RTR, TCP, 22)])
    assert not observed_by(answer, "incomplete-inventory")
    assert status(answer, "8.1.a") == "conformant"


def test_where_equipment_stands_for_its_subnet_any_host_may_be_it() -> None:
    answer = seen_on("incomplete-inventory/ok.yaml", [Contact(RTR, Owner("core", "core-lan"), TCP, 22)])
    assert not observed_by(answer, "incomplete-inventory")


def test_plain_logs_are_seen() -> None:
    path, sender = "log-transfer/bad.yaml", Owner("core", "core-lan", "b", "lan")
    collector = Owner("core", "core-lan", "log-1", "lan")
    answer = seen_on(path, [Contact(sender, collector, UDP, 514), Contact(sender, collector, TCP, 6514)])
    assert observed_by(answer, "log-transfer") == [("zone", "core")]


def test_before_its_tunnel_plain_syslog_refutes_nothing() -> None:
    sender, collector = Owner("core", "core-lan", "b", "lan"), Owner("core", "core-lan", "log", "lan")
    answer = seen_on("log-transfer/ok.yaml", [Contact(sender, collector, UDP, 514)])
    assert not observed_by(answer, "log-transfer")
    assert status(answer, "12.7.c") == "conformant"


INTERNET = Owner("internet")


@pytest.mark.parametrize(
    ("source", "port", "refuted"),
    [
        (Owner("core", "core-lan", "a", "lan"), 123, True),
        (Owner("core", "core-lan"), 123, True),
        (Owner("core", "core-lan", "ntp", "lan"), 123, False),
        (Owner("core", "core-lan", "a", "lan"), 53, False),
        (Owner("acme", "acme-lan", "shop", "lan"), 123, False),
        (Owner("dev", "dev-lan", "ci", "lan"), 123, False),
    ],
)
def test_time_taken_outside(source: Owner, port: int, refuted: bool) -> None:
    answer = seen_on("time-sources/ok.yaml", [Contact(source, INTERNET, UDP, port)])
    assert observed_by(answer, "time-sources") == ([("zone", "internet")] if refuted else [])
    assert status(answer, "12.8.a") == ("non-conformant" if refuted else "conformant")


@pytest.mark.parametrize(
    ("asset", "protocol", "port", "refuted"),
    [
        ("web", TCP, 443, True),
        ("web", UDP, 53, True),
        ("", TCP, 443, True),
        ("exit", TCP, 443, False),
        ("entry", TCP, 443, False),
        ("relay", UDP, 53, False),
        ("relay", TCP, 443, True),
        ("ntp", UDP, 123, False),
        ("vpn", UDP, 500, False),
        ("vpn", TCP, 443, True),
    ],
)
def test_what_leaves_past_the_lock(asset: str, protocol: int, port: int, refuted: bool) -> None:
    source = Owner("core", "core-lan", asset, "lan" if asset else "")
    answer = seen_on("outbound-data/ok.yaml", [Contact(source, INTERNET, protocol, port)])
    assert observed_by(answer, "outbound-data") == ([("zone", "internet")] if refuted else [])


def test_without_a_lock_or_a_clock_traffic_is_not_judged_by_them() -> None:
    web = Owner("front", "front-lan", "web", "lan")
    contacts = [Contact(web, INTERNET, TCP, 443), Contact(web, INTERNET, UDP, 123)]
    answer = seen_on("outbound-data/ok-unsaid.yaml", contacts)
    assert not observed_by(answer, "outbound-data")
    assert not observed_by(answer, "time-sources")


def test_networks_of_others_send_what_they_like() -> None:
    sources = [Owner("acme", "acme-lan"), Owner("dev", "dev-lan"), Owner("transit", "transit-lan", "pe", "t")]
    answer = seen_on("outbound-data/ok.yaml", [Contact(source, INTERNET, TCP, 443) for source in sources])
    assert not observed_by(answer, "outbound-data")


@pytest.mark.parametrize(
    ("source", "target", "refuted"),
    [
        (Owner("admin", "posts", "post", "lan"), INTERNET, True),
        (Owner("admin", "pool"), INTERNET, True),
        (Owner("admin", "posts"), INTERNET, False),  # any host there: no post has a leased address in it
        (Owner("admin", "posts", "fw", "a"), INTERNET, False),
        (Owner("admin", "posts", "post", "lan"), Owner("core", "core-lan", "dns", "lan"), False),
    ],
)
def test_a_post_of_administrators_seen_elsewhere(source: Owner, target: Owner, refuted: bool) -> None:
    answer = seen_on("administration-workstations/ok.yaml", [Contact(source, target, TCP, 443)])
    assert observed_by(answer, "administration-workstations") == ([("zone", "internet")] if refuted else [])


def test_a_network_that_the_map_has_not() -> None:
    network = compile_network(read_map(FOLDER / "network-diagram" / "ok.yaml"), date(2026, 6, 1))
    seen = Observed((), (0, 1), ("tap.pcap",), (Stranger("10.99.1.0/24", 2, SEEN),))
    answer = assess(Evidence(network, network.at, observed=seen), built_in_checks(), built_in_frameworks())
    assert observed_by(answer, "network-diagram") == [("subnet", "10.99.1.0/24")]
    assert status(answer, "13.1.a/networks") == "non-conformant"
    nothing = Observed((), (0, 1), ("tap.pcap",))
    answer = assess(Evidence(network, network.at, observed=nothing), built_in_checks(), built_in_frameworks())
    assert status(answer, "13.1.a/networks") == "conformant"


@pytest.mark.parametrize(
    ("source", "port", "refuted"),
    [
        (Owner("core", "core-lan", "web", "lan"), 22, True),
        (Owner("core", "core-lan"), 22, True),
        (Owner("core", "core-lan", "web", "lan"), 443, False),  # no service of the interface
        (Owner("admin", "posts", "post", "lan"), 22, False),  # a line
        (Owner("infra", "infra-lan", "near", "lan"), 22, False),  # where no line is needed
        (Owner("core", "core-lan", "fw", "core"), 22, False),  # it may have translated
    ],
)
def test_what_is_seen_at_an_interface_of_administration(
    tmp_path: Path, source: Owner, port: int, refuted: bool
) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(_INTERFACE, "utf-8")
    network = compile_network(read_map(path), date(2026, 6, 1))
    contact = Contact(source, Owner("infra", "infra-lan", "hyp", "lan"), TCP, port)
    evidence = Evidence(
        network,
        network.at,
        {"fw": Permitted("fw", (), 1, 1)},
        Observed((Edge(contact, 1, SEEN),), (0, 1), ("tap.pcap",)),
    )
    answer = assess(evidence, built_in_checks(), built_in_frameworks())
    assert observed_by(answer, "permitted-flows") == ([("endpoint", "shell")] if refuted else [])
    assert status(answer, "13.2.e") == ("non-conformant" if refuted else "conformant")


_INTERFACE = """
cloison: 1
name: At the interface
parties: {aster: {kind: provider}}
zones:
  admin: {owner: aster, nature: administration, sensitivity: internal, domain: management}
  core:  {owner: aster, nature: production, sensitivity: internal, domain: processing}
  infra: {owner: aster, nature: production, sensitivity: internal, domain: processing}
subnets:
  posts:     {cidr: 10.1.0.0/24, zone: admin}
  core-lan:  {cidr: 10.2.0.0/24, zone: core}
  infra-lan: {cidr: 10.3.0.0/24, zone: infra}
assets:
  fw:   {functions: filtering, interfaces: {admin: 10.1.0.1, core: 10.2.0.1, infra: 10.3.0.1}}
  post: {functions: workstation, interfaces: {lan: 10.1.0.10}}
  web:  {interfaces: {lan: 10.2.0.10}}
  hyp:  {functions: hypervisor, interfaces: {lan: 10.3.0.10}}
  near: {interfaces: {lan: 10.3.0.11}}
endpoints:
  shell: {asset: hyp/lan, service: ssh, kind: administration, audience: provider}
interconnections:
  joint: {between: [admin, core, infra], through: fw}
flows:
  F-1: {from: posts, to: shell}
  F-2: {from: web/lan, to: hyp/lan, services: https}
"""
