"""The inputs that fuzzing found are read again: by plain kernels, and by compiled ones whose bounds are checked."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fuzz import changed
from fuzz_corpus import FOLDER, kept, seeds
from fuzz_firewalls import cases, dialect, reworded
from fuzz_targets import layer, member, packets, recogniser, records, targets

from cloison.captures import compressions, formats, layers, wire
from cloison.captures import records as word
from cloison.captures.layer import BEGIN, Layer, kinds
from cloison.captures.packets import KEPT
from cloison.captures.recogniser import FOUND, Recogniser
from cloison.captures.records import RecordFormat, batch_of
from cloison.captures.stream import Format
from cloison.flows import firewalls
from cloison.netmodel.finding import Text
from cloison.netmodel.registry import load

TARGETS = targets()
BLIND = 2000 if os.environ.get("CLOISON_NIGHTLY") else 60


@pytest.mark.parametrize("name", TARGETS)
def test_plain(name: str) -> None:
    for data in kept(name):
        TARGETS[name](data, False)


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_changed_blindly(name: str) -> None:
    """Also where no fuzzer is installed, some inputs are new to nobody's corpus; the same ones at every run."""
    dice = random.Random(name)
    originals = kept(name) or [bytes(40)]
    others = cases(name)
    for number in range(BLIND):
        original = dice.choice(originals)
        data = reworded(dice, original, others) if others and number % 4 else changed(dice, original)
        TARGETS[name](data, False)


def test_every_entry_is_a_target() -> None:
    """And so are a whole capture and what SSH offers."""
    every = {"format": (formats, "FORMAT"), "layer": (layers, "LAYER"), "wire": (wire, "RECOGNISER"),
             "compression": (compressions, "COMPRESSION")}  # fmt: skip
    names = {f"{kind}-{name}" for kind, where in every.items() for name in load(*where)}
    dialects = {f"firewall-{name}" for name in load(firewalls, "DIALECT")}
    assert set(TARGETS) == names | dialects | {"capture", "offer"}
    loaded = {
        found
        for path in Path(formats.__path__[0]).parent.rglob("*.py")
        for found in re.findall(r'\bload\((\w+), "([A-Z]+)"\)', path.read_text("utf-8"))
    }
    assert loaded == {(package.__name__.rpartition(".")[2], attribute) for package, attribute in every.values()}


@pytest.mark.parametrize("name", load(formats, "FORMAT"))
def test_fuzzing_a_format_begins_with_what_it_reads(name: str) -> None:
    """Of a format that recognises nothing in the corpus, nothing would be fuzzed but how it recognises."""
    entry = load(formats, "FORMAT")[name]
    assert any(TARGETS[f"format-{name}"](data, False) for data in kept(f"format-{name}")), entry.name


@pytest.mark.parametrize("name", ["format-ipfix", "format-netflow"])
def test_files_that_go_on_from_each_other_are_fuzzed(name: str) -> None:
    """The whole, then a file a message: the second borrows from the first."""
    for data in seeds()[name]:
        (_, ledger, number, _), *parts = TARGETS[name](data, False)
        assert (ledger, number, [part[1:3] for part in parts]) == ({}, 3, [({}, 1)] * 3)


def test_the_corpus_is_small_and_of_targets() -> None:
    files = sorted(FOLDER.glob("*"))
    assert {path.stem for path in files} <= set(TARGETS)
    assert sum(path.stat().st_size for path in files) < 300_000
    for name, inputs in seeds().items():
        assert set(inputs) <= set(kept(name)), f"{name}: python tests/fuzz/fuzz_corpus.py"


# --- what the targets would find --------------------------------------------------------------------------------------


def _beyond(window: Any, kind: Any, place: Any) -> Any:
    place[BEGIN] += 1
    return np.int64(65536 + int(window[place[1]]))  # the byte after its end


def _longer(window: Any, kind: Any, place: Any) -> Any:
    place[BEGIN] += 100
    return np.int64(65536)


@pytest.mark.parametrize("read", [_beyond, _longer])
def test_a_layer_that_looks_or_points_outside_is_found(read: Callable[..., Any]) -> None:
    with pytest.raises(AssertionError):
        layer(Layer("toy", kinds(0, 147), read), b"\0\0\0\0abcd", False)


def test_a_recogniser_that_looks_outside_is_found() -> None:
    def look(window: Any, at: Any, end: Any, length: Any, source: Any, target: Any) -> Any:
        return np.int64(FOUND if window[end] else 0)

    with pytest.raises(ValueError, match="too many values"):
        recogniser(Recogniser("toy", Text("toy", "jouet"), (6,), look), bytes(6) + b"abcdef", False)


def test_a_format_whose_records_lie_outside_is_found() -> None:
    class Walker:
        problem = None

        def next(self, batch: Any) -> int:
            batch[0, KEPT] = 1 << 30
            return 1

    toy = Format("toy", Text("toy", "jouet"), lambda head: True, lambda stream, fast: Walker(), b"")
    with pytest.raises(AssertionError):
        packets(toy, bytes(40), False)


def test_a_format_of_records_is_checked() -> None:
    def give(column: int, value: int) -> Any:
        def read(stream: Any, sink: Any) -> None:
            batch = batch_of(1)
            batch[word.NUMBER] = 1
            batch[column] = value
            sink.add(batch)

        return records(RecordFormat("toy", Text("toy", "jouet"), lambda head: True, read), bytes(40), False)

    assert give(word.PROTOCOL, 6)[0][2] == 1
    for column, value in ((word.PROTOCOL, 256), (word.SOURCE_PORT, -1), (word.BYTES, -1), (word.POINT, 1)):
        with pytest.raises(AssertionError):
            give(column, value)


def test_a_compression_that_fails_otherwise_is_found() -> None:
    from dataclasses import replace

    gzip = load(compressions, "COMPRESSION")["gzip"]
    with pytest.raises(Exception, match="unknown compression"):
        member(replace(gzip, faults=lambda: (OSError,)), b"\x1f\x8b" + b"\xff" * 40, False)


def test_a_dialect_that_gives_what_cannot_be_is_found() -> None:
    from dataclasses import replace

    from cloison.flows.configuration import Configuration, Dialect, Span, Stage, Term, Written
    from cloison.netmodel.space.addresses import V4, V6

    def give(**changes: Any) -> Any:
        term = replace(Term("permit", Written(Span("0", 1, 1), "rule"), V4, V4), **changes)
        found = Configuration("toy", (), (Stage("s", (term,), "none"),), understood=1)
        toy = Dialect("toy", Text("toy", "jouet"), lambda file: True, lambda files, tick: found, (), (), ())
        return dialect(toy, b"rule", False)

    assert give()
    wrong: list[dict[str, Any]] = [
        {"written": Written(Span("0", 2, 1), "rule")}, {"written": Written(Span("other", 1, 1), "rule")},
        {"written": Written(Span("0", 1, 1), " ")}, {"destinations": V6}, {"arriving": frozenset({"eth9"})},
        {"sure": False},
    ]  # fmt: skip
    for changes in wrong:
        with pytest.raises(AssertionError):
            give(**changes)
