"""Changes to CSV by span: the table says what was wanted, and every other byte stays."""

from __future__ import annotations

import csv
import io
import random

import pytest

from cloison.netmodel.language.csv_edit import AddRow, RemoveRow, RowChange, SetCells, edited_table

HEADS = ("ID", "source", "destination")


def understands(header: str) -> bool:
    return header in HEADS


def test_the_last_row_goes_and_another_comes() -> None:
    changes = RemoveRow(3), AddRow({1: "N", 2: "x"})
    assert edited_table(b"ID;source\nA;b\nC;d", "t.csv", understands, changes) == b"ID;source\nA;b\nN;x\n"


@pytest.mark.parametrize(
    ("text", "change", "wanted"),
    [
        ("ID;source\nA;b\nC;d\n", SetCells(2, {2: "x"}), "ID;source\nA;x\nC;d\n"),
        ("ID;source\nA;b\nC;d\n", SetCells(3, {2: 'x;"y"'}), 'ID;source\nA;b\nC;"x;""y"""\n'),
        ('ID;source\r\n"A";"b"\r\n', SetCells(2, {2: "x"}), 'ID;source\r\n"A";"x"\r\n'),
        ("ID,source\nA,b", AddRow({1: "N", 2: "1,5"}), 'ID,source\nA,b\nN,"1,5"'),
        ("ID\tsource\r\nA\tb\r\n", AddRow({1: "N"}), "ID\tsource\r\nA\tb\r\nN\t\r\n"),
        ('ID;source\n"A\nA";b\nC;d\n', RemoveRow(4), 'ID;source\n"A\nA";b\n'),
        ('ID;source\n"A\nA";b\nC;d\n', RemoveRow(2), "ID;source\nC;d\n"),
        ("\ufeffID;source\nA;\n", SetCells(2, {2: "é"}), "\ufeffID;source\nA;é\n"),
    ],
)
def test_each_kind_of_change(text: str, change: RowChange, wanted: str) -> None:
    assert edited_table(text.encode(), "t.csv", understands, [change]).decode() == wanted


CELLS = ("", "a", "a b", 'say "so"', "x;y", "1,5", "two\nlines", "two\r\nlines", "é", "'", '"', "\ttab")


@pytest.mark.parametrize("seed", range(100))
def test_random_tables(seed: int) -> None:
    rng = random.Random(seed)
    sign, newline = rng.choice(";,\t"), rng.choice(["\n", "\r\n"])
    rows = [list(HEADS)] + [[f"L-{n}", rng.choice(CELLS), rng.choice(CELLS)] for n in range(rng.randint(1, 6))]
    paper = io.StringIO(newline="")
    writer = csv.writer(paper, delimiter=sign, lineterminator=newline,
                        quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))  # fmt: skip
    lines, places = [], []
    for row in rows:
        begin = paper.tell()
        lines.append(len(io.StringIO(paper.getvalue(), newline="").readlines()) + 1)
        writer.writerow(row)
        places.append(paper.getvalue()[begin:])
    text = paper.getvalue()
    changes: list[RowChange] = []
    for number in range(1, len(rows)):
        kind = rng.random()
        if kind < 0.3:
            rows[number] = []
            changes.append(RemoveRow(lines[number]))
        elif kind < 0.7:
            at = rng.randint(1, 2)
            rows[number][at] = rng.choice(CELLS)
            changes.append(SetCells(lines[number], {at + 1: rows[number][at]}))
    if rng.random() < 0.5:
        rows.append(["N-1", rng.choice(CELLS), ""])
        changes.append(AddRow(dict(enumerate(rows[-1], 1))))
    made = edited_table(text.encode(), "t.csv", understands, changes).decode()
    assert list(csv.reader(io.StringIO(made, newline=""), delimiter=sign, strict=True)) == [row for row in rows if row]
    touched = {change.line for change in changes if not isinstance(change, AddRow)}
    at = 0
    for line, place in zip(lines, places, strict=False):  # rows that no change names stand as they were, in their order
        if line not in touched:
            at = made.index(place, at) + len(place)
