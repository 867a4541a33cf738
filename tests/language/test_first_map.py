"""The first map reads, compiles and passes every rule, in both languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cloison.netmodel.assurance.assess import assess_network
from cloison.netmodel.finding import LANGS, Lang
from cloison.netmodel.language.first_map import FILE, FIRST_MAP
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import compile_network


@pytest.mark.parametrize("lang", LANGS)
def test_it_passes_every_rule(lang: Lang, tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text(FIRST_MAP.say(lang), encoding="utf-8")
    network = compile_network(read_map(path), date(2026, 6, 1))
    assert network.warnings == ()
    errors = [item for item in assess_network(network).findings if item.severity == "error"]
    assert [(item.rule, item.message.say("en")) for item in errors] == []


def test_both_languages_say_the_same(tmp_path: Path) -> None:
    counts = []
    for lang in LANGS:
        path = tmp_path / f"{lang}.yaml"
        path.write_text(FIRST_MAP.say(lang), encoding="utf-8")
        model = read_map(path).model
        counts.append([len(section) for section in (model.zones, model.subnets, model.assets, model.interconnections,
                                                    model.endpoints, model.flows, model.policy)])  # fmt: skip
    assert counts[0] == counts[1]
    assert min(counts[0]) > 0


@pytest.mark.parametrize("lang", LANGS)
def test_it_fits_a_screen_and_a_sheet_of_paper(lang: Lang) -> None:
    assert max(map(len, FIRST_MAP.say(lang).splitlines())) <= 120
