"""Service sets against plain sets, and the texts that a map writes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.netmodel.space.refusal import RefusedError
from cloison.netmodel.space.services import (
    BOTH,
    CONTINUING,
    EVERY_SERVICE,
    NO_SERVICE,
    OPENING,
    Box,
    ServiceSet,
    parse_ports,
    show,
)

LAWS = settings(derandomize=True, deadline=None, max_examples=200)
LOWS = (0, 1, 2, 65534, 65535)  # both edges of a protocol, so that neighbouring protocols touch
SOURCES = (0, 1, 65535)
Key = tuple[int, int, int, int]
UNIVERSE = [(p, low, source, phase) for p in (5, 6, 7) for low in LOWS for source in SOURCES for phase in (1, 2)]

pairs = st.sampled_from([(0, 0), (0, 2), (1, 65534), (2, 65535), (65535, 65535), (0, 65535)])
sources = st.sampled_from([(0, 65535), (0, 0), (1, 65535), (0, 1)])
blocks = st.builds(
    ServiceSet.of,
    st.sampled_from([(5, 5), (6, 6), (7, 7), (5, 7), (6, 7)]),
    pairs,
    sources,
    st.sampled_from([OPENING, CONTINUING, BOTH, BOTH]),
)
sets = st.lists(blocks, max_size=4).map(ServiceSet.union)


def listed(some: ServiceSet) -> set[Key]:
    return {key for key in UNIVERSE if some.holds(*key)}


@LAWS
@given(sets, sets)
def test_operations_are_those_of_sets(one: ServiceSet, other: ServiceSet) -> None:
    left, right = listed(one), listed(other)
    assert listed(one | other) == left | right
    assert listed(one & other) == left & right
    assert listed(one - other) == left - right
    assert (one <= other) == (left <= right)
    assert (one == other) == (left == right)
    assert one.overlaps(other) == bool(left & right)
    assert bool(one) == bool(left)
    assert listed(one.complement()) == set(UNIVERSE) - left


@LAWS
@given(sets, sets, sets)
def test_the_form_is_canonical(one: ServiceSet, other: ServiceSet, third: ServiceSet) -> None:
    ways = {one | other | third, third | (other | one), ServiceSet.union([other, third, one])}
    assert len(ways) == 1
    assert (one | other) - (other - one) == one
    assert one.in_phase(OPENING) | one.in_phase(CONTINUING) == one
    assert not one.in_phase(OPENING).overlaps(one.in_phase(CONTINUING))
    assert (one | other).size == one.size + other.size - (one & other).size


@LAWS
@given(sets)
def test_boxes_and_texts_stand_for_the_set(one: ServiceSet) -> None:
    boxes = list(one.boxes())
    again = ServiceSet.union(
        ServiceSet.of((b.protocol, b.protocol), (b.low, b.high), (b.source_low, b.source_high), b.phases) for b in boxes
    )
    assert again == one
    phases = {OPENING: 1, CONTINUING: 1, BOTH: 2}
    size = sum((b.high - b.low + 1) * (b.source_high - b.source_low + 1) * phases[b.phases] for b in boxes)
    assert size == one.size
    if one:
        assert one.holds(*one.least())
    for protocol in (5, 6, 7):
        assert {low for low in LOWS if low in one.fields(protocol)} == {k[1] for k in listed(one) if k[0] == protocol}


READ = {
    "tcp/443": ({(6, 443, 50000)}, {(6, 442, 50000), (6, 444, 50000), (17, 443, 50000)}),
    "tcp/6800-7300": ({(6, 6800, 0), (6, 7300, 65535)}, {(6, 6799, 0), (6, 7301, 0)}),
    "tcp/1-65535": ({(6, 0, 0), (6, 1, 0), (6, 65535, 0)}, {(7, 0, 0), (5, 65535, 0)}),
    "udp/123": ({(17, 123, 123), (17, 123, 0)}, {(6, 123, 123)}),
    "sctp/3868": ({(132, 3868, 1)}, {(132, 3869, 1)}),
    "icmp/8": ({(1, 0x0800, 0), (1, 0x08FF, 0)}, {(1, 0x0700, 0), (1, 0x0900, 0), (58, 0x0800, 0)}),
    "icmp/3/4": ({(1, 0x0304, 0)}, {(1, 0x0303, 0), (1, 0x0305, 0)}),
    "icmp/3/0-4": ({(1, 0x0300, 0), (1, 0x0304, 0)}, {(1, 0x0305, 0)}),
    "icmp/0-255": ({(1, 0, 0), (1, 0xFFFF, 0)}, {(2, 0, 0)}),
    "icmpv6/128": ({(58, 0x8000, 0)}, {(1, 0x8000, 0)}),
    "ospf": ({(89, 0, 0), (89, 65535, 65535)}, {(88, 0, 0), (90, 0, 0)}),
    "ip/112": ({(112, 0, 0)}, {(111, 0, 0)}),
    "esp": ({(50, 0, 0)}, {(51, 0, 0)}),
    "any": ({(0, 0, 0), (6, 22, 1), (255, 65535, 65535)}, set()),
}


@pytest.mark.parametrize("text", READ)
def test_a_text_is_read_for_both_phases(text: str) -> None:
    inside, outside = READ[text]
    services = parse_ports(text)
    for phase in (OPENING, CONTINUING):
        assert all(services.holds(*key, phase) for key in inside)
        assert not any(services.holds(*key, phase) for key in outside)


def test_source_ports_restrict_the_initiator() -> None:
    peers = parse_ports("udp/123", "udp/123")
    assert list(peers.boxes()) == [Box(17, 123, 123, 123, 123, BOTH)]
    assert show(peers) == ("udp/123 from 123",)
    assert peers <= parse_ports("udp/123")
    assert parse_ports("udp/123", "udp/1-65535") == parse_ports("udp/123")


REFUSED = {
    ("tcp", ""): "tcp/1-65535",
    ("udp/", ""): "udp/1-65535",
    ("tcp/0", ""): "0 is not between 1 and 65535",
    ("tcp/70000", ""): "70000 is not between 1 and 65535",
    ("tcp/0-80", ""): "0 is not between",
    ("tcp/9-3", ""): "write 3-9",
    ("tcp/https", ""): "is not a number",
    ("tcp/0x10", ""): "is not a number",
    ("tcp/0443", ""): "is not a number",
    ("tcp/-1", ""): "is not a number",
    ("tcp/1-", ""): "is not a number",
    ("tcp/²", ""): "is not a number",
    ("tcp/" + "9" * 500, ""): "is not a number",
    ("icmp", ""): "icmp/8",
    ("icmpv6", ""): "icmpv6/128",
    ("icmp/256", ""): "256 is not between 0 and 255",
    ("icmp/3/256", ""): "256 is not between 0 and 255",
    ("icmp/3-4/0", ""): "one type",
    ("ospf/1", ""): "write ospf",
    ("ip", ""): "ip/112",
    ("ip/6", ""): "write tcp/443",
    ("ip/58", ""): "write icmpv6/128",
    ("ip/256", ""): "256 is not between",
    ("ip/4-5", ""): "one protocol at a time",
    ("TCP/443", ""): "is not a protocol",
    ("", ""): "is not a protocol",
    ("quic/443", ""): "is not a protocol",
    ("x" * 1000, ""): "is not a protocol",
    ("tcp/443", "udp/443"): "same protocol",
    ("ospf", "tcp/1"): "same protocol",
    ("any", "tcp/1"): "same protocol",
    ("tcp/443", "tcp"): "tcp/1-65535",
    ("tcp/443", "tcp/0"): "0 is not between",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_refusal_says_why_in_both_languages(text: tuple[str, str]) -> None:
    with pytest.raises(RefusedError) as refused:
        parse_ports(*text)
    message = refused.value.message
    assert REFUSED[text] in message.say("en")
    assert message.say("fr") != message.say("en")
    assert len(message.say("fr")) < 400


@pytest.mark.parametrize(
    "text",
    [
        "tcp/443",
        "tcp/6800-7300",
        "tcp/1-65535",
        "icmp/8",
        "icmp/3/4",
        "icmp/0-255",
        "icmp/3/0-4",
        "icmpv6/128",
        "ospf",
        "vrrp",
        "ip/61",
        "ip/123",
        "any",
        "sctp/3868",
    ],
)
def test_what_is_read_is_shown_as_it_was_written(text: str) -> None:
    assert show(parse_ports(text)) == (text,)


def test_phases_and_lists_are_shown() -> None:
    web = parse_ports("tcp/80") | parse_ports("tcp/443")
    assert show(web) == ("tcp/80", "tcp/443")
    assert show(web.in_phase(OPENING)) == ("tcp/80 new", "tcp/443 new")
    assert show(web.in_phase(CONTINUING)) == ("tcp/80 established", "tcp/443 established")
    assert show(NO_SERVICE) == ()


@pytest.mark.parametrize(
    ("text", "packet"),
    [
        ("any", (6, 1, 49152, OPENING)),
        ("tcp/443", (6, 443, 49152, OPENING)),
        ("icmp/8", (1, 0x0800, 0, OPENING)),
        ("ospf", (89, 0, 0, OPENING)),
    ],
)
def test_a_witness_is_a_plain_packet(text: str, packet: Key) -> None:
    assert parse_ports(text).least() == packet


def test_the_rest_of_everything_is_everything_else() -> None:
    web = parse_ports("tcp/443")
    assert web.complement() | web == EVERY_SERVICE
    assert not web.complement().overlaps(web)
    with pytest.raises(ValueError, match="no least"):
        NO_SERVICE.least()
