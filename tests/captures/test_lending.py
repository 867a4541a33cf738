"""Raw export files of one run: a template of another file decodes data only where it cannot be another exporter's."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from exports_forge import (
    BASIC,
    SECONDS,
    UPTIME,
    A,
    B,
    basic,
    flowset,
    nine,
    options9,
    options10,
    packed,
    template9,
    template10,
    ten,
)

from cloison.captures.exporting import held, lending
from cloison.captures.exporting.templates import Template
from cloison.captures.read import read
from cloison.flows.table import Capture
from cloison.netmodel.finding import MapError

ENDS = ((8, 4), (12, 4), (4, 1))  # source, target, protocol
TURNED = ((12, 4), (8, 4), (4, 1))
DATA9, DATA10 = flowset(300, basic()), flowset(300, packed(A, B, (47, 1)))
TOLD9, TOLD10 = template9(300, BASIC), template10(300, ENDS)
MISSING = {"record-without-template": 1}


def nine_at(number: int, *sets: bytes, after: int | None = None, domain: int = 1, began: int = 0) -> bytes:
    """Return a message of v9 a minute after the one before it, by an exporter whose clock began at a second."""
    seconds = 60 * number if after is None else after
    return nine(*sets, sequence=number, seconds=SECONDS + seconds, uptime=UPTIME + 1000 * (seconds - began),
                domain=domain)  # fmt: skip


def ten_at(minute: int, number: int, *sets: bytes, domain: int = 1) -> bytes:
    return ten(*sets, sequence=number, seconds=SECONDS + 60 * minute, domain=domain)


def audited(folder: Path, *files: bytes, order: Sequence[int] = ()) -> Capture:
    """Read files together, by default in their order."""
    for number, data in enumerate(files):
        (folder / f"{number}.flows").write_bytes(data)
    return read([str(folder / f"{number}.flows") for number in order or range(len(files))])


def told(capture: Capture) -> list[tuple[int, dict[str, int], int]]:
    """Return of each file, in the order of their names: records, those left out, notes of what was borrowed."""
    return [
        (source.records, dict(source.ledger), sum("goes on from it" in note.say("en") for note in source.notes))
        for source in sorted(capture.sources, key=lambda source: source.file)
    ]


NINES = (nine_at(7, TOLD9, DATA9), nine_at(8, DATA9))
TENS = (ten_at(0, 7, TOLD10, DATA10), ten_at(1, 8, DATA10))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("files", [NINES, TENS])
def test_a_file_that_goes_on_borrows(tmp_path: Path, files: tuple[bytes, bytes], order: tuple[int, int]) -> None:
    """Whatever the order in which the files are given: they are read in the order of time."""
    capture = audited(tmp_path, *files, order=order)
    assert told(capture) == [(1, {}, 0), (1, {}, 1)]
    (note,) = next(source for source in capture.sources if source.file.endswith("1.flows")).notes
    lender = str(tmp_path / "0.flows")
    assert note.say("en") == (
        f"1 record was read by the templates of {lender}: this file holds none for them, and goes on from it by its "
        "exporter’s clock and numbers"
    )
    assert note.say("fr") == (
        f"1 enregistrement a été lu avec les modèles de {lender} : ce fichier n’en donne pas pour eux, et en est la "
        "suite d’après l’horloge et les numéros de l’exportateur"
    )


@pytest.mark.parametrize("files", [NINES, TENS])
def test_a_file_alone_borrows_nothing(tmp_path: Path, files: tuple[bytes, bytes]) -> None:
    assert told(audited(tmp_path, files[1])) == [(1, MISSING, 0)]


def test_what_was_borrowed_is_as_if_it_were_one_file(tmp_path: Path) -> None:
    for files in (NINES, TENS):
        apart, whole = audited(tmp_path, *files).table, audited(tmp_path, b"".join(files)).table
        for name in ("a_lo", "b_lo", "a_port", "b_port", "protocol", "first", "last"):
            assert set(getattr(apart, name).tolist()) == set(getattr(whole, name).tolist())
        assert sum(apart.packets_ab.tolist()) == sum(whole.packets_ab.tolist())


def test_a_files_own_template_always_wins(tmp_path: Path) -> None:
    """Also of the data before it; and what both say alike is the file's own."""
    first = ten_at(0, 7, TOLD10, DATA10)
    for own in (
        ten_at(1, 8, template10(300, TURNED), DATA10), ten_at(1, 8, DATA10) + ten_at(1, 9, template10(300, TURNED)),
    ):  # fmt: skip
        capture = audited(tmp_path, first, own)
        assert told(capture) == [(1, {}, 0), (1, {}, 0)]
        assert capture.table.a_lo.tolist() == list(reversed(capture.table.b_lo.tolist()))
    for own in (ten_at(1, 8, TOLD10, DATA10), ten_at(1, 8, DATA10) + ten_at(1, 9, TOLD10)):
        assert told(audited(tmp_path, first, own)) == [(1, {}, 0), (1, {}, 0)]


