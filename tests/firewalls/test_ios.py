"""Cisco IOS: random lists against a device told as simply as can be, scale, hostile files."""

from __future__ import annotations

import ipaddress
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.flows.configuration import Configuration, File
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.firewalls.ios import DIALECT
from cloison.netmodel.finding import MapError
from cloison.netmodel.space.addresses import MAPPED
from cloison.netmodel.space.services import CONTINUING, OPENING

# An entry as it is drawn: permits, protocol, source and destination as (value, wildcard), operator on the ports of
# both, established. Addresses are 10.0.0.0/24 and ports 0-15, so that entries meet.
Drawn = tuple[bool, str, tuple[int, int], tuple[int, int], tuple[str, int, int], tuple[str, int, int], bool]

# most packets meet an entry
_WILD = st.sampled_from([255, 255, 255, 254, 251, 127, 191, 63]) | st.integers(0, 255)
_ENDS = st.tuples(st.integers(0, 255), _WILD)
_OPERATORS = st.sampled_from(["", "", "", "", "eq", "neq", "lt", "gt", "range"])
_PORTS = st.tuples(_OPERATORS, st.integers(0, 15), st.integers(0, 15))
_PROTOCOLS = st.sampled_from(["ip", "ip", "tcp", "udp", "47"])
_ENTRIES = st.lists(
    st.tuples(st.booleans(), _PROTOCOLS, _ENDS, _ENDS, _PORTS, _PORTS, st.booleans()),
    min_size=1, max_size=9,
)  # fmt: skip


def _read(text: str) -> Configuration:
    return DIALECT.read([File("router.cfg", text)], lambda done, total: None)


def _address(last: int) -> str:
    return f"10.0.0.{last}"


def _ports_text(ports: tuple[str, int, int]) -> str:
    operator, one, other = ports
    if operator == "range":
        return f" range {min(one, other)} {max(one, other)}"
    return f" {operator} {one}" if operator else ""


def _text(entry: Drawn) -> str:
    permits, protocol, source, destination, source_ports, ports, established = entry
    ported = protocol in ("tcp", "udp")
    return (
        f" {'permit' if permits else 'deny'} {protocol} {_address(source[0])} 0.0.0.{source[1]}"
        + (_ports_text(source_ports) if ported else "")
        + f" {_address(destination[0])} 0.0.0.{destination[1]}"
        + (_ports_text(ports) if ported else "")
        + (" established" if established and protocol == "tcp" else "")
    )


def _in_ports(ports: tuple[str, int, int], value: int) -> bool:
    operator, one, other = ports
    return {
        "": True, "eq": value == one, "neq": value != one, "lt": value < one, "gt": value > one,
        "range": min(one, other) <= value <= max(one, other),
    }[operator]  # fmt: skip


def _device(entries: list[Drawn], source: int, destination: int, protocol: int, ports: tuple[int, int],
            phase: int) -> bool:  # fmt: skip
    """Say what a device does with a packet that meets a list: the first entry that matches decides."""
    for permits, word, sources, destinations, source_ports, to_ports, established in entries:
        if word != "ip" and {"tcp": 6, "udp": 17, "47": 47}[word] != protocol:
            continue
        if (source ^ sources[0]) & ~sources[1] & 255 or (destination ^ destinations[0]) & ~destinations[1] & 255:
            continue
        ported = word in ("tcp", "udp")
        if ported and not (_in_ports(source_ports, ports[0]) and _in_ports(to_ports, ports[1])):
            continue
        if word == "tcp" and established and phase != CONTINUING:
            continue
        return permits
    return False


def _packet(chance: random.Random) -> tuple[int, int, int, tuple[int, int], int]:
    protocol = chance.choice((6, 6, 17, 47))
    ports = (chance.randrange(17), chance.randrange(17)) if protocol != 47 else (0, 0)
    return chance.randrange(256), chance.randrange(256), protocol, ports, chance.choice((OPENING, CONTINUING))


