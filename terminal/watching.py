"""Doing something again whenever a file changes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cloison.netmodel.finding import MapError, say
from cloison.terminal import language
from cloison.terminal.command import HOLDS, UNUSABLE
from cloison.terminal.output import tell, tell_refusal
from cloison.terminal.progress import PROGRESS
from cloison.terminal.refusals import found_map

if TYPE_CHECKING:
    from cloison.netmodel.report import Report


POLL = 0.02  # seconds between two looks at the files


def watched(path: Path | None, config: Sequence[str]) -> list[Path]:
    """Return the files and folders whose changes are waited for: the map, and the configurations of devices."""
    return [found_map(path), *(Path(word.partition("=")[2] or word) for word in config)]


def watch_files(places: Sequence[Path], once: Callable[[], int]) -> int:
    """Do something, and again whenever one of the files changes; return what it came to when interrupted."""
    from cloison.netmodel.stamps import stamps

    code = HOLDS
    try:
        while True:
            seen, begun = stamps(places), time.monotonic()
            if sys.stdout.isatty():
                sys.stdout.write("\x1b[2J\x1b[H")  # a clean screen: what is there is of now
            try:
                code = once()
            except MapError as refused:
                PROGRESS.clear()
                tell_refusal(refused.findings)
                code = UNUSABLE
            sys.stdout.flush()
            tell(say(
                "done in {seconds} s; {n} {n:file|files} watched, Ctrl-C ends",
                "fait en {seconds} s ; {n} {n:fichier suivi|fichiers suivis}, Ctrl-C termine",
                seconds=f"{time.monotonic() - begun:.2f}", n=len(seen),
            ))  # fmt: skip
            while stamps(places) == seen:
                time.sleep(POLL)
    except KeyboardInterrupt:
        return code


def serve(places: Sequence[Path], made: Callable[[bool], tuple[Report, int]]) -> None:
    """Serve a page and keep it in step with the map, until interrupted."""
    from cloison.diagrams.atlas.served import Server

    with Server(language.LANG) as server:
        tell(say("the page is at {url}", "la page est à {url}", url=server.url))

        def once() -> int:
            try:
                report, unread = made(True)
            except MapError as refused:
                server.refuse([f"{item.spans[0] if item.spans else ''} {item.message.say(language.LANG)}".strip()
                               for item in refused.findings[:20]])  # fmt: skip
                raise
            server.publish(report)
            return unread

        watch_files(places, once)
