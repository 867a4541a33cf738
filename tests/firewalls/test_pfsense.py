"""pfSense (and OPNsense, which shares its rules): random rules against pf's own way, what is left open, scale."""

from __future__ import annotations

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

PORTS = ("lan", "opt1", "wan")
GROUP = ("lan", "opt1")
HOSTS = ("10.1.0.1", "10.1.0.9", "10.2.0.9", "198.51.100.9", "2001:db8::9")
ENDS = {
    "<any/>": set(HOSTS), "<network>lan</network>": {"10.1.0.1", "10.1.0.9"}, "<network>lanip</network>": {"10.1.0.1"},
    "<network>opt1</network>": {"10.2.0.9"}, "<address>both</address>": {"10.1.0.9", "10.2.0.9"},
    "<address>198.51.100.0/24</address>": {"198.51.100.9"}, "<address>six</address>": {"2001:db8::9"},
}  # fmt: skip
ASKED = {"": None, "443": (443,), "80-90": (80,), "web": (80, 443)}
HEAD = """<{root}><system><ipv6allow/></system><interfaces>
<lan><enable/><ipaddr>10.1.0.1</ipaddr><subnet>24</subnet></lan>
<opt1><enable/><ipaddr>10.2.0.1</ipaddr><subnet>24</subnet></opt1>
<wan><enable/><ipaddr>203.0.113.1</ipaddr><subnet>24</subnet></wan></interfaces>
<ifgroups><ifgroupentry><ifname>G</ifname><members>lan opt1</members></ifgroupentry></ifgroups>
<aliases><alias><name>both</name><type>host</type><address>10.1.0.9 10.2.0.9</address></alias>
<alias><name>six</name><type>network</type><address>2001:db8::/32</address></alias>
<alias><name>web</name><type>port</type><address>80 443</address></alias></aliases>
<nat><outbound><mode>disabled</mode></outbound></nat>
<filter>{rules}</filter></{root}>
"""


@dataclass(frozen=True)
class Rule:
    kind: str
    where: str
    floating: bool
    quick: bool
    direction: str
    family: str
    protocol: str
    source: str
    not_source: bool
    target: str
    not_target: bool
    port: str
    disabled: bool

    def text(self) -> str:
        where = self.where if self.floating or self.where not in ("", "lan,wan") else "lan"
        flags = "<disabled/>" if self.disabled else ""
        if self.floating:
            flags += f"<floating>yes</floating><direction>{self.direction}</direction>"
            flags += "<quick>yes</quick>" if self.quick else ""
        port = f"<port>{self.port}</port>" if self.port and self.protocol else ""
        protocol = f"<protocol>{self.protocol}</protocol>" if self.protocol else ""
        return (
            f"<rule><type>{self.kind}</type><interface>{where}</interface><ipprotocol>{self.family}</ipprotocol>"
            f"{protocol}{flags}<source>{self.source}{'<not/>' if self.not_source else ''}</source>"
            f"<destination>{self.target}{'<not/>' if self.not_target else ''}{port}</destination></rule>"
        )

    def meets(self, port: str, way: str, source: str, target: str, asked: int) -> bool:
        where = self.where if self.floating or self.where not in ("", "lan,wan") else "lan"
        interfaces = PORTS if not where else GROUP if where == "G" else where.split(",")
        direction = self.direction if self.floating else "in"
        if self.disabled or port not in interfaces or direction not in ("any", way):
            return False
        if (":" in source) != (":" in target) or ("inet6" if ":" in source else "inet") not in (
            ("inet", "inet6") if self.family == "inet46" else (self.family,)
        ):
            return False
        if (source in ENDS[self.source]) == self.not_source or (target in ENDS[self.target]) == self.not_target:
            return False
        ports = ASKED[self.port]
        return not (self.protocol == "udp" or (self.protocol and ports is not None and asked not in ports))


