"""A year in the life of a map: reviewed, changed, overdue, reviewed again; and what a review refuses."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cloison.diagrams import dossier
from cloison.diagrams.atlas import scenes
from cloison.netmodel.finding import Lang
from cloison.terminal.reviewing import files_of

sys.path.insert(0, str(Path(__file__).parents[1] / "network"))
import in_process
from repositories import HAS_GIT, committed, started

EXAMPLES = Path(__file__).parents[2] / "examples"

MAP = """\
cloison: 1
name: Petit nuage  # whose comments stay
parties: {p: {kind: provider, country: FR}}
zones:
  one: {owner: p, nature: production, sensitivity: internal, domain: processing}
  two: {owner: p, nature: production, sensitivity: internal, domain: processing}
subnets: {one-lan: {cidr: 10.1.0.0/24, zone: one}, two-lan: {cidr: 10.2.0.0/24, zone: two}}
interconnections: {all: {between: [one, two]}}
flows:
  F-1: {from: one-lan, to: two-lan, services: https, responsible: ops, approved: {by: ops, on: 2026-01-05},
    justification: {kind: business, text: Orders are handed over to the stock}}
  F-2: {from: two-lan, to: one-lan, services: ssh, responsible: ops, approved: {by: ops, on: 2026-01-05},
    justification: {kind: business, text: The stock is looked after from here}}
"""


def run(
    folder: Path, *words: str, at: str, stdin: str = "", lang: Lang = "en", check: int | None = None
) -> in_process.Done:
    """Run a command at a date; ``check`` is the code that it has to exit with."""
    done = in_process.run(folder, *words, "--at", at, "--lang", lang, stdin=stdin, lang=lang)
    assert check is None or done.returncode == check, done.stderr
    return done


@pytest.fixture
def no_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay no page out on paper, and draw one view for the atlas: both take seconds, and have tests of their own."""
    monkeypatch.setattr(dossier, "paper", lambda page: b"%PDF-")
    monkeypatch.setattr(scenes, "chosen", lambda network, first=(), room=0: (list(first), 0))


def clause(folder: Path, at: str) -> dict[str, Any]:
    done = run(folder, "check", ".", "--format", "json", at=at)
    found: dict[str, Any] = next(item for item in json.loads(done.stdout)["clauses"] if item["clause"] == "13.1.b")
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cloison.yaml").write_text(MAP, encoding="utf-8")
    return tmp_path


@pytest.mark.skipif(not HAS_GIT, reason="git is not installed")
@pytest.mark.usefixtures("no_paper")
def test_a_year(tmp_path: Path) -> None:
    """Reviewed in March; a line opened in June; overdue a year later, where one line was to go and another came."""
    folder = started(tmp_path)
    committed(folder, {"cloison.yaml": MAP}, "2026-03-01")
    run(folder, "review", "open", at="2026-03-02", check=0)
    refused = run(folder, "review", "close", "--by", "Ada", at="2026-03-03", check=3)
    assert "cloison.yaml:10:3: F-1 is not decided [undecided]" in refused.stderr
    assert "2 items stand in its way" in refused.stderr
    assert (folder / "cloison.yaml").read_text("utf-8") == MAP
    run(folder, "review", "decide", "--item", "F-1", "--decision", "keep", "--by", "Ada", at="2026-03-03", check=3)
    words = ("--item", "F-2", "--decision", "remove", "--by", "Ben", "--why", "nobody logs in")
    run(folder, "review", "decide", *words, at="2026-03-03", check=0)
    run(folder, "review", "close", "--by", "Ada", "--by", "Ben", at="2026-03-04", check=0)
    text = (folder / "cloison.yaml").read_text("utf-8")
    assert text.startswith(MAP)
    assert "decisions: reviews/2026.csv" in text
    committed(folder, {}, "2026-03-05")
    assert clause(folder, "2026-03-06")["status"] == "partial"  # dates and digest hold; the rest is to be declared

    opened = text.replace("services: https,", "services: [https, tcp/8443],")
    committed(folder, {"cloison.yaml": opened}, "2026-06-01")
    assert clause(folder, "2027-03-04")["status"] == "partial"
    overdue = clause(folder, "2027-03-05")
    assert overdue["status"] == "non-conformant"

    made = json.loads(run(folder, "review", "open", "--format", "json", at="2027-03-05", check=0).stdout)
    agenda = {topic["topic"]: topic["points"] for topic in made["agenda"]}
    assert [point["subject"]["id"] for point in agenda["unfinished"]] == ["F-2"]
    assert "nobody logs in" in agenda["unfinished"][0]["message"]
    assert (folder / "reviews/2027.csv").is_file()
    lines = [line for line in opened.splitlines(keepends=True) if "F-2" not in line and "looked after" not in line]
    (folder / "cloison.yaml").write_text("".join(lines), encoding="utf-8")
    run(folder, "review", "decide", "--decision", "keep", "--by", "Ada", at="2027-03-06", check=0)
    run(folder, "review", "close", "--by", "Ada", at="2027-03-06", check=0)
    committed(folder, {}, "2027-03-06")
    assert clause(folder, "2027-03-07")["status"] == "partial"

    forged = (folder / "cloison.yaml").read_text("utf-8")
    digest = made["map"]["digest"]
    last = forged.rindex("sha256:")
    elsewhere = forged[:last] + "sha256:" + "0" * 64 + forged[last + len(digest) :]
    (folder / "cloison.yaml").write_text(elsewhere, encoding="utf-8")
    assert clause(folder, "2027-03-08")["status"] == "non-conformant"


