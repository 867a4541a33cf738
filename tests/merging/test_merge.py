"""A workbook taken back: what changes in the files and what does not, conflicts, and what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from merging_world import AT, CSV, MAP, Sheet, book, compiled, edited, saved

from cloison.netmodel.finding import Finding, Lang, MapError, Ref
from cloison.netmodel.language.edit import write_files
from cloison.netmodel.language.read import read_map
from cloison.netmodel.merge import Merge, merge
from cloison.netmodel.network import compile_network

PROTECTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)  # a compound file, as of a workbook with a password
EXAMPLES = Path(__file__).parents[2] / "examples"


def taken(place: Path, path: Path, **options: Any) -> Merge:
    return merge(compiled(place), place, path, **options)


def lines(merged: Merge) -> dict[str, tuple[list[str], list[str]]]:
    """Return the lines that go and come in each file."""
    found = {}
    for path, data in merged.files.items():
        before, after = path.read_bytes().decode().splitlines(), data.decode().splitlines()
        found[path.name] = [one for one in before if one not in after], [one for one in after if one not in before]
    return found


def contents(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.iterdir()}


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_workbook_that_nobody_edited_changes_nothing(place: Path, lang: Lang) -> None:
    path = book(place, lang=lang)
    path.write_bytes(saved(path))
    merged = taken(place, path)
    assert (merged.files, merged.steps, merged.report.findings, merged.held_back) == ({}, (), (), False)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_example_comes_back_to_the_byte(tmp_path: Path, lang: Lang) -> None:
    place = tmp_path / "nuage"
    shutil.copytree(EXAMPLES / "nuage", place)
    before = contents(place)
    merged = taken(place, book(place, lang=lang))
    assert (merged.files, merged.steps, merged.report.findings) == ({}, (), ())
    path = edited(tmp_path / "book.xlsx", lambda it: it.put("PLT-01", "ticket", "CHG-9999"))
    write_files(taken(place, path).files)
    after = contents(place)
    assert {name for name in before if before[name] != after[name]} == {"plateforme.yaml"}
    assert after["plateforme.yaml"] == before["plateforme.yaml"].replace(b"CHG-0201", b"CHG-9999", 1)


EDITS: Mapping[str, tuple[Callable[[Sheet], Any], dict[str, tuple[list[str], list[str]]]]] = {
    "a text": (
        lambda it: it.put("F-001", "ticket", "CHG-2"),
        {"map.yaml": (
            ['  F-001: {from: z1, to: [z2, z3], services: https, responsible: "net", ticket: CHG-1}   # since ever'],
            ['  F-001: {from: z1, to: [z2, z3], services: https, responsible: "net", ticket: CHG-2}   # since ever'],
        )},
    ),
    "a field that goes": (
        lambda it: it.put("F-001", "responsible", None),
        {"map.yaml": (
            ['  F-001: {from: z1, to: [z2, z3], services: https, responsible: "net", ticket: CHG-1}   # since ever'],
            ["  F-001: {from: z1, to: [z2, z3], services: https, ticket: CHG-1}   # since ever"],
        )},
    ),
    "a field that comes": (
        lambda it: it.put("F-002", "expiry", datetime(2027, 3, 4)),
        {"map.yaml": ([], ["    expires: 2027-03-04"])},
    ),
    "a list": (
        lambda it: it.put("F-002", "service", "ssh; ntp"),
        {"map.yaml": (["      - https"], ["      - ntp"])},
    ),
    "an encryption": (
        lambda it: it.put("F-002", "encryption", "tls 1.2"),
        {"map.yaml": (["    encryption: {protocol: ssh}"], ['    encryption: {protocol: tls, minimum: "1.2"}'])},
    ),
    "a direction": (
        lambda it: it.put("F-003", "direction", "->"),
        {"map.yaml": (
            ["  F-003: {between: [z1, z4], services: tcp/8443, expires: 2027-01-31}"],
            ["  F-003: {services: tcp/8443, expires: 2027-01-31, from: z1, to: z4}"],
        )},
    ),
    "a label": (
        lambda it: it.put("F-004", "labels.lot", "two"),
        {"map.yaml": (
            ["  F-004: {between: [z1, z2, z5], services: ntp, labels: {lot: one}}"],
            ["  F-004: {between: [z1, z2, z5], services: ntp, labels: {lot: two}}"],
        )},
    ),
    "a cell of a table": (
        lambda it: it.put("C-10", "responsible", 'Max "le grand"; Zoé'),
        {"matrix.csv": (
            ['C-10;z3;z3;z4;→;https;"Zoé; Max";Ada (02/01/2026);CHG-7;non'],
            ['C-10;z3;z3;z4;→;https;"Max ""le grand""; Zoé";Ada (02/01/2026);CHG-7;non'],
        )},
    ),
    "a date that a table has day first": (
        lambda it: it.put("C-10", "approver", "Bob (2026-02-03)"),
        {"matrix.csv": (
            ['C-10;z3;z3;z4;→;https;"Zoé; Max";Ada (02/01/2026);CHG-7;non'],
            ['C-10;z3;z3;z4;→;https;"Zoé; Max";Bob (03/02/2026);CHG-7;non'],
        )},
    ),
    "an end that a table has the other way": (
        lambda it: it.put("C-11", "source", "z2"),
        {"matrix.csv": (["C-11;;z4;z5;<-;ssh;Max;;;"], ["C-11;;z4;z2;<-;ssh;Max;;;"])},
    ),
    "computed cells that follow": (
        lambda it: (it.put("C-10", "source", "z2"), it.put("C-10", "service", "telnet")),
        {"matrix.csv": (
            ['C-10;z3;z3;z4;→;https;"Zoé; Max";Ada (02/01/2026);CHG-7;non'],
            ['C-10;z2;z2;z4;→;telnet;"Zoé; Max";Ada (02/01/2026);CHG-7;oui'],
        )},
    ),
    "a line that goes": (
        lambda it: (it.remove("F-003"), it.remove("C-11")),
        {"map.yaml": (["  F-003: {between: [z1, z4], services: tcp/8443, expires: 2027-01-31}"], []),
         "matrix.csv": (["C-11;;z4;z5;<-;ssh;Max;;;"], [])},
    ),
    "a line that comes, with its id": (
        lambda it: it.add(ID="F-100", source="z1", destination="z2", service="ntp", vrf="default"),
        {"matrix.csv": ([], ["F-100;z1;z1;z2;→;ntp;;;;non"])},
    ),
    "a line that comes, without": (
        lambda it: it.add(source="z1", destination="z2", service="ntp", **{"technical domain": "processing"}),
        {"map.yaml": ([], ["  C-12: {from: z1, to: z2, services: ntp, domain: processing}"])},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_each_kind_of_edit(place: Path, name: str) -> None:
    act, wanted = EDITS[name]
    path = edited(book(place), lambda it: act(it) if name != "a line that comes, with its id" else it.add(
        ID="F-100", source="z1", destination="z2", service="ntp"))  # fmt: skip
    before = contents(place)
    merged = taken(place, path)
    assert lines(merged) == wanted
    assert not merged.held_back
    assert contents(place) == before  # nothing is written by asking
    write_files(merged.files)
    again = taken(place, path)
    assert (again.files, again.held_back) == ({}, False)


PORTS = "ID,protocol,ports,source,destination,kind of justification,justification,approver,approval date\n"


@pytest.mark.parametrize(
    ("title", "value", "row"),
    [
        ("service", "udp/53", 'A-1,udp,53,z1,"z2;z3",business,Why,Ada,2026-01-02'),
        ("service", "tcp/443; tcp/8443", 'A-1,tcp,"443, 8443",z1,"z2;z3",business,Why,Ada,2026-01-02'),
        ("service", "udp/53; tcp/53", 'A-1,,"udp/53, tcp/53",z1,"z2;z3",business,Why,Ada,2026-01-02'),
        ("service", "https", 'A-1,,https,z1,"z2;z3",business,Why,Ada,2026-01-02'),
        ("source", "z5", 'A-1,tcp,443,z5,"z2;z3",business,Why,Ada,2026-01-02'),  # the other end keeps its text
        ("business or infrastructure justification", "infrastructure: New",
         'A-1,tcp,443,z1,"z2;z3",infrastructure,New,Ada,2026-01-02'),
        ("approver", "Bob (2026-03-03)", 'A-1,tcp,443,z1,"z2;z3",business,Why,Bob,2026-03-03'),
    ],
)
def test_each_column_of_a_table_says_its_own(place: Path, title: str, value: str, row: str) -> None:
    (place / "matrix.csv").write_text(PORTS + 'A-1,tcp,443,z1,"z2;z3",business,Why,Ada,2026-01-02\n', "utf-8")
    merged = taken(place, edited(book(place), lambda it: it.put("A-1", title, value)))
    assert merged.files == {place / "matrix.csv": f"{PORTS}{row}\n".encode()}


def test_a_line_whose_ends_are_in_two_files(place: Path) -> None:
    (place / "matrix.csv").write_text("ID;destination;service\nF-5;z2;ssh\n", "utf-8")
    changed_here(place, "  F-003:", "  F-5: {from: z1}\n  F-003:")
    path = edited(book(place), lambda it: (it.put("F-5", "destination", "z5"), it.put("F-5", "source", "z3")))
    merged = taken(place, path)
    assert lines(merged) == {
        "matrix.csv": (["F-5;z2;ssh"], ["F-5;z5;ssh"]), "map.yaml": (["  F-5: {from: z1}"], ["  F-5: {from: z3}"]),
    }  # fmt: skip


def test_a_service_that_no_column_can_say(place: Path) -> None:
    (place / "matrix.csv").write_text("ID;protocol;source;destination\nF-5;ospf;z1;z2\n", "utf-8")
    merged = taken(place, edited(book(place), lambda it: it.put("F-5", "service", "tcp/22")))
    (finding,) = merged.report.findings
    assert (finding.rule, finding.message.values) == ("edit-refused", {"field": "services"})
    path = edited(book(place), lambda it: it.add(ID="F-6", source="z1", destination="z2", service="tcp/22"))
    merged = taken(place, path)
    assert list(lines(merged)) == ["map.yaml"]


def test_what_a_file_says_of_a_map_stays(place: Path) -> None:
    path = edited(book(place), lambda it: (it.put("F-001", "ticket", "X"), it.put("C-10", "ticket", "Y")))
    write_files(taken(place, path).files)
    assert (place / "map.yaml").read_text("utf-8") == MAP.replace("CHG-1}", "X}")
    assert (place / "matrix.csv").read_bytes() == CSV.replace("CHG-7", "Y").encode()


def test_a_file_that_changed_since_is_not_overwritten(place: Path) -> None:
    path = edited(book(place), lambda it: (it.put("F-001", "ticket", "X"), it.put("C-10", "ticket", "Y")))
    merged = taken(place, path)
    (place / "map.yaml").write_text(MAP + "# somebody was here\n", "utf-8")
    with pytest.raises(MapError):
        write_files(merged.files, merged.seen)
    assert (place / "matrix.csv").read_bytes() == CSV.encode()
    assert (place / "map.yaml").read_text("utf-8").endswith("# somebody was here\n")


def test_a_line_that_a_repeat_made_is_refused_with_its_fragment(place: Path) -> None:
    path = edited(book(place), lambda it: (it.put("T-1.acme", "ticket", "X"), it.put("F-001", "ticket", "NEW")),
                  lambda it: it.remove("T-1.zenith"))  # fmt: skip
    merged = taken(place, path)
    assert (merged.files, merged.held_back) == ({}, True)
    at = MAP.splitlines().index("      T-1.<t>: {from: z5, to: z1, services: https, ticket: CHG-9}") + 1
    for finding, name in zip(merged.report.findings, ("T-1.acme", "T-1.zenith"), strict=True):
        assert (finding.rule, finding.subject) == ("edit-refused", Ref("line", name))
        assert (Path(finding.spans[0].file).name, finding.spans[0].line) == ("map.yaml", at)
    partly = taken(place, path, partial=True)
    assert partly.held_back
    assert [step.id for step in partly.steps] == ["F-001", "T-1.acme", "T-1.zenith"]
    assert lines(partly)["map.yaml"][1][0].count("ticket: NEW") == 1


def test_a_line_in_a_spreadsheet_of_the_map_is_refused(place: Path) -> None:
    from openpyxl import Workbook

    own = Workbook()
    own.worksheets[0].append(["ID", "source", "destination", "service"])
    own.worksheets[0].append(["X-1", "z1", "z5", "ntp"])
    own.save(place / "own.xlsx")
    text = (place / "map.yaml").read_text("utf-8").replace("flows: matrix.csv", "flows: [matrix.csv, own.xlsx]")
    (place / "map.yaml").write_text(text, "utf-8")
    path = edited(book(place), lambda it: it.put("X-1", "service", "ssh"), lambda it: it.put("F-001", "ticket", "Y"))
    merged = taken(place, path)
    (finding,) = merged.report.findings
    assert (finding.rule, Path(finding.spans[0].file).name) == ("edit-refused", "own.xlsx")
    assert not merged.files
    assert list(lines(taken(place, path, partial=True))) == ["map.yaml"]


def test_what_no_cell_can_say_is_not_lost(place: Path) -> None:
    text = (place / "map.yaml").read_text("utf-8").replace(
        "labels: {lot: one}}", "compensating: [{kind: procedure, by: core, text: Nobody}], constraints: ['a, b']}"
    )
    (place / "map.yaml").write_text(text, "utf-8")
    path = book(place)
    assert taken(place, path).steps == ()
    edited(path, lambda it: it.put("F-004", "constraints on the data", "c"), lambda it: it.put("F-004", "ticket", "T"))
    merged = taken(place, path)
    (finding,) = merged.report.findings
    assert finding.rule == "edit-refused"
    assert "constraints" in finding.message.say("en")
    assert not merged.files
    (came,) = lines(taken(place, path, partial=True))["map.yaml"][1]
    assert came.endswith("constraints: ['a, b'], ticket: T}")


def with_line(place: Path, fields: str) -> None:
    changed_here(place, "  F-003:", f"  F-9: {{from: z1, to: z4, services: ssh, {fields}}}  # mine\n  F-003:")


@pytest.mark.parametrize("text", [r'"a\tb"', r'"\u202ea"', '"\U0001f469\u200d\U0001f4bb"', r'"a\r\nb"'])
def test_a_text_with_what_cannot_be_seen_is_no_change(place: Path, text: str) -> None:
    with_line(place, f"ticket: {text}")
    path = edited(book(place), lambda it: it.put("F-9", "risk", "R"))
    assert [(step.field, step.new) for step in taken(place, path).steps] == [("risk", "R")]
    path = edited(book(place), lambda it: it.put("F-9", "ticket", f"{it.get('F-9', 'ticket')}!"))
    for side in ("", "theirs"):
        (finding,) = taken(place, path, side=side).report.findings  # its escape is not written for it
        assert (finding.rule, finding.subject) == ("edit-refused", Ref("line", "F-9"))
    merged = taken(place, edited(book(place), lambda it: it.remove("F-9")))
    assert (merged.held_back, [step.kind for step in merged.steps]) == (False, ["removed"])


def test_a_text_of_a_block_may_be_edited(place: Path) -> None:
    changed_here(place, 'text: "Entretien, de nuit"}', "text: Entretien}")
    block = "justification:\n      kind: infrastructure   # why\n      text: >\n        Night\n        work\n"
    changed_here(place, "justification: {kind: infrastructure, text: Entretien}", block)
    path = edited(book(place), lambda it: it.put("F-002", "business or infrastructure justification", "business: New"))
    gone, come = lines(taken(place, path))["map.yaml"]
    assert come == ["      kind: business   # why", "      text: New"]
    assert len(gone) == 4


def test_another_id_keeps_the_line_and_all_that_no_cell_says(place: Path) -> None:
    with_line(place, "constraints: ['a, b'], windows: [{start: 2026-01-01, end: 2026-02-01, text: x}]")
    path = edited(book(place), lambda it: (it.put("F-9", "ID", "F-10"), it.put("C-10", "ID", "C-99")))
    merged = taken(place, path)
    assert {(step.id, step.kind) for step in merged.steps} == {
        ("F-10", "added"), ("C-99", "added"), ("C-10", "removed"), ("F-9", "removed"),
    }  # fmt: skip
    for gone, come in lines(merged).values():
        assert [one.replace("F-9", "F-10").replace("C-10", "C-99") for one in gone] == come
    write_files(merged.files)
    assert taken(place, path).steps == ()


def test_the_id_of_a_repeated_line_is_not_changed(place: Path) -> None:
    merged = taken(place, edited(book(place), lambda it: it.put("T-1.acme", "ID", "T-2")))
    assert ("edit-refused", Ref("line", "T-1.acme")) in [(one.rule, one.subject) for one in merged.report.findings]
    assert (merged.files, merged.held_back) == ({}, True)


def test_lines_alike_are_not_taken_for_one_another(place: Path) -> None:
    with_line(place, "windows: [{start: 2026-01-01, end: 2026-02-01, text: x}]")
    changed_here(place, "  F-003:", "  F-8: {from: z1, to: z4, services: ssh}\n  F-003:")
    path = edited(book(place), lambda it: (it.put("F-9", "ID", "F-10"), it.remove("F-8")))
    (made,) = taken(place, path).files.values()
    assert b"F-10:" in made
    assert b"windows" not in made  # nothing says which of the two it is


# ---- conflicts


def changed_here(place: Path, old: str, new: str) -> None:
    text = (place / "map.yaml").read_text("utf-8")
    assert old in text
    (place / "map.yaml").write_text(text.replace(old, new), "utf-8")


def test_a_field_changed_on_both_sides(place: Path) -> None:
    path = edited(book(place), lambda it: (it.put("F-001", "ticket", "THERE"), it.put("F-001", "responsible", "me")))
    changed_here(place, "ticket: CHG-1}", "ticket: HERE}")
    merged = taken(place, path)
    (finding,) = merged.report.findings
    assert finding.rule == "conflict"
    assert finding.message.values == {"field": "ticket", "base": "CHG-1", "ours": "HERE", "theirs": "THERE"}
    sheet, here = finding.spans
    assert (sheet.sheet, sheet.line, sheet.column) == ("matrix", Sheet(path).row("F-001"), Sheet(path).column("ticket"))
    assert (Path(here.file).name, here.line) == (
        "map.yaml", MAP.splitlines().index(next(one for one in MAP.splitlines() if "F-001" in one)) + 1,
    )  # fmt: skip
    assert (merged.files, merged.held_back) == ({}, True)
    ours, theirs = (lines(taken(place, path, side=side))["map.yaml"][1][0] for side in ("ours", "theirs"))
    assert 'responsible: me, ticket: HERE}' in ours.replace('"', "")
    assert 'responsible: me, ticket: THERE}' in theirs.replace('"', "")


def test_lines_removed_on_one_side_and_changed_on_the_other(place: Path) -> None:
    path = edited(book(place), lambda it: (it.remove("F-001"), it.put("F-003", "ticket", "THERE")))
    changed_here(place, "ticket: CHG-1}", "ticket: HERE}")
    changed_here(place, "  F-003: {between: [z1, z4], services: tcp/8443, expires: 2027-01-31}\n", "")
    merged = taken(place, path)
    assert {(one.subject.id, one.message.say("en")) for one in merged.report.findings} == {
        ("F-001", "The line was removed in the workbook and changed here"),
        ("F-003", "The line was removed here and changed in the workbook"),
    }
    assert not merged.files
    assert not taken(place, path, side="ours").files
    write_files(taken(place, path, side="theirs").files)
    flows = compiled(place).model.flows
    assert "F-001" not in flows
    assert flows["F-003"].ticket == "THERE"
    assert flows["F-003"].between == ("z1", "z4")


def test_both_changed_alike_and_the_base_of_an_older_copy(place: Path) -> None:
    older = book(place, "older.xlsx")
    changed_here(place, "ticket: CHG-1}", "ticket: NEW}")
    path = edited(book(place), lambda it: it.put("F-001", "responsible", "me"))
    merged = taken(place, path, base=older)
    assert [(step.id, step.field) for step in merged.steps] == [("F-001", "responsible")]
    book(place)  # made after the change: against its own base nothing has moved
    assert taken(place, path, base=older).steps == ()


def test_a_row_without_an_id_is_known_again(place: Path) -> None:
    path = edited(book(place), lambda it: it.add(source="z1", destination="z2", service="ntp"))
    first = taken(place, path)
    assert [(step.id, step.kind) for step in first.steps] == [("C-12", "added")]
    write_files(first.files)
    assert taken(place, path).steps == ()


def test_the_id_of_a_repeat_is_not_counted_on(place: Path) -> None:
    def after_the_last(it: Sheet) -> None:
        it.sheet.insert_rows(it.row("T-1.zenith") + 1)
        for title, value in {"source": "z1", "destination": "z2", "service": "ntp"}.items():
            it.sheet.cell(it.row("T-1.zenith") + 1, it.column(title)).value = value

    assert [step.id for step in taken(place, edited(book(place), after_the_last)).steps] == ["C-12"]


# ---- what is no workbook of this map


def refused(place: Path, path: Path) -> tuple[Finding, ...]:
    with pytest.raises(MapError) as error:
        taken(place, path)
    for finding in error.value.findings:
        assert finding.spans[0].file
        assert finding.message.say("en") != finding.message.say("fr")
    return error.value.findings


BAD: Mapping[str, tuple[Callable[[Sheet], Any], list[tuple[str, int]]]] = {
    "merged cells": (lambda it: it.sheet.merge_cells("A3:A4"), [("merged-cells", 3)]),
    "a formula": (lambda it: it.put("F-001", "ticket", "=1+1"), [("table", 2)]),
    "an error": (lambda it: it.put("F-001", "ticket", "#REF!"), [("table", 2)]),
    "no destination": (lambda it: it.sheet.delete_cols(it.column("destination")), [("missing-column", 1)]),
    "no id": (lambda it: it.sheet.delete_cols(1), [("missing-column", 1)]),
    "an unknown column": (lambda it: it.put("ID", "ticket", "tikcet"), [("unknown-column", 1)]),
    "the same id twice": (lambda it: it.put("F-002", "ID", "F-001"), [("duplicate-key", 2)]),
    "a date that is none": (lambda it: it.put("F-001", "expiry", "soon"), [("bad-date", 2)]),
    "a service and a port": (
        lambda it: (it.sheet.cell(1, 60, "ports"), it.sheet.cell(1, 61, "protocol"), it.sheet.cell(2, 60, "443"),
                    it.sheet.cell(2, 61, "tcp")),
        [("two-values", 2)],
    ),
    "a name that is not in the map": (lambda it: it.put("F-001", "source", "z9"), [("unknown-name", 2)]),
    "a cell beyond the header": (lambda it: it.sheet.cell(3, 80, "x"), [("no-header", 3)]),
    "a title above the header": (lambda it: (it.sheet.insert_rows(1), it.sheet.cell(1, 1, "My matrix")),
                                 [("missing-column", 1)]),
    "no base": (lambda it: it.book.remove(it.book["cloison"]), [("table", 0)]),
    "two matrices": (lambda it: it.book.copy_worksheet(it.sheet).__setattr__("title", "matrice"), [("table", 0)]),
    "an empty matrix": (lambda it: it.sheet.delete_rows(1, 99), [("table", 0)]),
    "no matrix": (lambda it: it.book.remove(it.sheet), [("table", 0)]),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_workbooks(place: Path, name: str) -> None:
    act, wanted = BAD[name]
    path = book(place)

    def acted(it: Sheet) -> None:
        if name == "an unknown column":
            it.sheet.cell(1, it.column("ticket")).value = "tikcet"
        else:
            act(it)

    edited(path, acted)
    before = contents(place)
    found = refused(place, path)
    assert [(one.rule, one.spans[0].line) for one in found] == wanted
    assert all(one.spans[0].file == str(path) for one in found)
    assert contents(place) == before


def test_a_workbook_of_another_map(place: Path) -> None:
    path = book(place)
    changed_here(place, "name: Essai", "name: Autre")
    (finding,) = refused(place, path)
    assert (finding.rule, finding.message.values) == ("another-map", {"other": "Essai", "name": "Autre"})


@pytest.mark.parametrize("data", [b"", b"PK", b"no archive", CSV.encode(), PROTECTED])
def test_no_workbook(place: Path, data: bytes) -> None:
    path = place.parent / "book.xlsx"
    path.write_bytes(data)
    (finding,) = refused(place, path)
    assert finding.rule == "table"


def test_an_id_that_became_a_number(place: Path) -> None:
    changed_here(place, "F-001:", '"007":')
    path = edited(book(place), lambda it: it.put("007", "ID", 7))
    (finding,) = refused(place, path)
    assert (finding.rule, finding.spans[0].line, finding.message.values["line"]) == ("number-id", 2, "007")


def test_what_is_not_taken_back_is_said(place: Path) -> None:
    path = edited(
        book(place), lambda it: it.put("F-001", "source zone", "z5"),
        lambda it: it.put("F-001", "last review", "today"), lambda it: it.sheet.delete_cols(it.column("ticket")),
    )  # fmt: skip
    merged = taken(place, path)
    assert (merged.steps, merged.files) == ((), {})
    assert [(one.rule, one.severity) for one in merged.report.findings] == [("not-taken-back", "warning")] * 3
    said = [one.message.say("en") for one in merged.report.findings]
    assert [word for word in ("ticket", "source zone", "last review") if any(word in one for one in said)] == [
        "ticket", "source zone", "last review",
    ]  # fmt: skip


def test_a_copy_of_the_matrix_is_not_read_and_that_is_said(place: Path) -> None:
    def act(it: Sheet) -> None:
        copied = it.book.copy_worksheet(it.sheet)
        copied.title = "matrix (2)"
        copied.cell(2, it.column("ticket")).value = "THERE"

    merged = taken(place, edited(book(place), act))
    (finding,) = merged.report.findings
    assert (finding.rule, finding.spans[0].sheet, merged.steps) == ("not-taken-back", "matrix (2)", ())


def test_rows_and_sheets_may_be_moved(place: Path) -> None:
    def act(it: Sheet) -> None:
        rows = [[cell.value for cell in row] for row in it.sheet.iter_rows(min_row=2)]
        it.sheet.delete_rows(2, len(rows))
        it.sheet.insert_rows(2, 3)  # empty ones
        for number, row in enumerate(reversed(rows), 5):
            for at, value in enumerate(row, 1):
                it.sheet.cell(number, at, value)
        it.sheet.title = "Ma matrice à moi"
        it.book.move_sheet(it.sheet, 3)
        it.book.create_sheet("Notes", 0).append(["=1+1", "mine"])

    path = edited(book(place), act)
    assert taken(place, path).steps == ()


def test_the_file_that_would_be_invalid_is_not_written(place: Path) -> None:
    path = edited(book(place), lambda it: it.put("F-002", "service", "htps"))
    (finding,) = refused(place, path)
    assert (finding.rule, finding.spans[0].sheet) == ("unknown-name", "matrix")
    assert finding.spans[0].line == Sheet(path).row("F-002")


def test_a_map_in_one_file(tmp_path: Path) -> None:
    text = MAP.replace("tables: {flows: matrix.csv}\n", "")
    file = tmp_path / "one.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    path = edited(book(file), lambda it: it.put("F-001", "ticket", "X"))
    merged = merge(compile_network(read_map(file), AT), file, path)
    assert merged.files == {
        file: b"\xef\xbb\xbf" + text.replace("CHG-1}", "X}").replace("\n", "\r\n").encode()
    }


def test_a_table_in_yaml_and_an_entry_in_two_files(place: Path) -> None:
    (place / "lines.yaml").write_text("# the table\nY-1: {from: z3, to: z5, services: ssh}  # kept\n", "utf-8")
    (place / "more.yaml").write_text("cloison: 1\nflows:\n  F-001: {ticket: CHG-1, risk: R-1}\n", "utf-8")
    changed_here(place, "flows: matrix.csv", "flows: [matrix.csv, lines.yaml]")
    path = edited(
        book(place), lambda it: it.put("Y-1", "service", "ntp"), lambda it: it.put("F-001", "ticket", "CHG-2"),
        lambda it: it.put("F-001", "risk", "R-2"),
    )  # fmt: skip
    write_files(taken(place, path).files)
    assert (place / "lines.yaml").read_text("utf-8") == "# the table\nY-1: {from: z3, to: z5, services: ntp}  # kept\n"
    assert (place / "more.yaml").read_text("utf-8") == "cloison: 1\nflows:\n  F-001: {ticket: CHG-2, risk: R-2}\n"
    assert (place / "map.yaml").read_text("utf-8") == MAP.replace("CHG-1}", "CHG-2}").replace(
        "flows: matrix.csv", "flows: [matrix.csv, lines.yaml]"
    )
    path = edited(book(place), lambda it: it.remove("F-001"), lambda it: it.remove("Y-1"))
    write_files(taken(place, path).files)
    assert {"F-001", "Y-1"}.isdisjoint(compiled(place).model.flows)
    assert "# what production needs" in (place / "map.yaml").read_text("utf-8")


def test_shorthands_become_what_they_stand_for_only_where_they_must(place: Path) -> None:
    changed_here(place, "encryption: {protocol: ssh}", "encryption: ssh   # short")
    changed_here(place, "approved: {by: Ada, on: 2026-01-02}", "approved: Ada")
    path = edited(
        book(place), lambda it: it.put("F-002", "encryption", "tls 1.2"), lambda it: it.put("F-001", "ticket", "NEW"),
        lambda it: it.put("F-002", "approver", "Ada (2026-01-05); Max"),
    )  # fmt: skip
    gone, come = lines(taken(place, path))["map.yaml"]
    assert [one for one in gone if "F-001" not in one] == ["    encryption: ssh   # short", "    approved: Ada"]
    assert [one for one in come if "F-001" not in one] == [
        '    encryption: {protocol: tls, minimum: "1.2"}   # short',
        "    approved: [{by: Ada, on: 2026-01-05}, {by: Max}]",
    ]
    assert "ticket: NEW" in "".join(come)
