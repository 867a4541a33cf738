"""Cells that are written are read back as what they were written from, in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from cloison.netmodel.finding import LANGS, Lang
from cloison.netmodel.language import model as m
from cloison.netmodel.language.cells import read_cell
from cloison.netmodel.language.columns import COLUMNS, Column
from cloison.netmodel.language.written import columns_of_lines, of_line, rows_of_asset, word

WORDS = {
    ("flows", "nature"): m.NATURES, ("flows", "domain"): m.DOMAINS, ("flows", "sensitivity"): m.SENSITIVITIES,
    ("flows", "data"): (*m.DATA, "anonymised"), ("assets", "functions"): m.FUNCTIONS,
    ("assets", "kind"): ("physical", "virtual"),
}  # fmt: skip


def column(section: str, *route: str) -> Column:
    return next(one for one in COLUMNS[section] if one.route == route)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("section", "field"), WORDS)
def test_every_word_of_the_language(section: str, field: str, lang: Lang) -> None:
    one = column(section, field)
    for text in WORDS[section, field]:
        read = read_cell(one, word(text, (field,), lang), lang == "fr")
        assert read in (text, [text])


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", ["tunnel", "filtering", "dedicated-network", "relay", "procedure", "monitoring"])
def test_every_measure(kind: str, lang: Lang) -> None:
    key = "text" if kind in ("procedure", "monitoring") else "by"
    flow = m.Flow(compensating=(m.Measure(kind, **{key: "it"}), m.Measure(kind)))  # type: ignore[arg-type]
    one = column("flows", "compensating")
    assert read_cell(one, of_line(one, flow, lang), False) == [{"kind": kind, key: "it"}, {"kind": kind}]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", ["business", "infrastructure"])
def test_justifications_encryption_and_approvals(kind: str, lang: Lang) -> None:
    flow = m.Flow(
        justification=m.Justification(kind, "why: so"),  # type: ignore[arg-type]
        encryption=m.Encryption("tls", "1.3"),
        approved=(m.Approval("Ada Roux", date(2026, 1, 2), "us"), m.Approval("Max")),
    )
    wanted = {
        "justification": {"kind": kind, "text": "why: so"},
        "encryption": {"protocol": "tls", "minimum": "1.3"},
        "approved": [{"by": "Ada Roux", "on": "2026-01-02", "party": "us"}, {"by": "Max"}],
    }
    for field, value in wanted.items():
        one = column("flows", field)
        assert read_cell(one, of_line(one, flow, lang), lang == "fr") == value


def test_names_are_never_translated() -> None:
    flow = m.Flow(**{"from": ("public",), "to": ("storage", "test")}, owner="tenant", via=("relay",), vrf="internal",
                  names=("sensitive",))  # fmt: skip
    cells = {one.route: of_line(one, flow, "fr") for one in columns_of_lines([flow])}
    assert cells["from",] == "public"
    assert cells["to",] == "storage, test"
    assert (cells["owner",], cells["via",], cells["vrf",], cells["names",]) == (
        "tenant", "relay", "internal", "sensitive",
    )  # fmt: skip


def test_an_asset_has_a_row_an_interface() -> None:
    asset = m.Asset(
        kind="virtual", functions=("filtering",), software=(m.Software("kvm", "9.2"),), sensitive=True,
        interfaces={"a": m.Interface(("10.0.0.1", "10.0.0.2")), "b": m.Interface(subnet="lan")},
    )  # fmt: skip
    columns = COLUMNS["assets"]
    rows = [dict(zip((one.title.en for one in columns), row, strict=True)) for row in
            rows_of_asset("fw", asset, columns, "fr")]  # fmt: skip
    assert [(row["name"], row["interface"], row["IP addresses"], row["subnet"]) for row in rows] == [
        ("fw", "a", "10.0.0.1, 10.0.0.2", ""), ("fw", "b", "", "lan"),
    ]  # fmt: skip
    assert [(row["kind"], row["functions"], row["software"], row["sensitive"]) for row in rows] == [
        ("virtuel", "filtrage", "kvm 9.2", "oui"), ("", "", "", ""),
    ]  # fmt: skip
