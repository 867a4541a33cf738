"""FortiOS: random policies against a brute force, what is left open, scale, hostile files."""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.flows.configuration import Configuration, File
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.configuring.load import read
from cloison.netmodel.finding import MapError
from cloison.netmodel.space.addresses import parse_address
from cloison.netmodel.space.services import OPENING

PORTS = ("p1", "p2", "p3")
HOSTS = [f"10.0.{net}.{host}" for net in (0, 1) for host in (1, 2, 3, 4)]
ADDRESSES = {
    "all": HOSTS, "net0": HOSTS[:4], "net1": HOSTS[4:], "one": ["10.0.0.1"], "some": HOSTS[1:6],
    "but-one": HOSTS[1:4], "even": [host for host in HOSTS if int(host[-1]) % 2 == 0],
}  # fmt: skip
SERVICES = {"ALL": range(65536), "HTTP": (80,), "low": range(80, 444), "HTTPS": (443,), "web": (80, 443)}
OBJECTS = """config system interface
{interfaces}end
config system global
set allow-traffic-redirect disable
end
config firewall address
edit net0
set subnet 10.0.0.0 255.255.255.0
next
edit net1
set subnet 10.0.1.0/24
next
edit "one"
set subnet 10.0.0.1 255.255.255.255
next
edit some
set type iprange
set start-ip 10.0.0.2
set end-ip 10.0.1.2
next
edit even
set type wildcard
set wildcard 10.0.0.0 255.255.0.1
next
end
config firewall addrgrp
edit but-one
set member net0
set exclude enable
set exclude-member one
next
end
config firewall service custom
edit low
set tcp-portrange 80-443
next
end
config firewall service group
edit web
set member HTTP HTTPS
next
end
config firewall vip
edit v1
set extip 192.0.2.1
set mappedip 10.0.1.1
set extintf p1
set portforward enable
set extport 8080
set mappedport 80
next
edit v2
set extip 192.0.2.2
set mappedip 10.0.0.2
set extintf any
next
edit v3
set extip 192.0.2.3
set mappedip 10.0.1.1
set extintf any
next
end
"""
VIPS = {"v1": ("10.0.1.1", (80,), ("p1",)), "v2": ("10.0.0.2", range(65536), PORTS),
        "v3": ("10.0.1.1", range(65536), PORTS)}  # fmt: skip


@dataclass(frozen=True)
class Policy:
    enters: tuple[str, ...]
    leaves: tuple[str, ...]
    source: str
    not_source: bool
    target: str
    service: str
    not_service: bool
    accept: bool
    enabled: bool
    vips: bool

    def text(self, number: int) -> str:
        flags = [
            ("srcaddr-negate", self.not_source), ("service-negate", self.not_service),
        ]  # fmt: skip
        lines = [f"edit {number}", "set srcintf " + " ".join(self.enters), "set dstintf " + " ".join(self.leaves),
                 f"set srcaddr {self.source}", f"set dstaddr {self.target}", f"set service {self.service}",
                 'set schedule "always"']  # fmt: skip
        lines += [f"set {key} enable" for key, on in flags if on]
        lines += ["set action accept"] if self.accept else ["set match-vip " + ("enable" if self.vips else "disable")]
        lines += [] if self.enabled else ["set status disable"]
        return "\n".join([*lines, "next\n"])

    def meets(self, enters: str, leaves: str, source: str, target: str, port: int, vip: str) -> bool:
        if not self.enabled:
            return False
        if self.target in VIPS:
            if vip != self.target:
                return False
        elif target not in ADDRESSES[self.target] or (vip and (self.accept or not self.vips)):
            return False
        return (
            (self.enters == ("any",) or enters in self.enters)
            and (self.leaves == ("any",) or leaves in self.leaves)
            and (source in ADDRESSES[self.source]) != self.not_source
            and (port in SERVICES[self.service]) != self.not_service
        )