def test_files_that_disagree_lend_nothing(tmp_path: Path) -> None:
    """The exporter may have changed its template in between, and the last may be right: it is not guessed."""
    files = (ten_at(0, 7, TOLD10, DATA10), ten_at(1, 8, template10(300, TURNED), DATA10), ten_at(2, 9, DATA10))
    assert told(audited(tmp_path, *files)) == [(1, {}, 0), (1, {}, 0), (1, MISSING, 0)]
    other = ten_at(0, 70, template10(300, TURNED), flowset(300, packed(A, B, (47, 1)) * 5))  # of another exporter
    assert told(audited(tmp_path, other, *TENS)) == [(5, {}, 0), (1, {}, 0), (1, MISSING, 0)]
    agreed = (ten_at(0, 7, TOLD10, DATA10), ten_at(1, 8, TOLD10, DATA10), ten_at(2, 9, DATA10))
    assert told(audited(tmp_path, *agreed)) == [(1, {}, 0), (1, {}, 0), (1, {}, 1)]


def test_templates_that_were_withdrawn(tmp_path: Path) -> None:
    """By the file that told them, or by the one that would borrow them (RFC 7011 section 8.1): one, or all."""
    for number in (300, 2):
        gone = flowset(2, number.to_bytes(2, "big") + b"\0\0")
        files = (ten_at(0, 7, TOLD10, DATA10) + ten_at(0, 8, gone), ten_at(1, 8, DATA10))
        assert told(audited(tmp_path, *files)) == [(1, {}, 0), (1, MISSING, 0)]
        files = (ten_at(0, 7, TOLD10, DATA10), ten_at(1, 8, gone) + ten_at(1, 8, DATA10))
        assert told(audited(tmp_path, *files)) == [(1, {}, 0), (1, MISSING, 0)]
    gone = flowset(3, b"\0\3\0\0")  # all of options: others stay
    files = (ten_at(0, 7, TOLD10, DATA10), ten_at(1, 8, gone) + ten_at(1, 8, DATA10))
    assert told(audited(tmp_path, *files)) == [(1, {}, 0), (1, {}, 1)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (NINES[0], nine_at(8, DATA9, domain=2)),
        (NINES[0], nine_at(8, flowset(301, basic()))),
        (NINES[0], nine_at(8, DATA9, began=3)),  # another clock
        (NINES[0], nine_at(6, DATA9, after=60 * 8)),  # numbers that go back
        (NINES[0], nine_at(8 + (1 << 16) + 1, DATA9, after=60 * 8)),
        (NINES[0], nine_at(8, DATA9, after=60 * 7 + 24 * 3600 + 1)),
        (nine_at(8, TOLD9, DATA9), nine_at(7, DATA9)),  # the template was exported later
        (nine_at(7, TOLD9, DATA9), ten_at(8, 8, flowset(300, basic()))),
        (TENS[0], ten_at(1, 9, DATA10)),  # a gap
        (TENS[0], ten_at(1, 7, DATA10)),
        (TENS[0], ten_at(1, 8, DATA10, domain=2)),
        (ten_at(1, 7, TOLD10, DATA10), ten_at(0, 8, DATA10)),
        (ten_at(0, 0, TOLD10), ten_at(1, 0, DATA10)),  # with 0 all begin
        (ten_at(0, 7, TOLD10, DATA10, flowset(301, b"abcd")), ten_at(1, 9, DATA10)),  # how many is not known
    ],
)
def test_what_may_be_another_exporters_is_not_borrowed(tmp_path: Path, first: bytes, second: bytes) -> None:
    capture = audited(tmp_path, first, second)
    assert capture.ledger["record-without-template"] == 1 + (first.count(b"abcd") > 0)
    assert not any(borrowed for _, _, borrowed in told(capture))


