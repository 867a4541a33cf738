"""Around a device: who reaches which interface, what it stands between, parallel ways, equals, the device itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cloison.flows.configuration import Configuration, Interface, Stage, Term, Written
from cloison.flows.verify import verify
from cloison.flows.verifying.naming import named
from cloison.flows.verifying.verdict import Verdict
from cloison.netmodel.finding import MapError, Span
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.sides import Port, Sides, sides_of
from cloison.netmodel.space.addresses import ANY, parse, parse_address
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.services import EVERY_SERVICE, OPENING, ServiceSet

HEAD = """\
cloison: 1
name: small
parties: {us: {kind: provider, country: FR}}
zones:
"""
ZONE = "  {0}: {{owner: us, nature: production, sensitivity: internal, domain: processing{1}}}\n"
WHY = "responsible: net, justification: {kind: business, text: t}"


def network(folder: Path, zones: str, rest: str, extra: str = "") -> Network:
    text = HEAD + "".join(ZONE.format(zone, extra) for zone in zones) + "subnets:\n"
    text += "".join(f"  {zone}-lan: {{cidr: 10.{number}.0.0/24, zone: {zone}}}\n" for number, zone in enumerate(zones))
    file = folder / "map.yaml"
    file.write_text(text + rest, encoding="utf-8")
    return compile_network(read_map(file), date(2026, 11, 30))


def term(number: int, source: str, target: str, services: ServiceSet = EVERY_SERVICE, **names: str) -> Term:
    return Term(
        "permit", Written(Span("fw.conf", number), f"rule {number}"), parse(source), parse(target),
        services.in_phase(OPENING), *(frozenset({names[key]}) if key in names else None for key in ("into", "out")),
    )  # fmt: skip


def configuration(*terms: Term, into: tuple[Term, ...] | None = None, names: str = "") -> Configuration:
    stages = None if into is None else (Stage("input", into, "implicit"),)
    return Configuration(
        "toy", tuple(Interface(name) for name in names), (Stage("forward", terms, "implicit"),), stages
    )


def judged(net: Network, **configurations: Configuration) -> dict[str, Verdict]:
    return {item.device: item for item in verify(net, configurations).devices}


def units(net: Network, device: str) -> list[list[str]]:
    """Return, for each unit, the zones whose first host is in it."""
    hosts = {name: facts.points.ranges[0][0] + 1 for name, facts in net.zones.items()}
    return sorted(
        sorted(name for name, host in hosts.items() if host in unit.points) for unit in sides_of(net, device).units
    )


SERIES = f"""\
assets:
  f1: {{functions: filtering, owner: us}}
  f2: {{functions: filtering, owner: us}}
interconnections:
  one: {{between: [a, t], through: f1}}
  two: {{between: [t, b], through: f2}}
flows:
  F-1: {{from: a, to: b, services: tcp/1, {WHY}}}
"""


def series(folder: Path) -> Network:
    text = HEAD + ZONE.format("a", "") + ZONE.format("t", ", transit: true") + ZONE.format("b", "") + "subnets:\n"
    text += "  a-lan: {cidr: 10.0.0.0/24, zone: a}\n  t-lan: {cidr: 10.1.0.0/24, zone: t}\n"
    text += "  b-lan: {cidr: 10.2.0.0/24, zone: b}\n" + SERIES
    file = folder / "map.yaml"
    file.write_text(text, encoding="utf-8")
    return compile_network(read_map(file), date(2026, 11, 30))


def test_units_are_the_places_that_only_the_device_joins(tmp_path: Path) -> None:
    net = series(tmp_path)
    assert units(net, "f1") == [["a"], ["b", "t"]]
    assert units(net, "f2") == [["a", "t"], ["b"]]


def test_an_excess_that_the_next_device_stops_is_a_warning_about_a_thinner_wall(tmp_path: Path) -> None:
    net = series(tmp_path)
    exact = term(1, "10.0.0.0/24", "10.2.0.0/24", ServiceSet.of((6, 6), (1, 1)))
    wide = term(2, "10.0.0.0/24", "10.2.0.0/24")
    found = judged(net, f1=configuration(wide), f2=configuration(exact))
    assert found["f2"].result == "equal"
    assert found["f1"].result == "equal"
    (held,) = found["f1"].stopped
    assert held.stopped == ("f2",)
    # alone, nothing is known of the other: it is an excess
    assert judged(net, f1=configuration(wide))["f1"].result == "excess"
    # what goes no further than the zone between is stopped by nobody
    short = term(3, "10.0.0.0/24", "10.1.0.0/24")
    assert judged(net, f1=configuration(exact, short), f2=configuration(exact))["f1"].result == "excess"
    # and two that are both too wide let it through
    both = judged(net, f1=configuration(wide), f2=configuration(wide))
    assert (both["f1"].result, both["f2"].result) == ("excess", "excess")


PARALLEL = f"""\
assets:
  f1: {{functions: filtering, owner: us}}
  f2: {{functions: filtering, owner: us}}