def _probe(packet: tuple[int, int, int, tuple[int, int], int], arriving: str = "", leaving: str = "") -> Probe:
    source, destination, protocol, ports, phase = packet
    base = MAPPED | int(ipaddress.IPv4Address("10.0.0.0"))
    return Probe(base | source, base | destination, protocol, ports[1], ports[0], phase, arriving, leaving)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(_ENTRIES, st.integers(0, 1 << 30).map(random.Random), st.booleans())
def test_a_list_means_what_a_device_does(entries: list[Drawn], chance: random.Random, shuffled: bool) -> None:
    lines = [_text(entry) for entry in entries]
    if shuffled:
        lines = [f" {10 * place}{line}" for place, line in enumerate(lines, 1)]
        chance.shuffle(lines)
    configuration = _read("ip access-list extended L\n" + "\n".join(lines) + "\n")
    for _ in range(60):
        packet = _packet(chance)
        expected = "permit" if _device(entries, *packet) else "deny"
        assert fate(configuration.forward, _probe(packet)).word == expected, (lines, packet)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(_ENTRIES, _ENTRIES, st.integers(0, 1 << 30).map(random.Random), st.integers(0, 3), st.booleans())
def test_lists_at_the_outside_see_what_is_translated(
    inward: list[Drawn], outward: list[Drawn], chance: random.Random, count: int, one_port: bool
) -> None:
    statics = {place: place + 100 for place in chance.sample(range(100), count)}  # inside -> outside, all ports
    forwarded = (150, 7, 250, 9) if one_port else None  # inside, its port, outside, its port; TCP
    text = "interface o\n ip nat outside\n ip access-group IN in\n ip access-group OUT out\n"
    text += "interface i\n ip nat inside\n"
    text += "".join(
        f"ip nat inside source static {_address(own)} {_address(other)}\n" for own, other in statics.items()
    )
    if forwarded:
        own, port, other, other_port = forwarded
        text += f"ip nat inside source static tcp {_address(own)} {port} {_address(other)} {other_port}\n"
    text += "ip access-list extended IN\n" + "\n".join(map(_text, inward))
    text += "\nip access-list extended OUT\n" + "\n".join(map(_text, outward)) + "\n"
    configuration = _read(text)
    for _ in range(80):
        source, destination, protocol, ports, phase = _packet(chance)
        destination = chance.choice([*statics, 150, destination])
        seen = [(destination, ports)]
        if destination in statics:
            seen.append((statics[destination], ports))
        if forwarded and (destination, protocol, ports[1]) == (150, 6, 7):
            seen.append((250, (ports[0], 9)))
        if destination in statics.values() or (destination, protocol, ports[1]) == (250, 6, 9):
            continue  # no packet has such a real end
        passes = any(_device(inward, source, wire, protocol, asked, phase) for wire, asked in seen)
        packet = (source, destination, protocol, ports, phase)
        expected = "permit" if passes else "deny"
        assert fate(configuration.forward, _probe(packet, "o", "i")).word == expected, (text, packet)
        if destination in statics:
            wire, asked = statics[destination], (ports[1], ports[0])
        elif forwarded and (destination, protocol, ports[1]) == (150, 6, 7):
            wire, asked = 250, (9, ports[0])
        else:
            wire, asked = destination, (ports[1], ports[0])
        expected = "permit" if _device(outward, wire, source, protocol, asked, phase) else "deny"
        back = (destination, source, protocol, (ports[1], ports[0]), phase)
        assert fate(configuration.forward, _probe(back, "i", "o")).word == expected, (text, back)


_WORDS = {"tcp": (6, None), "udp": (17, None), "http": (6, 5), "ssh": (6, 6)}  # http and ssh are moved, see below
_CLASS = st.tuples(
    st.booleans(),  # match-any
    st.lists(st.one_of(st.sampled_from(sorted(_WORDS)), _ENTRIES), min_size=1, max_size=3),  # protocols, lists
    st.sampled_from(["inspect", "inspect", "drop"]),
)  # fmt: skip


