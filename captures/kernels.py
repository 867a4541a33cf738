"""Plain functions turned into machine code, late and once: numba is imported here and only when it is needed.

A kernel is written as a plain function over arrays of 64-bit integers, so that the same text runs uncompiled (short
captures, fuzzing) and compiled. numba's cache looks only at a kernel's own file to see whether its compiled code is
stale; so the name under which it is kept holds a digest of its callees and of the constants that they use.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

Kernel = Callable[..., Any]
Int = Any  # an integer of 64 bits inside a kernel: numpy's, which wraps, where the kernel is not compiled

# Kernels allocate nothing: without numba's reference counts, atomic at every call, they run much faster.
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}

_caching = [True]


def kernel(function: Kernel, helpers: tuple[Kernel, ...], compiled: bool) -> Kernel:
    """Return ``function`` ready to be called: compiled with its ``helpers`` (callees first), or as it is."""
    return _compiled(function, helpers, _caching[0]) if compiled else function


def without_cache() -> None:
    """Compile in memory from now on: the cache on disk cannot be used."""
    _caching[0] = False


def cold(ready: Kernel) -> bool:
    """Return whether the first call of a compiled kernel will have to compile it, which takes seconds."""
    stats = getattr(ready, "stats", None)
    if stats is None or getattr(ready, "signatures", None):
        return False  # not compiled at all, or already in memory
    if stats.cache_path is None:
        return True
    source: FunctionType = ready.py_func  # type: ignore[attr-defined]
    written = Path(source.__code__.co_filename).stat().st_mtime
    known = Path(stats.cache_path).glob(f"*.{source.__qualname__}-*.nbi")
    return not any(index.stat().st_mtime >= written for index in known)


@cache
def _compiled(function: Kernel, helpers: tuple[Kernel, ...], caching: bool) -> Kernel:
    # The callees must be compiled where the caller looks them up, and this module must stay free of numba: both are
    # bound in a copy of the globals.
    names: dict[str, Any] = {}
    for part in (*helpers, function):
        names |= part.__globals__
    for helper in helpers:
        names[helper.__name__] = _jit(_rebound(helper, names), False)
    ready = _rebound(function, names)
    ready.__qualname__ = f"{function.__name__}-{_digest((*helpers, function))}"
    return _jit(ready, caching)


def _rebound(function: Kernel, names: dict[str, Any]) -> FunctionType:
    assert isinstance(function, FunctionType)
    return FunctionType(function.__code__, names, function.__name__)


def _digest(functions: tuple[Kernel, ...]) -> str:
    text = [str(OPTIONS)]
    for function in functions:
        code, names = function.__code__, function.__globals__
        constants = {name: names[name] for name in code.co_names if isinstance(names.get(name), (int, np.integer))}
        text.append(f"{code.co_code.hex()} {code.co_consts} {code.co_names} {constants}")
    return sha256("\n".join(text).encode()).hexdigest()[:12]


def _jit(function: FunctionType, caching: bool) -> Kernel:
    from numba import njit

    if caching:
        try:
            # beside the source, else in the user's cache directory (NUMBA_CACHE_DIR when it is set)
            ready: Kernel = njit(cache=True, **OPTIONS)(function)
            return ready
        except RuntimeError:  # neither can be written
            pass
    plain: Kernel = njit(**OPTIONS)(function)
    return plain