def pf(rules: list[Rule], port: str, way: str, source: str, target: str, asked: int) -> bool:
    """Walk the rules as pf does: floating ones, groups', interfaces'; the last to match decides, or a quick one."""
    decision = way == "out"
    tabs = [rule for rule in rules if not rule.floating]
    ranks = [[rule for rule in rules if rule.floating], [rule for rule in tabs if rule.where == "G"],
             [rule for rule in tabs if rule.where != "G"]]  # fmt: skip
    for rule in (rule for rank in ranks for rule in rank):
        if rule.kind != "match" and rule.meets(port, way, source, target, asked):
            decision = rule.kind == "pass"
            if rule.quick or not rule.floating:
                return decision
    return decision


def rules_of(seed: int) -> list[Rule]:
    """Return rules that meet one another often."""
    chance = Random(seed)
    ends = ["<any/>"] * 24 + sorted(ENDS)
    return [
        Rule(
            chance.choice(("pass", "pass", "pass", "block", "block", "reject", "match")),
            chance.choice((*PORTS, "G", "lan,wan", *[""] * 5)),
            chance.random() < 0.7, chance.random() < 0.3,
            chance.choice(("in", "out", "any", "any")), chance.choice(("inet", "inet46", "inet46", "inet6")),
            chance.choice(("", "", "", "tcp", "tcp/udp", "udp")), chance.choice(ends), chance.random() < 0.05,
            chance.choice(ends), chance.random() < 0.05,
            chance.choice(("", "", "", *sorted(ASKED))), chance.random() < 0.1,
        )
        for _ in range(chance.randrange(3, 14))
    ]  # fmt: skip


def read_text(text: str, dialect: str = "pfsense") -> Configuration:
    return read([File("config.xml", text)], dialect)


def probe(source: str, target: str, port: int, arriving: str, leaving: str) -> Probe:
    return Probe(parse_address(source), parse_address(target), 6, port, 40000, OPENING, arriving, leaving)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(("pfsense", "opnsense")))
def test_rules_decide_as_pf_does(seed: int, dialect: str) -> None:
    rules = rules_of(seed)
    text = HEAD.format(root=dialect, rules="".join(rule.text() for rule in rules))
    found = read_text(text, dialect)
    assert not found.undecided
    for enters, leaves, source, target, port in product(PORTS, PORTS, HOSTS, HOSTS, (80, 443)):
        if (":" in source) != (":" in target):
            continue
        packet = probe(source, target, port, enters, leaves)
        for stage, way, interface in zip(found.forward, ("in", "out"), (enters, leaves), strict=True):
            passes = pf(rules, interface, way, source, target, port)
            assert fate([stage], packet).word == ("permit" if passes else "deny"), (way, packet)


ONE = ("<rule><type>pass</type><interface>lan</interface><ipprotocol>inet</ipprotocol><protocol>tcp</protocol>"
       "<source>{source}</source><destination><any/></destination>{more}</rule>")  # fmt: skip


def one(more: str = "", source: str = "<any/>", extra: str = "", dialect: str = "pfsense") -> Configuration:
    text = HEAD.format(root=dialect, rules=ONE.format(more=more, source=source))
    return read_text(text.replace("<filter>", extra + "<filter>"), dialect)


@pytest.mark.parametrize(
    ("more", "extra"),
    [("<gateway>WAN2</gateway>", ""), ("<sched>nights</sched>", ""), ("<statetype>none</statetype>", ""),
     ("<os>Linux</os>", ""), ("<tagged>x</tagged>", ""), ("<novelty>1</novelty>", ""),
     ("<tcpflags1>syn</tcpflags1>", ""),
     ("", "<novelty><x>1</x></novelty>"), ("", "<captiveportal><zone><enable/></zone></captiveportal>"),
     ("", "<installedpackages><miniupnpd><config><enable>on</enable></config></miniupnpd></installedpackages>")],
)  # fmt: skip
def test_what_is_not_understood_is_never_certain(more: str, extra: str) -> None:
    found = one(more, extra=extra)
    assert found.undecided
    assert fate(found.forward, probe("10.1.0.9", "10.2.0.9", 80, "lan", "opt1")).word == "unknown"


@pytest.mark.parametrize("more", ["<log/>", "<gateway>default</gateway>", "<tracker>1</tracker>", "<max>10</max>",
                                  "<statetype>keep state</statetype>"])  # fmt: skip
