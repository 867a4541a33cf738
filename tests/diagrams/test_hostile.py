"""Every name of a map is hostile: no output may be harmed by one, nor carry it unescaped."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from xml.etree import ElementTree

import pytest

from cloison.diagrams.layout.boxes import text
from cloison.diagrams.layout.process import run
from cloison.diagrams.layout.sheet import drawn
from cloison.diagrams.printable import clipped, printable
from cloison.diagrams.writing import write
from cloison.netmodel.report import Report

HARMFUL = {"Cc", "Cf", "Cs", "Zl", "Zp"}
needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
SVG = "{http://www.w3.org/2000/svg}"


def harmful(shown: str) -> set[str]:
    return {char for char in shown if unicodedata.category(char) in HARMFUL and char != "\n"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("front", "front"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x1b[0m", "\\x1b[0m"),
        ("\u202eabc", "\\u202eabc"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("Démo : « oui »\u00a0!", "Démo : « oui »\u00a0!"),
    ],
)
def test_what_cannot_be_seen_is_shown(name: str, shown: str) -> None:
    assert printable(name) == shown


def test_long_names_are_clipped_to_the_limit() -> None:
    assert clipped("n" * 40, 40) == "n" * 40
    assert clipped("n" * 41, 40) == "n" * 39 + "…"
    assert clipped("\u202e" * 300, 20) == ("\\u202e" * 4)[:19] + "…"


def test_labels_are_escaped() -> None:
    assert text("<b>&\"'") == '<FONT POINT-SIZE="10">&lt;b&gt;&amp;&quot;&#x27;</FONT>'


@needs_dot
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_svg_is_well_formed_and_has_no_element_of_a_name(hostile: Report, lang: str) -> None:
    content = write(hostile, "svg", "fr" if lang == "fr" else "en").decode("utf-8")
    tree = ElementTree.fromstring(content)
    tags = {element.tag.removeprefix(SVG) for element in tree.iter()}
    assert tags <= {"svg", "g", "title", "polygon", "path", "polyline", "ellipse", "text"}
    assert not any(name.lower().startswith("on") for element in tree.iter() for name in element.attrib)
    shown = "".join(tree.itertext())
    assert "<script>alert(1)</script>" in shown
    assert harmful(shown) == set()
    assert "<!--" not in content


@needs_dot
def test_dot_text_is_one_graph_for_graphviz(hostile: Report) -> None:
    whole = drawn(hostile, "en").whole()
    assert harmful(whole.replace("\t", "")) == set()
    answer = json.loads(run("dot", whole, "-Tjson0"))
    boxes = [item for item in answer["objects"] if re.fullmatch(r"n\d+", item["name"])]
    assert len(boxes) == len(hostile.views[0].clusters) * 2
    assert sum(1 for item in answer["edges"] if "id" in item) == len(hostile.views[0].clusters)


def test_markdown_reads_as_the_names(hostile: Report) -> None:
    content = write(hostile, "markdown", "en").decode("utf-8")
    assert "<" not in content
    assert harmful(content) == set()
    rows = [line for line in content.splitlines() if line.startswith("| ") and "---" not in line]
    assert len({line.count("|") for line in rows if "quoted" in line or "pipe" in line or "name" in line}) == 1
    assert not re.search(r"(?<!\\)`|(?<!\\)\*\*bold|(?<!\\)\[x(?<!\\)\]|http://", content)


@pytest.mark.parametrize("colour", [False, True])
def test_terminal_shows_names_and_obeys_none(hostile: Report, colour: bool) -> None:
    content = write(hostile, "terminal", "en", colour=colour).decode("utf-8")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", content)
    assert harmful(plain) == set()
    assert "\\x1b[31mred" in plain
    assert "[bold]rich[/bold][/]" in plain
    assert ("\x1b" in content) is colour


def test_json_is_the_data_and_misleads_no_terminal(hostile: Report) -> None:
    content = write(hostile, "json", "en").decode("utf-8")
    assert json.loads(content) == hostile.data
    assert harmful(content) == set()
