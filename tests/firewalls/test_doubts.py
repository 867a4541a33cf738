"""What must never be silently wrong: a gate or a verdict that a doubt, a state or another device could still change."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from cloison.flows.configuration import Configuration, Interface, Stage, Term, Translation, Written
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.effective import effective
from cloison.flows.triangle import passing
from cloison.flows.verify import Verification, guards_of, verify
from cloison.flows.verifying import lowering
from cloison.flows.verifying.naming import named
from cloison.netmodel.assurance.effective import effective_network, not_compared
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.finding import Span, say
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.sides import Port, Sides, sides_of
from cloison.netmodel.space.addresses import ANY, parse, parse_address
from cloison.netmodel.space.intervals import EMPTY
from cloison.netmodel.space.packets import Product
from cloison.netmodel.space.services import EVERY_SERVICE, OPENING, ServiceSet

DAY = date(2026, 11, 30)
KIND = "owner: us, nature: production, sensitivity: internal, domain: processing"
WHY = "responsible: net, justification: {kind: business, text: t}"
HEAD = f"""\
cloison: 1
name: small
parties: {{us: {{kind: provider, country: FR}}}}
zones:
  a: {{{KIND}}}
  b: {{{KIND}}}
  t: {{{KIND}, transit: true}}
subnets:
  a-lan: {{cidr: 10.0.0.0/24, zone: a}}
  b-lan: {{cidr: 10.1.0.0/24, zone: b}}
  t-lan: {{cidr: 10.2.0.0/24, zone: t}}
"""
FLOWS = f"flows:\n  F-1: {{from: a, to: b, services: tcp/1, {WHY}}}\n"
ONE = f"""{HEAD}assets:
  fw: {{functions: filtering, owner: us}}
interconnections:
  one: {{between: [a, b], through: fw}}
{FLOWS}"""
TWO = f"""{HEAD}assets:
  f1: {{functions: filtering, owner: us}}
  f2: {{functions: filtering, owner: us}}
