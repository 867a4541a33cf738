"""Long work shows where it is, on standard error."""

from __future__ import annotations

import sys
import time
from typing import Any

from cloison.terminal.language import _


class Progress:
    """Shows long work on stderr: nothing in its first second, nothing when stderr is no terminal."""

    def __init__(self) -> None:
        self._begun = self._last = time.monotonic()
        self._before = (0, 0)  # done and total when it was last told
        self._shown: Any = None  # rich's display and its task

    def tick(self, done: int, total: int) -> None:
        """Show ``done`` of ``total`` (0 where it is unknown) and the time left, five times a second at most."""
        if sys.stderr.isatty() and (seconds := self._due(done, total)):
            self._show(done, total, [_left(done, total, seconds)] if total else [f"{done:,}"])

    def packets(self, done: int, total: int, packets: int) -> None:
        """Show the bytes ``done`` of ``total`` (0: unknown), how fast they and their packets come, the time left."""
        if sys.stderr.isatty() and (seconds := self._due(done, total)):
            rates = [f"{_short(packets / seconds)} {_('packets/s', 'paquets/s')}"] if packets else []
            rates.append(f"{_short(done / seconds)}{_('B/s', 'o/s')}")
            self._show(done, total, [*rates, _left(done, total, seconds)] if total else rates)

    def clear(self) -> None:
        """Remove the line."""
        if self._shown:
            self._shown[0].stop()
            self._shown = None

    def _due(self, done: int, total: int) -> float:
        """Return the seconds since this work began, 0 when nothing is to be shown yet."""
        now = time.monotonic()
        if done < self._before[0] or total != self._before[1]:  # other work
            self.clear()
            self._begun = now
        self._before = (done, total)
        if now - self._begun < 1.0 or now - self._last < 0.2:
            return 0.0
        self._last = now
        return now - self._begun

    def _show(self, done: int, total: int, words: list[str]) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn
        from rich.progress import Progress as Display

        if not self._shown:
            parts = [BarColumn(), TaskProgressColumn()] if total else []
            display = Display(
                *parts, TextColumn("{task.fields[words]}"), console=Console(stderr=True), auto_refresh=False,
                transient=True,
            )  # fmt: skip
            display.start()
            self._shown = display, display.add_task("", total=total or None, words="")
        display, task = self._shown
        display.update(task, completed=done, words=" · ".join(words), refresh=True)


def _short(number: float) -> str:
    """Return a rate in three figures and a prefix."""
    prefixes = ["G", "M", "k", ""]
    while number >= 999.5 and len(prefixes) > 1:
        number /= 1000
        prefixes.pop()
    shown = f"{number:.3g}" if number < 100 else f"{number:.0f}"
    return f"{shown.replace('.', _('.', ','))} {prefixes[-1]}"


def _left(done: int, total: int, seconds: float) -> str:
    if not done:
        return ""
    minutes, rest = divmod(max(0, round(seconds * (total - done) / done)), 60)
    return _("{time} left", "reste {time}").format(time=f"{minutes // 60}:{minutes % 60:02}:{rest:02}")


PROGRESS = Progress()
