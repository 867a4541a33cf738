"""Random edits of a workbook and of its map against a merge of plain dictionaries."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from merging_world import AT, HEAD, ZONES, Sheet, book

from cloison.netmodel.language.edit import write_files
from cloison.netmodel.language.read import read_map
from cloison.netmodel.merge import merge
from cloison.netmodel.network import compile_network

TITLES = {"from": "source", "to": "destination", "services": "service", "ticket": "ticket", "requester": "requester",
          "starts": "start", "via": "via"}  # fmt: skip
VALUES: dict[str, tuple[Any, ...]] = {
    "from": (["z1"], ["z2"], ["z1", "z2"]),
    "to": (["z3"], ["z4"], ["z5", "z3"]),
    "services": (["https"], ["ssh", "ntp"], ["tcp/8443"]),
    "ticket": ("", "CHG-1", "a: b", "'quoted'", "no"),
    "requester": ("", "Zoé", "Ada, Bob"),
    "starts": ("", "2026-01-02", "2026-03-04"),
    "via": ([], ["core"]),
}
IDS = [f"L-{number:02}" for number in range(8)]
Lines = dict[str, dict[str, Any]]


def line(rng: random.Random) -> dict[str, Any]:
    return {field: rng.choice(values) for field, values in VALUES.items()}


def changed(rng: random.Random, lines: Lines) -> Lines:
    """Return lines as somebody left them: some fields changed, some lines gone, some new."""
    made = {name: dict(fields) for name, fields in lines.items() if rng.random() < 0.85}
    for fields in made.values():
        for field, values in VALUES.items():
            if rng.random() < 0.2:
                fields[field] = rng.choice(values)
    for name in IDS:
        if name not in lines and rng.random() < 0.4:
            made[name] = line(rng)
    return made


def naive(base: Lines, ours: Lines, theirs: Lines, side: str) -> Lines:
    """Merge dictionaries by the rule: what one side alone changed is taken; a conflict goes to the side."""
    made: Lines = {}
    for name in IDS:
        old, here, there = base.get(name), ours.get(name), theirs.get(name)
        if here is not None and there is not None:
            before = old or {}
            made[name] = {}
            for field in VALUES:
                now, new = here[field], there[field]
                if new == now or new == before.get(field, type(new)()):
                    made[name][field] = now
                elif now == before.get(field, type(now)()):
                    made[name][field] = new
                else:
                    made[name][field] = new if side == "theirs" else now
        elif there in (old, here):
            if here is not None:
                made[name] = here
        elif here == old or side == "theirs":
            if there is not None:
                made[name] = there
        elif here is not None:
            made[name] = here
    return made


def written(rng: random.Random, lines: Lines) -> str:
    """Write a map with these lines, each in one of the styles of YAML, with comments."""
    text = HEAD + ZONES + "interconnections: {core: {between: [z1, z2, z3, z4, z5]}}\nflows:\n  # the lines\n"
    for name, fields in lines.items():
        said = {field: value for field, value in fields.items() if value}
        quoted = {
            field: f"[{', '.join(value)}]" if isinstance(value, list) else '"' + value + '"'
            for field, value in said.items()
        }
        if rng.random() < 0.5:
            text += f"  {name}: {{{', '.join(f'{field}: {value}' for field, value in quoted.items())}}}  # {name}\n"
        else:
            text += f"  {name}:  # {name}\n" + "".join(f"    {field}: {value}\n" for field, value in quoted.items())
    return text if lines else text.replace("flows:\n", "")


def filled(path: Path, base: Lines, theirs: Lines) -> None:
    sheet = Sheet(path)
    for name in base:
        if name not in theirs:
            sheet.remove(name)
    for name, fields in theirs.items():
        cells = {TITLES[field]: "; ".join(value) if isinstance(value, list) else value or None
                 for field, value in fields.items()}  # fmt: skip
        if name in base:
            for field, title in TITLES.items():
                if fields[field] != base[name][field]:
                    sheet.put(name, title, cells[title])
        else:
            sheet.add(ID=name, **cells)
    sheet.save()


def held(path: Path) -> Lines:
    flows = read_map(path).model.flows
    return {
        name: {
            "from": list(flow.source), "to": list(flow.to), "services": list(flow.services), "ticket": flow.ticket,
            "requester": flow.requester, "starts": flow.starts.isoformat() if flow.starts else "",
            "via": list(flow.via),
        } for name, flow in flows.items()
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(10))
def test_a_workbook_and_a_map_that_both_moved(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    base = {name: line(rng) for name in IDS[:5]}
    place = tmp_path / "map.yaml"
    place.write_text(written(rng, base), "utf-8")
    path = book(place)
    ours, theirs = changed(rng, base), changed(rng, base)
    filled(path, base, theirs)
    text = written(rng, ours)
    place.write_text(text, "utf-8")
    assert held(place) == ours
    network = compile_network(read_map(place), AT)
    both = naive(base, ours, theirs, "ours"), naive(base, ours, theirs, "theirs")
    free = merge(network, place, path)
    assert free.held_back is (both[0] != both[1])
    assert bool(free.files) is (both[0] == both[1] != ours)
    for side, wanted in zip(("ours", "theirs"), both, strict=True):
        place.write_text(text, "utf-8")
        merged = merge(network, place, path, side="ours" if side == "ours" else "theirs")
        write_files(merged.files)
        assert held(place) == wanted, side
        after = place.read_text("utf-8").splitlines()
        for one in text.splitlines():  # comments of the lines that stay are there still
            if "  # " in one and one.rpartition("  # ")[2] in wanted:
                assert any(other.endswith(one.rpartition("  # ")[2]) and "  # " in other for other in after)