interconnections:
  one: {{between: [a, t], through: f1}}
  two: {{between: [t, b], through: f2}}
{FLOWS}"""
A, B, T = "10.0.0.0/24", "10.1.0.0/24", "10.2.0.0/24"
TCP = {port: ServiceSet.of((6, 6), (port, port)) for port in (1, 2)}


def network(folder: Path, text: str) -> Network:
    (folder / "map.yaml").write_text(text, encoding="utf-8")
    return compile_network(read_map(folder / "map.yaml"), DAY)


def permit(number: int, source: str, target: str, services: ServiceSet = EVERY_SERVICE) -> Term:
    return Term("permit", Written(Span("fw", number), f"rule {number}"), parse(source), parse(target), services)


def perhaps(term: Term) -> Term:
    return replace(term, sure=False, doubt=say("doubt", "doute"))


def toy(*stages: Stage) -> Configuration:
    return Configuration("toy", (), stages)


def stage(*terms: Term, state: str = "implicit") -> Stage:
    return Stage("list", terms, "none" if state == "none" else "implicit")


def gate(net: Network, before: Configuration, after: Configuration) -> tuple[str, bool]:
    (change,) = verify(net, {"fw": after}, {"fw": before}).changes or ()
    return change.gate, change.decided


def test_what_is_opened_only_where_a_doubt_in_each_stage_holds_is_seen(tmp_path: Path) -> None:
    net = network(tmp_path, ONE)
    wide = permit(9, A, B, TCP[2])
    series = [Stage(f"stage {number}", (perhaps(replace(wide, written=Written(Span("fw", number), "r"))),), "implicit")
              for number in range(3)]  # fmt: skip
    shut, open_ = Stage("last", (), "implicit"), Stage("last", (wide,), "implicit")
    assert gate(net, toy(*series, shut), toy(*series, open_)) == ("outside", True)


def meanings(stages: tuple[Stage, ...], doubts: list[str]) -> Iterator[tuple[dict[str, str], tuple[Stage, ...]]]:
    for words in product(("", "permit", "deny"), repeat=len(doubts)):
        given = dict(zip(doubts, words, strict=True))
        yield given, tuple(replace(item, terms=tuple(meant(item.terms, given))) for item in stages)


def meant(terms: tuple[Term, ...], given: dict[str, str]) -> Iterator[Term]:
    for term in terms:
        word = given.get(term.written.text)
        if word is None:
            yield term
        elif word:
            yield replace(term, action="permit" if word == "permit" else "deny", sure=True)


@pytest.mark.parametrize("seed", range(60))
def test_a_decided_gate_holds_whatever_shared_doubts_mean(seed: int, tmp_path: Path) -> None:
    """Every meaning of every doubt, packet by packet: nothing that a decided gate lets in may turn out otherwise."""
    dice = random.Random(seed)
    net = network(tmp_path, ONE)
    pool = [
        Term(dice.choice(["permit", "deny"]), Written(Span("fw", number), f"rule {number}"),
             parse(dice.choice([A, "10.0.0.1", "0.0.0.0/0"])), parse(dice.choice([B, "10.1.0.1", "0.0.0.0/0"])),
             dice.choice([TCP[1], TCP[2], EVERY_SERVICE]))
        for number in range(9)
    ]  # fmt: skip
    doubts = dice.sample(range(9), dice.randint(1, 4))
    for number in doubts:
        pool[number] = replace(perhaps(pool[number]), action="unknown")
    count = dice.randint(1, 3)
    placed = [[term for number, term in enumerate(pool) if number % count == at] for at in range(count)]
    moved = [sorted(terms, key=lambda _: dice.random()) if dice.random() < 0.5 else list(terms) for terms in placed]
    sure = [(at, term) for at, terms in enumerate(moved) for term in terms if term.sure]
    at, gone = dice.choice(sure)
    moved[at].remove(gone)
    old, new = (
        tuple(Stage(f"stage {number}", tuple(terms), "implicit") for number, terms in enumerate(lists))
        for lists in (placed, moved)
    )
    said, decided = gate(net, toy(*old), toy(*new))
    texts = [f"rule {number}" for number in doubts]
    worst = "inside"
    for (given, was), (also, now) in zip(meanings(old, texts), meanings(new, texts), strict=True):
        assert given == also
        for source, target, port in product(("10.0.0.1", "10.0.0.2"), ("10.1.0.1", "10.1.0.2"), (1, 2, 3)):
            for here, there in ((source, target), (target, source)):
                probe = Probe(parse_address(here), parse_address(there), 6, port, 9, OPENING)
                then, after = fate(was, probe).word, fate(now, probe).word
                listed = port == 1 and here == source
                if (then, after) == ("deny", "permit") and not listed:
                    worst = "outside"
                elif (then, after) == ("permit", "deny") and listed and worst == "inside":
                    worst = "removes"
    if decided:
        assert said == worst
    else:
        assert (said, worst) in {("inside", "inside"), ("outside", "outside"), ("removes", "removes"),
                                 ("inside", "removes"), ("inside", "outside"), ("removes", "outside")}  # fmt: skip


def test_a_stateless_list_that_no_longer_lets_answers_back_removes_a_flow(tmp_path: Path) -> None:
    """What its rule opens is in no line, but the answers that it lets pass are a line's."""
    net = network(tmp_path, ONE)
    there, back = permit(1, A, B, TCP[1]), permit(2, B, A, ServiceSet.of((6, 6)))
    before, after = stage(there, back, state="none"), stage(there, state="none")
    assert gate(net, toy(before), toy(after)) == ("removes", True)


def test_a_list_that_gives_up_its_state_leaves_the_gate_undecided(tmp_path: Path) -> None:
    net = network(tmp_path, ONE)
    udp = permit(1, A, B, ServiceSet.of((17, 17), (5, 5)))
    assert gate(net, toy(stage()), toy(stage(udp, state="none")))[1] is False


def test_a_change_of_what_reaches_the_device_is_not_decided_without_its_addresses(tmp_path: Path) -> None:
    net = network(tmp_path, ONE)
    shut, wide = (replace(toy(stage()), input=(stage(*terms),)) for terms in ((), (permit(1, A, "0.0.0.0/0"),)))
    assert gate(net, shut, wide) == ("inside", False)
    moved = replace(
        toy(stage()), input=(stage(replace(permit(1, A, "0.0.0.0/0"), written=Written(Span("fw", 7), "rule 1"))),)
    )
    assert gate(net, wide, moved) == ("inside", True), "it is only written elsewhere"


EXACT, WIDE = permit(1, A, B, TCP[1]), permit(2, A, B, TCP[1] | TCP[2])
DOUBT = perhaps(permit(3, A, T))


