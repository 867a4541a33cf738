"""The user's own rules as a whole: matrices against every packet of a small world, instances, readings of traffic."""

from __future__ import annotations

import importlib.util
import random
import sys
import time
from datetime import date
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from cloison.netmodel.assurance.assess import assess_network, forbidden_by
from cloison.netmodel.assurance.evidence import Contact, Evidence
from cloison.netmodel.assurance.forms import matrix
from cloison.netmodel.assurance.policy import forms, policy_checks
from cloison.netmodel.finding import Finding, MapError
from cloison.netmodel.language.read import read_map, read_text
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.space.ownership import Owner

FOLDER = Path(__file__).parent


def _sibling(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"cloison_tests_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


naive = _sibling("referee")
AT = date(2026, 6, 1)

# a zone outside, one within it, one within that; two others
WORLD = """\
cloison: 1
name: w
parties: {p: {kind: provider}, o: {kind: public}}
zones:
  a: {owner: p, nature: public, addresses: 9.0.0.0/29}
  b: {owner: p, nature: public, within: a, addresses: 9.0.0.0/30}
  c: {owner: p, nature: public, within: b, addresses: 9.0.0.0/31}
  d: {owner: p, nature: production, addresses: 9.0.1.0/30}
  e: {owner: p, nature: production, addresses: 9.0.2.0/30}
subnets:
  whole: {cidr: 9.9.0.0/24, zone: e}
"""
HOLDS = {
    "a": {f"9.0.0.{n}" for n in range(8)}, "b": {f"9.0.0.{n}" for n in range(4)}, "c": {"9.0.0.0", "9.0.0.1"},
    "d": {f"9.0.1.{n}" for n in range(4)}, "e": {f"9.0.2.{n}" for n in range(4)},
}  # fmt: skip
HOSTS = sorted(set().union(*HOLDS.values()))
PORTS = range(1, 6)


def network_of(text: str) -> Network:
    return compile_network(read_text(text, "map.yaml"), AT)


def found_by(network: Network, rule: str) -> list[Finding]:
    return [item for item in assess_network(network).findings if item.rule == rule]


def cell_of(dice: random.Random) -> tuple[str, set[int]]:
    """Return a cell, and the ports that it forbids."""
    kind = dice.choice(("allow all", "block all", "allow only", "block only", ""))
    named = set(dice.sample(PORTS, dice.randint(1, 4)))
    text = f"{kind} {' '.join(f'tcp/{port}' for port in sorted(named))}" if kind.endswith("only") else kind
    forbidden = {
        "allow all": set(),
        "block all": set(PORTS),
        "allow only": set(PORTS) - named,
        "block only": named,
        "": set(),
    }
    return text, set(forbidden[kind])


@pytest.mark.parametrize("seed", range(60))
def test_a_matrix_is_exact(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The packets that findings name are those that the deciding cells forbid, host by host and port by port."""
    monkeypatch.setattr(matrix, "_MOST", 1000)
    dice = random.Random(seed)
    cells: dict[tuple[str, str], set[int]] = {}
    texts: dict[str, dict[str, str]] = {}
    for here, there in dice.sample(list(product(HOLDS, repeat=2)), 8):
        text, cells[here, there] = cell_of(dice)
        texts.setdefault(here, {})[there] = text
    otherwise, rest = cell_of(dice) if dice.random() < 0.5 else ("", set())
    lines: dict[str, tuple[set[str], set[str], set[int]]] = {}
    rows = []
    for number in range(5):
        ends = [sorted(dice.sample(HOSTS, dice.randint(1, 5))) for _ in range(2)]
        ports = sorted(dice.sample(PORTS, dice.randint(1, 5)))
        lines[f"F-{number}"] = set(ends[0]), set(ends[1]), set(ports)
        rows.append((ends, ports))
    text = WORLD + "groups:\n"
    text += "".join(f"  g{n}{side}: [{', '.join(ends[side])}]\n" for n, (ends, _) in enumerate(rows) for side in (0, 1))
    text += "flows:\n"
    text += "".join(
        f"  F-{n}: {{from: g{n}0, to: g{n}1, services: [{', '.join(f'tcp/{port}' for port in ports)}]}}\n"
        for n, (_, ports) in enumerate(rows)
    )
    text += "policy:\n  m:\n    matrix:\n"
    text += "".join(
        f"      {here}: {{{', '.join(f'{k}: {v}' for k, v in row.items())}}}\n" for here, row in texts.items()
    )
    text += f"    otherwise: {otherwise}\n" if otherwise else ""
    if not otherwise and not any(value for row in texts.values() for value in row.values()):
        return
    network = network_of(text)
    due: dict[tuple[str, str, str], set[int]] = {}
    named = set(texts) | {there for row in texts.values() for there in row}
    for line, (sources, targets, ports) in lines.items():
        for source, target in product(sources, targets):
            for here, there, forbidden in deciding(source, target, cells, named, rest if otherwise else None):
                if forbidden & ports:
                    due.setdefault((line, here, there), set()).update(forbidden & ports)
    found: dict[tuple[str, str, str], set[int]] = {}
    (check,) = policy_checks(network)
    for breach in check.run(Evidence(network, AT)).breaches:
        values = breach.message.values
        key = breach.subject.id, str(values["source"]), str(values["target"])
        for word in values["services"]:  # type: ignore[union-attr]
            first, _, last = str(word).removeprefix("tcp/").partition("-")
            found.setdefault(key, set()).update(range(int(first), int(last or first) + 1))
    assert found == due


def deciding(
    source: str, target: str, cells: dict[tuple[str, str], set[int]], named: set[str], rest: set[int] | None
) -> list[tuple[str, str, set[int]]]:
    """Return the innermost cells that hold a pair of hosts; what holds otherwise where no cell does."""
    held = [(here, there) for here, there in cells if source in HOLDS[here] and target in HOLDS[there]]
    loose = not held and rest is not None
    if loose:
        held = [
            (here, there) for here, there in product(named, repeat=2)
            if not HOLDS[here] & HOLDS[there] and source in HOLDS[here] and target in HOLDS[there]
        ]  # fmt: skip
    inner = [
        (here, there) for here, there in held
        if not any(HOLDS[one] <= HOLDS[here] and HOLDS[other] <= HOLDS[there] and (one, other) != (here, there)
                   for one, other in held)
    ]  # fmt: skip
    return [(here, there, (rest or set()) if loose else cells[here, there]) for here, there in inner]


@pytest.mark.parametrize("block", range(4))
def test_instances_looked_at_together_find_what_each_finds_alone(block: int, tmp_path: Path) -> None:
    """On random maps of every kind, a rule for every pair of zones breaks as one rule for each pair does."""
    broken = compared = 0
    for seed in range(block * 15, block * 15 + 15):
        data = naive.written(seed)
        zones = sorted(data["zones"])[:5]
        pairs = [(one, other) for one in zones for other in zones if one != other]

        def forbid(here: str, there: str) -> dict[str, Any]:
            return {"from": {"zones": {"id": here}}, "to": {"zones": {"id": there}}}

        found = []
        for policy in (
            {"r": {"for": {name: {"zones": {"id": zones}} for name in "ab"}, "forbid": forbid("<a>", "<b>")}},
            {f"{here}, {there}": {"forbid": forbid(here, there)} for here, there in pairs},
        ):
            lateral = {key: value for key, value in (data.get("policy") or {}).items() if key == "lateral"}
            (tmp_path / "map.yaml").write_text(
                yaml.safe_dump({**data, "policy": {**lateral, **policy}}), encoding="utf-8"
            )
            try:
                network = compile_network(read_map(tmp_path / "map.yaml"), AT)
            except MapError:
                break
            found.append({
                (str(values.pop("instance", check.name)), breach.subject, tuple(sorted(values.items())))
                for check in policy_checks(network) for breach in check.run(Evidence(network, AT)).breaches
                for values in [dict(breach.message.values)]
            })  # fmt: skip
        if len(found) == 2:
            assert found[0] == found[1], seed
            compared += 1
            broken += bool(found[0])
    assert compared > 5
    assert broken > 5


def case(name: str) -> Network:
    return compile_network(read_map(FOLDER / f"{name}.yaml"), AT)


@pytest.mark.parametrize(
    ("name", "source", "target", "service", "rules"),
    [
        ("policy-matrix/ok", "internet", "front", (6, 443), ()),
        ("policy-matrix/ok", "internet", "front", (6, 22), ("between",)),
        ("policy-matrix/ok", "front", "compute", (6, 23), ("between",)),
        ("policy-matrix/ok", "front", "compute", (6, 22), ()),
        ("policy-matrix/bad", "payments", "front", (6, 443), ("between",)),  # the cell inside decides
        ("policy-matrix/bad", "payments", "front", (6, 8443), ()),
        ("policy-matrix/bad", "compute", "admin", (17, 53), ("between",)),  # otherwise
        ("policy-matrix/bad", "admin", "internet", (17, 53), ()),  # an empty cell
        ("policy-for/ok", "acme-net", "globex-net", (6, 22), ("apart",)),
        ("policy-for/ok", "acme-net", "acme-net", (6, 22), ()),
        ("policy-for/ok", "front", "acme-net", (6, 22), ("each-zone",)),
        ("policy-paths/bad-through", "office", "admin", (6, 22), ("by-the-filter",)),
    ],
)
def test_traffic_is_judged_directly(
    name: str, source: str, target: str, service: tuple[int, int], rules: tuple[str, ...]
) -> None:
    network = case(name)
    said = forbidden_by(network)(Contact(Owner(source), Owner(target), *service))
    assert tuple(rule for rule in said if rule in network.model.policy) == rules


def test_source_ports_that_captures_do_not_show_refute_nothing() -> None:
    network = network_of(
        WORLD
        + "services: {peer: {ports: {to: udp/123, from: udp/123}}}\npolicy: {m: {matrix: {d: {e: block only peer}}}}\n"
    )
    forbidden = forbidden_by(network)
    assert forbidden(Contact(Owner("d"), Owner("e"), 17, 123)) == ()
    assert forbidden(Contact(Owner("d"), Owner("e"), 17, 124)) == ()


def test_instances_that_select_nothing_are_counted() -> None:
    network = case("policy-for/ok")
    outcome = next(check for check in policy_checks(network) if check.name == "apart").run(Evidence(network, AT))
    assert outcome.parts[0].seen.values["instances"] == 6
    assert outcome.parts[0].seen.values["empty"] == 4


TENANTS = "parties: {p: {kind: provider}, t: {kind: tenant, labels: {vni: 7}}}\n"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("forbid: {from: {zones: {owner: <t>}}, to: {zones: {id: z}}}", "empty-selection"),
        ("forbid: {from: {zones: {owner: <u>}}, to: {zones: {id: z}}}", "repeat"),
        ("forbid: {from: {zones: {owner: <t.vrf>}}, to: {zones: {id: z}}}", "repeat"),
        ("matrix: {x: {z: block all}}, ends: {x: {zones: {owner: <t>}}}", "empty-selection"),
        ("limit: {ports: 1, from: {zones: {owner: <t>}}}", "empty-selection"),
        ("paths: {lines: 1, from: {zones: {owner: <t>}}, to: {zones: {id: z}}}", "empty-selection"),
    ],
)
def test_a_rule_of_whose_instances_none_can_be_asked_is_an_error(rule: str, told: str) -> None:
    network = network_of(
        f"cloison: 1\nname: n\n{TENANTS}zones: {{z: {{owner: p, nature: test}}}}\n"
        f"policy:\n  r: {{for: {{t: {{parties: {{kind: tenant}}}}}}, {rule}}}\n"
    )
    with pytest.raises(MapError) as refused:
        policy_checks(network)
    assert [item.rule for item in refused.value.findings] == [told]
    assert refused.value.findings[0].spans[0].line == 6


def test_too_many_instances_are_refused() -> None:
    tenants = ", ".join(f"t{n}: {{kind: tenant}}" for n in range(710))
    network = network_of(
        f"cloison: 1\nname: n\nparties: {{{tenants}}}\nzones: {{z: {{owner: t1, nature: test}}}}\npolicy:\n"
        "  r: {for: {a: {parties: {kind: tenant}}, b: {parties: {kind: tenant}}},\n"
        "      forbid: {from: {zones: {owner: <a>}}, to: {zones: {owner: <b>}}}}\n"
    )
    with pytest.raises(MapError, match="more than 500000 instances"):
        policy_checks(network)


def test_a_lifetime_without_a_first_day_is_not_evaluated() -> None:
    network = network_of(
        WORLD
        + "flows: {F-1: {from: d, to: e, services: ssh, expires: 2027-01-01}}\npolicy: {m: {limit: {lifetime: 30}}}\n"
    )
    assert assess_network(network).undecided == ("m",)


def test_cells_beyond_the_first_ten_of_a_line_are_counted() -> None:
    names = [f"z{n}" for n in range(6)]
    text = "cloison: 1\nname: n\nparties: {p: {kind: provider}}\nzones:\n"
    text += "".join(f"  {name}: {{owner: p, nature: test, addresses: 10.0.{n}.0/24}}\n" for n, name in enumerate(names))
    text += f"groups: {{all: [{', '.join(names)}]}}\nflows: {{F-1: {{from: all, to: all, services: ssh}}}}\n"
    text += f"policy: {{m: {{matrix: {{{', '.join(f'{name}: {{}}' for name in names)}}}, otherwise: block all}}}}\n"
    found = found_by(network_of(text), "m")
    assert len(found) == 11
    assert [item.message.values["n"] for item in found if "n" in item.message.values] == [20]


@pytest.mark.parametrize("name", ["forbid", "limit", "matrix", "paths"])
def test_the_example_of_each_form_is_one(name: str) -> None:
    """The reference's examples are rules of their form, on a map that has what they speak of."""
    text = WORLD.replace("o: {kind: public}", "o: {kind: third-party}, t: {kind: tenant}, u: {kind: tenant}")
    text = text.replace("zones:\n", "zones:\n" + "".join(
        f"  {zone}: {{owner: {owner}, nature: {nature}, addresses: 10.0.{n}.0/24}}\n" for n, (zone, owner, nature) in
        enumerate([("internet", "p", "public"), ("front", "p", "production"), ("compute", "p", "production"),
                   ("admin", "p", "administration"), ("office", "p", "office"), ("dev", "p", "development"),
                   ("x", "o", "production"), ("tz", "t", "production"), ("uz", "u", "production")])))  # fmt: skip
    text += "assets: {bastion: {functions: bastion, labels: {provider: leased}, interfaces: {lan: 10.0.1.9}}}\n"
    text += "flows: {F-1: {from: d, to: e, services: ssh, labels: {use: maintenance}, starts: 2026-01-01}}\npolicy:\n"
    text += "".join(f"  {line}\n" for line in forms()[name].example.splitlines())
    rules = network_of(text).model.policy
    assert rules
    assert all(getattr(rule, name) for rule in rules.values())
    assess_network(network_of(text))


def test_rules_of_four_hundred_tenants_are_quick() -> None:
    tenants = range(400)
    text = "cloison: 1\nname: n\nparties:\n  p: {kind: provider}\n"
    text += "".join(f"  t{n}: {{kind: tenant}}\n" for n in tenants)
    text += "zones:\n  front: {owner: p, nature: production}\n"
    text += "".join(f"  z{n}: {{owner: t{n}, nature: production}}\n" for n in tenants)
    text += "subnets:\n  lan: {cidr: 172.16.0.0/24, zone: front}\n"
    text += "".join(f"  s{n}: {{cidr: 10.{n // 200}.{n % 200}.0/24, zone: z{n}}}\n" for n in tenants)
    text += "flows:\n"
    text += "".join(f"  F-{n}: {{from: z{n}, to: front, services: https}}\n" for n in tenants)
    text += "  X: {from: z7, to: z8, services: https}\n"
    text += "policy:\n  apart:\n    for: {a: {parties: {kind: tenant}}, b: {parties: {kind: tenant}}}\n"
    text += "    forbid: {from: {zones: {owner: <a>}}, to: {zones: {owner: <b>}}}\n"
    network = network_of(text)
    begun = time.process_time()
    (check,) = policy_checks(network)
    outcome = check.run(Evidence(network, AT))
    assert [(item.subject.id, item.message.values["instance"]) for item in outcome.breaches] == [("X", "t7, t8")]
    assert time.process_time() - begun < 15  # seconds; some two on the machines that it was written on