interconnections:
  one: {{between: [a, b], through: f1}}
  two: {{between: [a, b], through: f2}}
flows:
  F-1: {{from: a, to: b, services: tcp/1, via: one, {WHY}}}
"""


def test_a_parallel_way_may_and_the_one_that_is_named_must(tmp_path: Path) -> None:
    net = network(tmp_path, "ab", PARALLEL)
    assert units(net, "f1") == [["a"], ["b"]]
    exact = term(1, "10.0.0.0/24", "10.1.0.0/24", ServiceSet.of((6, 6), (1, 1)))
    assert judged(net, f1=configuration(exact))["f1"].result == "equal"
    assert judged(net, f1=configuration())["f1"].result == "missing"
    assert judged(net, f2=configuration())["f2"].result == "equal", "the line names another way"
    assert judged(net, f2=configuration(exact))["f2"].result == "equal", "what a line authorises is no excess"
    assert judged(net, f2=configuration(term(1, "10.0.0.0/24", "10.1.0.0/24")))["f2"].result == "excess"


EQUALS = f"""\
assets:
  f1: {{functions: filtering, owner: us}}
  f2: {{functions: filtering, owner: us}}
interconnections:
  one: {{between: [a, b], through: [[f1, f2]]}}
flows:
  F-1: {{from: a, to: b, services: tcp/1, {WHY}}}
"""


def test_each_of_two_equals_owes_the_lines(tmp_path: Path) -> None:
    net = network(tmp_path, "ab", EQUALS)
    exact = term(1, "10.0.0.0/24", "10.1.0.0/24", ServiceSet.of((6, 6), (1, 1)))
    wide = term(1, "10.0.0.0/24", "10.1.0.0/24")
    found = judged(net, f1=configuration(exact), f2=configuration())
    assert (found["f1"].result, found["f2"].result) == ("equal", "missing")
    found = judged(net, f1=configuration(exact), f2=configuration(wide))
    assert (found["f1"].result, found["f2"].result) == ("equal", "excess"), "an equal stops nothing of the other"


RING = f"""\
assets:
  f1: {{functions: filtering, owner: us, interfaces: {{x: 10.0.0.9, y: 10.1.0.9}}}}
interconnections:
  one: {{between: [a, b], through: f1}}
  side: {{between: [b, c]}}
  back: {{between: [c, a]}}
flows:
  F-1: {{from: a, to: b, services: tcp/1, via: side, {WHY}}}
"""


def test_an_unfiltered_way_beside_leaves_interfaces_in_doubt(tmp_path: Path) -> None:
    """A source that may come round on either interface: what depends on the interface is bounded, not guessed."""
    net = network(tmp_path, "abc", RING, ", transit: true")
    port = sides_of(net, "f1").ports["x"]
    assert parse_address("10.0.0.5") in port.sure
    assert parse_address("10.2.0.5") in port.possible
    assert parse_address("10.2.0.5") not in port.sure
    assert parse_address("10.1.0.5") not in port.possible
    found = judged(net, f1=configuration(term(1, "10.2.0.0/24", "10.1.0.0/24", into="x"), names="xy"))["f1"]
    assert found.result == "undecided"
    found = judged(net, f1=configuration(term(1, "10.0.0.0/24", "10.1.0.0/24", into="x"), names="xy"))["f1"]
    assert found.result == "excess"


OWN = f"""\
assets:
  f1: {{functions: filtering, owner: us, interfaces: {{x: 10.0.0.9, y: 10.1.0.9}}}}
interconnections:
  one: {{between: [a, b], through: f1}}
flows:
  F-1: {{from: a, to: f1/x, services: ssh, {WHY}}}