def both(net: Network, one: Configuration, other: Configuration) -> Verification:
    return verify(net, {"f1": one, "f2": other})


def test_a_doubt_beside_an_excess_that_is_stopped_is_still_a_doubt(tmp_path: Path) -> None:
    net = network(tmp_path, TWO)
    one, other = both(net, toy(stage(WIDE)), toy(stage(EXACT))).devices
    assert (one.result, [item.stopped for item in one.stopped]) == ("equal", [("f2",)])
    one, other = both(net, toy(stage(WIDE, DOUBT)), toy(stage(EXACT))).devices
    assert (one.result, len(one.stopped), other.result) == ("undecided", 1, "equal")


def test_a_filter_that_blocks_a_line_and_is_in_doubt_is_not_wholly_understood(tmp_path: Path) -> None:
    net = network(tmp_path, TWO)
    found = both(net, toy(stage(DOUBT)), toy(stage(EXACT)))
    assert [item.result for item in found.devices] == ["missing", "equal"]
    rest = not_compared(Evidence(net, DAY, effective(found)))
    assert rest is not None
    assert "f1" in rest.say("en")
    whole = both(net, toy(stage()), toy(stage(EXACT)))
    assert not_compared(Evidence(net, DAY, effective(whole))) is None


def test_a_neighbour_that_was_not_worked_out_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net = network(tmp_path, TWO)
    monkeypatch.setattr(lowering, "MOST_RULES", 0)  # lists in series are past the budget
    one, other = both(net, toy(stage(WIDE)), toy(stage(EXACT), stage(EXACT))).devices
    assert (one.result, one.stopped, other.result) == ("excess", (), "undecided")


def test_what_a_device_translates_is_not_stopped_by_the_next(tmp_path: Path) -> None:
    """Behind a pool of sources the next device sees another packet, which may well pass."""
    net = network(tmp_path, TWO)
    pool = Translation("source", parse("10.2.0.9"), ANY, Written(Span("fw", 9), "masquerade"))
    one, _ = both(net, replace(toy(stage(WIDE)), translations=(pool,)), toy(stage(EXACT))).devices
    assert (one.result, one.stopped) == ("excess", ())


def test_what_lies_behind_no_interface_of_the_map_may_be_behind_the_others(tmp_path: Path) -> None:
    """Without interfaces in the map, ``*`` may be any: a rule that names it is never without packets."""
    net = network(tmp_path, ONE)
    term = replace(permit(1, A, B), arriving=frozenset({"*"}))
    (verdict,) = verify(net, {"fw": Configuration("toy", (Interface("*"),), (stage(term),))}).devices
    assert verdict.result == "undecided"
    assert not verdict.effectless


def test_an_interface_whose_place_the_map_does_not_tell_may_have_what_is_left(tmp_path: Path) -> None:
    text = ONE.replace("owner: us}\ninter", "owner: us, interfaces: {x: 10.0.0.9}}\ninter")
    sides = sides_of(network(tmp_path, text), "fw")
    assert parse_address("10.1.0.5") in sides.loose
    assert parse_address("10.0.0.5") not in sides.loose
    assert sides.ports["x"].sure == sides.ports["x"].possible


def test_an_address_that_two_vrfs_have_names_no_interface() -> None:
    ports = {name: Port(name, parse("10.0.0.1"), EMPTY, parse(held), parse(held))
             for name, held in (("red", "10.1.0.0/24"), ("blue", "10.2.0.0/24"))}  # fmt: skip
    sides = Sides("fw", ("fw",), EMPTY, (), ports)
    told = Configuration("toy", (Interface("blue", parse("10.0.0.1")),), ())
    assert named(told, sides).sides.ports["blue"].sure == parse("10.2.0.0/24")
    rule = replace(permit(1, A, B), arriving=frozenset({"green"}))
    unknown = Configuration("toy", (Interface("green", parse("10.0.0.1")),), (stage(rule),))
    assert [item.rule for item in named(unknown, sides).errors] == ["unknown-interface"]


def test_a_zone_within_an_open_one_may_close_itself(tmp_path: Path) -> None:
    text = ONE.replace(f"  a: {{{KIND}}}", f"  o: {{{KIND}, inside: zone}}\n  a: {{{KIND}, within: o, inside: matrix}}")
    text = text.replace(f"  b: {{{KIND}}}", f"  b: {{{KIND}, within: o}}")
    net = network(tmp_path, text)
    (verdict,) = verify(net, {"fw": toy(stage(WIDE))}).devices
    one, other = (next(item for item in net.ownership.owners if item.zone == zone) for zone in "ab")
    assert not net.ownership.inside(one, other)
    assert verdict.result == "excess"


