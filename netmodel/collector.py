"""Pauses of the cycle collector: making millions of values that form no circles, it only walks them again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 500_000  # values made meanwhile


@contextmanager
def without_collector() -> Iterator[None]:
    """Hold the cycle collector still, and let it go on afterwards if it was on.

    After very many values it is told to leave alone what is there: to walk it once would take a second.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if gc.get_count()[0] > _MANY:
                gc.freeze()
            gc.enable()
