"""The catalogue of SecNumCloud 3.2 against the framework's own list of clauses that bear on a network.

The nodes are those of CISO Assistant's library; the reading traps are the places where the text is easily misread, and
each has a case that names it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cloison.netmodel.assurance.profiles as profile_entries
from cloison.netmodel.assurance.assess import built_in_checks, built_in_frameworks
from cloison.netmodel.registry import load

FRAMEWORK = next(item for item in built_in_frameworks() if item.name == "secnumcloud-3.2")
CASES = Path(__file__).parent
NODES = {
    "5.3.c": (93, 95, 97, 98, 101), "9.6.f": (214, 215), "9.7.d": (226, 227, 228, 229, 230),
    "11.1.2.a": (270, 271, 272), "12.6.a": (346, 347, 348, 349, 350), "12.10.c": (378, 379), "12.12.c": (387, 388),
    "12.13.a": (392, 394), "12.14.a": (397, 398, 399), "13.1.a": (403, 404, 405, 406, 407, 408, 409, 410, 411, 412),
    "13.2.a": (416, 417, 418), "18.2.1.a": (513,), "18.2.3.a": (527, 529), "19.6.c": (606,), "19.6.d": (609,),
}  # fmt: skip
CLAUSES = (
    "5.3.c 5.3.h 6.5.a 8.1.a 8.1.b 8.1.c 8.3.a 8.3.b 9.1.b 9.5.a 9.5.c 9.5.d 9.6.a 9.6.b 9.6.c 9.6.d 9.6.e 9.6.f 9.6.g "
    "9.6.h 9.6.i 9.6.j 9.6.k 9.7.a 9.7.b 9.7.c 9.7.d 10.1.d 10.2.a 10.2.b 10.2.c 10.2.d 10.2.e 10.6.a 11.1.a 11.1.b "
    "11.1.1.a 11.1.2.a 11.1.3.a 11.2.2.j 11.5.a 11.5.b 11.6.b 12.2.a 12.2.b 12.2.d 12.3.a 12.4.a 12.5.d 12.6.a 12.6.b "
    "12.6.c 12.6.d 12.7.a 12.7.c 12.7.e 12.8.a 12.9.a 12.9.c 12.10.c 12.12.a 12.12.b 12.12.c 12.13.a 12.14.a 13.1.a "
    "13.1.b 13.2.a 13.2.b 13.2.c 13.2.d 13.2.e 13.3.a 14.2.a 14.2.b 14.2.c 14.4.a 14.4.b 14.7.b 15.1.a 15.1.b 17.1.b "
    "17.2.a 17.4.a 17.5.a 18.2.1.a 18.2.1.b 18.2.3.a 18.3.a 18.4.a 19.1.b 19.1.n 19.2.a 19.2.b 19.2.c 19.2.d 19.2.e "
    "19.6.c 19.6.d"
)
RECOMMENDED = ("10.2.b", "12.6.e", "12.9.b", "18.2.1.b")


@pytest.mark.parametrize("clause", CLAUSES.split())
def test_every_clause_in_scope_is_there(clause: str) -> None:
    assert any(item.id.partition("/")[0] == clause for item in FRAMEWORK.clauses)


@pytest.mark.parametrize("node", [node for nodes in NODES.values() for node in nodes])
def test_every_requirement_without_a_letter_is_there(node: int) -> None:
    assert f"node{node}" in {item.urn for item in FRAMEWORK.clauses}


def test_no_result_goes_to_a_requirement_that_cannot_be_assessed() -> None:
    parents = {"7.1.a", "7.1.b", "8.5.a", "9.6.f", "9.7.d", "11.1.2.a", "18.2.1.a", "19.6.b", "19.6.c", "19.6.d"}
    assert parents.isdisjoint({item.urn for item in FRAMEWORK.clauses})


def test_what_is_recommended_never_fails() -> None:
    assert {item.id for item in FRAMEWORK.clauses if item.recommended} == set(RECOMMENDED)


def test_every_rule_that_a_clause_names_is_there() -> None:
    checks = {check.name: check for check in built_in_checks()}
    for clause in FRAMEWORK.clauses:
        for name in clause.rules:
            rule, _, part = name.partition("/")
            assert rule in checks, clause.id
            assert not part or part in checks[rule].parts, clause.id
        assert clause.rules or clause.declared is not None, clause.id
        assert clause.declared is not None or clause.kind not in ("P", "D"), clause.id


@pytest.mark.parametrize("trap", [number for number in range(1, 12) if number != 10])
def test_each_reading_trap_has_a_case(trap: int) -> None:
    named = re.compile(rf"\btrap {trap}\b", re.IGNORECASE)
    assert any(named.search(path.read_text("utf-8")) for path in CASES.rglob("*.yaml"))


def test_cited_guides_are_dated() -> None:
    """Trap 10: a recommendation is one of a year; the next edition is another profile."""
    assert all(re.search(r"-20\d\d$", entry.name) for entry in load(profile_entries, "PROFILE").values())
