"""OPNsense, where it differs from pfSense: its aliases, its flags, its automation rules, its words for addresses."""

from __future__ import annotations

import pytest

from cloison.flows.configuration import Configuration, File
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.configuring.load import read
from cloison.netmodel.space.addresses import parse_address
from cloison.netmodel.space.services import OPENING

TEXT = """<{root}><system><ipv6allow>1</ipv6allow></system>
<interfaces><lan><enable>1</enable><ipaddr>10.1.0.1</ipaddr><subnet>24</subnet></lan>
<wan><enable>1</enable><ipaddr>203.0.113.1</ipaddr><subnet>24</subnet></wan></interfaces>
<virtualip><vip><mode>ipalias</mode><interface>wan</interface><subnet>203.0.113.9</subnet><subnet_bits>32</subnet_bits></vip>
</virtualip>
<OPNsense><Firewall>{firewall}</Firewall></OPNsense>
<filter><rule><type>pass</type><interface>wan</interface><ipprotocol>inet</ipprotocol><protocol>tcp</protocol>
<source>{source}</source><destination>{target}<port>443</port></destination>{more}</rule></filter></{root}>
"""


def config(root: str = "opnsense", **values: str) -> Configuration:
    usual = {"firewall": "", "source": "<any>1</any>", "target": "<network>wanip</network>", "more": ""}
    return read([File("config.xml", TEXT.format(root=root, **(usual | values)))], root)


def word(found: Configuration, source: str, target: str) -> str:
    assert found.input is not None
    probe = Probe(parse_address(source), parse_address(target), 6, 443, 40000, OPENING, "wan", "")
    return fate(found.input, probe).word


@pytest.mark.parametrize(("root", "expected"), [("opnsense", "permit"), ("pfsense", "deny")])
def test_the_address_of_an_interface_means_its_virtual_ones_in_opnsense_alone(root: str, expected: str) -> None:
    assert word(config(root), "198.51.100.1", "203.0.113.1") == "permit"
    assert word(config(root), "198.51.100.1", "203.0.113.9") == expected


@pytest.mark.parametrize(
    ("more", "expected"), [("<disabled>1</disabled>", "deny"), ("<disabled>0</disabled>", "permit")]
)
def test_flags_have_values(more: str, expected: str) -> None:
    assert word(config(more=more), "198.51.100.1", "203.0.113.1") == expected


@pytest.mark.parametrize(
    ("alias", "inside", "outside"),
    [("<type>host</type><content>198.51.100.1\n198.51.100.2</content>", "permit", "deny"),
     ("<type>network</type><content>198.51.100.0/24\n!198.51.100.9</content>", "permit", "deny"),
     ("<type>geoip</type><content>FR</content>", "unknown", "unknown"),
     ("<type>host</type><content>host.example.org</content>", "unknown", "unknown"),
     ("<enabled>0</enabled><type>host</type><content>198.51.100.1</content>", "unknown", "unknown")],
)  # fmt: skip
def test_aliases(alias: str, inside: str, outside: str) -> None:
    found = config(
        firewall=f"<Alias><aliases><alias><name>x</name>{alias}</alias></aliases></Alias>",
        source="<address>x</address>",
    )
    assert word(found, "198.51.100.1", "203.0.113.1") == inside
    assert word(found, "198.51.100.9", "203.0.113.1") == outside
    assert bool(found.undecided) == (inside == "unknown")


def test_automation_rules_leave_everything_open() -> None:
    rule = "<Filter><rules><rule><enabled>1</enabled><action>block</action></rule></rules></Filter>"
    found = config(firewall=rule)
    assert found.undecided
    assert word(found, "198.51.100.1", "203.0.113.1") == "unknown"
    assert not config(firewall=rule.replace("<enabled>1", "<enabled>0")).undecided
