"""Texts of addresses: what is read, what is refused and why, what is globally routable."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.netmodel.space.addresses import (
    ANY,
    GLOBAL,
    MAPPED,
    V4,
    V6,
    host_bits,
    parse,
    parse_address,
    point,
    prefixes,
    show,
)
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.refusal import RefusedError


def test_ipv4_lies_in_the_mapped_block() -> None:
    assert parse_address("10.0.0.1") == 0xFFFF0A000001
    assert parse("10.0.0.0/8") == IntervalSet.of((0xFFFF0A000000, 0xFFFF0AFFFFFF))
    assert parse("10.0.0.1-10.0.0.9") == IntervalSet.of((0xFFFF0A000001, 0xFFFF0A000009))
    assert parse("0.0.0.0/0") == V4


def test_ipv6_never_holds_ipv4() -> None:
    assert parse("2001:db8::/32") == IntervalSet.of((0x20010DB8 << 96, (0x20010DB8 + 1 << 96) - 1))
    assert parse("::/0") == V6
    assert not parse("::/64").overlaps(V4)
    assert not parse("::-::ffff:ffff:ffff:ffff").overlaps(V4)
    assert V4 | V6 == ANY
    assert ANY.size == 1 << 128


REFUSED = {
    "": "is not an IPv4 or IPv6 address",
    "x": "is not an IPv4 or IPv6 address",
    "10.0.0": "is not an IPv4 or IPv6 address",
    "10.0.0.1.2": "is not an IPv4 or IPv6 address",
    "10.0.0.1 ": "is not an IPv4 or IPv6 address",
    "١٠.0.0.1": "is not an IPv4 or IPv6 address",
    "1:2:3": "is not an IPv4 or IPv6 address",
    "::1::": "is not an IPv4 or IPv6 address",
    ":" * 1000: "is not an IPv4 or IPv6 address",
    "10.0.0.256": "256 is above 255",
    "010.0.0.1": "leading zeros",
    "10.00.0.1": "leading zeros",
    "fe80::1%eth0": "zone id",
    "::ffff:10.0.0.1": "write 10.0.0.1",
    "::ffff:a00:1": "write 10.0.0.1",
    "10.0.0.1/24": "the network is 10.0.0.0/24",
    "2001:db8::1/64": "the network is 2001:db8::/64",
    "10.0.0.0/33": "from 0 to 32",
    "10.0.0.0/-1": "from 0 to 32",
    "10.0.0.0/08": "from 0 to 32",
    "10.0.0.0/": "from 0 to 32",
    "10.0.0.0/255.0.0.0": "from 0 to 32",
    "10.0.0.0/8/8": "from 0 to 32",
    "2001:db8::/129": "from 0 to 128",
    "10.0.0.9-10.0.0.1": "write 10.0.0.1-10.0.0.9",
    "10.0.0.1-2001:db8::1": "cannot join",
    "10.0.0.1-9": "is not an IPv4 or IPv6 address",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_refusal_says_why_in_both_languages(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        parse(text)
    message = refused.value.message
    assert REFUSED[text] in message.say("en")
    assert message.say("fr") != message.say("en")
    assert len(message.say("fr")) < 400


def test_host_bits_name_the_network() -> None:
    assert host_bits("10.1.2.3/24") == "10.1.2.0/24"
    assert host_bits("2001:db8::1/64") == "2001:db8::/64"
    assert host_bits("10.1.2.0/24") == host_bits("10.1.2.3") == host_bits("10.1.2.3/32") == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10.0.0.0-10.0.0.255", ("10.0.0.0/24",)),
        ("10.0.0.1-10.0.0.4", ("10.0.0.1", "10.0.0.2/31", "10.0.0.4")),
        ("0.0.0.0/0", ("0.0.0.0/0",)),
        ("::/0", ("::/0",)),
        ("2001:db8::1", ("2001:db8::1",)),
    ],
)
def test_prefixes_are_the_fewest(text: str, found: tuple[str, ...]) -> None:
    assert prefixes(parse(text)) == found


def test_everything_is_two_prefixes() -> None:
    assert prefixes(ANY) == ("0.0.0.0/0", "::/0")
    assert prefixes(EMPTY) == ()


borders = st.sampled_from(
    [
        0,
        MAPPED - 1,
        MAPPED,
        MAPPED + 255,
        MAPPED | 0xFFFFFFFF,
        (MAPPED | 0xFFFFFFFF) + 1,
        0x20010DB8 << 96,
        (1 << 128) - 1,
    ]
)
spans = st.lists(st.tuples(borders, borders).map(lambda ends: (min(ends), max(ends))), max_size=3)


@settings(derandomize=True, deadline=None)
@given(spans)
def test_prefixes_are_read_back_as_the_same_set(some: list[tuple[int, int]]) -> None:
    addresses = IntervalSet.of(*some)
    found = EMPTY
    for text in prefixes(addresses):
        assert not parse(text).overlaps(found)
        found |= parse(text)
    assert found == addresses


@settings(derandomize=True, deadline=None)
@given(st.integers(0, (1 << 128) - 1) | st.integers(MAPPED, MAPPED | 0xFFFFFFFF))
def test_an_address_is_read_back_from_its_text(address: int) -> None:
    assert parse_address(show(address)) == address
    assert show(point(7, address)) == show(address)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(st.lists(st.sampled_from(("0", "7", "01", "255", "256", "ffff", ":", "::", ".", "10.0.0.1", "%", "\0", "٣")),
                max_size=9).map("".join))  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    try:
        known = ipaddress.ip_address(text)
    except ValueError:
        known = None
    if known is None or "%" in text or (known.version == 6 and known.ipv4_mapped is not None):
        with pytest.raises(RefusedError):
            parse_address(text)
    else:
        assert parse_address(text) == (MAPPED | int(known) if known.version == 4 else int(known))


# RFC 6890 and its updates, as IANA's two registries stand; one address of each entry
WORLD = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.0.1",
    "172.32.0.1",
    "192.0.0.9",
    "192.0.0.10",
    "192.0.1.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.175.48.1",
    "198.17.0.1",
    "198.20.0.1",
    "223.255.255.255",
    "2001:1::1",
    "2001:1::2",
    "2001:1::3",
    "2001:3::1",
    "2001:4:112::1",
    "2001:20::1",
    "2001:30::1",
    "2001:200::1",
    "2620:4f:8000::1",
    "2a00::1",
    "3ffe::1",
    "3fff:1000::1",
]
NOT_WORLD = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.1.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.8",
    "192.0.0.11",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "64:ff9b::1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:1::4",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002::1",
    "3fff::1",
    "3fff:fff::1",
    "5f00::1",
    "fc00::1",
    "fdff::1",
    "fe80::1",
    "ff02::1",
    "4000::",
]


@pytest.mark.parametrize("text", WORLD)
def test_globally_routable(text: str) -> None:
    assert parse_address(text) in GLOBAL


@pytest.mark.parametrize("text", NOT_WORLD)
def test_not_globally_routable(text: str) -> None:
    assert parse_address(text) not in GLOBAL
