"""nftables beyond single cases: random rule sets against a plain evaluator, scale, hostile files, both forms alike."""

from __future__ import annotations

import random
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.flows.configuration import Configuration, File
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.configuring.load import read
from cloison.netmodel.finding import MapError
from cloison.netmodel.space.addresses import parse_address
from cloison.netmodel.space.services import CONTINUING, OPENING

HEAD = "table ip f {\n"


def configuration(text: str) -> Configuration:
    return read([File("rules.nft", text)], "nftables")


def chain(rules: str, policy: str = "drop", before: str = "") -> Configuration:
    base = f"type filter hook forward priority 0; policy {policy};"
    text = f"table inet f {{\n{before} chain c {{\n {base}\n{rules}\n }}\n}}\n"
    return configuration(text)


def packet(source: str, destination: str, port: int, phase: int = OPENING, protocol: int = 6, via: str = "a") -> Probe:
    return Probe(parse_address(source), parse_address(destination), protocol, port, 50000, phase, via, "b")


# A rule is (source last octet range, port range or None, negated, verdict); chains are lists of rules.
RULE = st.tuples(
    st.integers(0, 7), st.integers(0, 7), st.none() | st.integers(0, 3), st.booleans(),
    st.sampled_from(("accept", "drop", "return", "jump", "goto", "")),
)  # fmt: skip


def written(rule: tuple[int, int, int | None, bool, str], depth: int) -> str:
    low, high, port, negated, verdict = rule
    text = f"ip saddr {'!= ' if negated else ''}10.0.0.{min(low, high)}-10.0.0.{max(low, high)} "
    if port is not None:
        text += f"tcp dport {port} "
    if verdict in ("jump", "goto"):
        return text + (f"{verdict} c{depth + 1}" if depth < 2 else "accept")
    return text + (verdict or "counter")


def brute(chains: list[list[tuple[int, int, int | None, bool, str]]], octet: int, port: int) -> str:
    """Walk the chains as the kernel does, with a stack of places to return to."""
    stack: list[tuple[int, int]] = []
    depth, at = 0, 0
    while True:
        if at >= len(chains[depth]):
            if not stack:
                return "deny"
            depth, at = stack.pop()
            continue
        low, high, wanted, negated, verdict = chains[depth][at]
        at += 1
        inside = min(low, high) <= octet <= max(low, high)
        if inside == negated or (wanted is not None and wanted != port):
            continue
        if verdict in ("jump", "goto") and depth == 2:
            verdict = "accept"
        if verdict in ("accept", "drop"):
            return "permit" if verdict == "accept" else "deny"
        if verdict == "return":
            if not stack:
                return "deny"
            depth, at = stack.pop()
        elif verdict == "jump":
            stack.append((depth, at))
            depth, at = depth + 1, 0
        elif verdict == "goto":
            depth, at = depth + 1, 0


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(st.lists(RULE, max_size=5), min_size=3, max_size=3))
def test_chains_are_walked_as_the_kernel_does(chains: list[list[tuple[int, int, int | None, bool, str]]]) -> None:
    text = HEAD
    for depth, rules in enumerate(chains):
        base = "type filter hook forward priority 0; policy drop;\n" if depth == 0 else ""
        text += f"chain c{depth} {{\n{base}" + "\n".join(written(rule, depth) for rule in rules) + "\n}\n"
    found = configuration(text + "}\n")
    for octet in range(8):
        for port in range(4):
            said = fate(found.forward, packet(f"10.0.0.{octet}", "10.1.0.1", port)).word
            assert said == brute(chains, octet, port), (text, octet, port)


def test_a_chain_that_returns_often_is_exact_or_undecided_but_never_slow() -> None:
    rules = "\n".join(f"ip saddr 10.0.{at}.0/24 tcp sport {at} jump c" for at in range(200))
    text = f"{HEAD}chain c {{ tcp dport 1-1000 return\n udp dport 5 return\n drop\n}}\nchain b {{\n"
    text += f"type filter hook forward priority 0; policy drop;\n{rules}\n}}\n}}\n"
    begun = time.monotonic()
    found = configuration(text)
    assert fate(found.forward, packet("10.0.3.1", "10.1.0.1", 500)).word in ("deny", "unknown")
    assert time.monotonic() - begun < 15


def test_a_growing_chain_becomes_undecided() -> None:
    text = HEAD
    for depth in range(15):
        calls = "\n".join(f"tcp dport != {depth * 50 + at} jump c{depth + 1}" for at in range(12))
        text += f"chain c{depth} {{\n{calls}\n}}\n"
    text += "chain c15 { tcp sport 1 return\n ip saddr 10.0.0.1 drop\n }\n"
    text += "chain b { type filter hook forward priority 0; policy accept;\n jump c1\n }\n}\n"
    begun = time.monotonic()
    found = configuration(text)
    assert found.undecided
    assert fate(found.forward, packet("10.0.0.9", "10.1.0.1", 5)).word == "unknown"
    assert time.monotonic() - begun < 20


