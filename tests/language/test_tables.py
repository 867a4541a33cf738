"""Tables: headers in both languages, cells, and every error with its sheet, row and column."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import openpyxl
import pytest

from cloison.netmodel.finding import Finding, MapError, Span
from cloison.netmodel.language.columns import COLUMNS, fold, headers
from cloison.netmodel.language.model import Model
from cloison.netmodel.language.read import read_map
from cloison.netmodel.language.tables import read_table

# the columns that the matrix must have, as an architect writes them
MATRIX = [
    "ID",
    "zone source",
    "source",
    "zone destination",
    "destination",
    "sens",
    "service",
    "protocole",
    "ports",
    "nature",
    "appartenance",
    "sensibilité",
    "chiffrement",
    "justification métier ou infrastructure",
    "réputé non sûr",
    "mesures compensatoires",
    "équipement de filtrage",
    "demandeur",
    "approbateur",
    "ticket",
    "échéance",
    "dernière revue",
    "dernière observation",
]


def model(tmp_path: Path, section: str, table: str | bytes, name: str = "t.csv") -> Model:
    (tmp_path / name).write_bytes(table.encode() if isinstance(table, str) else table)
    (tmp_path / "map.yaml").write_text(f"cloison: 1\nname: T\ntables: {{{section}: {name}}}\n")
    return read_map(tmp_path / "map.yaml").model


def errors(tmp_path: Path, section: str, table: str | bytes, name: str = "t.csv") -> tuple[Finding, ...]:
    with pytest.raises(MapError) as caught:
        model(tmp_path, section, table, name)
    for finding in caught.value.findings:
        assert finding.message.say("fr") != finding.message.say("en")
    return caught.value.findings


def places(findings: tuple[Finding, ...]) -> list[tuple[str, str, int, int]]:
    return [(item.rule, Path(item.spans[0].file).name, item.spans[0].line, item.spans[0].column) for item in findings]


def workbook(path: Path, *rows: list[object], title: str = "Matrice") -> str:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path.name


@pytest.mark.parametrize("header", MATRIX)
def test_the_matrix_has_every_column(header: str) -> None:
    assert fold(header) in headers("flows")


@pytest.mark.parametrize("section", COLUMNS)
def test_headers_lead_to_one_column(section: str) -> None:
    """No two columns of a section share a header in either language."""
    written: dict[str, tuple[str, ...]] = {}
    for column in COLUMNS[section]:
        for title in {fold(column.title.en), fold(column.title.fr)}:
            assert title not in written, f"{section}: {title}"
            written[title] = column.route
    assert COLUMNS[section][0].reading == "id"


def test_accents_case_and_punctuation_do_not_count(tmp_path: Path) -> None:
    found = model(tmp_path, "flows", "id;SOURCE;Destination ;ECHEANCE;Zone-Source\nF;a;b;31/01/2027;z\n").flows["F"]
    assert found.expires == datetime.date(2027, 1, 31)
    assert found.stated == {"source_zone": "z"}


def test_fields_are_understood_by_their_own_names(tmp_path: Path) -> None:
    table = "id,from,to,services,encryption.protocol,encryption.minimum,labels.app,vrf\nF,a,b,ssh,tls,1.3,x,red\n"
    found = model(tmp_path, "flows", table).flows["F"]
    assert found.encryption is not None
    assert (found.encryption.protocol, found.encryption.minimum) == ("tls", "1.3")
    assert (found.labels, found.vrf) == ({"app": "x"}, "red")


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_separators(separator: str, tmp_path: Path) -> None:
    rows = [["nom", "zone", "préfixes", "vlan"], ["s", "z", '"10.0.0.0/24; 2001:db8::/64"', "12"]]
    found = model(tmp_path, "subnets", "\n".join(map(separator.join, rows))).subnets["s"]
    assert (found.zone, found.cidr, found.vlan) == ("z", ("10.0.0.0/24", "2001:db8::/64"), 12)


def test_byte_order_mark_and_blank_rows(tmp_path: Path) -> None:
    found = model(tmp_path, "zones", b"\xef\xbb\xbf\r\n;;\r\nNom;Nature;Transit\r\n;;\r\nfront;journalisation;oui\r\n")
    assert found.zones["front"].nature == "logging"
    assert found.zones["front"].transit is True


def test_latin_1_is_named(tmp_path: Path) -> None:
    findings = errors(tmp_path, "zones", "nom;sensibilité\n".encode("latin-1"))
    assert places(findings) == [("encoding", "t.csv", 1, 15)]


def test_a_workbook(tmp_path: Path) -> None:
    name = workbook(
        tmp_path / "m.xlsx",
        ["ID", "Source", "Destination", "Protocole", "Ports", "Échéance", "Justification", "Type de justification"],
        ["F", "a", "b; c", "TCP/UDP", 53, datetime.datetime(2026, 12, 31), "Noms", "Métier"],
        [],
        ["G", "a", "b", 112, None, datetime.date(2027, 1, 1)],
    )
    flows = model(tmp_path, "flows", (tmp_path / name).read_bytes(), name).flows
    assert flows["F"].services == ("tcp/53", "udp/53")
    assert flows["F"].expires == datetime.date(2026, 12, 31)
    assert flows["F"].justification is not None
    assert flows["F"].justification.kind == "business"
    assert flows["G"].services == ("ip/112",)


def test_errors_in_a_workbook_name_the_sheet(tmp_path: Path) -> None:
    name = workbook(
        tmp_path / "m.xlsx",
        ["ID", "Source", "Destination", "Échéance", "Ports"],
        ["F", "a", "b", "demain", "=1+1"],
        ["G", "a", "b", datetime.datetime(2026, 1, 1, 12, 30)],
    )
    findings = errors(tmp_path, "flows", (tmp_path / name).read_bytes(), name)
    file = str(tmp_path / name)
    assert [(item.rule, item.spans[0]) for item in findings] == [
        ("bad-date", Span(file, 2, 4, sheet="Matrice")),
        ("table", Span(file, 2, 5, sheet="Matrice")),
        ("bad-date", Span(file, 3, 4, sheet="Matrice")),
    ]


def test_a_sheet_may_be_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, zone in (("Un", "a"), ("Deux", "b")):
        sheet = book.create_sheet(title)
        sheet.append(["nom", "nature"])
        sheet.append([zone, "test"])
    book.save(tmp_path / "z.xlsx")
    (tmp_path / "map.yaml").write_text('cloison: 1\nname: T\ntables: {zones: "z.xlsx#Deux"}\n')
    assert list(read_map(tmp_path / "map.yaml").model.zones) == ["b"]
    (tmp_path / "map.yaml").write_text('cloison: 1\nname: T\ntables: {zones: "z.xlsx#Trois"}\n')
    with pytest.raises(MapError) as caught:
        read_map(tmp_path / "map.yaml")
    (finding,) = caught.value.findings
    assert (finding.rule, finding.spans[0].line, finding.spans[0].column) == ("table", 3, 17)
    assert "Deux" in finding.message.say("fr")


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", [("empty-table", 1, 0)]),
        ("\n\n", [("empty-table", 1, 0)]),
        ("id,source,destination\n", [("empty-table", 1, 0)]),
        ("F-1,a,b\nF-2,a,b\n", [("table-header", 1, 1)]),
        ("source,destination\na,b\n", [("table-header", 1, 1)]),
        ("id,sourc,destination\nF,a,b\n", [("unknown-column", 1, 2)]),
        ("id,source,from,destination\nF,a,a,b\n", [("duplicate-column", 1, 3)]),
        ("id,source,destination\nF,a\nG,a,b\n", [("short-row", 2, 2)]),
        ("id,source,destination\nF,a,b,c\n", [("no-header", 2, 4)]),
        ("id,source,,destination\nF,a,x,b\n", [("no-header", 2, 3)]),
        ("id,source,destination\n,a,b\n", [("missing-field", 2, 1)]),
        ("id,source,destination\nF,a,b\nF,a,c\n", [("two-values", 3, 3)]),
        ("id,expiry\nF,31/12/2026\n", [("bad-date", 2, 2)]),
        ("id,échéance\nF,31/02/2026\n", [("bad-date", 2, 2)]),
        ("id,sens,source,destination\nF,<->,a;b,c\n", [("direction", 2, 2)]),
        ("id,sens\nF,sideways\n", [("unknown-word", 2, 2)]),
        ("id,encryption\nF,!!\n", [("wrong-value", 2, 2)]),
        ("id,justification\nF,because\n", [("missing-field", 2, 2)]),
        ("id,compensating measures\nF,tunel: wan\n", [("unknown-word", 2, 2)]),
        ("id,exception\nF,why not\n", [("missing-field", 2, 2)]),
        ('id,source,destination\nF,a,b\n"G,a,b\n', [("table", 3, 0)]),
        ('id,source,destination\n"F"x,a,b\n', [("table", 2, 0)]),
        ("id,source,destination\nF,a,b\nid;x,a,b\nG,,\n", []),
    ],
)
def test_bad_tables(table: str, expected: list[tuple[str, int, int]], tmp_path: Path) -> None:
    if expected:
        assert places(errors(tmp_path, "flows", table)) == [(rule, "t.csv", *place) for rule, *place in expected]
    else:
        assert len(model(tmp_path, "flows", table).flows) == 3


def test_both_places_of_rows_that_differ(tmp_path: Path) -> None:
    (finding,) = errors(tmp_path, "flows", "id,source,destination\nF,a,b\nG,a,b\nF,a,c\n")
    assert [(span.line, span.column) for span in finding.spans] == [(4, 3), (2, 3)]


def test_all_errors_of_a_table_at_once(tmp_path: Path) -> None:
    table = "id,sourc,destination,expiry,direction\nF,a,b,never,->\nG,a,b,2026-02-30,up\n,a,b,,\n"
    assert places(errors(tmp_path, "flows", table)) == [
        ("unknown-column", "t.csv", 1, 2),
        ("bad-date", "t.csv", 2, 4),
        ("bad-date", "t.csv", 3, 4),
        ("unknown-word", "t.csv", 3, 5),
        ("missing-field", "t.csv", 4, 1),
    ]


def test_nearest_columns_are_given_in_both_languages(tmp_path: Path) -> None:
    (finding,) = errors(tmp_path, "flows", "id;destinatoin\nF;b\n")
    assert "destination" in finding.message.say("fr")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", b"hello"])
def test_no_workbook(content: bytes, tmp_path: Path) -> None:
    assert [item.rule for item in errors(tmp_path, "flows", content, "m.xlsx")] == ["table"]


def test_a_zip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cloison.netmodel.language import unpacking

    monkeypatch.setattr(unpacking, "MOST_UNPACKED", 1_000_000)
    with zipfile.ZipFile(tmp_path / "m.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 2_000_000)
    assert (tmp_path / "m.xlsx").stat().st_size < 10_000
    findings = errors(tmp_path, "flows", (tmp_path / "m.xlsx").read_bytes(), "m.xlsx")
    assert [item.rule for item in findings] == ["too-large"]


def rewritten(path: Path, part: str, old: bytes, new: bytes) -> bytes:
    """Return the bytes of a workbook with other bytes in one of its parts."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path.read_bytes()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("part", "old", "new", "rule"),
    [
        (SHEET, b'<row r="2"', b'<row r="9"', "table"),  # before row 3: a reader would pass over what follows
        (SHEET, b'<row r="3"', b'<row r="2"', "table"),
        (SHEET, b'r="B2"', b'r="A2"', "table"),
        (SHEET, b'r="B2"', b'r="B7"', "table"),
        (SHEET, b'r="B2"', b'r="ZZZ2"', "table"),
        (SHEET, b"</sheetData>", b'<row r="5">' + b"<c/>" * 16_385 + b"</row></sheetData>", "table"),
        (SHEET, b"<sheetData>", b"<cols>" + b"<col/>" * 500_000 + b"</cols><sheetData>", "too-large"),
        ("xl/styles.xml", b"</cellXfs>", b"<xf/>" * 500_000 + b"</cellXfs>", "too-large"),
    ],
)
def test_a_workbook_whose_parts_are_out_of_order_or_too_large(
    tmp_path: Path, part: str, old: bytes, new: bytes, rule: str
) -> None:
    workbook(tmp_path / "m.xlsx", ["nom", "nature"], ["z1", "office"], ["z2", "office"])
    findings = errors(tmp_path, "zones", rewritten(tmp_path / "m.xlsx", part, old, new), "m.xlsx")
    assert [item.rule for item in findings] == [rule]