def test_files_in_folders_are_inputs_each(tmp_path: Path) -> None:
    (tmp_path / "seen/day").mkdir(parents=True)
    for name in ("seen/a=b.pcap", "seen/day/c.pcap", "alone.pcap"):
        (tmp_path / name).write_bytes(b"")
    found = [path for path in files_of([str(tmp_path / "seen"), str(tmp_path / "alone.pcap")]) if path.is_file()]
    assert [str(path.relative_to(tmp_path)) for path in found] == ["seen/a=b.pcap", "seen/day/c.pcap", "alone.pcap"]


@pytest.mark.slow
def test_what_a_dossier_holds(folder: Path) -> None:
    text = f"{MAP}frameworks: [anssi-cartographie-2018]\n"  # twelve clauses: a short page
    (folder / "cloison.yaml").write_text(text, encoding="utf-8")
    run(folder, "review", "open", at="2026-03-02", check=0)
    run(folder, "review", "decide", "--decision", "keep", "--by", "Ada", at="2026-03-02", check=0)
    before = hashlib.sha256((folder / "cloison.yaml").read_bytes()).hexdigest()
    run(folder, "review", "close", "--by", "Ada", "--dossier", "one", at="2026-03-02", check=0)
    told = json.loads((folder / "one/manifest.json").read_text("utf-8"))
    assert told["by"] == ["Ada"]
    assert {item["file"]: item["sha256"] for item in told["inputs"]}["cloison.yaml"] == before
    for item in told["outputs"]:
        data = (folder / "one" / item["file"]).read_bytes()
        assert (item["sha256"], item["bytes"]) == (hashlib.sha256(data).hexdigest(), len(data))
    done = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=folder / "one", capture_output=True, check=False)
    assert done.returncode == 0
    assert {path.name for path in (folder / "one").iterdir()} == {item["file"] for item in told["outputs"]} | {
        "manifest.json", "SHA256SUMS",
    }  # fmt: skip
    assert (folder / "one/dossier.pdf").read_bytes().startswith(b"%PDF-")
    page = (folder / "one/dossier.html").read_text("utf-8")
    assert "closed on 2026-03-02 by Ada" in page
    assert "<td>Ada</td><td></td><td>2026-03-02</td><td></td>" in page  # room to sign
    # the same review closed again gives the same bytes, but for the map that now records it
    shutil.copytree(folder, folder / "again", ignore=shutil.ignore_patterns("one"))
    (folder / "again/cloison.yaml").write_text(text, encoding="utf-8")
    run(folder / "again", "review", "close", "--by", "Ada", "--dossier", "one", at="2026-03-02", check=0)
    for name in ("dossier.html", "dossier.pdf", "manifest.json", "SHA256SUMS", "decisions.csv", "review.json"):
        assert (folder / "one" / name).read_bytes() == (folder / "again/one" / name).read_bytes(), name


def test_a_walk_can_be_left_and_resumed(folder: Path) -> None:
    run(folder, "review", "open", at="2026-03-02", check=0)
    done = run(folder, "review", "decide", stdin="what\nkeep\nAda\n\nq\n", at="2026-03-02", check=3)
    assert "[1/2] F-1" in done.stderr
    assert "1 left to decide" in done.stderr
    done = run(folder, "review", "decide", "--by", "Ben", stdin="remove\n\nunused\n", at="2026-03-02", check=0)
    assert "[1/1] F-2" in done.stderr
    rows = (folder / "reviews/2026.csv").read_text("utf-8-sig").splitlines()
    assert [row.split(";")[3:6] for row in rows[1:]] == [["keep", "Ada", ""], ["remove", "Ben", "unused"]]


