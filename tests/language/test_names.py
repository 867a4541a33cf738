"""The nearest names."""

from __future__ import annotations

import time

from cloison.netmodel.language.names import nearest


def test_the_most_alike_comes_first() -> None:
    assert nearest("sensitivty", ["sensitive", "sensitivity", "owner"]) == ("sensitivity", "sensitive")


def test_case_does_not_count() -> None:
    assert nearest("FW-EDGE", ["fw-edge", "fw-core"])[0] == "fw-edge"


def test_nothing_is_near() -> None:
    assert nearest("zzz", ["front", "back"]) == ()
    assert nearest("", ["a"]) == ()
    assert nearest("x" * 1000, ["x" * 999]) == ()


def test_ties_are_in_alphabetical_order() -> None:
    assert nearest("fw-c", ["fw-b", "fw-a"]) == ("fw-a", "fw-b")


def test_most() -> None:
    assert len(nearest("fw-0", [f"fw-{number}" for number in range(1, 10)], most=2)) == 2


def test_many_candidates_take_little_time() -> None:
    begin = time.process_time()
    assert nearest("server-04242x", (f"server-{number:05}" for number in range(100_000)))
    assert time.process_time() - begin < 5
