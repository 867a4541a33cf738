"""Cases of every dialect: good files with the fates of packets, bad files with every error that must be said.

``DIALECT/ok-*`` with ``*.expect.csv`` (see ``_PACKET``); ``DIALECT/bad-*`` likewise with ``line,contains``. A folder
``ok-*`` holds the several files of one device.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cloison.flows.configuration import Configuration, File
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.configuring.load import dialects, load, read
from cloison.netmodel.finding import MapError
from cloison.netmodel.space.addresses import parse_address
from cloison.netmodel.space.protocols import ICMP, ICMPV6, NUMBERS
from cloison.netmodel.space.services import CONTINUING, OPENING

HERE = Path(__file__).parent
_PACKET = (
    "arriving", "leaving", "source", "destination", "protocol", "port", "source_port", "phase", "direction", "fate",
    "line",
)  # fmt: skip
PHASES = {"opening": OPENING, "continuing": CONTINUING, "": OPENING}


def cases(kind: str) -> list[Path]:
    """Return the expectations of one kind, of every dialect."""
    return sorted(HERE.glob(f"*/{kind}-*.expect.csv"))


def files_of(expected: Path) -> list[File]:
    """Return the files that an expectation is about."""
    stem = expected.name.removesuffix(".expect.csv")
    found = [path for path in sorted(expected.parent.glob(f"{stem}.*")) if path != expected]
    folder = expected.parent / stem
    if folder.is_dir():
        found = sorted(path for path in folder.iterdir())
    assert found, f"{expected}: nothing to read"
    return [load(path) for path in found]


def rows(expected: Path) -> list[dict[str, str]]:
    """Return the rows of an expectation; there must be some."""
    with expected.open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream))
    assert found, expected
    return found


def number(protocol: str) -> int:
    """Return a protocol's number from its name or number."""
    return int(protocol) if protocol.isdigit() else NUMBERS[protocol]


def port(protocol: int, text: str) -> int:
    """Return the low field of ``443``, or of ICMP's ``8`` or ``3/4``."""
    if protocol not in (ICMP, ICMPV6):
        return int(text or 0)
    kind, _, code = text.partition("/")
    return int(kind or 0) << 8 | int(code or 0)


def probe(row: dict[str, str]) -> Probe:
    """Return the packet of a row."""
    protocol = number(row["protocol"])
    return Probe(
        parse_address(row["source"]), parse_address(row["destination"]), protocol, port(protocol, row["port"]),
        int(row["source_port"] or (0 if protocol in (ICMP, ICMPV6) else 50000)), PHASES[row["phase"]],
        row["arriving"], row["leaving"],
    )  # fmt: skip


@pytest.mark.parametrize("expected", cases("ok"), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_packets_have_their_fates(expected: Path) -> None:
    configuration: Configuration = read(files_of(expected))
    assert configuration.dialect == expected.parent.name
    for place, row in enumerate(rows(expected), 2):
        assert set(row) == set(_PACKET), expected
        stages = {
            "forward": configuration.forward, "input": configuration.input, "output": configuration.output
        }[row["direction"] or "forward"]  # fmt: skip
        assert stages is not None, f"{expected}:{place}: the configuration says nothing of {row['direction']}"
        found = fate(stages, probe(row))
        assert found.word == row["fate"], f"{expected}:{place}: {found}"
        if row["line"]:
            written = found.term.written if found.term else found.stage.closing if found.stage else None
            assert written is not None, f"{expected}:{place}: nothing decides"
            assert written.span.line == int(row["line"]), f"{expected}:{place}: {written}"


@pytest.mark.parametrize("expected", cases("bad"), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_error_is_said_at_its_line(expected: Path) -> None:
    wanted = expected.parent.name
    with pytest.raises(MapError) as raised:
        read(files_of(expected), wanted)
    said = [(item.spans[0].line, item.message.say("en"), item.message.say("fr")) for item in raised.value.findings]
    for row in rows(expected):
        assert any(
            line == int(row["line"] or 0) and row["contains"].lower() in message.lower() for line, message, _ in said
        ), f"{expected}: {row} is not among {said}"
    assert len(said) == len(rows(expected)), said


@pytest.mark.parametrize("name", sorted(dialects()))
def test_every_dialect_has_cases(name: str) -> None:
    folders = {kind: [path for path in cases(kind) if path.parent.name == name] for kind in ("ok", "bad")}
    assert folders["ok"], f"{name}: no good file"
    assert folders["bad"], f"{name}: no bad file"


@pytest.mark.parametrize("expected", cases("ok"), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_file_is_recognised_by_one_dialect(expected: Path) -> None:
    for file in files_of(expected):
        claimants = [name for name, dialect in dialects().items() if dialect.recognises(file)]
        assert claimants == [expected.parent.name], file.name


@pytest.mark.parametrize("name", sorted(dialects()))
def test_every_construct_is_documented(name: str) -> None:
    dialect = dialects()[name]
    for texts in (dialect.understood, dialect.harmless, dialect.undecided):
        assert texts
        assert all(text.en and text.fr for text in texts)
