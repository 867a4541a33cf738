"""The effective graph against the declared one: lines taken out of a map and permitted by a rule lead as far again."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from cloison.netmodel.facts import Line
from cloison.netmodel.finding import MapError, Span
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.widened import Passage, widened

SEEDS = range(300)
_BLOCK = 100


def _sibling(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"cloison_tests_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


naive = _sibling("referee")


def reached(network: Network, zone: str) -> set[tuple[str, str]]:
    """Return the assets and unlisted places where somebody from a zone arrives; nobody goes on from a public one."""
    reach = network.reach
    found = reach.reachable(reach.starts("zone", zone))
    places = (reach.vertices[vertex] for vertex in found.order)
    public = {name for item in network.zones.values() if item.public for name in (item.id, *item.subnets)}
    return {
        (item.kind, item.id)
        for item in places
        if item.side == "in" and (item.kind == "asset" or (item.kind in ("rest", "pool") and item.id not in public))
    }


def plain(network: Network, line: Line) -> bool:
    """Say whether a line's ends mean to the reach graph what their addresses do."""
    return not any(
        network.assets[owner].relay
        for end in line.targets
        if end.kind in ("group", "any", "asset", "interface", "endpoint")
        for owner in end.assets
    )


@pytest.mark.parametrize("block", range(len(SEEDS) // _BLOCK))
def test_a_rule_leads_as_far_as_a_line(block: int, tmp_path: Path) -> None:
    compared = moved = 0
    for seed in SEEDS[block * _BLOCK : (block + 1) * _BLOCK]:
        data = naive.written(seed)
        for subnet in data["subnets"].values():
            subnet.pop("closed", None)  # the name of an empty one starts chains, and no address of it does
        file = tmp_path / "map.yaml"
        file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
        try:
            whole = compile_network(read_map(file), naive.AT)
        except MapError:
            continue
        if not whole.assets:
            continue
        chance = random.Random(seed)
        taken = [line for line in whole.lines if line.live and plain(whole, line) and chance.random() < 0.5]
        left = data | {"flows": {name: flow for name, flow in data["flows"].items()
                                 if name not in {line.id for line in taken}}}  # fmt: skip
        file.write_text(yaml.safe_dump(left, sort_keys=False), encoding="utf-8")
        base = compile_network(read_map(file), naive.AT)
        device = next(iter(base.assets))
        rules = [Passage(device, "rule " * 40, Span("fw", at), line.products) for at, line in enumerate(taken)]
        wider = widened(base, rules)
        assert len({line.id for line in wider.lines}) == len(wider.lines)
        for zone in whole.zones:
            wanted, found, before = reached(whole, zone), reached(wider, zone), reached(base, zone)
            assert found == wanted, f"seed {seed}, from {zone}: {found ^ wanted}\n{taken}"
            compared += 1
            moved += wanted != before
    assert compared > 100
    assert moved > 30