def test_line_ends_of_a_workbook_are_line_ends(tmp_path: Path) -> None:
    workbook(tmp_path / "m.xlsx", ["nom", "labels.note"], ["z1", "two_x000D_\nlines"])
    assert model(tmp_path, "zones", (tmp_path / "m.xlsx").read_bytes(), "m.xlsx").zones["z1"].labels["note"] == (
        "two\nlines"
    )


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cloison.netmodel.language import sheets

    monkeypatch.setattr(sheets, "MOST_ROWS", 10)
    assert places(errors(tmp_path, "zones", "nom\n" + "a\n" * 20)) == [("too-large", "t.csv", 12, 0)]
    name = workbook(tmp_path / "m.xlsx", ["nom"], *[[f"z{number}"] for number in range(20)])
    assert [item.rule for item in errors(tmp_path, "zones", (tmp_path / name).read_bytes(), name)] == ["too-large"]


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    assert places(errors(tmp_path, "zones", "nom" + ",x" * 300 + "\na\n")) == [("too-large", "t.csv", 1, 0)]


def test_names_of_tables_may_be_anything(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(
        'cloison: 1\nname: T\ntables: {zones: ["a\\0.csv", "a\\0.yaml", "..", "/", "~"]}\n'
    )
    with pytest.raises(MapError) as caught:
        read_map(tmp_path / "map.yaml")
    assert [(item.rule, item.spans[0].line) for item in caught.value.findings] == [
        ("unreadable-file", 3),
        ("unreadable-file", 3),
        ("table", 3),
        ("table", 3),
        ("table", 3),
    ]


def test_parties_have_a_name_beside_their_id(tmp_path: Path) -> None:
    party = model(tmp_path, "parties", "ID;Type;Nom;Pays;étiquette vni\nacme;commanditaire;Acme SA;FR;12\n").parties[
        "acme"
    ]
    assert (party.kind, party.name, party.country, party.labels) == ("tenant", "Acme SA", "FR", {"vni": "12"})


@pytest.mark.parametrize(
    ("cell", "by", "on", "party"),
    [
        ("Alice", "Alice", None, ""),
        ("Alice Martin 2026-03-02", "Alice Martin", "2026-03-02", ""),
        ("acme: Alice (2026-03-02)", "Alice", "2026-03-02", "acme"),
    ],
)
def test_approvals(cell: str, by: str, on: str | None, party: str, tmp_path: Path) -> None:
    (approval,) = model(tmp_path, "flows", f"id,approver\nF,{cell}\n").flows["F"].approved
    assert (approval.by, approval.on and approval.on.isoformat(), approval.party) == (by, on, party)


@pytest.mark.parametrize(
    ("protocol", "ports", "services"),
    [
        ("tcp", "443", ("tcp/443",)),
        ("TCP", "443; 8000 - 8100", ("tcp/443", "tcp/8000-8100")),
        ("tcp, udp", "53", ("tcp/53", "udp/53")),
        ("ICMP", "8", ("icmp/8",)),
        ("ospf", "", ("ospf",)),
        ("", "tcp/22", ("tcp/22",)),
        ("89", "", ("ip/89",)),
    ],
)
def test_protocol_and_ports(protocol: str, ports: str, services: tuple[str, ...], tmp_path: Path) -> None:
    table = f'id|protocole|ports\nF|"{protocol}"|"{ports}"\n'.replace("|", ";")
    assert model(tmp_path, "flows", table).flows["F"].services == services


def test_places_of_what_several_columns_say(tmp_path: Path) -> None:
    table = (
        "id,source,destination,service,protocol,ports,direction\nF,a,b,,tcp,443,<-\nG,a,b,ssh,,,<->\nH,a,b,,ospf,,\n"
    )
    model(tmp_path, "flows", table)
    document = read_map(tmp_path / "map.yaml").document
    assert document.span(("flows", "F", "from", 0)).column == 3
    assert document.span(("flows", "F", "source", 0)).column == 3
    assert document.span(("flows", "F", "to", 0)).column == 2
    assert document.span(("flows", "F", "services", 0)).column == 6
    assert document.span(("flows", "G", "between", 1)).column == 3
    assert document.span(("flows", "G", "services", 0)).column == 4
    assert document.span(("flows", "H", "to", 0)).column == 3


def test_reviews_and_observations_are_ignored(tmp_path: Path) -> None:
    table = "id,last review,dernière observation\nF,anything,at all\n"
    assert model(tmp_path, "flows", table).flows["F"].stated == {}


def test_what_a_workbook_says_of_its_size_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    workbook(path, ["ID", "source", "destination", "service", "ticket"], ["F-1", "a", "b", "https", "CHG-1"])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(b'<dimension ref="A1:E2"', b'<dimension ref="A1:D1"'))
    with zipfile.ZipFile(path) as archive:
        assert any(b'ref="A1:D1"' in archive.read(name) for name in archive.namelist())
    found = read_table(path, "flows", "", {})[0].entries
    assert found == {"F-1": {"from": ["a"], "to": ["b"], "services": ["https"], "ticket": "CHG-1"}}
