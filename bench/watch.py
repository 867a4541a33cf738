"""``--watch`` on the example: from saving a file to the page that shows it, and to the findings on the terminal."""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

NUAGE = Path(__file__).resolve().parents[1] / "examples" / "nuage"
CLOISON = (sys.executable, "-m", "cloison.cli")
REASON, TIMES = "Les administrateurs entrent", 9
SHOWS = "text => (document.querySelector('dl.facts') || {textContent: ''}).textContent.includes(text)"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def until(stream: IO[str], wanted: str) -> str:
    """Read a stream until it has said something."""
    said = ""
    while not re.search(wanted, said):
        part = stream.readline()
        if not part:
            raise SystemExit(said)
        said += part
    return said


def edited(map_: Path, seen: Callable[[str], object]) -> float:
    """Return the median of the seconds from saving a file of the map to what is waited for."""
    file = map_ / "administration.yaml"
    written = file.read_text("utf-8")
    took = []
    for number in range(TIMES):
        time.sleep(1)
        file.write_text(written.replace(REASON, f"Essai {number} : ils entrent"), "utf-8")
        begun = time.perf_counter()
        seen(f"Essai {number} :")
        took.append(time.perf_counter() - begun)
    file.write_text(written, "utf-8")
    return statistics.median(took)


def page(map_: Path, folder: str) -> float:
    """Return the median of the seconds from saving to seeing in Chromium."""
    from playwright.sync_api import sync_playwright

    words = ("draw", str(map_), "--at", "2026-11-02", "--watch", "-o", f"{folder}/atlas.html")
    with (
        subprocess.Popen((*CLOISON, *words), stderr=subprocess.PIPE, text=True) as started,
        sync_playwright() as play,
    ):
        assert started.stderr is not None
        url = until(started.stderr, r"http://\S+").split()[-1]
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        shown = browser.new_page()
        shown.goto(f"{url}#line:ADM-01")
        shown.wait_for_selector("html[data-ready]")
        took = edited(map_, lambda text: shown.wait_for_function(SHOWS, arg=text))
        browser.close()
        started.kill()
    return took


def findings(map_: Path) -> float:
    """Return the median of the seconds from saving to the end of what the terminal says."""
    words = ("check", str(map_), "--at", "2026-11-02", "--watch", "--lang", "en")
    with subprocess.Popen(
        (*CLOISON, *words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as started:
        assert started.stderr is not None
        until(started.stderr, r"done in ")
        stream = started.stderr
        took = edited(map_, lambda _: until(stream, r"done in "))
        started.kill()
    return took


def main() -> None:
    """Print one row for the page and one for the terminal."""
    with tempfile.TemporaryDirectory() as folder:
        map_ = Path(shutil.copytree(NUAGE, Path(folder) / "nuage"))
        seen = f"{page(map_, folder):.2f} s" if shutil.which("chromium") else "Chromium is not installed"
        print(f"| `draw --watch`, from saving to seeing in Chromium | {seen} | under 0.5 s | |")
        print(f"| `check --watch`, from saving to its last word | {findings(map_):.2f} s | under 0.5 s | |")


if __name__ == "__main__":
    main()