"""


def test_the_device_itself_is_compared_with_the_lines_that_end_on_it(tmp_path: Path) -> None:
    net = network(tmp_path, "ab", OWN)
    ssh = ServiceSet.of((6, 6), (22, 22))
    exact = term(1, "10.0.0.0/24", "10.0.0.9", ssh)
    assert judged(net, f1=configuration(into=(exact,)))["f1"].result == "equal"
    assert judged(net, f1=configuration(into=()))["f1"].result == "missing"
    found = judged(net, f1=configuration(into=(term(1, "10.0.0.0/24", "0.0.0.0/0", ssh),)))["f1"]
    assert found.result == "excess"
    assert [box.target for box in found.excess[0].boxes] == [IntervalSet.of((parse_address("10.1.0.9"),) * 2)]
    found = judged(net, f1=configuration())["f1"]
    assert found.result == "equal"
    assert found.notes, "that its own traffic was not compared is said"


def test_what_is_between_nothing_or_unknown_is_refused(tmp_path: Path) -> None:
    net = network(tmp_path, "ab", OWN.replace("one:", "two:"))
    with pytest.raises(MapError) as refused:
        judged(net, f2=configuration())
    assert "nearest: f1" in refused.value.findings[0].message.say("en")
    with pytest.raises(MapError) as refused:
        judged(net, f1=configuration(term(7, "10.0.0.0/24", "10.1.0.0/24", into="z"), names="xyz"))
    (finding,) = refused.value.findings
    assert (finding.rule, finding.spans[0].line) == ("unknown-interface", 7)


def test_rules_about_what_the_map_does_not_have_are_counted(tmp_path: Path) -> None:
    net = network(tmp_path, "ab", OWN)
    found = judged(net, f1=configuration(term(1, "172.16.0.0/12", "10.1.0.0/24"), names="xy"))["f1"]
    assert found.result == "equal"
    assert any("1 rule is about packets that the map does not have here" in note.say("en") for note in found.notes)


def test_addresses_name_interfaces_before_names_do(tmp_path: Path) -> None:
    net = network(tmp_path, "ab", OWN)
    outside = Interface("y", parse("10.0.0.9"))  # the map calls it x
    inside = Interface("x", parse("10.1.0.9"))
    both = Configuration(
        "toy", (outside, inside), (Stage("forward", (term(1, "10.1.0.0/24", "10.0.0.0/24", into="y"),), "implicit"),)
    )
    found = judged(net, f1=both)["f1"]
    assert found.result == "equal", "no packet of 10.1.0.0/24 arrives there"
    strange = Configuration("toy", (*both.interfaces, Interface("tun7")), both.forward)
    assert any("tun7" in note.say("fr") for note in judged(net, f1=strange)["f1"].notes)
    assert [item.how for item in found.effectless] == ["idle"]


def test_any_services_between_everything_is_one_finding_for_each_pair_of_zones(tmp_path: Path) -> None:
    net = network(tmp_path, "ab", OWN)
    found = judged(net, f1=configuration(Term("permit", Written(Span("f", 1), "any"), ANY, ANY)))["f1"]
    assert [(box.source_zone, box.target_zone) for box in found.excess[0].boxes] == [("a", "b"), ("b", "a")]
    assert all(item.whole for item in found.excess)


def test_a_name_with_a_star_stands_for_the_interfaces_that_have_no_name() -> None:
    ports = {name: Port(name, EMPTY, EMPTY, parse(network), parse(network)) for name, network in (
        ("wan0", "10.0.0.0/24"), ("eth0", "10.1.0.0/24"), ("eth1", "10.2.0.0/24"), ("tun7", "10.3.0.0/24"),
        ("bond0", "10.4.0.0/24"))}  # fmt: skip
    names = ("wan0", "eth*", "eth1", "*", "ppp*")
    rule = Term("permit", Written(Span("fw", 1), "not wan0"), arriving=frozenset(names) - {"wan0"})
    told = Configuration("toy", tuple(Interface(name) for name in names), (Stage("forward", (rule,), "tracked"),))
    answer = named(told, Sides("f1", ("f1",), EMPTY, (), ports))
    assert not answer.errors
    assert {name: port.sure for name, port in answer.sides.ports.items()} == {
        "wan0": parse("10.0.0.0/24"), "eth*": parse("10.1.0.0/24"), "eth1": parse("10.2.0.0/24"),
        "*": parse("10.3.0.0/24") | parse("10.4.0.0/24"), "ppp*": EMPTY,
    }  # fmt: skip