def test_numbers_that_wrap_and_messages_that_were_lost(tmp_path: Path) -> None:
    last = (1 << 32) - 1
    files = (nine_at(last, TOLD9, DATA9, after=60), nine_at(5, DATA9, after=120))
    assert told(audited(tmp_path, *files))[1] == (1, {}, 1)
    wrap = (1 << 32) // 1000  # s, in which the clock of v9 wraps
    files = (nine_at(7, TOLD9, DATA9, after=wrap - 3660), nine(DATA9, sequence=8, seconds=SECONDS + wrap, uptime=
             (UPTIME + 1000 * wrap) % (1 << 32)))  # fmt: skip
    assert told(audited(tmp_path, *files))[1] == (1, {}, 1)
    files = (ten_at(0, last, TOLD10, flowset(300, packed(A, B, (47, 1)) * 3)), ten_at(1, 2, DATA10))
    assert told(audited(tmp_path, *files))[1] == (1, {}, 1)


def test_numbers_that_count_the_records_of_their_own_message(tmp_path: Path) -> None:
    """As softflowd does; more records than went before, or as many, tell no gap, and none at all tell nothing."""
    three, last = flowset(300, packed(A, B, (47, 1)) * 3), (1 << 32) - 2
    for number, second, fits in (
        (7, 10, True), (7, 11, False), (7, 9, False), (last, 1, True), (0, 3, False),
    ):  # fmt: skip
        files = (ten_at(0, number, TOLD10, DATA10), ten_at(1, second, three), ten_at(2, second + 3, three))
        borrowed = (3, {}, 1) if fits else (1, MISSING, 0)
        assert told(audited(tmp_path, *files)) == [(1, {}, 0), borrowed, borrowed]
    files = (ten_at(0, 7, TOLD10, DATA10), ten_at(1, 7, template10(301, ENDS)) + ten_at(1, 10, three))
    assert told(audited(tmp_path, *files)) == [(1, {}, 0), (1, MISSING, 0)]


def test_files_of_one_second(tmp_path: Path) -> None:
    """They are read in the order of their numbers."""
    for files in ((ten_at(0, 7, TOLD10, DATA10), ten_at(0, 8, DATA10)),
                  (nine_at(7, TOLD9, DATA9, after=0), nine_at(8, DATA9, after=0))):  # fmt: skip
        assert told(audited(tmp_path, *files, order=(1, 0))) == [(1, {}, 0), (1, {}, 1)]
    every = [options9(400, ((1, 4),), ((34, 4), (35, 1))) + flowset(400, packed((0, 4), (rate, 4), (1, 1)))
             for rate in (10, 100)]  # fmt: skip
    files = (nine_at(7, TOLD9, every[0]), nine_at(8, every[1], after=420), nine_at(9, DATA9, after=420))
    assert audited(tmp_path, *files).table.sampled.tolist() == [100]


def test_two_exporters_of_one_domain_in_turns(tmp_path: Path) -> None:
    """Each file goes on from its own exporter's: they agree on the template, and only one of them has a clock."""
    files = [
        nine_at(7, TOLD9, DATA9), nine_at(700, TOLD9, DATA9, after=60 * 7, began=900), nine_at(8, DATA9),
        nine_at(701, DATA9, after=60 * 9, began=900),
    ]  # fmt: skip
    capture = audited(tmp_path, *files)
    assert told(capture) == [(1, {}, 0), (1, {}, 0), (1, {}, 1), (1, {}, 1)]
    lenders = [note.values["file"] for source in capture.sources for note in source.notes if "file" in note.values]
    assert lenders == [str(tmp_path / "0.flows"), str(tmp_path / "1.flows")]


