"""What the rules and clauses say to their readers, word for word."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cloison.netmodel.assurance.answer import check_report
from cloison.netmodel.assurance.assess import assess_network
from cloison.netmodel.assurance.check import Missing, Part
from cloison.netmodel.assurance.framework import KIND_WORDS, Answer, Clause, Framework, status
from cloison.netmodel.compiling import problems
from cloison.netmodel.finding import Finding, Ref, Text, say
from cloison.netmodel.language.build import SINGULAR
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.report import Report

Compile = Callable[..., Network]
AT = date(2026, 6, 1)


def report_of(network: Network) -> Report:
    return check_report(assess_network(network), network)


def found(report: Report, rule: str) -> list[Finding]:
    return [item for item in report.findings if item.rule == rule]


def reason(report: Report, clause: str, lang: str) -> str:
    (item,) = [item for item in report.statuses if item.clause == clause]
    return item.reason.say(lang)  # type: ignore[arg-type]


def test_the_digest_of_a_review_is_said_not_to_be_compared(compiled: Compile) -> None:
    report = report_of(compiled("cloison: 1\nname: m\nreviews: [{on: 2026-02-10, by: [x]}]\n", at=AT))
    assert "was not compared with this map’s history" in reason(report, "13.1.b", "en")
    assert "n’a pas été comparée à l’historique de cette carte" in reason(report, "13.1.b", "fr")


def test_a_review_to_come_is_not_called_absent(compiled: Compile) -> None:
    report = report_of(compiled("cloison: 1\nname: m\nreviews: [{on: 2026-07-01, by: [x]}]\n", at=AT))
    (finding,) = found(report, "overdue-review")
    assert finding.message.say("en") == "the only review of this map is dated 2026-07-01, after the day of this check"
    assert finding.message.say("fr") == (
        "la seule revue de cette carte est datée du 2026-07-01, après le jour de cette vérification"
    )
    assert reason(report, "13.1.b", "en") == "absent from the map: a review dated 2026-06-01 or before (map m)"
    assert reason(report, "13.1.b", "fr") == "absent de la carte : une revue du 2026-06-01 ou antérieure (carte m)"


def test_the_digest_has_one_spelling(compiled: Compile) -> None:
    network = compiled("cloison: 1\nname: m\n")
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", network.digest)
    assert report_of(network).data["map"]["digest"] == network.digest


def test_a_review_may_cite_the_digest_as_it_is_given(compiled: Compile) -> None:
    digest = compiled("cloison: 1\nname: m\n").digest
    review = f"reviews: [{{on: 2026-02-10, by: [x], digest: {digest}}}]\n"
    again = compiled("cloison: 1\nname: m\n" + review)
    assert again.model.reviews[0].digest == again.digest == digest


@pytest.mark.parametrize(
    ("subject", "en", "fr"),
    [
        (Ref("subnet", "s-1"), "subnet s-1", "sous-réseau s-1"),
        (Ref("vrf", "default"), "VRF default", "VRF default"),
        (Ref("asset", "{x}"), "asset {x}", "bien {x}"),
        (Ref("evidence", "effective"), "evidence: filter configurations",
         "élément de preuve : configurations de filtrage"),
    ],
)  # fmt: skip
def test_absent_data_is_told_with_its_kind_in_both_languages(subject: Ref, en: str, fr: str) -> None:
    clause = Clause("1.a", "1.a", Text("t", "t"), Text("p", "p"), "A", ("rule",))
    framework = Framework("f", Text("f", "f"), "urn:", (clause,))
    missing = (Missing(subject, Text("a level", "un niveau")),)
    answer = Answer(Part(say("s", "s"), {"declared": 1}, missing=missing), ())
    told = status(framework, clause, [answer], (), frozenset(), AT).reason
    assert told.say("en") == f"absent from the map: a level ({en})"
    assert told.say("fr") == f"absent de la carte : un niveau ({fr})"


def test_every_kind_of_entry_has_its_words() -> None:
    assert {*SINGULAR.values(), *problems.SINGULAR.values(), "map", "interface", "evidence"} <= KIND_WORDS.keys()


ZONES = """cloison: 1
name: m
parties: {aster: {kind: provider}}
zones: {one: {}, two: {}}
subnets: {a: {cidr: 10.1.0.0/24, zone: one}, b: {cidr: 10.2.0.0/24, zone: two}}
interconnections: {link: {between: [one, two]}}
"""


def test_a_table_without_the_technical_domain_is_told_which_column_lacks(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(ZONES + "tables: {flows: matrice.csv}\n", encoding="utf-8")
    (tmp_path / "matrice.csv").write_text(
        "ID;source;destination;service;nature;appartenance;sensibilité;justification métier ou infrastructure\n"
        "F-1;a;b;https;production;aster;internal;Métier : les clients y paient leurs factures\n",
        encoding="utf-8",
    )
    network = compile_network(read_map(tmp_path / "map.yaml"), AT)
    (finding,) = found(report_of(network), "incomplete-line")
    assert finding.remedy is not None
    assert finding.remedy.say("en") == (
        "Write `domain` (column “technical domain”), in the line or, where they are those of both ends, in their zones"
    )
    assert finding.remedy.say("fr") == (
        "Renseigner `domain` (colonne « domaine technique »), dans la ligne ou, s’ils sont ceux des deux extrémités, "
        "dans leurs zones"
    )


def test_each_missing_field_has_its_key_and_its_column(compiled: Compile) -> None:
    network = compiled(ZONES + "flows: {F-1: {from: a, to: b, services: ssh, domain: management}}\n", at=AT)
    remedies = [item.remedy.say("fr") for item in found(report_of(network), "incomplete-line") if item.remedy]
    assert sorted(remedies) == [
        "Renseigner `justification` (colonne « justification métier ou infrastructure ») : elle dit ce qui cesserait "
        "de fonctionner sans la ligne",
        "Renseigner `nature` (colonne « nature »), `owner` (colonne « appartenance »), `sensitivity` (colonne "
        "« sensibilité »), dans la ligne ou, s’ils sont ceux des deux extrémités, dans leurs zones",
    ]
