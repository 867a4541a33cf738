"""Between which zones a finding lies."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cloison.netmodel.assurance.zoning import zones_of
from cloison.netmodel.finding import Finding, Ref, Step, Witness, say
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network

TINY = Path(__file__).parents[1] / "diagrams" / "tiny.yaml"


@pytest.fixture(scope="module")
def network() -> Network:
    return compile_network(read_map(TINY), date(2026, 11, 24))


def about(kind: str, name: str, *steps: tuple[str, str]) -> Finding:
    path = Witness("path", tuple(Step(Ref(*step)) for step in steps)) if steps else None
    return Finding("r", "error", say("m", "m"), Ref(kind, name), witness=path)


@pytest.mark.parametrize(
    ("finding", "zones"),
    [
        (about("line", "F-003"), ("admin", "calcul")),
        (about("line", "F-004"), ("locataire", "facade")),
        (about("line", "F-006"), ("internet", "facade")),  # another zone lies within internet
        (about("line", "gone"), ()),
        (about("zone", "calcul", ("zone", "internet"), ("line", "F-001"), ("asset", "hyp-1")), ("internet", "calcul")),
        # waf-1 has homes in two zones: the subject says which
        (about("zone", "calcul", ("zone", "internet"), ("line", "F-001"), ("asset", "waf-1")), ("internet", "calcul")),
        (about("asset", "fw", ("zone", "internet"), ("asset", "waf-1")), ()),
        (about("interface", "waf-1/front"), ("facade",)),
        (about("endpoint", "console"), ("facade",)),
        (about("subnet", "client-lan"), ("locataire",)),
        (about("interconnection", "gestion"), ("admin", "calcul")),
        (about("interconnection", "bordure"), ()),  # it joins three
        (about("party", "nous"), ()),
        (about("carrier", "fabric", ("zone", "admin"), ("carrier", "fabric"), ("zone", "calcul")), ("admin", "calcul")),
    ],
)
def test_the_zones_of_a_finding(network: Network, finding: Finding, zones: tuple[str, ...]) -> None:
    assert zones_of(network, finding) == zones
