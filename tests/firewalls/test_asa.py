"""Cisco ASA: random lists, levels and groups against a device told as simply as can be, scale, hostile files."""

from __future__ import annotations

import ipaddress
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.flows.configuration import Configuration, File
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.firewalls.asa import DIALECT
from cloison.netmodel.finding import MapError
from cloison.netmodel.space.addresses import MAPPED
from cloison.netmodel.space.services import CONTINUING, OPENING

# permits, protocol, source and destination as (value, length within 10.0.0.0/24), ports of both as a range or none
Drawn = tuple[bool, str, tuple[int, int], tuple[int, int], tuple[int, int] | None, tuple[int, int] | None]

_ENDS = st.tuples(st.integers(0, 255), st.sampled_from([24, 24, 24, 25, 26, 28, 32]))
_RANGE = st.one_of(st.none(), st.none(), st.tuples(st.integers(0, 15), st.integers(0, 15)))
_ENTRIES = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["ip", "ip", "tcp", "udp", "gre"]), _ENDS, _ENDS, _RANGE, _RANGE),
    min_size=1, max_size=8,
)  # fmt: skip
_NAMES = ("a", "b", "c")


def _read(text: str) -> Configuration:
    return DIALECT.read([File("asa.cfg", text)], lambda done, total: None)


