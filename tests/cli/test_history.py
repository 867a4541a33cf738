"""``cloison check`` in a git repository: 13.1.b fails where what was last reviewed is no ancestor of the map."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from cloison.netmodel.assurance.assess import assess, built_in_checks, built_in_frameworks
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import compile_network
from cloison.terminal.evidence import given_to

sys.path.insert(0, str(Path(__file__).parents[1] / "network"))
from repositories import HAS_GIT, committed, started

pytestmark = pytest.mark.skipif(not HAS_GIT, reason="git is not installed")

MAP = "cloison: 1\nname: x\nparties: {{p: {{kind: provider}}}}\nzones: {{{zone}: {{owner: p}}}}\n"
REVIEW = "reviews: [{{on: {on}, by: [a], digest: '{digest}'}}]\n"


def checked(folder: Path, at: str) -> tuple[str, str, str]:
    """Return the status of 13.1.b, what overdue-review looked at, and its finding's severity and message."""
    network = compile_network(read_map(folder / "cloison.yaml"), date.fromisoformat(at))
    evidence = given_to(network, folder / "cloison.yaml", None, None, None).evidence
    assessment = assess(evidence, built_in_checks(), built_in_frameworks())
    clause = next(item for item in assessment.statuses if item.clause == "13.1.b")
    seen = "; ".join(part.seen.say("en") for part in assessment.outcomes["overdue-review"].parts)
    found = [item for item in assessment.findings if item.rule == "overdue-review"]
    return clause.status, seen, f"{found[0].severity}: {found[0].message.say('en')}" if found else ""


def rebuilt(folder: Path, at: str) -> str:
    """Return the status of 14.2.c: whether the environment of a given date can be rebuilt."""
    network = compile_network(read_map(folder / "cloison.yaml"), date.fromisoformat(at))
    evidence = given_to(network, folder / "cloison.yaml", None, None, None).evidence
    statuses = assess(evidence, built_in_checks(), built_in_frameworks()).statuses
    return next(item.status for item in statuses if item.clause == "14.2.c")


def test_a_review_holds_for_what_comes_of_the_version_that_was_reviewed(tmp_path: Path) -> None:
    folder = started(tmp_path)
    committed(folder, {"cloison.yaml": MAP.format(zone="one")}, "2026-01-01")
    digest = compile_network(read_map(folder / "cloison.yaml"), date(2026, 1, 2)).digest
    reviewed = MAP.format(zone="one") + REVIEW.format(on="2026-01-02", digest=digest)
    (folder / "cloison.yaml").write_text(reviewed, encoding="utf-8")
    assert checked(folder, "2026-01-03")[0] == "partial"  # the very map that was reviewed, not yet committed
    committed(folder, {}, "2026-01-03")
    changed = MAP.format(zone="two") + REVIEW.format(on="2026-01-02", digest=digest)
    committed(folder, {"cloison.yaml": changed}, "2026-06-01")
    status, why, _ = checked(folder, "2026-06-02")
    assert status == "partial"  # what is left is a declaration
    assert "is a version from which this map comes" in why
    assert rebuilt(folder, "2026-06-02") == "partial"  # 14.2.c: seen; for how long versions are kept is declared
    assert checked(folder, "2027-06-02")[0] == "non-conformant"  # over a year old


def test_a_digest_of_no_version_fails(tmp_path: Path) -> None:
    folder = started(tmp_path)
    committed(folder, {"cloison.yaml": MAP.format(zone="one")}, "2026-01-01")
    other = MAP.format(zone="one") + REVIEW.format(on="2026-02-01", digest="sha256:" + "0" * 64)
    (folder / "cloison.yaml").write_text(other, encoding="utf-8")
    status, _, finding = checked(folder, "2026-03-01")
    assert status == "non-conformant"
    assert finding.startswith("error: what was reviewed on 2026-02-01 (sha256:000000000000)")
    assert rebuilt(folder, "2026-03-01") == "non-conformant"


def test_without_a_history_dates_alone_are_judged(tmp_path: Path) -> None:
    other = MAP.format(zone="one") + REVIEW.format(on="2026-02-01", digest="sha256:" + "0" * 64)
    (tmp_path / "cloison.yaml").write_text(other, encoding="utf-8")
    status, why, _ = checked(tmp_path, "2026-03-01")
    assert "alone" in why
    started(tmp_path)
    committed(tmp_path, {}, "2026-02-15")  # the history begins after the review
    assert checked(tmp_path, "2026-03-01")[0] == status
    assert "begins on 2026-02-15" in checked(tmp_path, "2026-03-01")[1]
