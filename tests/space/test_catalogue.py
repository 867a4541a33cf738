"""The well-known services: what clauses and habits ask to find there."""

from __future__ import annotations

import pytest

from cloison.netmodel.space.catalogue import CATALOGUE, RESPONDER_PORTS, named
from cloison.netmodel.space.protocols import KEYWORDS, NUMBERS, keyword, name
from cloison.netmodel.space.services import parse_ports, show

# SecNumCloud 3.2, 13.1.a: services reputed unsafe want compensating measures
UNSAFE = [
    "telnet",
    "ftp",
    "http",
    "snmp",
    "smb1",
    "ldap",
    "syslog",
    "vnc",
    "rsh",
    "rlogin",
    "rexec",
    "tftp",
    "nfs3",
    "smtp",
    "imap",
    "pop3",
    "radius",
    "tacacs",
    "mqtt",
    "modbus",
]
SAFE = [
    "ssh",
    "https",
    "ldaps",
    "imaps",
    "smtps",
    "syslog-tls",
    "snmp3",
    "ike",
    "esp",
    "wireguard",
    "openvpn",
    "kerberos",
]
DEPENDS = ["dns", "ntp", "bgp", "bfd", "ospf", "vrrp", "nfs", "smb", "mysql", "postgresql", "rdp", "vxlan", "geneve"]
PORTS = {
    "ssh": ("tcp/22",),
    "telnet": ("tcp/23",),
    "dns": ("tcp/53", "udp/53"),
    "ntp": ("udp/123",),
    "https": ("tcp/443",),
    "syslog": ("udp/514",),
    "syslog-tls": ("tcp/6514",),
    "snmp": ("udp/161",),
    "ldaps": ("tcp/636",),
    "bgp": ("tcp/179",),
    "ping": ("icmp/8", "icmpv6/128"),
    "ike": ("udp/500",),
    "ipsec-nat-t": ("udp/4500",),
    "esp": ("esp",),
    "ah": ("ah",),
    "ospf": ("ospf",),
    "vrrp": ("vrrp",),
    "vxlan": ("udp/4789",),
    "geneve": ("udp/6081",),
    "rdp": ("tcp/3389", "udp/3389"),
    "modbus": ("tcp/502",),
    "redis": ("tcp/6379",),
    "postgresql": ("tcp/5432",),
    "kerberos": ("tcp/88", "udp/88"),
}


@pytest.mark.parametrize(("names", "safe"), [(UNSAFE, False), (SAFE, True), (DEPENDS, None)])
def test_what_is_reputed_unsafe(names: list[str], safe: bool | None) -> None:
    assert {word: CATALOGUE[word].safe for word in names} == dict.fromkeys(names, safe)


@pytest.mark.parametrize("word", PORTS)
def test_ports_are_those_of_the_registry(word: str) -> None:
    assert show(CATALOGUE[word].services) == PORTS[word]


def test_every_entry_is_whole() -> None:
    for word, entry in CATALOGUE.items():
        assert entry.name == word
        assert entry.services
        assert entry.wire
        assert entry.title.en
        assert entry.title.fr
        assert word not in NUMBERS or entry.services == parse_ports(word), "a word means one thing"


def test_services_are_found_by_their_ports() -> None:
    assert [entry.name for entry in named(parse_ports("tcp/23"))] == ["telnet"]
    assert {entry.name for entry in named(parse_ports("udp/160-162"))} == {"snmp", "snmp-trap", "snmp3", "snmp3-trap"}
    assert named(parse_ports("tcp/49999")) == ()


def test_responders_answer_on_catalogue_ports() -> None:
    assert {22, 443, 5901} <= RESPONDER_PORTS[6]
    assert {53, 161, 4789} <= RESPONDER_PORTS[17]
    assert 40000 not in RESPONDER_PORTS[6]
    assert set(RESPONDER_PORTS) <= {6, 17, 132}


def test_protocols_have_words_both_ways() -> None:
    assert (keyword(6), keyword(58), keyword(89), keyword(61)) == ("tcp", "ipv6-icmp", "ospfigp", "ip/61")
    assert (name(6), name(58), name(89), name(61), name(123)) == ("tcp", "icmpv6", "ospf", "ip/61", "ip/123")
    assert all(KEYWORDS[number] == KEYWORDS[number].lower() for number in KEYWORDS)
    assert all(NUMBERS[name(number)] == number for number in KEYWORDS if "/" not in name(number))