def _held(criteria: list[str | list[Drawn]], some: bool, packet: tuple[int, int, int, tuple[int, int], int]) -> bool:
    said = []
    for criterion in criteria:
        if isinstance(criterion, str):
            protocol, port = _WORDS[criterion]
            moved = {None: {*range(20)}, 5: {5, 80}, 6: {6, 22}}[port]
            said.append(packet[2] == protocol and packet[3][1] in moved)
        else:
            said.append(_device(criterion, *packet))
    return any(said) if some else all(said)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(["", "X", "Y"]), min_size=3, max_size=4),
    st.dictionaries(st.sampled_from([("X", "Y"), ("Y", "X"), ("X", "self"), ("X", "X")]),
                    st.lists(_CLASS, min_size=1, max_size=3), max_size=4),
    st.integers(0, 1 << 30),
)  # fmt: skip
def test_zones_mean_what_a_device_does(
    members: list[str],
    pairs: dict[tuple[str, str], list[tuple[bool, list[str | list[Drawn]], str]]],
    seed: int,
) -> None:
    text = "zone security X\nzone security Y\nip port-map http port tcp 5\nip port-map ssh port tcp 6\n"
    for place, zone in enumerate(members):
        text += f"interface e{place}\n" + f" zone-member security {zone}\n" * bool(zone)
    for (source, destination), classes in pairs.items():
        name = f"{source}-{destination}"
        policy = f"policy-map type inspect {name}\n"
        for place, (some, criteria, action) in enumerate(classes):
            text += f"class-map type inspect match-{'any' if some else 'all'} {name}-{place}\n"
            for number, criterion in enumerate(criteria):
                own = f"{name}-{place}-{number}"
                text += f" match protocol {criterion}\n" if isinstance(criterion, str) else (
                    f" match access-group name {own}\n"
                )  # fmt: skip
            for number, criterion in enumerate(criteria):
                if not isinstance(criterion, str):
                    text += f"ip access-list extended {name}-{place}-{number}\n"
                    text += "".join(f"{_text(entry)}\n" for entry in criterion)
            policy += f" class type inspect {name}-{place}\n  {action}\n"
        text += policy + f"zone-pair security {name} source {source} destination {destination}\n"
        text += f" service-policy type inspect {name}\n"
    configuration = _read(text)
    chance = random.Random(seed)
    for _ in range(80):
        source, destination, protocol, ports, _ = _packet(chance)
        protocol = chance.choice((6, 17))
        packet = (source, destination, protocol, ports, OPENING)
        at, to = chance.randrange(len(members)), chance.randrange(len(members) + 1)
        ends = (members[at], members[to] if to < len(members) else "self")
        if ends in pairs:
            action = next((action for some, held, action in pairs[ends] if _held(held, some, packet)), "drop")
            expected = "permit" if action == "inspect" else "deny"
        else:
            expected = "permit" if ends[1] == "self" or ends[0] == ends[1] else "deny"
        if ends[1] == "self":
            stages = configuration.input or ()
            probe = _probe(packet, f"e{at}")
        else:
            stages = configuration.forward
            probe = _probe(packet, f"e{at}", f"e{to}")
        assert fate(stages, probe).word == expected, (text, packet, ends)


def test_many_entries_are_read_in_seconds() -> None:
    chance = random.Random(7)
    lines = ["interface a", " ip access-group BIG in", "ip access-list extended BIG"]
    for _ in range(20_000):
        octets = [chance.randrange(256) for _ in range(4)]
        lines.append(f" permit tcp 10.{octets[0]}.{octets[1]}.0 0.0.0.255 host 10.9.{octets[2]}.{octets[3]} eq 443")
    begun = time.perf_counter()
    configuration = _read("\n".join(lines) + "\n")
    assert len(configuration.forward[0].terms) == 20_001
    assert time.perf_counter() - begun < 8


def test_scattered_masks_do_not_fill_the_memory() -> None:
    entry = " permit ip 10.0.0.0 0.255.85.170 any\n"  # 2**15 ranges
    configuration = _read("ip access-list extended L\n" + entry * 500)
    terms = configuration.forward[0].terms
    assert sum(len(term.sources.ranges) for term in terms) < 2_000_000
    assert any(not term.sure for term in terms)