def test_many_rules_are_read_quickly() -> None:
    shuffled = random.Random(7)
    rules = "\n".join(
        f"ip saddr 10.{shuffled.randrange(256)}.{shuffled.randrange(256)}.0/24 ip daddr 172.16.{at % 256}.1 "
        f"tcp dport {{ {at % 60000}, {at % 60000 + 5} }} counter packets 1 bytes 2 accept"
        for at in range(5000)
    )  # fmt: skip
    begun = time.monotonic()
    found = chain(rules)
    assert len(found.forward[0].terms) == 5000
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize("text", [
    "table inet f { chain c { type filter hook forward priority 0; policy drop;\n" + "jump " * 5000 + "\n}}\n",
    "table inet f { set s { type ipv4_addr; elements = " + "{" * 5000 + "}" * 5000 + " }\n chain c { "
    "type filter hook forward priority 0; policy drop; ip saddr @s accept\n}}\n",
    "define a = { 1, 2 }\n" + "".join(f"define a{at} = {{ $a{at - 1 if at else ''}, $a{at - 1 if at else ''} }}\n"
                                     for at in range(40))
    + "table inet f { chain c { type filter hook forward priority 0; policy drop; tcp dport $a39 accept\n}}\n",
    "table inet f {" * 3000,
    'table inet f { chain c { type filter hook forward priority 0; policy drop; log prefix "\n}}\n',
    '{"nftables": [' + "[" * 100000,
    '{"nftables": [{"table": {"family": "inet", "name": "f"}}, 5, "x", {"rule": 3}, {"chain": {"family": "inet"}}]}',
    "table inet f { chain c { type filter hook forward priority 0; tcp dport { 1-65535 } accept\n}}\x1b[31m",
])  # fmt: skip
def test_hostile_files_end_in_errors_or_bounds(text: str) -> None:
    begun = time.monotonic()
    with suppress(MapError):
        configuration(text)
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(("rules", "probe", "word"), [
    ("meta mark 1 accept", packet("10.0.0.1", "10.0.0.2", 1), "unknown"),
    ("frobnicate 7 accept", packet("10.0.0.1", "10.0.0.2", 1), "unknown"),
    ("tcp dport 80 frobnicate 7 accept", packet("10.0.0.1", "10.0.0.2", 1), "deny"),
    ("tcp dport 80 frobnicate 7 accept", packet("10.0.0.1", "10.0.0.2", 80), "unknown"),
    ("tcp dport 80 queue num 1", packet("10.0.0.1", "10.0.0.2", 80), "unknown"),
    ("th dport 80 accept", packet("10.0.0.1", "10.0.0.2", 80), "permit"),
    ("th dport 80 accept", packet("10.0.0.1", "10.0.0.2", 8 << 8, protocol=1), "unknown"),
    ("ct state established flow add @x", packet("10.0.0.1", "10.0.0.2", 80, CONTINUING), "unknown"),
    ("ip daddr set 10.0.0.9", packet("10.0.0.1", "10.0.0.2", 80), "unknown"),
    ("ip saddr www.example.org accept", packet("10.0.0.1", "10.0.0.2", 80), "unknown"),
    ("ip saddr & 0.0.0.3 == 0.0.0.1 accept", packet("10.0.0.1", "10.0.0.2", 80), "unknown"),
    ("ip saddr & 255.0.0.255 == 10.0.0.1 accept", packet("10.7.7.1", "10.0.0.2", 80), "permit"),
    ("ip saddr & 255.0.0.255 == 10.0.0.1 accept", packet("10.7.7.2", "10.0.0.2", 80), "deny"),
    ('iifname "a*" accept', packet("10.0.0.1", "10.0.0.2", 80, via="a*"), "permit"),
    ('iifname != "b" accept', packet("10.0.0.1", "10.0.0.2", 80, via="*"), "permit"),
    ("tcp flags syn / fin,syn,rst,ack accept", packet("10.0.0.1", "10.0.0.2", 80), "permit"),
    ("tcp flags syn / fin,syn,rst,ack accept", packet("10.0.0.1", "10.0.0.2", 80, CONTINUING), "deny"),
    ("tcp flags & (fin|syn) == (fin|syn) accept", packet("10.0.0.1", "10.0.0.2", 80, CONTINUING), "deny"),
    ("tcp dport 80 xt match set counter packets 0 bytes 0 accept", packet("10.0.0.1", "10.0.0.2", 80), "unknown"),
    ("tcp dport 80 xt match set accept", packet("10.0.0.1", "10.0.0.2", 81), "deny"),
    ("meta l4proto tcp # xt_multiport counter packets 0 bytes 0 accept", packet("10.0.0.1", "10.0.0.2", 8), "unknown"),
    ("ip saddr 10.0.0.1 xt target LOG\n accept", packet("10.0.0.1", "10.0.0.2", 8), "permit"),
    ("ip saddr @s accept\n update @s { ip saddr }", packet("10.0.0.1", "10.0.0.2", 80), "unknown"),
])  # fmt: skip
def test_what_is_not_known_stays_in_bounds(rules: str, probe: Probe, word: str) -> None:
    found = chain(rules, before="set s { type ipv4_addr; }\n")
    assert fate(found.forward, probe).word == word
    assert found.undecided or word in ("permit", "deny")


def test_a_filter_before_a_translation_is_brought_to_real_ends() -> None:
    text = """table ip n {
  chain early { type filter hook prerouting priority raw; policy accept;
    ip daddr 198.51.100.1 tcp dport 443 drop
    ip daddr 10.0.9.9 drop
  }
  chain pre { type nat hook prerouting priority dstnat;
    ip daddr 198.51.100.1 tcp dport 443 dnat to 10.0.0.5:8443
  }
}
"""
    found = configuration(text)
    assert fate(found.forward, packet("192.0.2.1", "10.0.0.5", 8443)).word == "unknown"
    assert fate(found.forward, packet("192.0.2.1", "10.0.0.5", 443)).word == "permit"
    assert fate(found.forward, packet("192.0.2.1", "10.0.9.9", 443)).word == "deny"
    (translation,) = found.translations
    assert parse_address("198.51.100.1") in translation.outside
    assert parse_address("10.0.0.5") in translation.inside
