"""The status of a clause, from every combination that decides it; nothing looked at is never conformant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from cloison.netmodel.assurance.check import Missing, Part
from cloison.netmodel.assurance.framework import Answer, Clause, Framework, Kind, status
from cloison.netmodel.finding import Finding, Graph, Ref, Severity, Text, Waived, say
from cloison.netmodel.language.model import Declaration

AT = date(2026, 6, 1)
SEEN = say("3 things", "3 choses")
REST = Text("the rest", "le reste")
DECLARED: frozenset[Graph] = frozenset(("declared",))


def clause(kind: Kind, *, recommended: bool = False) -> Clause:
    declared = REST if kind in ("P", "D") else None
    return Clause("1.2.a", "1.2.a", Text("t", "t"), Text("p", "p"), kind, ("rule",), declared, recommended)


def finding(severity: Severity, *, waived: bool = False) -> Finding:
    waiver = Waived("why", "who", date(2026, 12, 31)) if waived else None
    return Finding("rule", severity, say("m", "m"), Ref("line", "F-1"), waiver=waiver)


def part(count: int = 3, *, missing: bool = False, absent: bool = False) -> Part:
    lacking = (Missing(Ref("zone", "z"), Text("a sensitivity", "une sensibilité")),) if missing else ()
    return Part(SEEN, {"declared": count}, (), lacking, say("none", "aucun") if absent else None)


def declaration(word: str, *, on: date = date(2026, 1, 1), until: date | None = None) -> Declaration:
    return Declaration(clause="1.2.a", status=word, by="who", on=on, until=until)  # type: ignore[arg-type]


def word(
    item: Clause, *answers: Answer, declarations: tuple[Declaration, ...] = (), graphs: frozenset[Graph] = DECLARED
) -> str:
    framework = Framework("secnumcloud-3.2", Text("f", "f"), "urn:", (item,))
    return status(framework, item, answers, declarations, graphs, AT).status


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("A", "conformant"), ("A+C", "conformant"), ("A+F", "partial"), ("A+F+C", "partial"), ("P", "partial")],
)
def test_a_pass_is_worth_what_its_kind_allows(kind: Kind, expected: str) -> None:
    assert word(clause(kind), Answer(part(), ())) == expected


def test_configurations_complete_what_the_map_shows() -> None:
    graphs: frozenset[Graph] = frozenset(("declared", "effective"))
    assert word(clause("A+F"), Answer(part(), ()), graphs=graphs) == "conformant"


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ((finding("error"),), "non-conformant"),
        ((finding("warning"),), "partial"),
        ((finding("note"),), "conformant"),
        ((finding("error", waived=True),), "waived"),
        ((finding("error", waived=True), finding("error")), "non-conformant"),
        ((finding("error", waived=True), finding("warning")), "waived"),
    ],
)
def test_findings_decide(findings: tuple[Finding, ...], expected: str) -> None:
    assert word(clause("A"), Answer(part(), findings)) == expected


def test_what_is_missing_is_named_and_beats_a_pass_but_not_a_breach() -> None:
    item = clause("A")
    framework = Framework("secnumcloud-3.2", Text("f", "f"), "urn:", (item,))
    found = status(framework, item, [Answer(part(missing=True), ())], (), DECLARED, AT)
    assert found.status == "not-evaluated"
    assert "a sensitivity" in found.reason.say("en")
    assert "une sensibilité" in found.reason.say("fr")
    assert word(item, Answer(part(missing=True), (finding("error"),))) == "non-conformant"


def test_a_clause_applies_as_soon_as_one_of_its_questions_does() -> None:
    assert word(clause("A"), Answer(part(absent=True), ())) == "not-applicable"
    assert word(clause("A"), Answer(part(absent=True), ()), Answer(part(), ())) == "conformant"


def test_declarations() -> None:
    passed = Answer(part(), ())
    assert word(clause("D"), declarations=(declaration("conformant"),)) == "declared"
    assert word(clause("D")) == "not-evaluated"
    assert word(clause("P"), passed, declarations=(declaration("conformant"),)) == "declared"
    assert word(clause("P"), passed, declarations=(declaration("partial"),)) == "partial"
    assert word(clause("A"), passed, declarations=(declaration("non-conformant"),)) == "non-conformant"
    assert word(clause("A"), passed, declarations=(declaration("not-applicable"),)) == "not-applicable"
    breach = Answer(part(), (finding("error"),))
    assert word(clause("P"), breach, declarations=(declaration("conformant"),)) == "non-conformant"
    assert word(clause("A"), breach, declarations=(declaration("not-applicable"),)) == "non-conformant"


def test_a_declaration_holds_until_its_last_day_and_from_its_first() -> None:
    assert word(clause("D"), declarations=(declaration("conformant", until=AT),)) == "declared"
    assert word(clause("D"), declarations=(declaration("conformant", until=date(2026, 5, 31)),)) == "not-evaluated"
    assert word(clause("D"), declarations=(declaration("conformant", on=date(2026, 6, 2)),)) == "not-evaluated"
    both = (declaration("conformant"), declaration("partial", on=date(2026, 5, 1)))
    assert word(clause("D"), declarations=both) == "partial"


def test_recommendations_never_fail() -> None:
    assert word(clause("A", recommended=True), Answer(part(), (finding("error"),))) == "partial"


@pytest.mark.parametrize("kind", ["A", "A+F", "A+C", "A+F+C", "P", "D"])
def test_nothing_looked_at_is_never_conformant(kind: Kind) -> None:
    given: tuple[Graph, ...] = ("declared", "effective", "observed")
    for answers in ((), (Answer(part(0), ()),)):
        assert word(clause(kind), *answers, graphs=frozenset(given)) == "not-evaluated"


def test_no_machine_alone_says_conformant_of_what_is_partly_declared() -> None:
    kinds: tuple[Kind, ...] = ("P", "D")
    for kind, missing, absent in product(kinds, (False, True), (False, True)):
        answer = Answer(part(missing=missing, absent=absent), ())
        assert word(clause(kind), answer, graphs=frozenset(("declared", "effective", "observed"))) != "conformant"


def test_a_status_says_what_decided_it() -> None:
    """No declared clause reads as proved, and what was observed is told of only where a rule looked at it."""
    framework = Framework("secnumcloud-3.2", Text("f", "f"), "urn:", (clause("P"),))
    attested = declaration("conformant", until=date(2026, 12, 31))

    def told(kind: Kind, *answers: Answer, by: tuple[Declaration, ...] = ()) -> tuple[str, str]:
        found = status(framework, clause(kind), answers, by, frozenset(("declared", "observed")), AT)
        assert found.urn == "urn:1.2.a"
        assert found.rules == ("rule",)
        return found.status, found.decided_by

    held, broken = Answer(part(), ()), Answer(part(), (finding("error"),))
    assert told("A", held) == ("conformant", "proof")
    assert told("P", held, by=(attested,)) == ("declared", "declaration")
    assert told("D", by=(attested,)) == ("declared", "declaration")
    assert told("A", broken, by=(attested,)) == ("non-conformant", "proof")
    assert told("A", Answer(part(), (finding("error", waived=True),))) == ("waived", "waiver")
    assert told("A", Answer(part(missing=True), ()), by=(attested,)) == ("not-evaluated", "nothing")
    found = status(framework, clause("P"), (held,), (attested,), DECLARED, AT)
    assert found.declared is not None
    assert (found.declared.by, found.declared.until) == ("who", date(2026, 12, 31))
    assert "2026-12-31" in found.reason.say("fr")
    lacking = status(framework, clause("A"), (Answer(part(missing=True), ()),), (), DECLARED, AT)
    assert [(item.subject.id, item.datum.en) for item in lacking.absent] == [("z", "a sensitivity")]


@pytest.mark.parametrize(("count", "expected"), [(2, True), (0, False), (None, False)])
def test_nothing_observed_contradicts_only_what_was_looked_at(count: int | None, expected: bool) -> None:
    looked_at: dict[Graph, int] = {"declared": 3} | ({} if count is None else {"observed": count})
    framework = Framework("secnumcloud-3.2", Text("f", "f"), "urn:", (clause("A+C"),))
    answer = Answer(Part(SEEN, looked_at), ())
    found = status(framework, clause("A+C"), (answer,), (), frozenset(("declared", "observed")), AT)
    assert ("nothing observed" in found.reason.say("en")) is expected


def test_a_declaration_on_a_yearly_clause_holds_for_a_year_whatever_it_says() -> None:
    item = replace(clause("P"), yearly=True)
    said = {
        on: word(item, declarations=(declaration("conformant", on=on, until=date(2030, 1, 1)),))
        for on in (date(2025, 6, 1), date(2025, 5, 31))
    }
    assert said == {date(2025, 6, 1): "declared", date(2025, 5, 31): "not-evaluated"}
    assert (
        word(replace(item, yearly=False), declarations=(declaration("conformant", on=date(2025, 5, 31)),)) == "declared"
    )