def policies_of(seed: int) -> list[Policy]:
    """Return policies that meet one another often."""
    chance = Random(seed)

    def sides() -> tuple[str, ...]:
        return chance.choice((("any",), ("p1",), ("p1", "p2"), ("p2", "p3")))

    targets = ("all", *ADDRESSES, *["v1", "v2", "v3", "v3"] * 3)
    return [
        Policy(
            sides(), sides(), chance.choice(("all", *ADDRESSES)), chance.random() < 0.2,
            chance.choice(targets), chance.choice(("ALL", *SERVICES)), chance.random() < 0.2,
            chance.random() < 0.6, chance.random() < 0.9, chance.random() < 0.5,
        )
        for _ in range(chance.randrange(1, 9))
    ]  # fmt: skip


def read_text(text: str) -> Configuration:
    return read([File("device.conf", text)], "fortigate")


def whole(policies: list[Policy]) -> str:
    interfaces = "".join(f"edit {name}\nset type physical\nnext\n" for name in PORTS)
    body = "".join(policy.text(number) for number, policy in enumerate(policies, 1))
    return OBJECTS.replace("{interfaces}", interfaces) + "config firewall policy\n" + body + "end\n"


def brute(policies: list[Policy], enters: str, leaves: str, source: str, target: str, port: int) -> bool:
    ways = [""] + [
        name for name, (host, ports, arrives) in VIPS.items() if host == target and port in ports and enters in arrives
    ]
    for way in ways:
        first = next((item for item in policies if item.meets(enters, leaves, source, target, port, way)), None)
        if first is not None and first.accept:
            return True
    return False


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_policies_mean_what_a_brute_force_says(seed: int) -> None:
    policies = policies_of(seed)
    found = read_text(whole(policies))
    assert not found.undecided
    for enters, leaves, source, target, port in product(PORTS, PORTS, HOSTS[:6:2], HOSTS[:6], (80, 81, 443, 22)):
        probe = Probe(parse_address(source), parse_address(target), 6, port, 40000, OPENING, enters, leaves)
        word = fate(found.forward, probe).word
        expected = "permit" if brute(policies, enters, leaves, source, target, port) else "deny"
        if word == "unknown":  # an unrestricted accept and a denial on some interfaces alone
            assert any(not term.sure for term in found.forward[0].terms)
            continue
        assert word == expected, (enters, leaves, source, target, port)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_wildcards_compare_the_bits_of_the_mask(value: int, mask: int, other: int) -> None:
    mask |= 0x00FF0FFF  # at most 65,536 ranges
    shown = [str(ipaddress.IPv4Address(number)) for number in (value, mask)]
    text = ("config firewall address\nedit w\nset type wildcard\nset wildcard " + " ".join(shown) + "\nnext\nend\n"
            "config firewall policy\nedit 1\nset srcintf a\nset dstintf b\nset srcaddr w\nset dstaddr all\n"
            "set action accept\nset service ALL\nnext\nend\n")  # fmt: skip
    found = read_text(text)
    for number in (other, value ^ (other & ~mask & 0xFFFFFFFF)):
        probe = Probe(0xFFFF << 32 | number, parse_address("10.0.0.1"), 6, 80, 40000, OPENING, "a", "b")
        assert (fate(found.forward, probe).word == "permit") == (number & mask == value & mask)


POLICY = """config firewall policy
edit 1
set srcintf "a"
set dstintf "b"
set srcaddr "all"
set dstaddr "all"
set action accept
set service "HTTP"
{more}
next
end
"""


@pytest.mark.parametrize(
    "more",
    ['set users "x"', "set internet-service enable", "set action ipsec", "set srcaddr-spin enable", "set tos 0x10",
     'set groups "g"', "set nat46 enable", "set srcaddr-zone \"x\"", "set application 15832"],
)  # fmt: skip
def test_what_is_not_understood_is_never_certain(more: str) -> None:
    found = read_text(POLICY.format(more=more))
    assert found.undecided
    probe = Probe(parse_address("10.0.0.1"), parse_address("10.0.0.2"), 6, 80, 40000, OPENING, "a", "b")
    assert fate(found.forward, probe).word == "unknown"