def test_a_guard_that_ran_out_of_budget_is_undecided_and_not_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = network(tmp_path, ONE)
    found = verify(net, {"fw": toy(stage(EXACT), stage(EXACT))})
    (guard,) = guards_of(found)
    monkeypatch.setattr(lowering, "MOST_RULES", 0)
    assert guard.decide(Product(parse(A), parse(B), TCP[1])).fate == "undecided"


def test_what_is_forbidden_is_seen_past_the_first_owners(tmp_path: Path) -> None:
    """Every place that an excess joins is an end of the effective graph, however many share its zone."""
    hosts = "".join(f"  h{number}: {{owner: us, interfaces: {{n: 10.1.0.{number}}}}}\n" for number in range(1, 251))
    net = network(tmp_path, ONE.replace("interconnections:", hosts + "interconnections:"))
    permitted = effective(verify(net, {"fw": toy(stage(permit(1, A, B, TCP[2])))}))
    wider = effective_network(Evidence(net, net.at, permitted))
    reached = {asset for line in wider.lines if line.rule for end in line.targets for asset in end.assets}
    assert reached >= {f"h{number}" for number in range(1, 251)}


MAPPED = f"""{HEAD}  out: {{cidr: 192.0.2.0/24, zone: t}}
assets:
  f1: {{functions: filtering, owner: us}}
  f2: {{functions: filtering, owner: us}}
  web: {{owner: us, interfaces: {{n: 10.1.0.7}}}}
interconnections:
  one: {{between: [a, t], through: f1}}
  two: {{between: [t, b], through: f2}}
translations:
  vip: {{on: f2, kind: destination, outside: 192.0.2.7, inside: web, services: {{PORTS}}}}
flows:
  F-1: {{from: a, to: web, services: [SERVICES], {WHY}}}
"""


def mapped(folder: Path, ports: str, services: str, *terms: Term) -> tuple[str, list[str]]:
    text = MAPPED.replace("PORTS", ports).replace("SERVICES", services)
    (verdict,) = verify(network(folder, text), {"f1": toy(stage(*terms))}).devices
    return verdict.result, [item.line for item in verdict.missing]


def test_a_line_that_is_translated_in_part_is_owed_whole(tmp_path: Path) -> None:
    outside = permit(1, A, "192.0.2.7", ServiceSet.of((6, 6), (8443, 8443)))
    assert mapped(tmp_path, "tcp/8443: tcp/443", "tcp/443, tcp/22", outside) == ("missing", ["F-1"])
    plain = permit(2, A, "10.1.0.7", ServiceSet.of((6, 6), (22, 22)))
    assert mapped(tmp_path, "tcp/8443: tcp/443", "tcp/443, tcp/22", outside, plain) == ("equal", [])


def test_ports_that_are_renumbered_together_are_not_all_authorised_by_one(tmp_path: Path) -> None:
    outside = permit(1, A, "192.0.2.7", ServiceSet.of((6, 6), (8440, 8449)))
    assert mapped(tmp_path, "tcp/8440-8449: tcp/440-449", "tcp/443", outside)[0] in ("excess", "differs")
    assert mapped(tmp_path, "tcp/8440-8449: tcp/440-449", "tcp/440-449", outside) == ("equal", [])


EQUALS = f"""{HEAD}assets:
  f1: {{functions: filtering, owner: us}}
  f2: {{functions: filtering, owner: us}}
interconnections:
  one: {{between: [a, b], through: [[f1, f2]]}}
{FLOWS}"""


def test_one_of_two_equals_does_not_block_what_the_other_lets_through(tmp_path: Path) -> None:
    net = network(tmp_path, EQUALS)
    asked = Product(parse(A), parse(B), TCP[1])
    shut, exact = toy(stage()), toy(stage(EXACT))
    for configurations, word in (
        ({"f1": shut, "f2": exact}, "partly"), ({"f1": shut, "f2": shut}, "no"), ({"f1": exact, "f2": exact}, "yes"),
        ({"f1": shut}, "partly"),
    ):  # fmt: skip
        guards = guards_of(verify(net, configurations))
        assert passing(net, [guard.decide(asked) for guard in guards]) == word
