"""What the tests of the atlas share: maps written out as pages, and a browser that tells on its pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from cloison.diagrams.atlas import scenes
from cloison.diagrams.drawing import draw
from cloison.diagrams.writing import write
from cloison.netmodel.assurance.answer import check_report
from cloison.netmodel.assurance.assess import assess_network
from cloison.netmodel.finding import Lang
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network

ROOT = Path(__file__).resolve().parents[2]
NUAGE, BROKEN = ROOT / "examples" / "nuage", ROOT / "examples" / "nuage-broken"
DAY = date(2026, 11, 2)
CHROMIUM = shutil.which("chromium")
MISSING = [
    name for name, there in (
        ("chromium", CHROMIUM), ("dot", shutil.which("dot")), ("playwright", find_spec("playwright")),
        ("axe-playwright-python", find_spec("axe_playwright_python")),
    ) if not there
]  # fmt: skip
needs_browser = pytest.mark.skipif(
    bool(MISSING) and "CLOISON_CI" not in os.environ, reason=f"not installed: {', '.join(MISSING)}"
)
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip


@cache
def network(folder: Path) -> Network:
    return compile_network(read_map(folder), DAY)


@cache
def page(folder: Path, lang: Lang, view: str = "", *, redacted: bool = False, room: int = 12) -> bytes:
    """Return the atlas of a map with ``room`` drawings, since laying out all of them takes its time."""
    compiled = network(folder)
    assessment = assess_network(compiled)
    report = draw(compiled, assessment.findings, view or "overview")
    answer = check_report(assessment, compiled)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(scenes, "DRAWINGS", room)
        report = scenes.with_atlas(report, compiled, answer, view, redacted=redacted)
    return write(report, "html", lang)


@dataclass
class Tab:
    """An open page, and what it said and asked for behind the reader's back."""

    page: Any
    address: str
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def go(self, route: str) -> None:
        self.page.evaluate("route => { location.hash = route }", route)
        self.page.wait_for_function("route => decodeURIComponent(location.hash) === '#' + route", arg=route)
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def open(self, route: str = "") -> None:
        self.page.goto(f"{self.address}{'#' + route if route else ''}")
        self.page.wait_for_selector("html[data-ready]")

    def text(self, selector: str) -> str:
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def axe(self) -> list[str]:
        """Return axe-core's violations that are serious or critical."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [
            f"{item['id']}: {node['target']} {node['failureSummary'][:200]}"
            for item in found if item["impact"] in ("serious", "critical") for node in item["nodes"][:3]
        ]  # fmt: skip


@contextmanager
def browser() -> Iterator[Any]:
    """Open Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def tab(opened: Any, file: Path, *, scheme: str = "light", size: Sequence[int] = (1440, 900)) -> Iterator[Tab]:
    """Open a page; when it is left it must have said nothing on the console, asked for nothing and opened no dialog."""
    context = opened.new_context(color_scheme=scheme, viewport={"width": size[0], "height": size[1]})
    shown = Tab(context.new_page(), file.as_uri())
    shown.page.on("console", lambda message: shown.said.append(message.text))
    shown.page.on("pageerror", lambda error: shown.said.append(str(error)))
    shown.page.on("dialog", lambda dialog: (shown.said.append(f"dialog {dialog.message}"), dialog.dismiss()))
    shown.page.on("request", lambda request: shown.asked.append(request.url))
    try:
        yield shown
    finally:
        context.close()
    assert shown.said == []
    assert {url.split("#")[0] for url in shown.asked if not url.startswith("data:")} <= {shown.address}
