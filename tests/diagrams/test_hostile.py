"""Every name of a map is hostile: no output may be harmed by one, nor carry it unescaped."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
import subprocess
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cloison.diagrams.layout.boxes import text
from cloison.diagrams.layout.process import run
from cloison.diagrams.layout.sheet import drawn
from cloison.diagrams.printable import clipped, no_command, printable
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
@needs_dot
@pytest.mark.parametrize("name", ["DOM\\North", "\\G\\E\\T\\H\\L", "a\\\\Nb", "\\l\\n"])
def test_no_backslash_of_a_name_calls_for_another(name: str) -> None:
    for where in ("x [label=<{}>]", "subgraph cluster_x {{ label=<{}> y [label=z] }}", "x -> x [label=<{}>]"):
        made = run("dot", f"digraph {{ {where.format(text(name))} }}", "-Tsvg").decode("utf-8")
        shown = [found for found in re.findall(r"<text[^>]*>([^<]*)</text>", made) if found not in ("x", "z")]
        assert html.unescape(shown[0]).replace("\N{SET MINUS}", "\\") == name


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
    assert not re.search(r"(?<!\\)\]\(", content)
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


OURS = re.compile(r"</?(?:details|summary|b)>|<details open>")
EVERY = ("terminal", "markdown", "github-summary", "github", "gitlab", "sarif", "junit", "csv", "oscal", "html")


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("output", EVERY)
def test_no_output_carries_what_cannot_be_seen(hostile_check: Report, output: str, lang: str) -> None:
    content = write(hostile_check, output, "fr" if lang == "fr" else "en").decode("utf-8")
    assert harmful(content.replace("\r\n", "\n")) == set()


@pytest.mark.parametrize("output", EVERY)
def test_no_line_is_a_command_of_a_workflow(hostile_check: Report, output: str) -> None:
    lines = write(hostile_check, output, "en").decode("utf-8").splitlines()
    if output == "github":
        assert {line.split(" ")[0] for line in lines} <= {"::error", "::warning", "::notice"}
        assert len(lines) == len(hostile_check.findings)
        for line in lines:
            properties, found, text = line.split(" ", 1)[1].partition("::")
            assert found
            assert set(re.findall(r"(?:^|,)([A-Za-z]+)=", properties)) <= {"file", "line", "col", "title"}
            assert not re.search(r"%(?!25|0A|3A|2C)", properties + text)
        # the name with a break of its own is shown, and its percent sign is not one
        assert any("::%250A::error::done and %250A::error::done%0A" in line for line in lines)
    elif output in ("terminal", "junit"):
        assert not any(re.match(r"\s*::[A-Za-z].*::", line) for line in lines)
        assert output == "junit" or not any("##[" in line for line in lines)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("::error::x", "\\x3a:error::x"),
        ("  \x1b[1m::add-mask::secret", "  \x1b[1m\\x3a:add-mask::secret"),
        ("a ##[error]x", "a \\x23#[error]x"),
        ("::1 is an address", "::1 is an address"),
        ("a ::error::x", "a ::error::x"),
    ],
)
def test_commands_are_shown_and_addresses_left(line: str, shown: str) -> None:
    assert no_command(line) == shown


@pytest.mark.parametrize("output", ["markdown", "github-summary"])
def test_the_only_tags_of_markdown_are_ours(hostile_check: Report, output: str) -> None:
    content = write(hostile_check, output, "en").decode("utf-8")
    assert content.count("<details") == content.count("</details>") == content.count("<summary>")
    rest = OURS.sub("", content)
    assert "<" not in rest
    assert ">" not in rest
    assert not re.search(
        r"(?<!\\)`(?!--format json`)|(?<!\\)\[|(?<!\\)\]\(|http://", rest.replace("`--format json`", "")
    )


def test_xml_is_one_document_with_the_names_as_text(hostile_check: Report) -> None:
    tree = ElementTree.fromstring(write(hostile_check, "junit", "en"))
    tags = {element.tag for element in tree.iter()}
    assert tags == {"testsuites", "testsuite", "testcase", "failure", "skipped", "system-out"}
    names = {element.get("name") for element in tree.iter("testsuite")}
    assert {
        printable("<script>alert(1)</script>"),
        printable("]]><x/>"),
        "\\u202eright to left\\u2066\\u200b\\ufeff",
    } <= names


class Page(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.links: set[str] = set()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add((tag, name))
            if name == "href":
                self.links.add(value or "")
            if name == "id":
                self.ids.append(value or "")


def test_a_page_has_no_tag_of_a_name_and_fetches_nothing(hostile_check: Report) -> None:
    content = write(hostile_check, "html", "en").decode("utf-8")
    page = Page()
    page.feed(content)
    assert not page.tags & {"script", "img", "iframe", "object", "embed", "link", "base", "form", "svg", "x"}
    assert {name for _, name in page.attributes} <= {
        "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "scope", "datetime",
        "aria-labelledby",
    }  # fmt: skip
    assert all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert content.count("</style>") == 1
    assert "49" not in re.sub(r"[0-9a-f]{6,}|&#\d+;|[0-9]{3,}", "", content.split("</style>")[1])  # {{ 7*7 }}


@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")
def test_a_browser_finds_nothing_to_run(hostile_check: Report, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(write(hostile_check, "html", "fr"))
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile",
               "--enable-logging=stderr", "--dump-dom", path.as_uri()]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=120, check=True, text=True)
    page = Page()
    page.feed(done.stdout)
    assert not page.tags & {"script", "img", "x"}
    assert "Content Security Policy" not in done.stderr
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in done.stdout


FORMULA = re.compile(r"^[\s\xa0'\"]*[=+\-@|%\t\r\n]")


def test_no_cell_of_a_csv_is_a_formula(hostile_check: Report) -> None:
    content = write(hostile_check, "csv", "en").decode("utf-8")
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert len({len(row) for row in rows}) == 1
    for row in rows:
        for cell in row:
            assert cell.startswith("'") or not FORMULA.match(cell), cell
    assert any(cell == "'+1" for row in rows for cell in row)


def test_no_cell_of_a_spreadsheet_is_a_formula(hostile_check: Report) -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(write(hostile_check, "xlsx", "en")))
    texts = 0
    for sheet in book.worksheets:
        assert len(sheet.title) <= 31
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n"), cell.coordinate  # "n" is also what an empty cell is
                assert cell.data_type == "s" or cell.value is None
                if isinstance(cell.value, str) and FORMULA.match(cell.value):
                    assert cell.quotePrefix, cell.value
                    texts += 1
    assert texts > 10
