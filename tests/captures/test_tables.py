"""Lines and tables of logs: no line is lost, none shifts another, and what is converted is exact."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from io import BytesIO
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import duckdb
import numpy as np
import pytest
from captures_sink import Kept
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.captures.logs import columns, lines, objects, tables
from cloison.captures.logs.kinds import MOMENT, SECONDS, TEXT, TIME, WHOLE, Kind
from cloison.captures.logs.lines import Lines, lines_of, read_lines
from cloison.captures.logs.objects import Objects, names_in
from cloison.captures.logs.tables import Tables, Values
from cloison.captures.stream import Stream


def stream(data: bytes) -> Stream:
    return Stream(BytesIO(data), len(data))


def read(data: bytes) -> tuple[list[tuple[int, str]], int]:
    """Return the lines of a text with their numbers, and how many were refused."""
    kept = Kept()
    found = []
    for part in read_lines(stream(data), kept):
        found += [(int(part.numbers[at]), part.text(at)) for at in range(len(part))]
    assert set(kept.left) <= {"record-malformed"}
    return found, kept.left["record-malformed"]


@cache
def shared() -> tuple[Tables, Kept]:
    """Return one duckdb for all of these tests, and its sink."""
    kept = Kept()
    return Tables(kept), kept


def fresh() -> tuple[Tables, Kept]:
    """Return them with nothing left yet."""
    reader, kept = shared()
    kept.left.clear()
    return reader, kept


def converted(kind: Kind, *texts: str) -> Values:
    """Return what a column of texts becomes, through JSON."""
    data = "\n".join(json.dumps({"a": text}) for text in texts).encode()
    return fresh()[0].json(lines_of(data, 1)[0], {"/a": kind})["/a"]


# --- lines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected", "refused"),
    [
        (b"", [], 0),
        (b"a\nb\n", [(1, "a"), (2, "b")], 0),
        (b"a\n\n\nb", [(1, "a"), (4, "b")], 0),  # blank lines are counted and are none
        (b"a\r\n\r\nb\r\n", [(1, "a"), (3, "b")], 0),
        (b"a\r", [(1, "a")], 0),
        (b"\xef\xbb\xbfa\nb\n", [(1, "a"), (2, "b")], 0),  # a mark of UTF-8
        (b"a\0b\nc\n", [(2, "c")], 1),
        (b"a\rb\nc\x1fd\ne\tf\n", [(3, "e\tf")], 2),
        ("é\nàß\n".encode("latin-1"), [(1, "�"), (2, "��")], 0),
        ("é\n€\n".encode(), [(1, "é"), (2, "€")], 0),
        (b"\xff\xfe\n" + b"x" * (lines.LONGEST + 1) + b"\nz\n", [(1, "��"), (3, "z")], 1),
        (b"a\n" + b"x" * (2 * lines.CHUNK + 7) + b"\nz\n", [(1, "a"), (3, "z")], 1),
        (b"x" * (lines.CHUNK + 7), [], 1),
    ],
)
def test_lines_keep_their_numbers(data: bytes, expected: list[tuple[int, str]], refused: int) -> None:
    assert read(data) == (expected, refused)


def test_chunks_do_not_change_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"".join(b"%d %s\n" % (number, b"x" * (number % 97)) for number in range(1, 2000))
    monkeypatch.setattr(lines, "CHUNK", 512)
    expected = [(number, f"{number} {'x' * (number % 97)}") for number in range(1, 2000)]
    assert read(data) == (expected, 0)


def test_a_line_that_the_stream_broke_off_is_refused() -> None:
    import gzip

    whole = gzip.compress(b"first 1\nsecond 12345\n" * 1000, mtime=0)
    kept = Kept()
    cut = stream(whole[:-12])
    found = [part.text(at) for part in read_lines(cut, kept) for at in range(len(part))]
    assert cut.problem is not None
    assert set(found) == {"first 1", "second 12345"}
    assert kept.left["record-malformed"] <= 1


@given(st.lists(st.binary(max_size=8).filter(lambda line: b"\n" not in line), max_size=30), st.integers(1, 5))
def test_lines_are_cut_as_bytes_are(parts: list[bytes], longest: int) -> None:
    data = b"\n".join(parts) + b"\n"
    found, refused = lines_of(data, 1, longest=longest)
    said = [part.decode("utf-8", "replace").encode().removesuffix(b"\r") for part in parts]
    good = [(number, part) for number, part in enumerate(said, 1)
            if part and len(part) <= longest and not re.search(rb"[\x00-\x08\x0a-\x1f]", part)]  # fmt: skip
    assert [(int(found.numbers[at]), found.text(at).encode()) for at in range(len(found))] == good
    assert refused == sum(1 for part in said if part) - len(good)


def test_lines_are_handed_over_in_bounded_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MOST", 3)
    found, _ = lines_of(b"a\n\nbb\nccc\n" * 3, 1)
    parts = list(found.pieces())
    assert [len(part) for part in parts] == [3, 3, 3]
    said = [(int(part.numbers[at]), part.text(at)) for part in parts for at in range(len(part))]
    assert said == [(int(found.numbers[at]), found.text(at)) for at in range(len(found))]
    assert found.since([1, 4], [7, 8]).tolist() == [0, 7, 7, 7, 8, 8, 8, 8, 8]


def test_lines_that_start_with_some_bytes() -> None:
    found, _ = lines_of(b"#a\nb\n#\n##c\n#a", 1)
    assert found.starting(b"#a").tolist() == [True, False, False, False, True]
    assert found.starting(b"").tolist() == [True] * 5
    assert [found.only(~found.starting(b"#a")).text(at) for at in range(3)] == ["b", "#", "##c"]


# --- objects -----------------------------------------------------------------------------------------------------


def objects_of(data: bytes, depth: int = 0) -> tuple[list[tuple[int, object]], int, bool]:
    kept = Kept()
    reader = Objects(stream(data), kept, depth)
    found = [(int(part.numbers[at]), json.loads(part.text(at))) for part in reader for at in range(len(part))]
    return found, kept.left["record-malformed"], reader.problem is not None


@pytest.mark.parametrize(
    ("data", "depth", "expected", "refused", "problem"),
    [
        (b"", 0, [], 0, False),
        (b"[]", 0, [], 0, False),
        (b'[\n{"a": 1,\n "b": "}{\\"\\\\"},\n{"a": {"c": [{}]}}\n]\n', 0,
         [(2, {"a": 1, "b": '}{"\\'}), (4, {"a": {"c": [{}]}})], 0, False),
        (b'{"a":1}{"a":2}\n\n{"a":3}', 0, [(1, {"a": 1}), (1, {"a": 2}), (3, {"a": 3})], 0, False),
        (b'{"a":1} junk {"a":2}', 0, [(1, {"a": 1}), (1, {"a": 2})], 1, False),
        (b'{"a":1}\njunk', 0, [(1, {"a": 1})], 1, False),
        (b'{"a":1}\n{"a":"x', 0, [(1, {"a": 1})], 1, True),
        (b'{"a":1}}{"a":2}', 0, [(1, {"a": 1})], 1, True),
        (b"}", 0, [], 1, True),
        (b'{"time":1,"records":[{"t":1,"f":{"x":2}},\n{"t":2}]}\n{"records":[{"t":3}]}', 1,
         [(1, {"t": 1, "f": {"x": 2}}), (2, {"t": 2}), (3, {"t": 3})], 0, False),
        (b'{"records":[{"t":1},{"t":', 1, [(1, {"t": 1})], 1, True),
        (b'{"a":"\x00"}\n{"a":2}', 0, [(2, {"a": 2})], 1, False),
    ],
)  # fmt: skip
def test_objects_of_a_document(
    data: bytes, depth: int, expected: list[tuple[int, object]], refused: int, problem: bool
) -> None:
    assert objects_of(data, depth) == (expected, refused, problem)


def test_a_large_document_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "CHUNK", 256)
    items = [{"n": number, "s": '{["\\' * (number % 9)} for number in range(500)]
    data = json.dumps(items, indent=1).encode()
    found, refused, problem = objects_of(data)
    assert ([item for _, item in found], refused, problem) == (items, 0, False)
    assert [number for number, _ in found] == [2 + 4 * number for number in range(500)]


def test_an_object_without_end_is_bounded() -> None:
    data = b'{"a":1}\n{"a":"' + b"x" * (objects.LARGEST + objects.CHUNK)
    kept = Kept()
    reader = Objects(stream(data), kept)
    assert sum(len(part) for part in reader) == 1
    assert reader.problem is not None
    assert kept.left == {"record-malformed": 1}


def test_names_in_the_first_bytes() -> None:
    assert names_in(b' [\n{"a": {"b" :1}, "c": "\\"d\\":1", "e": ["f"], "g') == {"a", "b", "c", "e"}
    assert names_in(b'"a": 1') == frozenset()
    assert names_in(b'x {"a": 1}') == frozenset()


# --- tables ------------------------------------------------------------------------------------------------------

VALUE = re.compile(r'"(?:[^"]|"")*"|[^",]*')


def values_of(line: str) -> list[str] | None:
    """Take a line apart as RFC 4180 has it, or not."""
    found, at = [], 0
    while True:
        match = VALUE.match(line, at)
        assert match is not None
        text = match[0]
        found.append(text[1:-1].replace('""', '"') if text.startswith('"') else text)
        at = match.end()
        if at == len(line):
            return found
        if line[at] != ",":
            return None
        at += 1


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.lists(st.text("a1,\"' \t\\", min_size=1, max_size=12), min_size=1, max_size=20))
def test_separated_values_against_the_grammar(texts: list[str]) -> None:
    reader, kept = fresh()
    table = reader.separated(
            lines_of("\n".join(texts).encode(), 1)[0], ["a", "b"], {"b": TEXT, "a": TEXT}, separator=",", quote='"',
            unset=(),
        )  # fmt: skip
    expected = [(number, *found) for number, text in enumerate(texts, 1)
                if (found := values_of(text)) is not None and len(found) == 2]  # fmt: skip
    rows = zip(table.numbers.tolist(), table["a"].values, table["b"].values, strict=True)
    assert [tuple(row) for row in rows] == [(number, one.strip(" "), two.strip(" ")) for number, one, two in expected]
    assert len(table) + kept.left["record-malformed"] == len(texts)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.lists(st.text('{}[]":,\\ a1e-nult', min_size=1, max_size=14), min_size=1, max_size=20))
def test_no_line_of_json_is_lost(texts: list[str]) -> None:
    made = [text if number % 2 else json.dumps({"a": text}) for number, text in enumerate(texts)]
    reader, kept = fresh()
    table = reader.json(lines_of("\n".join(made).encode(), 1)[0], {"/a": TEXT})
    assert len(table) + kept.left["record-malformed"] == sum(1 for text in made if text)
    found = dict(zip(table.numbers.tolist(), table["/a"].values.tolist(), strict=True))
    for number, text in enumerate(made, 1):
        try:
            value = json.loads(text)
        except ValueError:
            continue
        assert (number in found) == isinstance(value, dict)
        if isinstance(value, dict) and isinstance(value.get("a"), str):
            assert found[number] == value["a"]


def test_what_json_holds() -> None:
    text = (
        b'{"a":"1","b":{"c":[5,{"d":1.50}]},"x/y":7}\n[1]\n{"a":\n\n{"a":null,"b":[],"x/y":true}\n"a"\nnull\n'
        b'{"a":2,"a":3}\n{"a":1}x\n'
    )
    reader, kept = fresh()
    table = reader.json(lines_of(text, 10)[0], {"/a": WHOLE, "/b/c/1/d": SECONDS, "/x~1y": TEXT, "/b": TEXT})
    assert table.numbers.tolist() == [10, 14, 17]
    assert kept.left == {"record-malformed": 5}
    assert table["/a"].values.tolist() == [1, 0, 2]
    assert table["/a"].known.tolist() == [True, False, True]
    assert not table["/a"].wrong.any()
    assert table["/b/c/1/d"].values.tolist() == [1_500_000_000, 0, 0]
    assert table["/x~1y"].values.tolist() == ["7", "true", ""]
    assert [json.loads(text or "0") for text in table["/b"].values] == [{"c": [5, {"d": 1.5}]}, [], 0]


def test_columns_that_are_not_there_and_words_for_nothing() -> None:
    with Tables(Kept()) as reader:
        table = reader.separated(
            lines_of(b"1\t-\t(empty)\n2\t 5 \tx\n", 1)[0], ["a", "b", "a"], {"b": WHOLE, "z": TEXT, "a": WHOLE},
            separator="\t", unset=("-", "(empty)"),
        )  # fmt: skip
    assert table["b"].values.tolist() == [0, 5]
    assert (table["b"].known.tolist(), table["b"].wrong.tolist()) == ([False, True], [False, False])
    assert table["z"].values.tolist() == ["", ""]
    assert not table["z"].known.any()
    assert table["a"].values.tolist() == [1, 2]


def test_lines_that_a_pattern_takes_apart() -> None:
    with Tables(Kept()) as reader:
        table = reader.matches(lines_of(b"from 10 to b\nnothing\nfrom x to \n", 5)[0], r"from (\w+) to (\w*)",
                               {"n": WHOLE, "t": TEXT})  # fmt: skip
    assert table.numbers.tolist() == [5, 6, 7]
    assert table["n"].values.tolist() == [10, 0, 0]
    assert table["n"].wrong.tolist() == [False, False, True]
    assert table["t"].known.tolist() == [True, False, False]


def test_an_empty_chunk() -> None:
    empty = Lines(np.zeros(0, dtype=np.uint8), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    with Tables(Kept()) as reader:
        assert len(reader.json(empty, {"/a": WHOLE, "/b": TEXT})) == 0
        assert len(reader.separated(empty, ["a"], {"a": TIME}, separator=",", quote='"')) == 0


class Moody:
    """A duckdb that fails on every chunk with a word in it, as no duckdb should."""

    def __init__(self, inner: duckdb.DuckDBPyConnection, path: str, *, loses: bool) -> None:
        self.inner, self.path, self.loses = inner, path, loses

    def execute(self, query: str) -> object:
        with open(self.path, "rb") as file:  # noqa: PTH123 - the descriptor's own path
            text = file.read()
        if b"poison" in text and not self.loses:
            raise duckdb.InvalidInputException("poison")
        if b"poison" in text:
            query += " LIMIT 0"
        return self.inner.execute(query)

    def close(self) -> None:
        self.inner.close()


@pytest.mark.parametrize("loses", [False, True])
def test_what_duckdb_refuses_is_counted_and_shifts_nothing(loses: bool) -> None:
    text = "\n".join("poison" if number in (3, 500) else f"v{number}" for number in range(1, 1001))
    kept = Kept()
    with Tables(kept) as reader:
        reader._duck = Moody(reader._duck, reader._path, loses=loses)  # type: ignore[assignment]
        table = reader.separated(lines_of(text.encode(), 1)[0], ["a"], {"a": TEXT}, separator=",")
    assert kept.left == {"record-malformed": 2}
    rows = zip(table.numbers.tolist(), table["a"].values, strict=True)
    assert list(rows) == [(number, f"v{number}") for number in range(1, 1001) if number not in (3, 500)]


def test_duckdb_fails_a_bounded_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "FAILURES", 5)
    kept = Kept()
    with Tables(kept) as reader:
        reader._duck = Moody(reader._duck, reader._path, loses=False)  # type: ignore[assignment]
        table = reader.separated(lines_of(b"poison\n" * 1000, 1)[0], ["a"], {"a": TEXT}, separator=",")
    assert len(table) == 0
    assert kept.left == {"record-malformed": 1000}


def test_duckdb_reaches_nothing_else(tmp_path: object) -> None:
    with Tables(Kept()) as reader:
        for query in (
            f"SELECT * FROM read_csv('{__file__}', columns = {{'a': 'VARCHAR'}}, auto_detect = false)",
            "SELECT * FROM 'https://example.invalid/a.csv'",
            "INSTALL httpfs",
            "SET enable_external_access = true",
            "COPY (SELECT 1) TO '/tmp/never.csv'",
        ):
            with pytest.raises(duckdb.Error):
                reader._duck.execute(query)


# --- conversions -------------------------------------------------------------------------------------------------


@settings(derandomize=True, deadline=None)
@given(st.lists(st.decimals(0, 4_000_000_000, places=12, allow_nan=False), min_size=1, max_size=50))
def test_seconds_are_exact(values: list[Decimal]) -> None:
    found = converted(SECONDS, *(format(value, "f") for value in values))
    assert found.known.all()
    assert found.values.tolist() == [
        int((value * 10**9).quantize(Decimal(1), rounding=ROUND_HALF_UP)) for value in values
    ]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (SECONDS, "1379288667.706265", 1_379_288_667_706_265_000),
        (SECONDS, "9.5367431640625e-07", 954),
        (SECONDS, "1e3", 10**12),
        (SECONDS, "-1.5", -1_500_000_000),
        (SECONDS, "5.", 5 * 10**9),
        (SECONDS, "9223372036.854775807", (1 << 63) - 1),
        (SECONDS, "9223372036.854775808", None),
        (SECONDS, "1e300", None),
        (SECONDS, "0x1", None),
        (SECONDS, "1_0", None),
        (SECONDS, "nan", None),
        (SECONDS, "1.2.3", None),
        (SECONDS, "1,5", None),
        (SECONDS, "XXXXXXXXXX.XXXXXX", None),
        (Kind.MILLISECONDS, "1700000000123", 1_700_000_000_123_000_000),
        (Kind.MICROSECONDS, "1.5", 1500),
        (WHOLE, "0", 0),
        (WHOLE, "-7", -7),
        (WHOLE, "9223372036854775807", (1 << 63) - 1),
        (WHOLE, "9223372036854775808", None),
        (WHOLE, "1.5", None),
        (WHOLE, "1e3", None),
        (WHOLE, "0x10", None),
        (WHOLE, "1_000", None),
        (WHOLE, "", None),
        (WHOLE, "١", None),
        (TIME, "2017-04-07T22:24:37.251547+0100", 1_491_600_277_251_547_000),
        (TIME, "2017-04-07T22:24:37.251547123Z", 1_491_603_877_251_547_123),
        (TIME, "2017-04-07 22:24:37", 1_491_603_877_000_000_000),
        (TIME, "2017/04/07T22:24:37.5", 1_491_603_877_500_000_000),
        (TIME, "2017-04-07T22:24:37-02:30", 1_491_612_877_000_000_000),
        (TIME, "2017-04-07 22:24:37 UTC", 1_491_603_877_000_000_000),
        (TIME, "2017-02-29T00:00:00Z", None),
        (TIME, "2017-04-07", None),
        (TIME, "22:24:37", None),
        (TIME, "2017-04-07T25:00:00Z", None),
        (TIME, "2017-04-07T22:24:37 CEST", None),
        (MOMENT, "1700000000.25", 1_700_000_000_250_000_000),
        (MOMENT, "1700000000250", 1_700_000_000_250_000_000),
        (MOMENT, "99999999999", None),  # after the year 5000, and after what ns can count
        (MOMENT, "2023-11-14T22:13:20.25Z", 1_700_000_000_250_000_000),
        (MOMENT, "1.7e9", 1_700_000_000_000_000_000),
        (MOMENT, "22:13:20.25", None),
    ],
)  # fmt: skip
def test_what_a_text_is_read_as(kind: Kind, text: str, value: int | None) -> None:
    found = converted(kind, text)
    assert (found.known.tolist(), found.wrong.tolist()) == ([value is not None], [value is None])
    assert found.values.tolist() == [value or 0]


@settings(derandomize=True, deadline=None)
@given(
    st.lists(
        st.datetimes(
            datetime(1970, 1, 2), datetime(2200, 1, 1),
            timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
        ), min_size=1, max_size=30,
    )
)  # fmt: skip
def test_times_against_the_standard_library(moments: list[datetime]) -> None:
    found = converted(TIME, *(moment.isoformat() for moment in moments))
    start = datetime(1970, 1, 1, tzinfo=UTC)
    assert found.values.tolist() == [((moment - start) // timedelta(microseconds=1)) * 1000 for moment in moments]


def texts(*values: str) -> Values:
    made = np.array(values, dtype=object)
    return Values(made, made != "", np.zeros(len(made), dtype=bool))


@given(
    st.lists(
        st.one_of(
            st.ip_addresses().map(str), st.text("0123456789abcdef:.%/ ", max_size=20),
            st.sampled_from(["", "::", "::ffff:1.2.3.4", "1.2.3", "1.2.3.4.5", "fe80::1%eth0", "1.2.3.4/32",
                             "1.2.3.4:80", "\x00", "é", "::ffff:1.2.3.256"]),
        ), max_size=40,
    )
)  # fmt: skip
def test_addresses_against_the_standard_library(values: list[str]) -> None:
    found = columns.addresses(texts(*values))
    for at, text in enumerate(values):
        try:
            value = int(IPv6Address(text)) if ":" in text else 0xFFFF << 32 | int(IPv4Address(text))
            good = "%" not in text
        except AddressValueError:
            good = False
        assert (bool(found.known[at]), bool(found.wrong[at])) == (good, not good and text != "")
        if good:
            high, low = int(found.high[at]), int(found.low[at])
            assert (high & (1 << 64) - 1) << 64 | low & (1 << 64) - 1 == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("tcp", 6), ("TCP", 6), ("17", 17), ("003", 3), ("IPv6-ICMP", 58), ("ICMP6", 58), ("esp", 50), ("256", None),
     ("", None), ("tcp4", None), ("-1", None), ("²", None)],
)  # fmt: skip
def test_protocols(text: str, value: int | None) -> None:
    assert columns.protocol(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("...AP.SF", 0x1B), (".AP.SF", 0x1B), ("........", 0), ("FS PA   ", 0x1B), ("CEUAPRSF", 0xFF), ("0x1b", 0x1B),
     ("0x", None), ("0x1 ", 1), ("S?", None), ("", 0)],
)  # fmt: skip
def test_flags(text: str, value: int | None) -> None:
    assert columns.flags(text) == value


def test_what_refused_something_is_kept_for_no_other_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what was kept holds nothing of the log before."""
    monkeypatch.setattr(tables, "_KEPT", [])
    with Tables(Kept()) as one:
        first = one._duck
        assert len(one.json(lines_of(b'{"a": "x"}\n{"a": "y"}', 1)[0], {"/a": TEXT})) == 2
    with Tables(Kept()) as other:
        assert other._duck is first
        assert len(other.json(lines_of(b'{"a": "z"}', 1)[0], {"/a": TEXT})) == 1
        other._run = lambda lines, query: Tables._run(other, lines, "SELECT nonsense")  # type: ignore[method-assign]
        assert len(other.json(lines_of(b'{"a": "z"}', 1)[0], {"/a": TEXT})) == 0
    assert tables._KEPT == []
