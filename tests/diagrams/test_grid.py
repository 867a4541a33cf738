"""Tables at ordinary widths: no line is longer than the terminal, no word is cut, times are whole."""

from __future__ import annotations

import re

import pytest

from cloison.diagrams.grid import folded, grid, width
from cloison.diagrams.writing import write
from cloison.netmodel.finding import say
from cloison.netmodel.report import Report, Status, Table, Text

FIRST, LAST = "2026-11-24T01:32:44.775770Z", "2026-11-24T01:32:51.399795Z"
SOURCES = Table(
    "sources",
    Text("Captures", "Captures"),
    (Text("file", "fichier"), Text("probe", "sonde"), Text("packets", "paquets"), Text("first", "premier"),
     Text("last", "dernier"), Text("problem", "problème")),
    (("examples/lab/core.pcap", "ids-core", 185, FIRST, LAST, None), ("examples/lab/edge.pcap", "", 0, "", "", None)),
)  # fmt: skip
CONVERSATIONS = Table(
    "conversations",
    Text("Conversations by zones and reason", "Conversations par zones et par motif"),
    (Text("severity", "gravité"), Text("from", "de"), Text("to", "vers"), Text("verdict", "verdict"),
     Text("reason", "motif"), Text("services", "services"), Text("conversations", "conversations"),
     Text("packets", "paquets")),
    (("error", "compute", "internet", "illegitimate", "a segmentation rule forbids it", ("tcp/8443", "tcp/443"), 1, 19),
     ("warning", "compute", "outside the map", "unmapped", "an end that is on no declared subnet", ("udp/123",), 1, 1)),
)  # fmt: skip
LEDGER = Table(
    "ledger",
    Text("Packets that are in no conversation of any line", "Paquets d’aucune conversation d’aucune ligne"),
    (Text("kind", "nature"), Text("packets", "paquets")),
    (("ARP", 4),),
)
STATUS = Status(
    "f", "13.2.a", Text("Segmentation along four axes", "Cloisonnement selon quatre axes"), "not-evaluated", "all",
    ("declared",), say("{n} lines of the matrix have no justification", "{n} lignes sans justification", n=12),
)  # fmt: skip
REPORT = Report("audit", {}, statuses=(STATUS,), tables=(SOURCES, CONVERSATIONS, LEDGER))
WORDS = {
    word
    for table in (SOURCES, CONVERSATIONS)
    for row in table.rows
    for cell in row
    for word in (" ".join(cell) if isinstance(cell, tuple) else "" if cell is None else str(cell)).split(" ")
} - {FIRST, LAST, ""}  # fmt: skip


def shown(monkeypatch: pytest.MonkeyPatch, wide: int) -> str:
    monkeypatch.setenv("COLUMNS", str(wide))
    return write(REPORT, "terminal", "en").decode()


@pytest.mark.parametrize("wide", [60, 80, 100, 140])
def test_lines_fit_and_words_are_whole(monkeypatch: pytest.MonkeyPatch, wide: int) -> None:
    text = shown(monkeypatch, wide)
    assert max(map(width, text.splitlines())) <= wide
    found = set(re.split(r"[\s,]+", text))
    assert found >= WORDS
    assert {"2026-11-24T01:32:44Z", "2026-11-24T01:32:51Z"} <= found
    assert "775770" not in text
    for word in ("conversations", "illegitimate", "segmentation", "justification"):
        assert re.search(rf"\b{word}\b", text)
    assert "problem" not in text


@pytest.mark.parametrize("wide", [60, 80])
def test_narrow_tables_are_one_block_a_row(monkeypatch: pytest.MonkeyPatch, wide: int) -> None:
    lines = shown(monkeypatch, wide).splitlines()
    at = lines.index("Captures")
    assert lines[at + 1 : at + 11] == [
        "",
        " file: examples/lab/core.pcap",
        " probe: ids-core",
        " packets: 185",
        " first: 2026-11-24T01:32:44Z",
        " last: 2026-11-24T01:32:51Z",
        "",
        " file: examples/lab/edge.pcap",
        " packets: 0",
        "",
    ]


def test_a_small_table_is_a_grid_at_any_width_and_its_title_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for wide in (60, 140):
        lines = shown(monkeypatch, wide).splitlines()
        at = lines.index("Packets that are in no conversation of any line")
        assert lines[at + 1 : at + 5] == ["", " kind   packets", " ──────────────", " ARP    4"]


def test_a_wide_table_folds_at_spaces_only() -> None:
    rows = [[("tcp/8443", ""), ("one two three " * 8 + "four", "")]]
    lines = ["".join(text for text, _ in line).rstrip() for line in grid(["service", "why"], rows, 90, ": ")]
    assert lines == [
        " service    why",
        " " + "─" * 89,
        " tcp/8443   " + "one two three " * 5 + "one two",
        " " * 12 + "three one two three one two three four",
    ]


def test_a_word_that_is_wider_than_the_terminal_is_whole_on_its_own() -> None:
    path = "captures/" + "d" * 120 + ".pcap"
    lines = ["".join(text for text, _ in line).rstrip() for line in grid(["file"], [[(path, "")]], 100, ": ")]
    assert lines == [" file:", "    " + path]


@pytest.mark.parametrize(
    ("text", "wide", "first", "lines"),
    [
        ("", 10, None, [""]),
        ("one two", 7, None, ["one two"]),
        ("one two", 6, None, ["one", "two"]),
        ("one two three", 7, 3, ["one", "two", "three"]),
        ("seventeen", 4, None, ["seventeen"]),
        ("seventeen", 4, 2, ["", "seventeen"]),
        ("12\u00a0000 lignes", 8, None, ["12\u00a0000", "lignes"]),
        ("une fois ; « deux » fois", 8, None, ["une", "fois ;", "« deux »", "fois"]),
        ("日本 日本", 8, None, ["日本", "日本"]),
    ],
)
def test_folding(text: str, wide: int, first: int | None, lines: list[str]) -> None:
    assert folded(text, wide, first) == lines


def test_documents_and_data_keep_times_whole() -> None:
    assert "2026-11-24T01:32:44.775770Z" in write(REPORT, "markdown", "en").decode().replace("&#58;", ":")