@pytest.mark.parametrize(
    ("part", "left"),
    [("firewall acl", True), ("firewall ttl-policy", True), ("firewall security-policy", True), ("novelty", True),
     ("firewall shaping-policy", False), ("log setting", False)],
)  # fmt: skip
def test_parts_that_are_not_known_are_left_open(part: str, left: bool) -> None:
    found = read_text(POLICY.format(more="") + f"config {part}\nedit 1\nset status enable\nnext\nend\n")
    assert bool(found.undecided) == left
    probe = Probe(parse_address("10.0.0.1"), parse_address("10.0.0.2"), 6, 80, 40000, OPENING, "a", "b")
    assert fate(found.forward, probe).word == ("unknown" if left and part.startswith("firewall") else "permit")


def test_a_tunnel_of_a_policy_may_let_its_other_side_in() -> None:
    found = read_text(POLICY.format(more="set action ipsec"))
    probe = Probe(parse_address("10.0.0.1"), parse_address("10.0.0.2"), 6, 22, 40000, OPENING, "b", "a")
    assert fate(found.forward, probe).word == "unknown"


def test_a_denial_of_an_unknown_version_may_hold_translated_packets() -> None:
    text = whole([
        Policy(("any",), ("any",), "all", False, "all", "ALL", False, False, True, False),
        Policy(("any",), ("any",), "all", False, "v2", "ALL", False, True, True, False),
    ]).replace("set match-vip disable\n", "")  # fmt: skip
    probe = Probe(parse_address("10.0.1.1"), parse_address("10.0.0.2"), 6, 80, 40000, OPENING, "p1", "p2")
    for header, word in (("", "unknown"), ("#config-version=FGT60F-7.2.3-FW-build1\n", "deny"),
                         ("#config-version=FGT60F-7.2.2-FW-build1\n", "permit")):  # fmt: skip
        assert fate(read_text(header + text).forward, probe).word == word, header


def test_twenty_thousand_policies_are_read_quickly() -> None:
    addresses = "".join(
        f'edit "h{at}"\nset subnet 10.{at >> 8 & 255}.{at & 255}.0 255.255.255.0\nnext\n' for at in range(5000)
    )
    body = "".join(
        f'edit {at}\nset name "rule {at}"\nset srcintf "a"\nset dstintf "b"\nset srcaddr "h{at % 5000}"\n'
        f'set dstaddr "h{at * 7 % 5000}"\nset action accept\nset schedule "always"\nset service "HTTPS" "DNS"\nnext\n'
        for at in range(20_000)
    )
    text = f"config firewall address\n{addresses}end\nconfig firewall policy\n{body}end\n"
    start = time.process_time()
    found = read_text(text)
    assert len(found.forward[0].terms) == 20_000
    assert time.process_time() - start < 8


def test_groups_of_groups_are_expanded_once() -> None:
    chain = "".join(f"edit g{at}\nset member g{at + 1} g{at + 1}\nnext\n" for at in range(3000))
    text = f"config firewall addrgrp\n{chain}edit g3000\nset member all\nnext\nend\n" + POLICY.format(
        more="").replace('srcaddr "all"', "srcaddr g0")  # fmt: skip
    start = time.process_time()
    assert len(read_text(text).forward[0].terms) == 1
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "text",
    ["config a\n" * 100_000, 'config firewall policy\nedit "' + "x" * 1_000_000, "end\n" * 10_000,
     "config firewall policy\n" + "edit 1\n" * 5000, 'config firewall policy\nset "\n"' * 3000,
     "config firewall policy\nedit 1\nset \\\n"],
    ids=["deep", "open", "ends", "edits", "quotes", "escape"],
)  # fmt: skip
def test_broken_files_are_errors(text: str) -> None:
    start = time.process_time()
    with pytest.raises(MapError):
        read_text("config firewall policy\nend\n" + text)
    assert time.process_time() - start < 5


def test_names_with_markup_are_kept_as_they_are() -> None:
    name = "<script>{x}\x1b[31m"
    found = read_text(POLICY.format(more=f'set name "{name}"'))
    assert found.forward[0].terms[0].written.name == name
    assert found.forward[0].terms[0].written.span.line == 2
