"""What each form says of a status, a waiver, a place: expectations from the forms' own rules."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloison.diagrams.formulas import inert
from cloison.diagrams.page import _shares
from cloison.diagrams.places import relative, uri
from cloison.diagrams.sources import source_entries
from cloison.diagrams.writing import output_of_suffix, targets, write
from cloison.netmodel.finding import Finding, MapError, Ref, Span, Step, Waived, Witness, say
from cloison.netmodel.report import Absent, Asked, Catalogue, Declared, Report, Status, StatusWord, Text

URN = "urn:intuitem:risk:req_node:secnumcloud-3.2:"
FRAMEWORK = Catalogue("secnumcloud-3.2", Text("SecNumCloud 3.2", "SecNumCloud 3.2"), URN)
DATA = {"at": "2026-11-24", "map": {"name": "m", "digest": "sha256:0"}}


def status(clause: str, word: StatusWord, suffix: str = "", findings: tuple[str, ...] = ()) -> Status:
    return Status(
        FRAMEWORK.name, clause, Text("title", "titre"), word, "A", ("declared",), say("because", "parce que"), findings,
        URN + (suffix or clause), paraphrase=Text("words", "mots"),
    )  # fmt: skip


def finding(**more: Any) -> Finding:
    values: dict[str, Any] = {
        "rule": "any-service",
        "severity": "error",
        "message": say("{x} is open", "{x} est ouverte", x="F-1"),
        "subject": Ref("line", "F-1"),
        "spans": (Span("map.yaml", 3, 5, 3, 9),),
        "clauses": ("13.1.a",),
    }
    return Finding(**(values | more))


def asked(name: str, result: str, **more: Any) -> Asked:
    words = Text("t", "t"), Text("w", "w"), Text("r", "r")
    return Asked(name, *words, "error", result, **more)  # type: ignore[arg-type]


def answer(*statuses: Status, findings: tuple[Finding, ...] = (), rules: tuple[Asked, ...] = ()) -> Report:
    return Report("check", DATA, findings, statuses, frameworks=(FRAMEWORK,), rules=rules)


def rows(report: Report) -> dict[str, dict[str, str]]:
    text = write(report, "csv", "en").decode("utf-8")
    return {row["urn"].removeprefix(URN): row for row in csv.DictReader(io.StringIO(text, newline=""))}


WAIVER = Waived("known", "the CISO", date(2027, 3, 31))


@pytest.mark.parametrize(
    ("word", "result", "observed"),
    [
        ("conformant", "compliant", True),
        ("non-conformant", "non_compliant", True),
        ("waived", "non_compliant", True),
        ("not-applicable", "not_applicable", True),
        ("partial", "", True),  # what a machine shows in part is nobody's result yet
        ("declared", "", True),
        ("not-evaluated", "", False),  # a blank never overwrites
    ],
)
def test_ciso_assistant_has_a_result_only_of_what_is_proved(word: StatusWord, result: str, observed: bool) -> None:
    row = rows(answer(status("13.2.b", word)))["13.2.b"]
    assert row["compliance_result"] == result
    assert bool(row["observations"]) is observed
    assert bool(row["requirement_progress"]) is observed
    assert row["requirement_progress"] in ("", "in_progress", "in_review")
    assert row["assessable"] == "true"
    assert row["ref_id"] == "13.2.b"


def test_ciso_assistant_never_gets_a_parent_and_bullets_have_no_reference() -> None:
    parents = ("7.1.a", "7.1.b", "8.5.a", "9.6.f", "9.7.d", "11.1.2.a", "18.2.1.a", "19.6.b", "19.6.c", "19.6.d")
    made = rows(
        answer(*(status(name, "conformant") for name in parents), status("9.6.f/user", "conformant", "node215"))
    )
    assert list(made) == ["node215"]
    assert made["node215"]["ref_id"] == ""


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        ("conformant", "non-conformant", "non_compliant"),
        ("conformant", "not-evaluated", ""),
        ("conformant", "conformant", "compliant"),
        ("not-applicable", "conformant", "compliant"),
        ("declared", "conformant", ""),
        ("not-evaluated", "waived", "non_compliant"),
    ],
)
def test_two_clauses_that_are_one_node_are_one_row_and_the_worst_speaks(
    one: StatusWord, other: StatusWord, result: str
) -> None:
    made = rows(answer(status("13.2.a/ownership", one, "node418"), status("13.2.a/domain", other, "node418")))
    assert made["node418"]["compliance_result"] == result


def test_the_spreadsheet_begins_with_what_is_imported() -> None:
    from openpyxl import load_workbook

    report = answer(status("13.2.b", "conformant"), status("13.2.c", "not-evaluated"), findings=(finding(),))
    content = write(report, "xlsx", "fr")
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["secnumcloud-3.2", "constats"]
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:3] == ["urn", "ref_id", "assessable"]
    assert {"compliance_result", "requirement_progress", "observations"} <= set(heads)
    assert [sheet.cell(2, heads.index("compliance_result") + 1).value] == ["compliant"]
    assert sheet.cell(3, heads.index("compliance_result") + 1).value is None
    assert b"2026" not in content[:64]


def test_another_framework_is_not_for_ciso_assistant() -> None:
    other = Catalogue("own", Text("o", "o"), "urn:own:")
    made = replace(answer(replace(status("1", "conformant"), framework="own", urn="urn:own:1")), frameworks=(other,))
    with pytest.raises(MapError):
        write(made, "csv", "en")


STATES = {
    "conformant": ("satisfied", "pass"),
    "non-conformant": ("not-satisfied", "fail"),
    "partial": ("not-satisfied", "other"),
}


def test_oscal_says_each_status_its_own_way() -> None:
    waived = finding(waiver=WAIVER)
    words: tuple[StatusWord, ...] = (
        "conformant", "non-conformant", "partial", "not-evaluated", "not-applicable", "declared",
    )  # fmt: skip
    report = answer(
        *(status(f"13.{at}", word) for at, word in enumerate(words)),
        status("14.1", "waived", findings=(waived.fingerprint,)),
        findings=(waived,),
    )
    (result,) = json.loads(write(report, "oscal", "en"))["assessment-results"]["results"]
    targets_ = {item["target"]["target-id"]: item["target"]["status"] for item in result["findings"]}
    for at, word in enumerate(words):
        name = f"secnumcloud-3.2_13.{at}"
        if word in STATES:
            assert (targets_[name]["state"], targets_[name]["reason"]) == STATES[word]
        else:
            assert name not in targets_
    reviewed = {item["control-id"] for item in result["reviewed-controls"]["control-selections"][0]["include-controls"]}
    assert "secnumcloud-3.2_13.4" not in reviewed  # not applicable
    assert len(reviewed) == 6
    assert "13.3" in result["reviewed-controls"]["remarks"]  # not evaluated, and said
    (attestation,) = result["attestations"]
    assert attestation["parts"][0]["title"].startswith("13.5")
    (risk,) = result["risks"]
    assert risk["deadline"] == "2027-03-31T23:59:59Z"
    assert risk["status"] == "deviation-approved"
    assert targets_["secnumcloud-3.2_14.1"]["state"] == "not-satisfied"
    assert "2026" not in json.dumps(result).replace("2026-11-24", "")  # no other date than the map's


def test_sarif_suppresses_what_is_waived_and_keeps_fingerprints_over_languages() -> None:
    path = Witness("path", (Step(Ref("zone", "a")), Step(Ref("line", "F-1"), None, Span("m.csv", 2, 1))))
    report = answer(
        status("13.1.a", "non-conformant"), findings=(finding(), finding(waiver=WAIVER, witness=path)),
        rules=(asked("any-service", "findings", clauses=("13.1.a",)),),
    )  # fmt: skip
    english, french = (json.loads(write(report, "sarif", lang))["runs"][0] for lang in ("en", "fr"))
    plain, waived = english["results"]
    assert "suppressions" not in plain
    (suppression,) = waived["suppressions"]
    assert suppression["kind"] == "external"
    assert "2027-03-31" in suppression["justification"]
    assert "the CISO" in suppression["justification"]
    assert plain["partialFingerprints"]["cloison/v1"] == finding().fingerprint
    assert [one["partialFingerprints"] for one in english["results"]] == [
        one["partialFingerprints"] for one in french["results"]
    ]
    assert plain["message"]["text"] == "F-1 is open"
    assert french["results"][0]["message"]["text"] == "F-1 est ouverte"
    assert plain["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "map.yaml", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9},
    }
    (flow,) = waived["codeFlows"]
    assert [step["location"]["message"]["text"] for step in flow["threadFlows"][0]["locations"]] == [
        "zone a → line F-1"
    ]
    assert [place["physicalLocation"]["region"]["startLine"] for place in waived["relatedLocations"]] == [2]


def test_junit_fails_errors_alone_and_skips_what_was_not_evaluated() -> None:
    report = answer(
        findings=(finding(), finding(), finding(severity="warning"), finding(waiver=WAIVER)),
        rules=(
            asked("any-service", "findings"), asked("fine", "holds", seen=Text("3 lines", "3 lignes")),
            asked("open", "not-evaluated", missing=(Absent(Ref("zone", "z"), Text("owner", "propriétaire")),)),
            asked("moot", "not-applicable", seen=Text("no tenant", "aucun commanditaire")),
        ),
    )  # fmt: skip
    root = ElementTree.fromstring(write(report, "junit", "en"))
    assert (root.get("tests"), root.get("failures")) == ("7", "2")
    suites = {suite.get("name"): suite for suite in root}
    assert {name: (suite.get("failures"), suite.get("skipped")) for name, suite in suites.items()} == {
        "any-service": ("2", "1"), "fine": ("0", "0"), "open": ("0", "1"), "moot": ("0", "1"),
    }  # fmt: skip
    names = [case.get("name") for case in suites["any-service"]]
    assert len(set(names)) == 4
    assert "owner" in "".join(suites["open"].itertext())
    assert "no tenant" in "".join(suites["moot"].itertext())
    failure = suites["any-service"].find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "F-1 is open"
    assert "map.yaml:3:5" in (failure.text or "")


@pytest.mark.parametrize(
    ("change", "command"),
    [
        ({}, "::error file=map.yaml,line=3,col=5,endColumn=9,title=any-service (13.1.a)::F-1 is open"),
        ({"severity": "warning"}, "::warning file=map.yaml,"),
        ({"severity": "note"}, "::notice file=map.yaml,"),
        ({"waiver": WAIVER}, "::notice file=map.yaml,"),
        ({"spans": ()}, "::error title=any-service (13.1.a)::"),
        ({"spans": (Span("a,b:c%.yaml", 1),)}, "::error file=a%2Cb%3Ac%25.yaml,line=1,title="),
        ({"spans": (Span("m.yaml", 1, 2, 4, 1),)}, "::error file=m.yaml,line=1,endLine=4,title="),
        ({"message": say("50 %: a, b\n::error::", "x")}, "50 %25: a, b\\n::error::"),
    ],
)
def test_github_commands(change: dict[str, Any], command: str) -> None:
    (line,) = write(answer(findings=(finding(**change),)), "github", "en").decode().splitlines()
    assert command in line


def test_the_worst_come_first_where_ten_are_shown() -> None:
    notes = tuple(finding(severity="note", rule="a", spans=(Span("m.yaml", at),)) for at in range(1, 20))
    lines = write(answer(findings=(*notes, finding(rule="z"))), "github", "en").decode().splitlines()
    assert lines[0].startswith("::error ")


def test_a_summary_stays_within_what_github_takes() -> None:
    many = tuple(
        finding(rule=f"rule-{at}", message=say("{x}", "{x}", x="é" * 500), spans=(Span("m.yaml", line),))
        for at in range(40)
        for line in range(1, 60)
    )
    report = answer(findings=many, rules=(asked("rule-1", "findings"),))
    content = write(report, "github-summary", "en")
    assert len(content) < 1_048_576
    assert content.decode("utf-8").count("<summary>") == 40
    assert "more (all of them" in content.decode()


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("x.xml", None),
        ("x.junit.xml", "junit"),
        ("X.JUNIT.XML", "junit"),
        ("x.json", "json"),
        ("x.gitlab.json", "gitlab"),
        ("x.oscal.json", "oscal"),
        ("x.sarif", "sarif"),
        ("x.md", "markdown"),
        ("x.summary.md", "github-summary"),
        ("x.html", "html"),
        ("md", None),
    ],
)
def test_the_longest_suffix_chooses(name: str, output: str | None) -> None:
    if output is None:
        with pytest.raises(MapError):
            output_of_suffix(Path(name))
    else:
        assert output_of_suffix(Path(name)).name == output


def test_names_and_files_of_several_outputs() -> None:
    words = ["a.html", "github=-", "github-summary=/tmp/step", "-", "a=b.md"]
    assert [(output.name, path) for output, path in targets(words, "", "terminal")] == [
        ("html", Path("a.html")),
        ("github", None),
        ("github-summary", Path("/tmp/step")),
        ("terminal", None),
        ("markdown", Path("a=b.md")),
    ]
    assert [output.name for output, _ in targets(["a", "junit=b"], "json", "terminal")] == ["json", "junit"]
    with pytest.raises(MapError) as refused:
        targets(["a.wrong", "b.html", "c"], "", "terminal")
    assert len(refused.value.findings) == 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "'=", "|", "%", "＝"])
def test_a_formula_is_text(start: str) -> None:
    assert inert(f"{start}1").startswith("'")


def test_what_is_no_formula_is_as_it_is() -> None:
    assert inert("13.2.a : 3 = 3") == "13.2.a : 3 = 3"


def test_paths_are_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert relative(str(tmp_path / "maps" / "a b.yaml")) == "maps/a b.yaml"
    assert uri(str(tmp_path / "maps" / "a b#é.yaml")) == "maps/a%20b%23%C3%A9.yaml"
    assert uri("/elsewhere/x.yaml") == "file:///elsewhere/x.yaml"
    assert uri("a:b.yaml") == "a%3Ab.yaml"  # no scheme
    assert uri("\udcff.yaml") == "%FF.yaml"  # the octet of a file's name that is no UTF-8
    assert uri("\ud800.yaml") == "%3F.yaml"


def test_an_entry_goes_on_over_its_indented_lines(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        "flows:\n  F-1:\n    from: a\n    to: b\n  F-2: {from: a}\n  F-3:\n\n    from: c\n", encoding="utf-8"
    )
    spans = [Span(str(path), line) for line in (2, 5, 6)]
    made = {line: entry for (_, line), entry in source_entries(spans, 10).items()}
    assert made == {
        2: ("  F-1:", "    from: a", "    to: b"),
        5: ("  F-2: {from: a}",),
        6: ("  F-3:",),
    }
    assert source_entries(spans[:1], 2)[str(path), 2] == ("  F-1:", "    from: a")


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, section 5)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def style_of(page: str) -> str:
    return page.split("<style>")[1].split("</style>")[0]


@pytest.mark.parametrize("theme", [0, 1, 2], ids=["light", "dark", "print"])
def test_colours_have_the_contrast_of_level_aa(broken: Report, theme: int) -> None:
    style = style_of(write(broken, "html", "en").decode())
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", style.split(":root {")[theme + 1].split("}")[0]))
    pairs = [(name, "paper") for name in ("ink", "soft", "link", "red")]
    pairs += [(name, "panel") for name in ("ink", "soft", "link")]
    pairs += [(name, f"{name}-wash") for name in ("red", "amber", "green", "blue", "violet")]
    pairs += [("ink", "mark")]
    for text, under in pairs:
        assert contrast(colours[text], colours[under]) >= 4.5, (text, under)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_policy_of_a_page_allows_its_own_style_alone(broken: Report, lang: str) -> None:
    page = write(broken, "html", "fr" if lang == "fr" else "en").decode()
    digest = base64.b64encode(hashlib.sha256(style_of(page).encode()).digest()).decode()
    assert f"default-src &#39;none&#39;; style-src &#39;sha256-{digest}&#39;;" in page
    assert f'<html lang="{lang}">' in page
    assert "style=" not in page
    assert "<script" not in page


def test_a_page_tells_of_each_fault_what_where_which_clause_its_proof_and_what_to_do(broken: Report) -> None:
    page = write(broken, "html", "fr").decode()
    articles = dict(re.findall(r'<article class="[^"]*" id="f-([0-9a-f]+)">(.*?)</article>', page, re.DOTALL))
    assert articles.keys() == {one.fingerprint for one in broken.findings}
    for one in broken.findings:
        text = articles[one.fingerprint]
        parts = dict(re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", text, re.DOTALL))
        assert "<h5>" in text
        assert str(one.spans[0]) in parts["Où"]
        assert ('class="frame"' in parts["Où"]) is not bool(one.spans[0].sheet or one.spans[0].packet)
        assert all(f">{clause}</a>" in parts["Exigence"] for clause in one.clauses)
        assert parts["Ce qui le prouve"].count("<li>") == (len(one.witness.steps) if one.witness else 0)
        assert one.witness is not None or "ce qui y est écrit" in parts["Ce qui le prouve"]
        assert parts["Que faire"]


def test_findings_are_under_their_zones() -> None:
    one, other = finding(), finding(subject=Ref("line", "F-2"))
    report = replace(answer(findings=(one, other)), zones={one.fingerprint: ("internet", "calcul")})
    lines = write(report, "terminal", "en").decode().splitlines()
    heading = lines.index("  internet → calcul")
    assert "F-1 is open" in lines[heading + 1]
    assert lines.index("  in several zones, or in none") > heading


@pytest.mark.parametrize("output", ["csv", "oscal"])
def test_a_report_without_clauses_is_refused(output: str) -> None:
    with pytest.raises(MapError) as refused:
        write(Report("audit", {}), output, "en")
    assert refused.value.findings[0].rule == "no-statuses"


def test_a_declaration_says_by_whom_when_until_when_and_on_what_evidence() -> None:
    told = Declared("conformant", "Inès Delorme", date(2026, 3, 16), date(2027, 3, 16), "PRC-ADM-04")
    report = answer(replace(status("9.6.c", "declared"), declared=told, decided_by="declaration"))
    page = write(report, "html", "en").decode()
    row = re.search(r'<tr><th scope="row">.*?9\.6\.c.*?</tr>', page.split('id="declared"')[1], re.DOTALL)
    assert row is not None
    for word in ("Inès Delorme", "2026-03-16", "2027-03-16", "PRC-ADM-04"):
        assert word in row.group()
    assert "rests on a declaration" in page
    (result,) = json.loads(write(report, "oscal", "en"))["assessment-results"]["results"]
    assert "findings" not in result
    (part,) = result["attestations"][0]["parts"]
    assert {(prop["name"], prop["value"]) for prop in part["props"]} == {
        ("declared-status", "conformant"),
        ("declared-by", "Inès Delorme"),
        ("declared-on", "2026-03-16"),
        ("declared-until", "2027-03-16"),
        ("evidence", "PRC-ADM-04"),
    }


def test_columns_share_the_paper_by_what_they_hold() -> None:
    """A date, a sentence and a name: each has room for its longest word, and the sentence has what is left."""
    shares = _shares(["on", "why", "by"], [["2026-01-02", "x " * 150, "Ada Lovelace, DSI"], ["", "", ""]])
    assert shares[1] > 2 * shares[0]
    assert min(shares) >= 15  # ten characters and the edges
    assert sum(shares) == 100
    assert _shares(["only"], []) == [100]


@given(st.lists(st.lists(st.text(max_size=40), min_size=1, max_size=20), min_size=1, max_size=20))
def test_columns_fill_the_paper_and_no_more(rows: list[list[str]]) -> None:
    size = min(map(len, rows))
    shares = _shares(rows[0][:size], [row[:size] for row in rows[1:]])
    assert sum(shares) == 100
    assert min(shares) >= 5
    assert all(share % 5 == 0 for share in shares)
