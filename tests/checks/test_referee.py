"""The segmentation rules against a second, naive reading of the same random maps, host by host."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from cloison.netmodel.assurance.check import Breach
from cloison.netmodel.assurance.checks import public_to_sensitive, tenant_isolation
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.policy import policy_checks
from cloison.netmodel.finding import MapError
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network


def _sibling(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"cloison_tests_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


naive = _sibling("referee")
SEEDS = range(600 if "CLOISON_NIGHTLY" in os.environ else 300)
_BLOCK = 150


def path_of(breach: Breach) -> list[tuple[str, str]]:
    assert breach.witness is not None
    return [(step.subject.kind, step.subject.id) for step in breach.witness.steps]


def lines_in(path: list[tuple[str, str]]) -> list[str]:
    return [name for kind, name in path if kind == "line"]


def compared(
    map_: Any, breaches: tuple[Breach, ...], due: Any, start_key: str, begun: Any, no_pivot: set[str]
) -> Iterator[str]:
    """Yield every disagreement over one rule's findings."""
    direct, chains, routes = set(), {}, set()
    for breach in breaches:
        values = breach.message.values
        target = (breach.subject.kind, breach.subject.id)
        if "first" in values:
            path = path_of(breach)
            start, last = str(values[start_key]), str(values["last"])
            key = start, last, target
            chains[key] = min(len(lines_in(path)), chains.get(key, 99))
            if lines_in(path)[-1] != last or lines_in(path)[0] != values["first"]:
                yield f"witness of {key} is not by its lines: {path}"
            if not naive.follows(map_, path, begun(start), no_pivot):
                yield f"witness of {key} cannot be walked: {path}"
        elif "line" in values:
            direct |= {(str(values["line"]), name) for name in values["targets"]}
        else:
            routes.add((str(values["zone"]), target))
    expected = {(line, name) for line, (_, name) in due.direct}
    loosely = {(line, name) for line, (_, name) in due.loosely}
    for item in sorted(expected - direct):
        yield f"direct {item}: missed"
    for item in sorted(direct - expected - loosely):
        yield f"direct {item}: false alarm"
    for start, last, target in sorted(due.chains.keys() - chains.keys()):
        if map_.plain or not any(key[0] == start and key[2] == target for key in chains):
            yield f"chain {(start, last, target)}: missed"
    for item in sorted(chains.keys() - due.chains.keys() - due.perhaps):
        yield f"chain {item}: false alarm"
    for item in sorted(due.chains.keys() & chains.keys()):
        if map_.plain and due.chains[item] != chains[item]:
            yield f"chain {item}: {chains[item]} lines, {due.chains[item]} are enough"
    for item in sorted(due.routes ^ routes):
        yield f"route {item}: {'missed' if item in due.routes else 'false alarm'}"


def tenants(map_: Any, breaches: tuple[Breach, ...]) -> Iterator[str]:
    due = naive.tenant_isolation(map_)
    direct: dict[str, set[str]] = {}
    chains: dict[tuple[str, str], str] = {}
    for breach in breaches:
        values = breach.message.values
        if "line" in values:
            direct[str(values["line"])] = set(values["tenants"])
        elif "source" in values:  # the rest are shared places, which have cases of their own
            pair = str(values["source"]), str(values["target"])
            chains[pair] = breach.severity or "error"
            if not naive.follows(map_, path_of(breach), due.loose[pair[0]]):
                yield f"witness of {pair} cannot be walked: {path_of(breach)}"
            if pair not in due.may:
                yield f"tenants {pair}: false alarm"
    for name in sorted(due.direct.keys() | direct.keys()):
        got, wanted = direct.get(name, set()), due.direct.get(name, set())
        if got != wanted:
            yield f"tenants by {name}: {direct.get(name)} instead of {due.direct.get(name)}"
    for pair in sorted(due.must):
        joined = any(set(pair) <= both for both in direct.values())
        if pair not in chains and not joined:
            yield f"tenants {pair}: missed"
        elif pair in due.error and chains.get(pair) == "warning" and not joined:
            yield f"tenants {pair}: a warning only"


def judged(data: dict[str, Any], network: Network) -> tuple[int, list[str]]:
    """Return how many findings the rules have on a map, and every disagreement with the naive reading."""
    map_ = naive.Referee(data)
    evidence = Evidence(network, network.at)

    def everyone(_: str) -> set[str]:
        return set(map_.at_host)

    def public(start: str) -> set[str]:
        return {host for host in map_.at_host if map_.all_public(host) and naive.within(map_, host, ("zone", start))}

    breaches = public_to_sensitive.CHECK.run(evidence).breaches
    found = len(breaches)
    wrong = [f"public-to-sensitive: {item}"
             for item in compared(map_, breaches, naive.public_to_sensitive(map_), "zone", public, set())]  # fmt: skip
    breaches = tenant_isolation.CHECK.run(evidence).breaches
    found += len(breaches)
    wrong += [f"tenant-isolation: {item}" for item in tenants(map_, breaches)]
    for check in policy_checks(network):
        rule = data["policy"][check.name]
        breaches = check.run(evidence).breaches
        found += len(breaches)
        words = set(naive.many(rule["unless"]["through"]["assets"]["functions"])) if "unless" in rule else set()
        tops = {map_.cluster.get(name, name) for name in map_.assets if words & map_.functions(name)}
        due = naive.forbidden(map_, rule)
        wrong += [f"{check.name}: {item}" for item in compared(map_, breaches, due, "source", everyone, tops)]
    return found, wrong


@pytest.mark.parametrize("block", range(len(SEEDS) // _BLOCK))
def test_the_rules_agree_with_a_naive_reading(block: int, tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS[block * _BLOCK : (block + 1) * _BLOCK]:
        data = naive.written(seed)
        file = tmp_path / "map.yaml"
        file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
        try:
            network = compile_network(read_map(file), naive.AT)
        except MapError:
            seen["invalid"] += 1
            continue
        found, wrong = judged(data, network)
        seen["found" if found else "none"] += 1
        assert not wrong, f"seed {seed}: {wrong}\n{file.read_text(encoding='utf-8')}"
    valid = seen["found"] + seen["none"]
    assert valid >= 0.6 * _BLOCK, seen
    assert min(seen["found"], seen["none"]) >= 0.25 * valid, seen
