"""Loops compiled by numba: the one way to ask for them, and where the compiled code is kept.

A loop is a plain module-level function, or a function made by one, over arrays; so the same text runs uncompiled
(short captures, fuzzing) and compiled. It allocates nothing, so that numba's reference counts, atomic at every call,
are left out. The plain functions that it calls are found by themselves and compiled with it.

numba keeps the code beside the source; when that cannot be written (an installed package), in the user's cache
directory; when nothing can be written at all, it is compiled for this run only. numba looks only at a loop's own file
to see whether its code is stale; so the name under which it is kept holds a digest of its callees and of the constants
that they use, and so has every callee. numba itself is imported on the first call, so that a command that needs no
compiled loop never pays for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import CellType, FunctionType
from typing import Any

import numpy as np

Kernel = Callable[..., Any]
Int = Any  # an integer of 64 bits inside a loop: numpy's, which wraps, where the loop is not compiled

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True}
_CALLEE: dict[str, Any] = _OPTIONS | {"no_cpython_wrapper": True}  # Python calls none


def prefetch(words: Any, place: Int) -> None:
    """Ask memory for an element of a C-ordered array, counted over all its dimensions; uncompiled it does nothing."""


class Compiled:
    """The compiled form of a loop; its types are met on its first call."""

    __slots__ = ("_chosen", "_loop")

    def __init__(self, loop: FunctionType) -> None:
        self._loop = loop
        self._chosen = _jit(loop, keep=True)

    def __call__(self, *arguments: Any) -> Any:
        """Run the loop; where what was kept of it cannot be read or written, compile it for this run alone."""
        try:
            return self._chosen(*arguments)
        except Exception:  # whatever a damaged cache or a full disk makes numba raise, before the loop begins
            if self._chosen.signatures:
                raise
            self._chosen = _jit(self._loop, keep=False)
            return self._chosen(*arguments)

    @property
    def cold(self) -> bool:
        """Return whether the first call will have to compile, which takes seconds."""
        if self._chosen.signatures:
            return False  # already in memory
        folder = self._chosen.stats.cache_path
        if folder is None:
            return True
        written = Path(self._loop.__code__.co_filename).stat().st_mtime
        known = Path(folder).glob(f"*.{self._loop.__qualname__}-*.nbi")
        return not any(index.stat().st_mtime >= written for index in known)


@cache
def compiled(loop: Kernel) -> Compiled:
    """Return the compiled form of a loop."""
    assert isinstance(loop, FunctionType)
    _choose_cache(Path(loop.__code__.co_filename).parent)
    made: dict[FunctionType, Any] = {}
    return Compiled(_bound(loop, made))


def _jit(loop: FunctionType, *, keep: bool) -> Any:
    import numba

    if keep:
        try:
            return numba.njit(cache=True, **_OPTIONS)(loop)
        except RuntimeError:  # "cannot cache function: no locator available"
            pass
    return numba.njit(**_OPTIONS)(loop)


def _bound(function: FunctionType, made: dict[FunctionType, Any]) -> FunctionType:
    """Return a copy that looks up its callees compiled: its module must stay free of numba.

    Its name holds a digest of all that it is made of: code that was kept is linked by name, and two functions of one
    factory, compiled in two processes, would else be taken for each other.
    """
    names = dict(function.__globals__)
    for name, callee in _callees(function):
        names[name] = _compiled_callee(callee, made)
    cells = tuple(
        CellType(_compiled_callee(held, made) if isinstance(held, FunctionType) else held)
        for held in _enclosed(function)
    )
    bound = FunctionType(function.__code__, names, function.__name__, function.__defaults__, cells)
    bound.__qualname__ = f"{function.__name__}-{_digest(function)}"
    return bound


def _compiled_callee(callee: FunctionType, made: dict[FunctionType, Any]) -> Any:
    if callee is prefetch:
        return _prefetching()
    if callee not in made:
        import numba

        made[callee] = numba.njit(**_CALLEE)(_bound(callee, made))
    return made[callee]


@cache
def _prefetching() -> Any:
    """Return what stands for :func:`prefetch` in compiled code: one instruction of the processor."""
    import numba
    from llvmlite import ir
    from numba.core import types
    from numba.extending import intrinsic

    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]  # everything runs as it is written
        return prefetch

    @intrinsic
    def asked(typing: Any, words: Any, place: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            data = context.make_array(words)(context, builder, arguments[0]).data
            byte = builder.bitcast(builder.gep(data, [arguments[1]]), ir.IntType(8).as_pointer())
            kind = ir.FunctionType(ir.VoidType(), [byte.type, *[ir.IntType(32)] * 3])
            function = builder.module.declare_intrinsic("llvm.prefetch", [byte.type], kind)
            builder.call(function, [byte, *(ir.Constant(ir.IntType(32), value) for value in (0, 3, 1))])
            return context.get_dummy_value()

        return types.none(words, place), generate

    return asked


def _callees(function: FunctionType) -> Iterator[tuple[str, FunctionType]]:
    for name in function.__code__.co_names:
        held = function.__globals__.get(name)
        if isinstance(held, FunctionType):
            yield name, held


def _used(function: FunctionType) -> Iterator[FunctionType]:
    """Yield the functions that one calls, by name or out of what it encloses, as often as it does."""
    yield from (callee for _, callee in _callees(function))
    yield from (held for held in _enclosed(function) if isinstance(held, FunctionType))


def _enclosed(function: FunctionType) -> list[Any]:
    return [cell.cell_contents for cell in function.__closure__ or ()]


def _digest(loop: FunctionType) -> str:
    """Return a digest of a function's code, of all that it calls and of the constants in them."""
    numbers: dict[FunctionType, int] = {loop: 0}
    waiting, text = [loop], [str(_CALLEE)]
    for function in waiting:  # grows while it is walked
        for callee in _used(function):
            if callee not in numbers:
                numbers[callee] = len(numbers)
                waiting.append(callee)
        code, names = function.__code__, function.__globals__
        constants = {name: names[name] for name in code.co_names if isinstance(names.get(name), (int, np.integer))}
        held = [item for item in _enclosed(function) if isinstance(item, (int, np.integer))]
        calls = [numbers[callee] for callee in _used(function)]
        text.append(f"{code.co_code.hex()} {code.co_consts} {code.co_names} {constants} {held} {calls}")
    return sha256("\n".join(text).encode()).hexdigest()[:12]


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