def test_decisions_in_a_workbook(folder: Path) -> None:
    from openpyxl import load_workbook

    table = folder / "d.xlsx"
    run(folder, "review", "open", "--decisions", "d.xlsx", at="2026-03-02", lang="fr", check=0)
    book = load_workbook(table)
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet["A"]] == ["élément", "F-1", "F-2"]
    (choice,) = sheet.data_validations.dataValidation
    assert choice.formula1 == '"maintenir,modifier,supprimer"'
    assert str(choice.sqref) == "D2:D3"
    for cell, value in (("D2", "maintenir"), ("E2", "Ada"), ("D3", "Modifier"), ("E3", "Ben"), ("F3", "=trop large")):
        sheet[cell] = value
        sheet[cell].data_type = "s"
    book.save(table)
    run(folder, "review", "open", "--decisions", "d.xlsx", at="2026-03-02", lang="fr", check=0)
    again = load_workbook(table).worksheets[0]
    assert [again[cell].value for cell in ("D2", "E2", "D3", "E3", "F3")] == [
        "maintenir", "Ada", "modifier", "Ben", "=trop large",
    ]  # fmt: skip
    assert again["F3"].data_type == "s"
    run(folder, "review", "decide", "--decisions", "d.xlsx", at="2026-03-02", check=0)


def test_a_walk_that_ends_keeps_what_was_decided(folder: Path) -> None:
    run(folder, "review", "open", at="2026-03-02", check=0)
    run(folder, "review", "decide", stdin="keep\nAda\nfine\n", at="2026-03-02", check=3)  # the input ends
    run(folder, "review", "decide", stdin="remove\nAda\n", at="2026-03-02", check=3)  # no reason: nothing is decided
    rows = (folder / "reviews/2026.csv").read_text("utf-8-sig").splitlines()
    assert [row.split(";")[3] for row in rows[1:]] == ["keep", ""]


def test_a_table_that_was_edited_meanwhile_is_not_overwritten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody saves the table in a spreadsheet while another walks through it: the walk ends, theirs stays."""
    from cloison.flows.reviewing import decisions

    run(folder, "review", "open", at="2026-03-02", check=0)
    table = folder / "reviews/2026.csv"
    words = decisions.decision_word

    def meanwhile(word: str) -> object:
        if word == "remove":
            table.write_bytes(table.read_bytes().replace(b"Ada", b"Eve"))
        return words(word)

    monkeypatch.setattr(decisions, "decision_word", meanwhile)
    done = run(folder, "review", "decide", stdin="keep\nAda\nfine\nremove\nunused\n", at="2026-03-02", check=2)
    assert "changed by somebody else" in done.stderr
    rows = table.read_text("utf-8-sig").splitlines()
    assert [row.split(";")[3:5] for row in rows[1:]] == [["keep", "Eve"], ["", ""]]


@pytest.mark.parametrize("changed", ["cloison.yaml", "reviews/2026.csv"])
def test_what_changed_while_it_was_reviewed_is_not_closed(
    folder: Path, changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digest on record and those of the manifest are of what was looked at."""
    from cloison.diagrams import dossier

    run(folder, "review", "open", at="2026-03-02", check=0)
    run(folder, "review", "decide", "--decision", "keep", "--by", "Ada", at="2026-03-02", check=0)

    def meanwhile(*_args: object) -> dict[str, bytes]:
        data = (folder / changed).read_bytes()
        (folder / changed).write_bytes(data.replace(b"ssh", b"https") if changed.endswith("yaml") else data + b"\n")
        return {}

    monkeypatch.setattr(dossier, "dossier", meanwhile)
    done = run(folder, "review", "close", "--by", "Ada", at="2026-03-02", check=2)
    assert f"{changed}: changed by somebody else" in done.stderr
    assert not (folder / "reviews/2026").exists()
    assert "reviews:" not in (folder / "cloison.yaml").read_text("utf-8")


