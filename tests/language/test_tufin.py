"""Tufin's zone matrix as a rule of the policy: columns, words, services, hazards of CSV, errors at their cells."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from cloison.netmodel.finding import Finding, MapError
from cloison.netmodel.language.model import Rule
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import compile_network

HEAD = "from zone,to zone,severity,access type,services,rule properties,flows\n"
MAP = """\
cloison: 1
name: n
parties: {p: {kind: provider}}
zones: {front: {owner: p, nature: production}, back: {owner: p, nature: production}}
services: {HTTPS: tcp/8443}
tables: {policy: usp.csv}
"""


def written(folder: Path, table: str | bytes, more: str = "") -> Path:
    (folder / "map.yaml").write_text(MAP + more, encoding="utf-8")
    (folder / "usp.csv").write_bytes(table.encode() if isinstance(table, str) else table)
    return folder / "map.yaml"


def rule(folder: Path, table: str | bytes, more: str = "") -> Rule:
    map_ = read_map(written(folder, table, more))
    compile_network(map_, date(2026, 6, 1))
    return map_.model.policy["usp"]


def errors(folder: Path, table: str | bytes, more: str = "") -> list[Finding]:
    with pytest.raises(MapError) as refused:
        rule(folder, table, more)
    for finding in refused.value.findings:
        assert finding.message.say("en") != finding.message.say("fr")
    return list(refused.value.findings)


def places(found: list[Finding]) -> list[tuple[str, str, int, int]]:
    return [(item.rule, Path(item.spans[0].file).name, item.spans[0].line, item.spans[0].column) for item in found]


def test_a_row_is_a_cell(tmp_path: Path) -> None:
    read = rule(
        tmp_path,
        HEAD
        + 'front,back,critical,allow only,tcp 80; UDP 67-68;icmp 8;other 50;ip/89;ssh,"HAS_COMMENT;'
        'SOURCE_MAX_IP {COUNT: 9}",\n'
        "back,front,low,Block All,,,\nfront,front,medium,ALLOW ALL,any,,HOST_TO_HOST\nback,back,,ignore,,,\n",
    )
    cell = read.matrix["front"]["back"]
    assert cell is not None
    assert (cell.access, cell.severity) == ("allow only", "error")
    assert cell.services == ("tcp/80", "udp/67-68", "icmp/8", "ip/50", "ip/89", "ssh")
    assert cell.properties == ("HAS_COMMENT", "SOURCE_MAX_IP 9")
    blocked, allowed = read.matrix["back"]["front"], read.matrix["front"]["front"]
    assert blocked is not None
    assert allowed is not None
    assert (blocked.access, blocked.severity, blocked.services) == ("block all", "note", ())
    assert (allowed.access, allowed.severity, allowed.services) == ("allow all", "warning", ())
    assert allowed.properties == ("FLOWS HOST_TO_HOST",)
    assert read.matrix["back"]["back"] is None


def test_a_comment_is_kept_and_a_domain_is_named(tmp_path: Path) -> None:
    read = rule(
        tmp_path,
        "from domain,from zone,to domain,to zone,severity,access type,services,comment\n"
        "Default,front,West,back,low,allow only,ssh,Asked for by J. M.\n",
    )
    cell = read.matrix["front"]["back"]
    assert cell is not None
    assert cell.why == "Asked for by J. M."
    assert cell.properties == ("TO DOMAIN West",)


@pytest.mark.parametrize(
    "table",
    [
        b"\xef\xbb\xbf" + HEAD.encode() + b"front,back,low,allow only,tcp 80;tcp 443,,\n",
        HEAD.replace(",", ";").encode() + b'front;back;low;allow only;"tcp 80;tcp 443";;\n',
        HEAD.replace("\n", "\r\n").encode()
        + b"front,back,low,allow only,tcp 80;tcp 443,,\rback,front,low,block all,,,\n",
        HEAD.replace(",", "\t").encode() + b"front\tback\tlow\tallow only\ttcp 80;tcp 443\n",
        b"\n\n" + HEAD.upper().encode() + b'\n"front","back","low","allow only","tcp 80;\ntcp 443",,\n\n',
    ],
    ids=["byte order mark", "semicolons", "mixed line ends", "tabs, a short row", "quotes and blank lines"],
)
def test_hazards_of_csv(tmp_path: Path, table: bytes) -> None:
    cell = rule(tmp_path, table).matrix["front"]["back"]
    assert cell is not None
    assert cell.services == ("tcp/80", "tcp/443")


def test_unknown_zones_are_errors_with_the_nearest(tmp_path: Path) -> None:
    found = errors(
        tmp_path, HEAD + "front,back,low,block all,,,\nfrnt,back,low,block all,,,\nfront,bakc,low,block all,,,\n"
    )
    assert places(found) == [("unknown-name", "usp.csv", 3, 1), ("unknown-name", "usp.csv", 4, 2)]
    assert [item.remedy.values["names"] for item in found if item.remedy] == [("front",), ("back",)]


def test_a_zone_of_another_name_is_mapped_and_case_does_not_count(tmp_path: Path) -> None:
    read = rule(
        tmp_path, HEAD + "Users Networks,FRONT,low,block all,,,\n",
        "policy: {usp: {ends: {Users Networks: {zones: {id: back}}}, why: Imported}}\n",
    )  # fmt: skip
    assert (read.why, list(read.matrix)) == ("Imported", ["Users Networks"])


def test_a_service_of_the_map_comes_before_the_catalogue(tmp_path: Path) -> None:
    cell = rule(tmp_path, HEAD + "front,back,low,allow only,HTTPS;SSH,,\n").matrix["front"]["back"]
    assert cell is not None
    assert cell.services == ("HTTPS", "SSH")
    found = errors(tmp_path, HEAD + "front,back,low,allow only,ssh;htps,,\n")
    assert places(found) == [("unknown-name", "usp.csv", 2, 5)]


@pytest.mark.parametrize(
    ("table", "due"),
    [
        ("", ("empty-table", 1, 0)),
        (HEAD, ("empty-table", 1, 0)),
        ("from zone,severity\nfront,low\n", ("table-header", 1, 1)),
        (HEAD.replace("severity", "severty") + "front,back,low,block all,,,\n", ("unknown-column", 1, 3)),
        (HEAD.replace("flows", "Services") + "front,back,low,block all,,,\n", ("duplicate-column", 1, 7)),
        (HEAD + "front,back,low,blok all,,,\n", ("unknown-word", 2, 4)),
        (HEAD + "front,back,urgent,block all,,,\n", ("unknown-word", 2, 3)),
        (HEAD + "front,,low,block all,,,\n", ("missing-field", 2, 2)),
        (HEAD + "front,back,low\n", ("missing-field", 2, 4)),
        (HEAD + "front,back,low,allow only,,,\n", ("access", 2, 5)),
        (HEAD + "front,back,low,block all,ssh,,\n", ("access", 2, 5)),
        (HEAD + "front,back,low,block all,,,,x\n", ("no-header", 2, 8)),
        (HEAD + "front,back,low,block all,,,\nfront,back,low,allow all,,,\n", ("two-values", 3, 4)),
        (HEAD + "front,back,low,allow only,tcp 70000,,\n", ("bad-service", 2, 5)),
        (HEAD + 'front,"back,low,block all,,,\n', ("table", 2, 0)),
    ],
)
def test_errors_are_told_at_their_cells(tmp_path: Path, table: str, due: tuple[str, int, int]) -> None:
    found = errors(tmp_path, table)
    assert (found[0].rule, found[0].spans[0].line, found[0].spans[0].column) == due


def test_two_rows_that_contradict_each_other_are_shown_together(tmp_path: Path) -> None:
    rows = "front,back,low,block all,,,\n" * 2 + "front,back,low,allow all,,,\n"
    (found,) = errors(tmp_path, HEAD + rows)
    assert [span.line for span in found.spans] == [4, 2]


def test_every_error_is_told_at_once(tmp_path: Path) -> None:
    found = errors(tmp_path, HEAD + "front,back,low,blok all,,,\nfront,back,lo,block all,,,\n,back,low,allow only,,,\n")
    assert [(item.rule, item.spans[0].line) for item in found] == [
        ("unknown-word", 2), ("unknown-word", 3), ("missing-field", 4), ("access", 4),
    ]  # fmt: skip


def test_a_hundred_thousand_rows(tmp_path: Path) -> None:
    names = [f"z{n}" for n in range(316)]
    (tmp_path / "map.yaml").write_text(
        "cloison: 1\nname: n\nparties: {p: {kind: provider}}\nzones:\n"
        + "".join(f"  {name}: {{owner: p, nature: production}}\n" for name in names)
        + "tables: {policy: usp.csv}\n",
        encoding="utf-8",
    )
    rows = (
        f"{here},{there},low,allow only,tcp {n % 900 + 1};udp 53,," for n, here in enumerate(names) for there in names
    )
    (tmp_path / "usp.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    begun = time.process_time()
    map_ = read_map(tmp_path / "map.yaml")
    compile_network(map_, date(2026, 6, 1))
    assert sum(map(len, map_.model.policy["usp"].matrix.values())) == 99_856
    assert time.process_time() - begun < 20  # seconds; some three on the machines that it was written on
