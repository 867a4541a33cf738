"""Cisco NX-OS: random lists against a device told as simply as can be, scale, hostile files."""

from __future__ import annotations

import ipaddress
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.flows.configuration import Configuration, File
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.firewalls.nxos import DIALECT
from cloison.netmodel.finding import MapError
from cloison.netmodel.space.addresses import MAPPED
from cloison.netmodel.space.services import CONTINUING, OPENING

# permits, protocol, source and destination as (value, length within the last 8 bits), port operator, established
Drawn = tuple[bool, str, tuple[int, int], tuple[int, int], tuple[str, int, int], bool]

_ENDS = st.tuples(st.integers(0, 255), st.sampled_from([0, 0, 0, 1, 2, 4, 8]))
_PORTS = st.tuples(st.sampled_from(["", "", "eq", "neq", "lt", "gt", "range"]), st.integers(0, 15), st.integers(0, 15))
_ENTRIES = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["ip", "ip", "tcp", "udp"]), _ENDS, _ENDS, _PORTS, st.booleans()),
    min_size=1, max_size=9,
)  # fmt: skip
_BASES = {4: MAPPED | int(ipaddress.IPv4Address("10.0.0.0")), 6: int(ipaddress.IPv6Address("2001:db8::"))}


def _read(text: str) -> Configuration:
    return DIALECT.read([File("switch.cfg", text)], lambda done, total: None)


def _end(end: tuple[int, int], family: int) -> str:
    value, length = end
    if family == 4:
        return str(ipaddress.IPv4Network((f"10.0.0.{value}", 24 + length), strict=False))
    return str(ipaddress.IPv6Network((f"2001:db8::{value:x}", 120 + length), strict=False))


def _text(entry: Drawn, family: int, groups: list[str], chance: random.Random) -> str:
    permits, word, source, destination, (operator, one, other), established = entry
    ends = []
    for end in (source, destination):
        text = _end(end, family)
        if chance.randrange(3) == 0:
            groups.append(f"object-group {'ip' if family == 4 else 'ipv6'} address G{len(groups)}\n  10 {text}\n")
            text = f"addrgroup G{len(groups) - 1}"
        ends.append(text)
    ports = ""
    if word != "ip" and operator:
        low, high = sorted((one, other))
        ports = f"range {low} {high}" if operator == "range" else f"{operator} {one}"
        if chance.randrange(3) == 0:
            groups.append(f"object-group ip port G{len(groups)}\n  10 {ports}\n")
            ports = f"portgroup G{len(groups) - 1}"
    protocol = "ipv6" if word == "ip" and family == 6 else word
    flags = " established" if word == "tcp" and established else ""
    return f"{'permit' if permits else 'deny'} {protocol} {' '.join(ends)} {ports}{flags}"


def _device(entries: list[Drawn], packet: tuple[int, int, int, int, int]) -> bool:
    source, destination, protocol, port, phase = packet
    for permits, word, sources, destinations, (operator, one, other), established in entries:
        if word != "ip" and {"tcp": 6, "udp": 17}[word] != protocol:
            continue
        if source >> (8 - sources[1]) != sources[0] >> (8 - sources[1]):
            continue
        if destination >> (8 - destinations[1]) != destinations[0] >> (8 - destinations[1]):
            continue
        if word != "ip" and not {
            "": True, "eq": port == one, "neq": port != one, "lt": port < one, "gt": port > one,
            "range": min(one, other) <= port <= max(one, other),
        }[operator]:  # fmt: skip
            continue
        if word == "tcp" and established and phase == OPENING:
            continue
        return permits
    return False


@settings(max_examples=50, deadline=None, derandomize=True)
@given(_ENTRIES, st.sampled_from([4, 6]), st.integers(0, 1 << 30))
def test_a_list_means_what_a_device_does(entries: list[Drawn], family: int, seed: int) -> None:
    chance = random.Random(seed)
    groups: list[str] = []
    lines = [
        f"  {10 * place} {_text(entry, family, groups, chance)}\n" for place, entry in enumerate(entries, 1)
    ]  # fmt: skip
    chance.shuffle(lines)
    text = "".join(groups) + f"{'ip' if family == 4 else 'ipv6'} access-list L\n" + "".join(lines)
    text += f"interface Vlan1\n  {'ip access-group' if family == 4 else 'ipv6 traffic-filter'} L in\n"
    configuration = _read(text)
    for _ in range(60):
        protocol, phase = chance.choice((6, 17, 132)), chance.choice((OPENING, CONTINUING))
        packet = (chance.randrange(256), chance.randrange(256), protocol, chance.randrange(17), phase)
        base = _BASES[family]
        probe = Probe(base | packet[0], base | packet[1], protocol, packet[3], 40000, phase, "Vlan1", "Vlan2")
        expected = "permit" if _device(entries, packet) else "deny"
        assert fate(configuration.forward, probe).word == expected, (text, packet)


def test_many_entries_are_read_in_seconds() -> None:
    chance = random.Random(7)
    lines = ["interface Vlan1\n  ip access-group BIG in\nip access-list BIG\n"]
    for place in range(20_000):
        lines.append(f"  {place + 1} permit tcp 10.{chance.randrange(256)}.{chance.randrange(256)}.0/24 any eq 443\n")
    begun = time.perf_counter()
    assert len(_read("".join(lines)).forward[0].terms) == 20_001
    assert time.perf_counter() - begun < 8


def test_counters_are_kept() -> None:
    configuration = _read("ip access-list L\n  10 permit ip any any [match=12]\n  20 deny ip any any\n")
    assert [term.written.hits for term in configuration.forward[0].terms] == [12, None, None]


@pytest.mark.parametrize("line", ["vlan filter M vlan-list 10", "ip nat inside source static 10.0.0.1 192.0.2.1"])
def test_what_filters_elsewhere_puts_all_in_doubt(line: str) -> None:
    configuration = _read(f"interface Vlan1\n  ip access-group L in\n{line}\nip access-list L\n  permit ip any any\n")
    probe = Probe(MAPPED, MAPPED + 1, 6, 1, 1, OPENING, "Vlan1", "Vlan2")
    assert fate(configuration.forward, probe).word == "unknown"
    assert [item.written.span.line for item in configuration.undecided] == [3]


@pytest.mark.parametrize("word", ["\x1b[31mred", "<b>", "{0}", "x" * 5000])
def test_names_with_anything_in_them_are_kept_or_refused(word: str) -> None:
    configuration = _read(f"ip access-list {word}\n  permit ip any any\n")
    assert configuration.forward[0].terms[0].written.name == word
    with pytest.raises(MapError) as raised:
        _read(f"ip access-list L\n  permit tcp any any eq {word}\n")
    assert raised.value.findings[0].spans[0].line == 2