def test_what_was_decided_stays_when_it_is_opened_again(folder: Path) -> None:
    run(folder, "review", "open", at="2026-03-02", check=0, lang="fr")
    run(folder, "review", "decide", "--decision", "keep", "--by", "Ada", at="2026-03-02", check=0)
    changed = MAP.replace("services: ssh", "services: https")
    (folder / "cloison.yaml").write_text(changed, encoding="utf-8")
    run(folder, "review", "open", at="2026-03-03", check=0)
    refused = run(folder, "review", "close", "--by", "Ada", at="2026-03-03", check=3)
    assert "F-2 was decided as it was before" not in refused.stderr  # it is undecided again, in the table too
    assert "F-2 is not decided" in refused.stderr
    assert "F-1 is not decided" not in refused.stderr


def test_kept_and_gone_is_refused(folder: Path) -> None:
    run(folder, "review", "open", at="2026-03-02", check=0)
    run(folder, "review", "decide", "--decision", "keep", "--by", "Ada", at="2026-03-02", check=0)
    (folder / "cloison.yaml").write_text(MAP[: MAP.index("  F-2")], encoding="utf-8")
    refused = run(folder, "review", "close", "--by", "Ada", at="2026-03-02", check=1)
    assert "F-2 was to stay, and is in the map no more" in refused.stderr
    assert "reviews/2026.csv:3" in refused.stderr


def test_what_is_wrong_is_told(folder: Path) -> None:
    assert "--by" in run(folder, "review", "close", at="2026-03-02", check=2).stderr
    assert "files" in run(folder, "review", "close", "--by", "A", "--capture", "-", at="2026-03-02", check=2).stderr
    assert "2026.csv" in run(folder, "review", "decide", at="2026-03-02", check=2).stderr  # it was not opened
    run(folder, "review", "open", at="2026-03-02", check=0)
    words = ("review", "decide", "--item", "F-3", "--decision", "keep", "--by", "A")
    wrong = run(folder, *words, at="2026-03-02", check=2)
    assert "nearest: F-1" in wrong.stderr or "nearest: F-2" in wrong.stderr
    assert "none of" in run(folder, "review", "decide", "--decision", "x", "--by", "A", at="2026-03-02", check=2).stderr
    table = folder / "reviews/2026.csv"
    table.write_text("<<<<<<< ours\n" + table.read_text("utf-8-sig"), encoding="utf-8")
    told = run(folder, "review", "close", "--by", "A", at="2026-03-02", check=2)
    assert "reviews/2026.csv:1:1: git left a conflict here" in told.stderr
    assert run(folder, "review", "open", "--decisions", "x.ods", at="2026-03-02", check=2).stderr.count("x.ods")


