"""The real kernel is the judge: rule sets are loaded, dumped, read; packets are sent; no fate may differ.

10 rule sets by 50 packets, or 200 by 200 with ``CLOISON_NIGHTLY=1``. A packet whose fate the reading leaves open is
allowed either way, and there may not be many of them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest
from kernel_lab import Lab, missing
from kernel_packets import Packet
from kernel_probes import Case, Cases
from kernel_rules import Nft
from kernel_xtables import SETS as SET_TYPES
from kernel_xtables import Xtables

from cloison.flows.configuration import Configuration, File
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.configuring.load import read
from cloison.flows.configuring.netfilter.interfaces import standing
from cloison.netmodel.space.addresses import parse_address
from cloison.netmodel.space.services import CONTINUING, OPENING

MISSING = missing()
NIGHTLY = "CLOISON_NIGHTLY" in os.environ
SETS, PACKETS = (200, 200) if NIGHTLY else (10, 50)
KEEP = "table inet keep {\n chain c {\n type filter hook forward priority -390;\n ct state new counter\n }\n}\n"

pytestmark = pytest.mark.skipif(bool(MISSING) and "CLOISON_CI" not in os.environ, reason=f"needs {', '.join(MISSING)}")


def test_nothing_is_missing() -> None:
    assert not MISSING


def fates(configuration: Configuration, cases: Sequence[Case]) -> list[str]:
    names = [item.name for item in configuration.interfaces]
    found = []
    for case in cases:
        stages = configuration.forward if case.leaving else configuration.input
        leaving = standing(case.leaving, names)
        probe = case.probe(standing(case.arriving, names), leaving)
        found.append(fate(stages, probe).word if stages is not None else "")
    return found


def play(lab: Lab, load: object, cases: Sequence[Case]) -> list[str]:
    """Return what the kernel does with each packet once the rules are there."""
    lab.run("nft", "-f", "-", text=KEEP)
    lab.send(step for case in cases for step in case.before)
    arrived = lab.seen(0.05)
    wanted = {packet.mark for case in cases for _, packet in case.before}
    assert wanted <= set().union(*arrived.values()), "a conversation did not begin"
    load()  # type: ignore[operator]
    lab.send((case.arriving, case.packet) for case in cases)
    arrived = lab.seen()
    found = []
    for case in cases:
        where = {side for side, marks in arrived.items() if case.packet.mark in marks}
        assert where <= {case.leaving}, (case, where)
        found.append("permit" if where else "deny")
    return found


def compare(said: Sequence[str], real: Sequence[str], cases: Sequence[Case], rules: str, counts: Counter[str]) -> None:
    for word, truth, case in zip(said, real, cases, strict=True):
        if word == "":
            continue
        counts[truth if word == truth else word] += 1
        assert word in (truth, "unknown"), f"said {word}, the kernel: {truth}\n{case}\n{rules}"


def test_nftables_says_what_the_kernel_does() -> None:
    counts: Counter[str] = Counter()
    for seed in range(SETS):
        random = Random(seed)
        rules, cases = Nft(random).text(), Cases(random).make(PACKETS)
        with Lab() as lab:
            real = play(lab, lambda lab=lab, rules=rules: lab.run("nft", "-f", "-", text=rules), cases)
            text, json = lab.run("nft", "list", "ruleset"), lab.run("nft", "-j", "list", "ruleset")
            for name, dump in (("dump.nft", text), ("dump.json", json), ("written.nft", rules)):
                compare(fates(read([File(name, dump)]), cases), real, cases, f"seed {seed}, {name}\n{dump}", counts)
    assert counts["unknown"] < 0.3 * counts.total(), counts
    assert min(counts["permit"], counts["deny"]) > 0.2 * counts.total(), counts


def supported(lab: Lab) -> list[str]:
    """Return the sets whose types this kernel has; it must have the three usual ones."""
    found = []
    for name, kind in SET_TYPES.items():
        try:
            lab.run("ipset", "create", "try", *kind.split())
        except AssertionError:
            continue
        lab.run("ipset", "destroy", "try")
        found.append(name)
    assert {"hosts", "nets", "pairs"} <= set(found)
    return found


def test_iptables_says_what_the_kernel_does() -> None:
    counts: Counter[str] = Counter()
    with Lab() as lab:
        kinds = supported(lab)
    for seed in range(SETS):
        random = Random(10_000 + seed)
        made = Xtables(random, kinds)
        sets, first, second = made.sets(), made.text(True), made.text(False)
        cases = Cases(random).make(PACKETS)
        with Lab() as lab:

            def load(lab: Lab = lab, sets: str = sets, first: str = first, second: str = second) -> None:
                lab.run("ipset", "restore", text=sets)
                lab.run("iptables-restore", text=first)
                lab.run("ip6tables-restore", text=second)

            real = play(lab, load, cases)
            dumps = [lab.run("iptables-save", "-c"), lab.run("ip6tables-save", "-c"), lab.run("ipset", "save")]
            files = [File(name, dump) for name, dump in zip(("v4", "v6", "sets"), dumps, strict=True)]
            compare(fates(read(files), cases), real, cases, f"seed {seed}\n" + "\n".join(dumps), counts)
    assert counts["unknown"] < 0.3 * counts.total(), counts
    assert min(counts["permit"], counts["deny"]) > 0.2 * counts.total(), counts


TRANSLATED = """table inet f {
  chain forwarding {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "wan0" ip daddr 10.2.0.80 tcp dport 8443 accept
    iifname "wan0" ip daddr 10.2.0.81 tcp dport 80 accept
    iifname "lan0" oifname "wan0" accept
  }
  chain early {
    type filter hook prerouting priority raw; policy accept;
    ip daddr 192.0.2.22 drop
  }
}
table ip n {
  chain pre {
    type nat hook prerouting priority dstnat;
    iifname "wan0" ip daddr 192.0.2.20 tcp dport 443 dnat to 10.2.0.80:8443
    iifname "wan0" dnat to tcp dport map { 2222 : 10.1.0.5, 8080 : 10.2.0.81 }
    ip daddr 192.0.2.22 tcp dport 80 dnat to 10.2.0.81
  }
  chain post {
    type nat hook postrouting priority srcnat;
    ip saddr 10.1.0.0/24 oifname "wan0" masquerade
  }
}
"""
TRANSLATED_OLD = """*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -d 192.0.2.22/32 -j DROP
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -d 192.0.2.20/32 -i wan0 -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.2.0.80:8443
-A PREROUTING -i wan0 -p tcp -m tcp --dport 2222 -j DNAT --to-destination 10.1.0.5
-A PREROUTING -d 192.0.2.22/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.2.0.81
-A POSTROUTING -s 10.1.0.0/24 -o wan0 -j MASQUERADE
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -d 10.2.0.80/32 -i wan0 -p tcp -m tcp --dport 8443 -j ACCEPT
-A FORWARD -d 10.2.0.81/32 -i wan0 -p tcp -m tcp --dport 80 -j ACCEPT
-A FORWARD -i lan0 -o wan0 -j ACCEPT
COMMIT
"""
# side, the packet on the wire, its real ends, phase, where it would leave; one after the other
CLIENT = "10.3.0.5"
TRANSLATIONS = (
    ("wan0", Packet(CLIENT, "192.0.2.20", 6, 443, 5001, 1), (CLIENT, "10.2.0.80", 8443, 5001), OPENING, "dmz0"),
    ("dmz0", Packet("10.2.0.80", CLIENT, 6, 5001, 8443, 2, 18, 2000, 1013), ("10.2.0.80", CLIENT, 5001, 8443),
     CONTINUING, "wan0"),
    ("wan0", Packet(CLIENT, "192.0.2.20", 6, 444, 5002, 3), (CLIENT, "192.0.2.20", 444, 5002), OPENING, ""),
    ("wan0", Packet(CLIENT, "192.0.2.23", 6, 2222, 5003, 4), (CLIENT, "10.1.0.5", 2222, 5003), OPENING, "lan0"),
    ("wan0", Packet(CLIENT, "192.0.2.22", 6, 80, 5004, 5), (CLIENT, "10.2.0.81", 80, 5004), OPENING, "dmz0"),
    ("wan0", Packet(CLIENT, "10.2.0.81", 6, 80, 5005, 6), (CLIENT, "10.2.0.81", 80, 5005), OPENING, "dmz0"),
    ("lan0", Packet("10.1.0.5", "10.3.0.9", 17, 53, 5006, 7), ("10.1.0.5", "10.3.0.9", 53, 5006), OPENING, "wan0"),
    ("wan0", Packet("10.3.0.9", "10.3.0.1", 17, 5006, 53, 8), ("10.3.0.9", "10.1.0.5", 5006, 53), CONTINUING, "lan0"),
    ("dmz0", Packet("10.2.0.80", "10.3.0.9", 17, 53, 5007, 9), ("10.2.0.80", "10.3.0.9", 53, 5007), OPENING, "wan0"),
    ("wan0", Packet(CLIENT, "10.2.0.80", 6, 8443, 5008, 10), (CLIENT, "10.2.0.80", 8443, 5008), OPENING, "dmz0"),
)  # fmt: skip


@pytest.mark.parametrize("dialect", ["nftables", "iptables"])
def test_translations_are_seen_from_real_ends(dialect: str) -> None:
    with Lab() as lab:
        if dialect == "nftables":
            lab.run("nft", "-f", "-", text=TRANSLATED)
            dump = lab.run("nft", "-j", "list", "ruleset")
        else:
            lab.run("iptables-restore", text=TRANSLATED_OLD)
            dump = lab.run("iptables-save", "-c")
        configuration = read([File("dump", dump)])
        names = [item.name for item in configuration.interfaces]
        told, words = [], []
        for side, packet, (source, destination, port, source_port), phase, leaving in TRANSLATIONS:
            lab.send([(side, packet)])
            seen = {where for where, marks in lab.seen(0.05).items() if packet.mark in marks}
            probe = Probe(parse_address(source), parse_address(destination), packet.protocol, port, source_port, phase,
                          standing(side, names), standing(leaving, names) or "*")  # fmt: skip
            word = fate(configuration.forward, probe).word
            assert seen <= {leaving}
            assert word in ("permit" if seen else "deny", "unknown"), (packet, seen, word)
            told.append("permit" if seen else "deny")
            words.append(word)
    assert told == ["permit", "permit", "deny", "deny", "deny", "permit", "permit", "permit", "deny", "permit"]
    assert words.count("unknown") <= 4, words
