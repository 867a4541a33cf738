"""Compiled loops: a function is kept, and linked, under a name that says all that it is made of."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from cloison.flows import compiled


def _adding(number: int) -> Callable[[int], int]:
    def step(value: int) -> int:
        return value + number

    return step


def _three(a: Callable[[int], int], b: Callable[[int], int], c: Callable[[int], int]) -> FunctionType:
    def steps(value: int) -> int:
        return a(b(c(value)))

    assert isinstance(steps, FunctionType)
    return steps


def _names(loop: FunctionType) -> tuple[str, list[str]]:
    made: dict[FunctionType, Any] = {}
    name = compiled._bound(loop, made).__qualname__
    return name, [callee.py_func.__qualname__ for callee in made.values()]


def test_functions_of_one_factory_have_names_of_their_own() -> None:
    """Code that two processes kept is linked by name: those of one factory would be taken for each other."""
    one, ten = _adding(1), _adding(10)
    found = [_names(_three(*steps)) for steps in ((one, one, ten), (one, ten, one), (one, ten, ten), (ten, one, one))]
    assert len({name for name, _ in found}) == len(found)
    assert [len(set(callees)) for _, callees in found] == [2] * len(found)
    assert len({frozenset(callees) for _, callees in found}) == 1  # the same two steps, whoever calls them


def test_the_same_function_has_the_same_name_in_every_process() -> None:
    assert _names(_three(_adding(1), _adding(2), _adding(3))) == _names(_three(_adding(1), _adding(2), _adding(3)))