def test_the_example_is_reviewed_with_what_was_seen_and_configured(tmp_path: Path) -> None:
    folder = tmp_path / "nuage"
    shutil.copytree(EXAMPLES / "nuage", folder)
    done = run(
        tmp_path, "review", "open", "nuage", "--config", f"fw-dev={EXAMPLES}/configurations/nuage/fw-dev.conf",
        "--format", "json",
        at="2026-11-02", lang="fr",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    agenda = {topic["topic"]: topic for topic in json.loads(done.stdout)["agenda"]}
    assert agenda["configured"]["looked_at"]
    assert not agenda["unseen"]["looked_at"]
    assert [point["subject"]["id"] for point in agenda["unsafe"]["points"]] == ["ADM-05", "ADM-11"]


@pytest.mark.usefixtures("no_paper")
@pytest.mark.skipif(not HAS_GIT, reason="git is not installed")
def test_a_year_of_the_example(tmp_path: Path) -> None:
    """Nuage is reviewed; a line is opened past the WAF, seen by diff and undone; the next review is due, and made."""
    folder = started(tmp_path)
    for file in (EXAMPLES / "nuage").iterdir():
        shutil.copy(file, folder / file.name)
    committed(folder, {}, "2026-11-01")
    run(folder, "review", "open", ".", at="2026-11-02", check=0)
    run(folder, "review", "decide", ".", "--decision", "keep", "--by", "RSSI", at="2026-11-02", check=0)
    run(folder, "review", "close", ".", "--by", "RSSI", at="2026-11-02", check=0)
    committed(folder, {}, "2026-11-02")
    reviewed = clause(folder, "2026-11-03")
    assert reviewed["status"] in ("conformant", "declared")
    assert not reviewed["findings"]

    matrix = (folder / "matrice.csv").read_text("utf-8")
    past = matrix.replace("internet;front;console-https;→;;;;", "internet;front;front-waf;→;https;;;")  # patch 03
    assert past != matrix
    committed(folder, {"matrice.csv": past}, "2027-02-01")
    seen = run(folder, "diff", "HEAD~1:.", "HEAD:.", "--format", "json", at="2027-02-01", check=1)
    change = json.loads(seen.stdout)
    assert any(item["line"] for item in change["flows"]["opened"])
    assert {item["rule"] for item in change["findings"]["new"]} >= {"application-firewall", "public-to-sensitive"}
    committed(folder, {"matrice.csv": matrix}, "2027-02-02")
    undone = json.loads(run(folder, "diff", "HEAD~2:.", "HEAD:.", "--format", "json", at="2027-02-02", check=0).stdout)
    assert undone["same"]

    gone = "\n".join(line for line in matrix.splitlines() if not line.startswith("BKP-03;")) + "\n"
    committed(folder, {"matrice.csv": gone}, "2027-06-01")
    overdue = clause(folder, "2027-11-03")
    assert overdue["status"] == "non-conformant"
    opened = run(folder, "review", "open", ".", "--format", "json", at="2027-11-03", check=0)
    agenda = {topic["topic"]: topic for topic in json.loads(opened.stdout)["agenda"]}
    assert agenda["changed"]["looked_at"]
    assert "BKP-03" in {point["subject"]["id"] for point in agenda["changed"]["points"]}
    run(folder, "review", "decide", ".", "--decision", "keep", "--by", "RSSI", at="2027-11-03", check=0)
    run(folder, "review", "close", ".", "--by", "RSSI", at="2027-11-03", check=0)
    committed(folder, {}, "2027-11-03")
    assert clause(folder, "2027-11-04")["status"] == "partial"  # what is declared beside it is past its date by then


@pytest.mark.usefixtures("no_paper")
@pytest.mark.skipif(not HAS_GIT, reason="git is not installed")
def test_a_review_that_lasts_into_the_new_year(tmp_path: Path) -> None:
    """Opened in December, decided and closed in January, in one table; corrected and closed again on the same day."""
    folder = started(tmp_path)
    committed(folder, {"cloison.yaml": MAP}, "2026-12-01")
    run(folder, "review", "open", at="2026-12-28", check=0)
    run(folder, "review", "decide", "--decision", "keep", "--by", "Ada", at="2027-01-04", check=0)
    run(folder, "review", "close", "--by", "Ada", at="2027-01-05", check=0)
    assert (folder / "reviews/2026/SHA256SUMS").is_file()
    again = ("review", "close", "--by", "Ada", "--decisions", "reviews/2026.csv")
    assert "this review was closed on 2027-01-05" in run(folder, *again, at="2027-01-05", check=2).stderr
    text = (folder / "cloison.yaml").read_text("utf-8").replace("services: ssh", "services: [https]")
    (folder / "cloison.yaml").write_text(text, encoding="utf-8")
    run(folder, "review", "open", at="2027-01-05", check=0)
    assert (folder / "reviews/2027.csv").is_file()
    run(folder, "review", "decide", "--decision", "keep", "--by", "Ada", at="2027-01-05", check=0)
    run(folder, "review", "close", "--by", "Ada", at="2027-01-05", check=0)
    told = json.loads((folder / "reviews/2027/manifest.json").read_text("utf-8"))
    assert any(item["file"].endswith("2026.csv") for item in told["inputs"])
    committed(folder, {}, "2027-01-05")
    assert clause(folder, "2027-01-06")["status"] == "partial"


def test_what_captures_showed_stays_while_it_is_decided(folder: Path) -> None:
    """Whoever decides sees what the table said when it was opened with captures."""
    run(folder, "review", "open", at="2026-03-02", check=0)
    table = folder / "reviews/2026.csv"
    rows = table.read_text("utf-8-sig").splitlines()
    cells = rows[1].split(";")
    cells[2] = "never seen in captures from 2026-01-01 to 2026-03-01"
    rows = [rows[0] + ";note", ";".join(cells) + ";ask Zoe", rows[2] + ";"]
    table.write_text("\n".join(rows) + "\n", encoding="utf-8")
    done = run(folder, "review", "decide", stdin="keep\nAda\n\nq\n", at="2026-03-02", check=3)
    assert "    never seen in captures from 2026-01-01 to 2026-03-01\n" in done.stderr
    assert "never seen in captures" in table.read_text("utf-8-sig")
    run(folder, "review", "decide", "--decision", "keep", "--by", "Ada", at="2026-03-02", check=0)
    assert "never seen in captures" in table.read_text("utf-8-sig")
    assert "ask Zoe" in table.read_text("utf-8-sig")
    run(folder, "review", "open", at="2026-03-02", check=0)  # which looks again
    assert "never seen in captures" not in table.read_text("utf-8-sig")