class _Writer:
    """Writes entries, now and then through objects and groups."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.objects: list[str] = []

    def ends(self, end: tuple[int, int]) -> str:
        network = ipaddress.IPv4Network((f"10.0.0.{end[0]}", end[1]), strict=False)
        plain = f"{network.network_address} {network.netmask}"
        number = len(self.objects)
        way = self.chance.randrange(4)
        if way == 0:
            self.objects.append(f"object network O{number}\n range {network[0]} {network[-1]}\n")
            return f"object O{number}"
        if way == 1:
            self.objects.append(f"object-group network G{number}\n network-object {plain}\n")
            self.objects.append(f"object-group network H{number}\n group-object G{number}\n")
            return f"object-group H{number}"
        return f"host {network[0]}" if end[1] == 32 else plain

    def ports(self, ports: tuple[int, int] | None, protocol: str) -> str:
        if ports is None:
            return ""
        low, high = sorted(ports)
        if self.chance.randrange(3):
            return f" range {low} {high}"
        name = f"P{len(self.objects)}"
        self.objects.append(f"object-group service {name} {protocol}\n port-object range {low} {high}\n")
        return f" object-group {name}"

    def entry(self, name: str, entry: Drawn) -> str:
        permits, protocol, source, destination, source_ports, ports = entry
        ported = protocol in ("tcp", "udp")
        return (
            f"access-list {name} extended {'permit' if permits else 'deny'} {protocol} {self.ends(source)}"
            + (self.ports(source_ports, protocol) if ported else "")
            + f" {self.ends(destination)}"
            + (self.ports(ports, protocol) if ported else "")
            + "\n"
        )


def _meets(entry: Drawn, source: int, destination: int, protocol: int, ports: tuple[int, int]) -> bool:
    _, word, sources, destinations, source_ports, to_ports = entry
    if word != "ip" and {"tcp": 6, "udp": 17, "gre": 47}[word] != protocol:
        return False
    for value, (base, length) in ((source, sources), (destination, destinations)):
        if value >> (32 - length) != base >> (32 - length):
            return False
    if word not in ("tcp", "udp"):
        return True
    return all(
        asked is None or min(asked) <= port <= max(asked)
        for asked, port in zip((source_ports, to_ports), ports, strict=True)
    )


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.sampled_from([0, 50, 100]), st.one_of(st.none(), _ENTRIES), st.one_of(st.none(), _ENTRIES)),
             min_size=3, max_size=3),
    st.one_of(st.none(), _ENTRIES), st.booleans(), st.booleans(), st.integers(0, 1 << 30),
)  # fmt: skip
def test_lists_and_levels_mean_what_a_device_does(
    interfaces: list[tuple[int, list[Drawn] | None, list[Drawn] | None]], everywhere: list[Drawn] | None,
    inter: bool, intra: bool, seed: int,
) -> None:  # fmt: skip
    chance = random.Random(seed)
    writer = _Writer(seed)
    text, lists = "", ""
    for name, (level, inward, outward) in zip(_NAMES, interfaces, strict=True):
        text += f"interface {name.upper()}\n nameif {name}\n security-level {level}\n"
        for word, entries in (("in", inward), ("out", outward)):
            if entries is not None:
                lists += "".join(writer.entry(f"{name}-{word}", entry) for entry in entries)
                lists += f"access-group {name}-{word} {word} interface {name}\n"
    if everywhere is not None:
        lists += "".join(writer.entry("every", entry) for entry in everywhere) + "access-group every global\n"
    text += "same-security-traffic permit inter-interface\n" * inter
    text += "same-security-traffic permit intra-interface\n" * intra
    text += "".join(writer.objects) + lists
    configuration = _read(text)
    for _ in range(60):
        at, to = chance.randrange(3), chance.randrange(3)
        protocol = chance.choice((6, 17, 47))
        ports = (chance.randrange(17), chance.randrange(17)) if protocol != 47 else (0, 0)
        source, destination = chance.randrange(256), chance.randrange(256)
        base = MAPPED | int(ipaddress.IPv4Address("10.0.0.0"))
        probe = Probe(base | source, base | destination, protocol, ports[1], ports[0], OPENING, _NAMES[at], _NAMES[to])

        def first(entries: list[Drawn] | None, packet: tuple[int, int, int, tuple[int, int]]) -> bool | None:
            return next((entry[0] for entry in entries or [] if _meets(entry, *packet)), None)

        packet = (source, destination, protocol, ports)
        (level, inward, _), (other, _, outward) = interfaces[at], interfaces[to]
        said = first(inward, packet)
        if said is None:
            said = first(everywhere, packet)
        if said is None:
            said = inward is None and everywhere is None and level >= other
        if level == other and not (intra if at == to else inter):
            said = False
        if outward is not None and not first(outward, packet):
            said = False
        assert fate(configuration.forward, probe).word == ("permit" if said else "deny"), (text, probe)


def test_what_continues_a_conversation_is_not_asked() -> None:
    configuration = _read("access-list A extended deny ip any any\n")
    probe = Probe(MAPPED, MAPPED + 1, 6, 1, 1, CONTINUING)
    assert fate(configuration.forward, probe).word == "permit"


def test_many_entries_are_read_in_seconds() -> None:
    chance = random.Random(7)
    lines = ["interface a\n nameif a\n"]
    for _ in range(20_000):
        octets = [chance.randrange(256) for _ in range(4)]
        lines.append(
            f"access-list B extended permit tcp 10.{octets[0]}.{octets[1]}.0 255.255.255.0 "
            f"host 10.9.{octets[2]}.{octets[3]} eq https\n"
        )
    begun = time.perf_counter()
    configuration = _read("".join(lines) + "access-group B in interface a\n")
    assert sum(len(stage.terms) for stage in configuration.forward) >= 20_001
    assert time.perf_counter() - begun < 8


def test_deep_groups_are_expanded_once() -> None:
    lines = ["object-group network G0\n network-object host 10.0.0.1\n"]
    lines += [f"object-group network G{n}\n group-object G{n - 1}\n group-object G{n - 1}\n" for n in range(1, 3000)]
    configuration = _read("".join(lines) + "access-list A extended permit ip object-group G2999 any\n")
    assert configuration.forward[0].terms[0].sources.size == 1


def test_what_leaves_a_tunnel_is_bounded_by_its_list_or_pool() -> None:
    text = (
        "interface a\n nameif out\n security-level 0\ninterface b\n nameif in\n security-level 100\n"
        "access-list SITE extended permit ip 10.1.0.0 255.255.0.0 10.2.0.0 255.255.0.0\n"
        "ip local pool CLIENTS 10.9.0.1-10.9.0.9 mask 255.255.255.0\n"
        "crypto map M 1 match address SITE\ncrypto map M 99 ipsec-isakmp dynamic D\ncrypto map M interface out\n"
    )

    def word(configuration: Configuration, source: str) -> str:
        ends = [MAPPED | int(ipaddress.IPv4Address(text)) for text in (source, "10.1.0.1")]
        return fate(configuration.forward, Probe(*ends, 6, 80, 50000, OPENING, "out", "in")).word

    configuration = _read(text)
    assert [word(configuration, source) for source in ("10.2.3.4", "10.9.0.9", "10.9.0.10")] == [
        "unknown", "unknown", "deny",
    ]  # fmt: skip
    assert word(_read(text + "no sysopt connection permit-vpn\n"), "10.2.3.4") == "deny"


def test_counters_and_names_are_kept() -> None:
    configuration = _read(
        "access-list A line 1 remark the site\n"
        "access-list A line 2 extended permit tcp any any eq www (hitcnt=12) 0xabcdef01\n"
        "  access-list A line 2 extended permit tcp any any eq www (hitcnt=12) 0xabcdef02\n"
    )
    (term, closing) = configuration.forward[0].terms
    assert (term.written.hits, term.written.name, term.written.span.line) == (12, "the site", 2)
    assert closing.action == "deny"


def test_translations_are_told() -> None:
    configuration = _read(
        "interface a\n nameif outside\n ip address 192.0.2.1 255.255.255.0\ninterface b\n nameif inside\n"
        "object network WEB\n host 10.0.0.80\n nat (inside,outside) static 192.0.2.80\n"
        "object network PORT\n host 10.0.0.81\n nat (inside,outside) static interface service tcp 80 8080\n"
        "object network LAN\n subnet 10.0.0.0 255.255.255.0\n nat (inside,outside) dynamic interface\n"
        "object network SHOWN\n host 192.0.2.99\nobject network REAL\n host 10.0.0.99\n"
        "nat (outside,inside) source static any any destination static SHOWN REAL\n"
    )
    kinds = [(item.kind, item.inside.size, item.outside.size, bool(item.services)) for item in
             configuration.translations]  # fmt: skip
    assert kinds == [
        ("static", 1, 1, False), ("static", 1, 1, True), ("source", 256, 1, False), ("destination", 1, 1, False),
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["shun 10.0.0.1", "established tcp 80", "filter url http 0 0 0 0", "frobnicate acl"])
def test_what_may_filter_and_is_not_understood_puts_all_in_doubt(line: str) -> None:
    configuration = _read(
        f"interface a\n nameif a\naccess-list A extended permit ip any any\naccess-group A in interface a\n{line}\n"
    )
    probe = Probe(MAPPED, MAPPED + 1, 6, 1, 1, OPENING, "a", "b")
    assert fate(configuration.forward, probe).word == "unknown"
    assert len(configuration.undecided) == 1


@pytest.mark.parametrize("word", ["\x1b[31mred", "<b>", "{0}", "x" * 5000])
def test_names_with_anything_in_them_are_kept_or_refused(word: str) -> None:
    configuration = _read(f"access-list {word} extended permit ip any any\n")
    assert configuration.forward[0].terms[0].written.name == word
    with pytest.raises(MapError) as raised:
        _read(f"access-list A extended permit tcp any any eq {word}\n")
    assert raised.value.findings[0].spans[0].line == 1