def test_what_is_harmless_changes_nothing(more: str) -> None:
    found = one(more, extra="<syslog><nentries>5</nentries></syslog>")
    assert not found.undecided
    assert found.harmless
    assert fate(found.forward, probe("10.1.0.9", "10.2.0.9", 80, "lan", "opt1")).word == "permit"


def test_a_rule_that_names_an_interface_that_is_off_may_not_be_loaded() -> None:
    text = HEAD.format(root="pfsense", rules=ONE.format(more="", source="<network>opt1</network>"))
    packet = probe("10.2.0.9", "198.51.100.9", 80, "lan", "wan")
    assert fate(read_text(text).forward, packet).word == "permit"
    assert fate(read_text(text.replace("<opt1><enable/>", "<opt1>")).forward, packet).word == "unknown"


def test_a_filter_that_is_switched_off_permits() -> None:
    text = HEAD.format(root="pfsense", rules="").replace("<ipv6allow/>", "<ipv6allow/><disablefilter/>")
    assert fate(read_text(text).forward, probe("10.1.0.9", "10.2.0.9", 80, "lan", "opt1")).word == "permit"


def test_ipv6_that_is_not_allowed_is_denied() -> None:
    rule = ONE.format(more="", source="<any/>").replace("inet<", "inet46<")
    text = HEAD.format(root="pfsense", rules=rule)
    packet = probe("2001:db8::9", "2001:db8::8", 80, "lan", "opt1")
    assert fate(read_text(text).forward, packet).word == "permit"
    assert fate(read_text(text.replace("<ipv6allow/>", "")).forward, packet).word == "deny"


def test_sources_on_the_way_out_may_be_translated() -> None:
    rule = ("<rule><type>block</type><floating>yes</floating><quick>yes</quick><direction>out</direction><interface>wan"
            "</interface><ipprotocol>inet</ipprotocol><source><network>lan</network></source><destination><any/>"
            "</destination></rule>")  # fmt: skip
    text = HEAD.format(root="pfsense", rules=rule + ONE.format(more="", source="<any/>"))
    packet = probe("10.1.0.9", "198.51.100.9", 80, "lan", "wan")
    assert fate(read_text(text).forward, packet).word == "deny"
    assert fate(read_text(text.replace("<mode>disabled", "<mode>automatic")).forward, packet).word == "unknown"


def test_ten_thousand_rules_are_read_quickly() -> None:
    rules = "".join(
        ONE.format(more=f"<descr>rule {at}</descr>\n", source=f"<address>10.{at % 250}.{at // 250}.0/24</address>")
        for at in range(10_000)
    )
    start = time.process_time()
    found = read_text(HEAD.format(root="pfsense", rules=rules))
    assert len(found.forward[0].terms) >= 10_000
    assert time.process_time() - start < 10


def test_aliases_of_aliases_are_expanded_once() -> None:
    chain = "".join(
        f"<alias><name>a{at}</name><type>host</type><address>a{at + 1} a{at + 1}</address></alias>"
        for at in range(3000)
    )
    chain += "<alias><name>a3000</name><type>host</type><address>10.1.0.9</address></alias>"
    start = time.process_time()
    found = one(source="<address>a0</address>", extra=f"<aliases>{chain}</aliases>")
    assert fate(found.forward, probe("10.1.0.9", "10.2.0.9", 80, "lan", "opt1")).word == "permit"
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "text",
    ["<pfsense>" + "<a>" * 5000, "<pfsense>" + "<a>" * 200 + "</a>" * 200 + "</pfsense>",
     '<!DOCTYPE p SYSTEM "http://127.0.0.1/x"><pfsense><filter/></pfsense>', "<pfsense><filter>&x;</filter></pfsense>",
     "<pfsense><filter>\x02</filter></pfsense>", "<pfsense></opnsense>"],
    ids=["open", "deep", "external", "entity", "control", "crossed"],
)  # fmt: skip
def test_broken_files_are_errors(text: str) -> None:
    with pytest.raises(MapError):
        read_text(text)


def test_names_with_markup_are_kept_as_they_are() -> None:
    found = one("<descr>&lt;b&gt;{x}</descr>")
    assert any(term.written.name == "<b>{x}" for term in found.forward[0].terms)