def test_a_template_goes_on_over_many_files(tmp_path: Path) -> None:
    """The file that sent it is named, not the one from which it was passed on; compressed kernels or not."""
    files = [ten_at(0, 7, TOLD10, DATA10), *(ten_at(n, 7 + n, DATA10) for n in range(1, 6))]
    capture = audited(tmp_path, *files)
    assert told(capture) == [(1, {}, 0)] + [(1, {}, 1)] * 5
    assert {note.values["file"] for source in capture.sources for note in source.notes} == {str(tmp_path / "0.flows")}
    without = audited(tmp_path, *files[:2], ten_at(2, 10, DATA10), *files[3:])  # one whose numbers do not fit
    assert [source.records for source in without.sources] == [1] * 6
    assert without.ledger == {"record-without-template": 4}


def test_what_an_exporter_says_of_its_sampling_goes_on(tmp_path: Path) -> None:
    """Data of a borrowed template that counted as if every packet had been seen would be wrong without a word."""
    said = options9(400, ((1, 4),), ((34, 4), (35, 1))) + flowset(400, packed((0, 4), (100, 4), (1, 1)))
    first, second = nine_at(7, TOLD9, said, DATA9), nine_at(8, DATA9)
    capture = audited(tmp_path, first, second)
    assert capture.table.packets_ab.tolist() == [1000, 1000]
    assert capture.table.sampled.tolist() == [100, 100]
    assert [note.say("en")[:5] for note in capture.sources[1].notes] == ["1 rec", "what "]
    told10 = options10(400, ((149, 4),), ((34, 4),))
    data = flowset(400, packed((1, 4), (50, 4)))
    files = (ten_at(0, 7, TOLD10, told10, data, DATA10), ten_at(1, 9, data, DATA10))
    assert told(audited(tmp_path, *files)) == [(2, {"other-record": 1}, 0), (2, {"other-record": 1}, 2)]


def test_more_data_than_can_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is decoded by the borrowed template, none is given up; a file's own template is of what comes after it."""
    monkeypatch.setattr(held, "MOST", 1 << 13)
    second = [ten_at(1, 8 + 10 * n, flowset(300, packed(A, B, (47, 1)) * 10)) for n in range(100)]
    capture = audited(tmp_path, TENS[0], b"".join(second))
    assert told(capture) == [(1, {}, 0), (1000, {}, 1)]
    assert capture.sources[1].notes[0].values["count"] == 1000
    alone = audited(tmp_path, b"".join(second))
    assert (alone.sources[0].records, alone.ledger) == (100, {"record-without-template": 100})


def test_what_is_lent_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lending, "MOST_BYTES", 4000)
    first = b"".join(nine_at(7, TOLD9, DATA9, domain=domain) for domain in range(1, 40))
    second = b"".join(nine_at(8, DATA9, domain=domain) for domain in range(1, 40))
    (_, _, _), (records, ledger, _) = told(audited(tmp_path, first, second))
    assert records == 39
    assert 30 < ledger["record-without-template"] < 39
    monkeypatch.setattr(lending, "MOST_SAID", 5)
    monkeypatch.setattr(lending, "MOST_BYTES", 1 << 24)
    assert told(audited(tmp_path, first, second))[1][1] == {"record-without-template": 34}
    bounded = lending.Lending()
    for number in range(256, 300):
        for size in (4, 8):
            bounded.said((1, 9), number, Template(bytes(size), False, 0, 9, 0))
    assert len(bounded._said) == 5


@pytest.mark.parametrize("seed", range(4))
def test_damaged_files_read_together_count_everything(tmp_path: Path, seed: int) -> None:
    """Whatever bytes: no exception, and each record is in a conversation or counted."""
    dice = random.Random(seed)
    for _ in range(40):
        files = [bytearray(data) for data in (*NINES, *TENS)]
        for data in files:
            for _ in range(dice.randrange(3)):
                data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            capture = audited(tmp_path, *map(bytes, files))
        except MapError:
            continue
        held_ = sum(source.records for source in capture.sources)
        assert held_ >= len(capture.table) + sum(capture.ledger.values())
