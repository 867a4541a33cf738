"""Random edits of a workbook and of its map against a merge of plain dictionaries."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path
from typing import Any

import pytest
from merging_world import AT, HEAD, ZONES, Sheet, book

from cloison.netmodel.language.edit import write_files
from cloison.netmodel.language.read import read_map
from cloison.netmodel.merge import merge
from cloison.netmodel.merging.three import Side
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


TABLES = (  # headers of a table, with the sign between its cells
    ";ID;source;destination;service;ticket;demandeur;début;via",
    ",id,ticket,protocol,ports,to,from,start,requester,labels.note,via,source zone",
    "\tID\tservice\tprotocol\tports\tsource\tdirection\tdestination\tticket\trequester\tstart\tvia",
)
KEPT: Lines = {
    "K": {field: {"from": ["z1"], "to": ["z3"], "services": ["tcp/8443"], "via": []}.get(field, "") for field in VALUES}
}


def in_a_table(rng: random.Random, header: str, lines: Lines) -> str:
    """Write lines as a table; a service of protocol and ports is in their columns where there are some."""
    sign, titles = header[0], header[1:].split(header[0])
    paper = io.StringIO(newline="")
    writer = csv.writer(paper, delimiter=sign, lineterminator=rng.choice(["\n", "\r\n"]))
    writer.writerow(titles)
    for name, fields in lines.items():
        cells: dict[str, str] = {"id": name, "direction": rng.choice(["", "->", "→"])}
        for column, field in (("source", "from"), ("destination", "to"), ("service", "services"), ("via", "via")):
            cells[column] = rng.choice(["; ", ",", "\n"]).join(fields[field])
        cells |= {"ticket": fields["ticket"], "requester": fields["requester"], "start": fields["starts"]}
        if "ports" in titles and (fields["services"] == ["tcp/8443"] or "service" not in titles):
            cells["protocol"], cells["ports"] = ("tcp", "8443") if fields["services"] == ["tcp/8443"] else (
                "", ", ".join(fields["services"]))  # fmt: skip
            cells["service"] = ""
        others = {"to": "destination", "from": "source", "demandeur": "requester", "début": "start", "ID": "id"}
        writer.writerow([cells.get(others.get(title, title), "") for title in titles])
    return paper.getvalue()


def stored(rng: random.Random, place: Path, header: str, lines: Lines) -> dict[Path, bytes]:
    """Write a map whose lines are partly in YAML, partly in a table; return the bytes of its files."""
    here = {name: fields for name, fields in lines.items() if int(name[2:]) % 3 == 0}
    there = KEPT | {name: fields for name, fields in lines.items() if name not in here}
    (place / "map.yaml").write_text(written(rng, here) + "tables: {flows: matrix.csv}\n", "utf-8")
    (place / "matrix.csv").write_bytes(in_a_table(rng, header, there).encode())
    return {path: path.read_bytes() for path in place.iterdir()}


@pytest.mark.parametrize("header", TABLES)
@pytest.mark.parametrize("seed", range(6))
def test_a_workbook_and_tables_that_both_moved(tmp_path: Path, seed: int, header: str) -> None:
    rng = random.Random(seed)
    base = {name: line(rng) for name in IDS[:5]}
    place = tmp_path / "map"
    place.mkdir()
    stored(rng, place, header, base)
    path = book(place)
    ours, theirs = changed(rng, base), changed(rng, base)
    filled(path, base, theirs)
    before = stored(rng, place, header, ours)
    assert held(place) == ours | KEPT
    network = compile_network(read_map(place), AT)
    sides: tuple[Side, ...] = ("ours", "theirs")
    for side in sides:
        for file, data in before.items():
            file.write_bytes(data)
        merged = merge(network, place, path, side=side)
        assert not merged.held_back
        write_files(merged.files, merged.seen)
        wanted = naive(base, ours, theirs, side)
        assert held(place) == wanted | KEPT, side
        rows = (place / "matrix.csv").read_bytes().decode().split("\n")
        for row in before[place / "matrix.csv"].decode().split("\n"):  # a row that nothing changed keeps its bytes
            name = next((one for one in IDS if one in row), "")
            if name and ours.get(name) == wanted.get(name):
                assert row in rows