def test_groups_within_groups_are_expanded_once() -> None:
    lines = ["object-group network G0", " host 10.0.0.1"]
    for depth in range(1, 3000):
        lines += [f"object-group network G{depth}", f" group-object G{depth - 1}", f" group-object G{depth - 1}"]
    lines += ["ip access-list extended L", " permit ip object-group G2999 any"]
    configuration = _read("\n".join(lines) + "\n")
    assert configuration.forward[0].terms[0].sources.size == 1


def test_lists_that_would_cost_their_square_are_left_in_doubt() -> None:
    denied = "".join(f" deny ip any host 10.0.{n >> 8}.{n & 255}\n" for n in range(3000))
    text = (
        "interface o\n ip address 192.0.2.1 255.255.255.0\n ip nat outside\n ip access-group L in\n"
        "interface i\n ip nat inside\naccess-list 1 permit 10.0.0.0 0.0.255.255\n"
        "ip nat inside source list 1 interface o overload\nip access-list extended L\n"
    )
    begun = time.perf_counter()
    configuration = _read(text + denied + " permit ip any any\n")
    assert time.perf_counter() - begun < 8
    base = MAPPED | int(ipaddress.IPv4Address("10.0.0.0"))
    probe = Probe(0xFFFF << 32, base | 5, 6, 50000, 443, CONTINUING, "o", "i")
    assert fate(configuration.forward, probe).word == "unknown"


def test_class_maps_that_hold_each_other_are_refused() -> None:
    maps = [f"class-map type inspect match-any C{n}\n match class-map C{(n + 1) % 500}" for n in range(500)]
    text = "zone security A\nzone security B\n"
    text += "zone-pair security P source A destination B\n service-policy type inspect M\n"
    text += "policy-map type inspect M\n class type inspect C0\n  inspect\n"
    text += "interface a\n zone-member security A\n"
    with pytest.raises(MapError):
        _read(text + "\n".join(maps) + "\n")


@pytest.mark.parametrize("word", ["\x1b[31mred", "<script>", "{0}", "a" * 5000, "\u202e"])
def test_names_with_anything_in_them_are_kept_or_refused(word: str) -> None:
    configuration = _read(f"ip access-list extended {word}\n remark {word}\n permit ip any any\n")
    assert configuration.forward[0].terms[0].written.name == word
    with pytest.raises(MapError) as raised:
        _read(f"ip access-list extended L\n permit tcp any any eq {word}\n")
    assert raised.value.findings[0].spans[0].line == 2


def test_what_is_not_recognised_is_counted_and_in_doubt() -> None:
    configuration = _read(
        "interface a\n ip access-group L in\n frobnicate firewall on\nfrobnicate\nip access-list extended L\n"
        " permit ip any any\n permit tcp any any newoption\n"
    )
    assert [item.written.span.line for item in configuration.undecided] == [7, 3, 4]
    assert [term.written.span.line for term in configuration.forward[0].terms] == [3, 6, 7, 5]
    assert configuration.understood == 4
    assert configuration.harmless == 0


def test_counters_of_a_dump_are_kept() -> None:
    configuration = _read(
        "Extended IP access list L\n    10 permit tcp any any eq 22 (17 matches)\n    20 deny ip any any\n"
    )
    assert [term.written.hits for term in configuration.forward[0].terms] == [17, None, None]


def test_translations_are_told() -> None:
    configuration = _read(
        "interface a\n ip address 192.0.2.1 255.255.255.0\n ip nat outside\ninterface b\n ip nat inside\n"
        "access-list 1 permit 10.0.0.0 0.0.0.255\nip nat inside source list 1 interface a overload\n"
        "ip nat inside source static 10.0.0.9 192.0.2.9\nip nat inside source static tcp 10.0.0.8 80 192.0.2.8 8080\n"
    )
    kinds = [(item.kind, item.inside.size, bool(item.services)) for item in configuration.translations]
    assert kinds == [("static", 1, False), ("static", 1, True), ("source", 256, False)]
