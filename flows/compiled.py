"""Loops compiled by numba: one way to ask for them, and where the compiled code is kept.

numba keeps it beside the source; when that cannot be written (an installed package), in the user's cache directory;
when nothing can be written at all, it is compiled for this run only. numba itself is imported on the first call, so
that a command that needs no compiled loop never pays for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}


@cache
def compiled(loop: Callable[..., Any]) -> Callable[..., Any]:
    """Return the compiled form of a self-contained module-level function; its types are met on its first call.

    The function allocates nothing, so that numba's reference counts, atomic at every call, are left out.
    """
    _choose_cache(Path(loop.__code__.co_filename).parent)
    import numba

    plain: Callable[..., Any] = numba.njit(**_OPTIONS)(loop)
    try:
        kept: Callable[..., Any] = numba.njit(cache=True, **_OPTIONS)(loop)
    except RuntimeError:  # "cannot cache function: no locator available"
        return plain

    def run(*arguments: Any) -> Any:
        try:
            return kept(*arguments)
        except OSError:  # a full disk, a folder that is no longer there: raised before the loop begins
            return plain(*arguments)

    return run


def _choose_cache(folder: Path) -> None:
    if os.environ.get("NUMBA_CACHE_DIR") or os.access(folder, os.W_OK):
        return
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - no error without a home
    kept = Path(base) / "cloison" / "numba"
    try:
        kept.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    if os.access(kept, os.W_OK):
        os.environ["NUMBA_CACHE_DIR"] = str(kept)
