"""Junos: both forms are one, and what is read is what the vendor's manual says, told again without the reader."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.flows.configuration import Configuration, File, Term
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.configuring.load import dialects
from cloison.netmodel.finding import MapError, Span
from cloison.netmodel.space.addresses import parse_address
from cloison.netmodel.space.addresses import prefixes as prefixes_of
from cloison.netmodel.space.services import CONTINUING, OPENING, show

JUNOS = dialects()["junos"]
Path = tuple[str, ...]


def read(*texts: str) -> Configuration:
    files = [File(f"{at}.conf", text) for at, text in enumerate(texts)]
    assert all(JUNOS.recognises(file) for file in files)
    return JUNOS.read(files, lambda done, total: None)


def commands(paths: list[Path]) -> str:
    return "\n".join("set " + " ".join(path) for path in paths)


def braces(paths: list[Path]) -> str:
    """Write the same statements in braces, a word a level."""
    lines: list[str] = []
    opened: list[str] = []
    for path in paths:
        common = 0
        while common < min(len(opened), len(path) - 1) and opened[common] == path[common]:
            common += 1
        while len(opened) > common:
            opened.pop()
            lines.append("    " * len(opened) + "}")
        for word in path[common:-1]:
            lines.append("    " * len(opened) + word + " {")
            opened.append(word)
        lines.append("    " * len(opened) + path[-1] + ";")
    while opened:
        opened.pop()
        lines.append("    " * len(opened) + "}")
    return "\n".join(lines)


def placeless(term: Term) -> Term:
    return replace(term, written=replace(term.written, span=Span("")))


@dataclass(frozen=True)
class Rule:
    """A term of a filter or a policy, as the test has it: prefixes (with except), protocol, ports, fate."""

    sources: tuple[tuple[int, int, bool], ...]
    destinations: tuple[tuple[int, int, bool], ...]
    protocol: str
    ports: tuple[tuple[int, int], ...]
    established: bool
    action: str


def prefix(low: int, length: int) -> str:
    low &= ~((1 << (32 - length)) - 1)
    return f"{low >> 24}.{low >> 16 & 255}.{low >> 8 & 255}.{low & 255}/{length}"


def in_list(address: int, entries: tuple[tuple[int, int, bool], ...]) -> bool:
    """Say whether a list of prefixes matches: the longest prefix around the address decides; no list is any."""
    if not entries:
        return True
    around = [(length, not excepted) for low, length, excepted in entries
              if address >> (32 - length) == low >> (32 - length)]  # fmt: skip
    return max(around)[1] if around else False


NUMBERS = {"tcp": 6, "udp": 17, "gre": 47, "": 0}
address = st.integers(0, 15).map(lambda bits: 0x0A000000 | bits)  # the last four bits tell addresses apart


@st.composite
def prefixes(draw: st.DrawFn, *, excepted: bool) -> tuple[tuple[int, int, bool], ...]:
    lengths = draw(st.lists(st.integers(28, 32), unique=True, max_size=3))
    return tuple((draw(address), length, draw(st.booleans()) if excepted else False) for length in lengths)


@st.composite
def rules(draw: st.DrawFn, *, excepted: bool, actions: tuple[str, ...]) -> Rule:
    protocol = draw(st.sampled_from(("tcp", "udp", "gre", "")))
    low = st.tuples(st.integers(1, 6), st.integers(0, 3)).map(lambda pair: (pair[0], pair[0] + pair[1]))
    ports = tuple(draw(st.lists(low, max_size=2))) if protocol in ("tcp", "udp") else ()
    return Rule(
        draw(prefixes(excepted=excepted)), draw(prefixes(excepted=excepted)), protocol, ports,
        protocol == "tcp" and draw(st.booleans()), draw(st.sampled_from(actions)),
    )  # fmt: skip


def holds(rule: Rule, probe: Probe) -> bool:
    return (
        in_list(probe.source & 0xFFFFFFFF, rule.sources)
        and in_list(probe.destination & 0xFFFFFFFF, rule.destinations)
        and (not rule.protocol or NUMBERS[rule.protocol] == probe.protocol)
        and (not rule.ports or any(low <= probe.port <= high for low, high in rule.ports))
        and (not rule.established or probe.phase == CONTINUING)
    )


packets = st.builds(
    lambda source, destination, protocol, port, phase: Probe(
        0xFFFF << 32 | source, 0xFFFF << 32 | destination, protocol, port, 50000, phase, "ge-0/0/0.0", "ge-0/0/1.0"
    ),
    address, address, st.sampled_from((6, 17, 47, 50)), st.integers(0, 10), st.sampled_from((OPENING, CONTINUING)),
)  # fmt: skip


def filter_paths(terms: list[Rule]) -> list[Path]:
    paths: list[Path] = []
    for at, rule in enumerate(terms):
        here = ("firewall", "family", "inet", "filter", "f", "term", f"t{at}")
        for side, entries in (("source-address", rule.sources), ("destination-address", rule.destinations)):
            for low, length, excepted in entries:
                paths.append((*here, "from", side, prefix(low, length), *(("except",) if excepted else ())))
        if rule.protocol:
            paths.append((*here, "from", "protocol", rule.protocol))
        paths += [(*here, "from", "destination-port", f"{low}-{high}") for low, high in rule.ports]
        if rule.established:
            paths.append((*here, "from", "tcp-established"))
        paths.append((*here, "then", *rule.action.split()))
    paths.append(("interfaces", "ge-0/0/0", "unit", "0", "family", "inet", "filter", "input", "f"))
    return paths


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(rules(excepted=True, actions=("accept", "discard", "reject", "next term", "count c")), min_size=1,
                max_size=6), st.lists(packets, min_size=1, max_size=12))  # fmt: skip
def test_filters_are_what_they_say(terms: list[Rule], probes: list[Probe]) -> None:
    paths = filter_paths(terms)
    configuration = read(commands(paths))
    for probe in probes:
        expected = "deny"
        for rule in terms:
            if rule.action != "next term" and holds(rule, probe):
                expected = "permit" if rule.action in ("accept", "count c") else "deny"
                break
        assert fate(configuration.forward, probe).word == expected
    assert not configuration.undecided
    other = read(braces(paths))
    assert [placeless(term) for stage in other.forward for term in stage.terms] == [
        placeless(term) for stage in configuration.forward for term in stage.terms
    ]
    assert other.understood == configuration.understood


def policy_paths(policies: list[Rule]) -> list[Path]:
    paths: list[Path] = [("security", "forwarding-options", "family", "inet6", "mode", "flow-based")]
    names: dict[str, str] = {}
    for at, rule in enumerate(policies):
        if rule.protocol:
            here = ("applications", "application", f"a{at}")
            for number, (low, high) in enumerate(rule.ports or ((0, 65535),)):
                term = (*here, "term", f"t{number}")
                paths.append((*term, "protocol", rule.protocol))
                if rule.ports:
                    paths.append((*term, "destination-port", f"{low}-{high}"))
        for low, length, _ in (*rule.sources, *rule.destinations):
            text = prefix(low, length)
            names[text] = "n-" + text.replace("/", "-")
    paths += [("security", "address-book", "global", "address", name, text) for text, name in names.items()]
    for at, rule in enumerate(policies):
        here = ("security", "policies", "from-zone", "a", "to-zone", "b", "policy", f"p{at}")
        for side, entries in (("source-address", rule.sources), ("destination-address", rule.destinations)):
            found = sorted({names[prefix(low, length)] for low, length, _ in entries}) or ["any"]
            paths += [(*here, "match", side, name) for name in found]
        if rule.established:  # here the mark that the sources are excluded
            paths.append((*here, "match", "source-address-excluded"))
        paths.append((*here, "match", "application", f"a{at}" if rule.protocol else "any"))
        paths.append((*here, "then", rule.action))
    paths.append(("security", "zones", "security-zone", "a", "interfaces", "ge-0/0/0.0"))
    paths.append(("security", "zones", "security-zone", "b", "interfaces", "ge-0/0/1.0"))
    return paths


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(rules(excepted=False, actions=("permit", "deny", "reject")), min_size=1, max_size=6),
       st.lists(packets, min_size=1, max_size=12))  # fmt: skip
def test_policies_are_what_they_say(policies: list[Rule], probes: list[Probe]) -> None:
    paths = policy_paths(policies)
    configuration = read(commands(paths))
    for probe in probes:
        expected = "deny"
        for rule in policies:
            plain = replace(rule, sources=(), established=False)
            named = in_list(probe.source & 0xFFFFFFFF, rule.sources)
            if holds(plain, probe) and named != rule.established:
                expected = "permit" if rule.action == "permit" else "deny"
                break
        wanted = "permit" if probe.phase == CONTINUING else expected  # the session is known
        assert fate(configuration.forward, probe).word == wanted
        swapped = replace(probe, arriving="ge-0/0/1.0", leaving="ge-0/0/0.0", phase=OPENING)
        assert fate(configuration.forward, swapped).word == "deny"
    other = read(braces(paths))
    assert [placeless(term) for stage in other.forward for term in stage.terms] == [
        placeless(term) for stage in configuration.forward for term in stage.terms
    ]


BASE = """
set security forwarding-options family inet6 mode flow-based
set security zones security-zone a interfaces ge-0/0/0.0
set security zones security-zone b interfaces ge-0/0/1.0
"""
POLICY = "set security policies from-zone a to-zone b policy {name} "


def policy(name: str, source: str = "any", application: str = "any", action: str = "permit") -> str:
    head = POLICY.format(name=name)
    return (f"{head}match source-address {source}\n{head}match destination-address any\n"
            f"{head}match application {application}\n{head}then {action}\n")  # fmt: skip


def word(configuration: Configuration, port: int = 80, source: str = "10.0.0.1", destination: str = "10.9.0.1") -> str:
    ends = parse_address(source), parse_address(destination)
    probe = Probe(*ends, 6, port, 50000, OPENING, "ge-0/0/0.0", "ge-0/0/1.0")
    return fate(configuration.forward, probe).word


def test_the_last_of_two_actions_holds() -> None:
    text = BASE + policy("p") + POLICY.format(name="p") + "then deny\n"
    assert word(read(text)) == "deny"
    assert word(read(text + POLICY.format(name="p") + "then permit\n")) == "permit"


def test_insert_orders_policies() -> None:
    text = BASE + policy("first") + policy("second", action="deny")
    assert word(read(text)) == "permit"
    moved = text + "insert security policies from-zone a to-zone b policy second before policy first\n"
    assert word(read(moved)) == "deny"
    back = moved + "insert security policies from-zone a to-zone b policy second after first\n"
    assert word(read(back)) == "permit"


def test_what_is_inactive_has_no_effect_and_is_counted() -> None:
    text = BASE + policy("first", action="deny") + policy("second")
    off = text + "deactivate security policies from-zone a to-zone b policy first\n"
    assert word(read(off)) == "permit"
    assert read(off).harmless == read(text).harmless + 4
    assert word(read(off + "activate security policies from-zone a to-zone b policy first\n")) == "deny"
    gone = text + "delete security policies from-zone a to-zone b policy first\n"
    assert word(read(gone)) == "permit"


def test_written_values_override_those_of_groups() -> None:
    group = ("set groups g security policies from-zone <*> to-zone <*> policy <*> then deny\n"
             "set apply-groups g\n")  # fmt: skip
    assert word(read(BASE + policy("p") + group)) == "permit"
    head = POLICY.format(name="p")
    bare = f"{head}match source-address any\n{head}match destination-address any\n{head}match application any\n"
    assert word(read(BASE + bare + group)) == "deny"
    first = "set groups h security policies from-zone <*> to-zone <*> policy <*> then permit\n"
    assert word(read(BASE + bare + first + group.replace("apply-groups g", "apply-groups [ h g ]"))) == "permit"
    inner = "set security policies from-zone a to-zone b apply-groups h\n"
    assert word(read(BASE + bare + first + group + inner)) == "permit"


def test_groups_can_be_refused_below() -> None:
    text = BASE + policy("p", action="deny") + (
        "set groups g security policies from-zone <a*> to-zone <[b-c]> policy late match source-address any\n"
        "set groups g security policies from-zone <a*> to-zone <[b-c]> policy late match destination-address any\n"
        "set groups g security policies from-zone <a*> to-zone <[b-c]> policy late match application any\n"
        "set groups g security policies from-zone <a*> to-zone <[b-c]> policy late then permit\n"
        "set apply-groups g\n")  # fmt: skip
    late = text.replace("match application any\nset security policies from-zone a to-zone b policy p then deny",
                        "match application junos-http\n" + POLICY.format(name="p") + "then deny")  # fmt: skip
    assert word(read(late), 80) == "deny"
    assert word(read(late), 81) == "permit"
    refused = late + "set security policies from-zone a to-zone b apply-groups-except g\n"
    assert word(read(refused), 81) == "deny"


@pytest.mark.parametrize(
    "statement",
    [
        "set logical-systems one security policies default-policy permit-all",
        "set something-new that is not known",
        "set security something-new",
        "set services service-set s stateful-firewall-rules r",
        "set forwarding-options family inet filter input f",
        "set security forwarding-options family mpls mode packet-based",
        "set security policies something-new",
        "set groups g when time 10:00\nset apply-groups g",
        "set groups node0 interfaces ge-0/0/0 unit 0 family inet filter input f\nset apply-groups ${node}",
        "set security nat static rule-set s rule r match destination-address 192.0.2.1/32\n"
        "set security nat static rule-set s rule r then static-nat inet",
        "set system scripts commit allow-transients",
    ],
)
def test_what_may_bear_on_anything_leaves_everything_open(statement: str) -> None:
    configuration = read(BASE + policy("p") + policy("q", action="deny") + statement + "\n")
    assert word(configuration) == "unknown"
    assert configuration.undecided


@pytest.mark.parametrize(
    "statement",
    [
        POLICY.format(name="p") + "scheduler-name s",
        POLICY.format(name="p") + "match dynamic-application junos:HTTP",
        POLICY.format(name="p") + "match source-identity staff",
        POLICY.format(name="p") + "match something-new x",
        POLICY.format(name="p") + "then permit tunnel ipsec-vpn v",
        POLICY.format(name="p") + "then permit firewall-authentication pass-through",
        POLICY.format(name="p") + "then permit something-new",
        POLICY.format(name="p") + "something-new",
    ],
)
def test_what_is_in_doubt_of_one_policy_leaves_its_packets_open(statement: str) -> None:
    configuration = read(BASE + policy("p", application="junos-http") + statement + "\n")
    assert word(configuration, 80) == "unknown"
    assert word(configuration, 81) == "deny"
    assert len(configuration.undecided) == 1


def test_ipv6_without_a_mode_is_in_doubt_where_it_would_be_permitted() -> None:
    text = BASE.replace("set security forwarding-options family inet6 mode flow-based\n", "")
    configuration = read(text + policy("p", application="junos-http"))
    assert word(configuration) == "permit"
    assert word(configuration, 80, "2001:db8::1", "2001:db8::2") == "unknown"
    assert word(configuration, 81, "2001:db8::1", "2001:db8::2") == "deny"
    packet = BASE.replace("flow-based", "drop") + policy("p")
    assert word(read(packet), 80, "2001:db8::1", "2001:db8::2") == "deny"


def test_an_interface_of_no_zone_passes_nothing() -> None:
    text = BASE + "set security policies default-policy permit-all\nset interfaces ge-0/0/9 unit 0 family inet\n"
    configuration = read(text)
    assert word(configuration) == "permit"
    ends = parse_address("10.0.0.1"), parse_address("10.0.0.2")
    probe = Probe(*ends, 6, 80, 50000, OPENING, "ge-0/0/9.0", "ge-0/0/1.0")
    assert fate(configuration.forward, probe).word == "deny"


FILTER = """
firewall {{ family inet {{ filter f {{ term t {{ from {{ {conditions} }} then accept; }} }} }} }}
interfaces {{ ge-0/0/0 {{ unit 0 {{ family inet {{ filter {{ input f; }} }} }} }} }}
"""


@pytest.mark.parametrize(
    ("conditions", "protocol", "phase", "expected"),
    [
        ("protocol tcp; tcp-established;", 6, CONTINUING, "permit"),
        ("protocol tcp; tcp-established;", 6, OPENING, "deny"),
        ("protocol tcp; tcp-initial;", 6, OPENING, "permit"),
        ("protocol tcp; tcp-initial;", 6, CONTINUING, "deny"),
        ('protocol tcp; tcp-flags "syn & !ack";', 6, OPENING, "permit"),
        ('protocol tcp; tcp-flags "syn & !ack";', 6, CONTINUING, "deny"),
        ('protocol tcp; tcp-flags "(ack | rst)";', 6, CONTINUING, "permit"),
        ('protocol tcp; tcp-flags "(ack | rst)";', 6, OPENING, "deny"),
        ("protocol tcp; tcp-flags 0x02;", 6, OPENING, "permit"),
        ("protocol tcp; tcp-flags syn;", 6, CONTINUING, "unknown"),
        ("protocol tcp; tcp-flags ack;", 6, CONTINUING, "unknown"),
        ("protocol tcp; tcp-flags fin;", 6, OPENING, "deny"),
        ('protocol tcp; tcp-flags "syn & (";', 6, OPENING, "unknown"),
        ("tcp-established;", 17, OPENING, "unknown"),
        ("destination-port 80;", 6, OPENING, "permit"),
        ("destination-port 80;", 47, OPENING, "unknown"),
        ("protocol gre; destination-port 80;", 47, OPENING, "unknown"),
        ("port 50000;", 6, OPENING, "permit"),
        ("port 80;", 6, OPENING, "permit"),
        ("protocol tcp; port-except 80;", 6, OPENING, "deny"),
        ("protocol tcp; source-port-except 80;", 6, OPENING, "permit"),
        ("protocol tcp; is-fragment;", 6, OPENING, "unknown"),
        ("protocol tcp; something-new 3;", 6, OPENING, "unknown"),
        ("protocol tcp; something-new 3;", 17, OPENING, "deny"),
        ("source-address { 10.0.0.0/24 except; }", 6, OPENING, "deny"),
        ("source-address { 10.0.0.0/24 except; 0/0; }", 6, OPENING, "deny"),
        ("source-address { 10.0.1.0/24 except; 0/0; }", 6, OPENING, "permit"),
        ("source-address { 10.0.0.77/24; }", 6, OPENING, "permit"),
    ],
)
def test_conditions_of_a_filter(conditions: str, protocol: int, phase: int, expected: str) -> None:
    probe = Probe(parse_address("10.0.0.1"), parse_address("10.9.0.1"), protocol, 80, 50000, phase, "ge-0/0/0.0", "x")
    assert fate(read(FILTER.format(conditions=conditions)).forward, probe).word == expected


def test_what_a_terminal_adds_is_left_out() -> None:
    text = BASE + policy("p")
    around = "ops@fw-1> show configuration | display set\n" + text + "\n{primary:node0}\nops@fw-1> \n"
    assert word(read(around)) == "permit"
    inside = FILTER.format(conditions="protocol tcp; destination-port 80;")
    assert word(read("ops@fw-1> show configuration\n" + inside + "\n{master:0}\nops@fw-1>\n")) == "permit"


def test_a_prefix_list_without_the_family_is_in_doubt() -> None:
    lists = "policy-options { prefix-list other { 2001:db8::/32; } prefix-list mine { 10.0.0.0/24; 2001:db8::/32; } }"
    assert word(read(FILTER.format(conditions="source-prefix-list mine;") + lists)) == "permit"
    assert word(read(FILTER.format(conditions="source-prefix-list other;") + lists)) == "unknown"


def test_terms_that_a_group_adds_have_no_known_place() -> None:
    group = """
    groups { g { firewall { family inet { filter <*> { term late { from { protocol tcp; } then discard; } } } } } }
    apply-groups g;
    """
    assert word(read(FILTER.format(conditions="protocol tcp;"))) == "permit"
    assert word(read(FILTER.format(conditions="protocol tcp;") + group)) == "unknown"
    assert word(read(FILTER.format(conditions="protocol udp;") + group)) == "deny"


NAT = """
security {
    forwarding-options { family { inet6 { mode flow-based; } } }
    zones {
        security-zone a { interfaces { ge-0/0/0.0; } }
        security-zone b { interfaces { ge-0/0/1.0; } }
    }
    policies { default-policy { permit-all; } }
    nat {
        source {
            pool p { address { 192.0.2.8/32 to 192.0.2.9/32; } }
            rule-set out {
                from zone a;
                to zone b;
                rule one { match { source-address 10.0.0.0/24; } then { source-nat { pool { p; } } } }
                rule two { match { source-address 10.0.1.0/24; } then { source-nat { interface; } } }
                rule three { match { source-address 10.0.2.0/24; } then { source-nat { off; } } }
            }
        }
        destination {
            pool d { address 10.0.0.5/32 port 8080; }
            rule-set in {
                from interface ge-0/0/1.0;
                rule web {
                    match { destination-address 192.0.2.80/32; destination-port 80; protocol tcp; }
                    then { destination-nat { pool { d; } } }
                }
            }
        }
        static {
            rule-set s {
                from zone b;
                rule host { match { destination-address 192.0.2.64/28; } then { static-nat { prefix 10.0.3.0/28; } } }
            }
        }
    }
}
interfaces { ge-0/0/1 { unit 0 { family inet { address 192.0.2.1/24; } } } }
"""


def test_translations_say_what_stands_for_what() -> None:
    found = {(item.kind, prefixes_of(item.outside), prefixes_of(item.inside)) for item in read(NAT).translations}
    assert found == {
        ("source", ("192.0.2.8/31",), ("10.0.0.0/24",)),
        ("source", ("192.0.2.1",), ("10.0.1.0/24",)),
        ("destination", ("192.0.2.80",), ("10.0.0.5",)),
        ("static", ("192.0.2.64/28",), ("10.0.3.0/28",)),
    }
    (web,) = [item for item in read(NAT).translations if item.kind == "destination"]
    assert [(show(outside), show(inside)) for outside, inside in web.services] == [(("tcp/80",), ("tcp/8080",))]


def refused(text: str) -> list[str]:
    with pytest.raises(MapError) as raised:
        read(text)
    return [item.message.say("en") for item in raised.value.findings]


def test_hostile_files_are_refused_or_read_quickly() -> None:
    began = process_time()
    assert any("deep" in text for text in refused("firewall { " + "a { " * 50_000 + "b; "))
    assert any("never closed" in text for text in refused("firewall { x; /* " + "/* " * 200_000))
    assert any("never closed" in text for text in refused("firewall { x; }\n" + 'y "' + "\\\\ " * 200_000))
    one_line = "firewall { family inet { filter f { "
    one_line += "".join(f"term t{at} {{ then accept; }} " for at in range(9_000))
    end = "} } } interfaces { ge-0/0/0 { unit 0 { family inet { filter { input f; } } } } }"
    assert len(read(one_line + end).forward[0].terms) == 9_001
    nested = BASE + "".join(
        f"set applications application-set s{at} application-set s{at + 1}\n"
        f"set applications application-set s{at} application junos-http\n" for at in range(3_000)
    ) + "set applications application-set s3000 application junos-ssh\n" + policy("p", application="s0")  # fmt: skip
    assert word(read(nested), 22) == "permit"
    assert process_time() - began < 20


def test_names_are_only_names() -> None:
    name = "<b>x</b>\u202e{0}{name}\x07"
    text = BASE + policy("p").replace(" p ", f' "{name}" ')
    configuration = read(text)
    assert configuration.forward[0].terms[-1].written.name == name
    said = refused(BASE + policy("p", source=f'"{name}"'))
    assert any(name in text for text in said)


def test_many_rules_take_time_in_proportion() -> None:
    def seconds(count: int) -> float:
        text = BASE + "".join(policy(f"p{at}", application="junos-http") for at in range(count))
        began = process_time()
        assert len(read(text).forward[0].terms) == count
        return process_time() - began

    seconds(100)
    assert seconds(8_000) < 16 * max(seconds(2_000), 0.02)
