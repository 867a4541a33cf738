"""A page that follows its map: served to this machine alone, at an address that nobody guesses.

The server listens on 127.0.0.1 and a port of the system's choice; every address begins with a random token, and a
request that names another host (DNS rebinding) or comes from another page is refused. The page's policy lets it
connect there and nowhere else (CSP Level 3, ``connect-src``). A drawing is laid out when it is looked at.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cloison.diagrams.atlas.drawings import laid_out
from cloison.diagrams.atlas.page import atlas_page, drawing_values, sheet_of, view_said
from cloison.diagrams.atlas.scoped import scoped_findings, scoped_scene
from cloison.diagrams.drawing import draw
from cloison.netmodel.finding import Lang
from cloison.netmodel.report import Report

WAIT = 20.0  # seconds that a question for news is held


@dataclass
class _State:
    """What is served; ``changed`` guards it and tells those who wait."""

    version: int = 0
    page: bytes = b""
    report: Report | None = None
    refused: tuple[str, ...] = ()
    ended: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)


class Server:
    """Serves one page while it is open; ``url`` is where."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang
        self._state = _State()
        self._token = secrets.token_urlsafe(18)
        handler: type[_Handler] = type(
            "Handler", (_Handler,), {"state": self._state, "token": self._token, "lang": lang}
        )
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        handler.port = self._http.server_port
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self._http.server_port}/{self._token}/"

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._state.changed:
            self._state.ended = True
            self._state.changed.notify_all()
        self._http.shutdown()
        self._http.server_close()

    def publish(self, report: Report) -> None:
        """Serve the atlas of a report from now on; open pages are told."""
        assert report.atlas is not None
        version = self._state.version + 1
        page = atlas_page(report, report.atlas, self._lang, served=(self.url, version))
        with self._state.changed:
            self._state.page, self._state.report, self._state.refused = page, report, ()
            self._state.version = version
            self._state.changed.notify_all()

    def refuse(self, reasons: Sequence[str]) -> None:
        """Tell open pages why the map cannot be used; what they show is that of before."""
        with self._state.changed:
            self._state.refused = tuple(reasons)
            self._state.version += 1
            self._state.changed.notify_all()


class _Handler(BaseHTTPRequestHandler):
    state: _State
    token: str
    lang: Lang
    port: int

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        host = f"127.0.0.1:{self.port}"
        token, _, name = asked.path.removeprefix("/").partition("/")
        known = secrets.compare_digest(token.encode("utf-8", "replace"), self.token.encode())
        if self.headers.get("Host") != host or self.headers.get("Origin", f"http://{host}") != f"http://{host}":
            self._answer(403, b"", "text/plain")
        elif not known:
            self._answer(404, b"", "text/plain")
        elif name == "":
            self._page()
        elif name == "news":
            self._news(parse_qs(asked.query).get("after", ["0"])[0])
        elif name == "drawing":
            self._drawing(parse_qs(asked.query).get("view", [""])[0])
        else:
            self._answer(404, b"", "text/plain")

    def _page(self) -> None:
        with self.state.changed:
            self.state.changed.wait_for(lambda: self.state.page or self.state.refused or self.state.ended, WAIT)
            page, refused = self.state.page, self.state.refused
        if page:
            self._answer(200, page, "text/html; charset=utf-8")
        else:
            self._answer(503, "\n".join(refused).encode("utf-8", "replace"), "text/plain; charset=utf-8", refresh=True)

    def _news(self, after: str) -> None:
        known = int(after) if after.isdecimal() and len(after) < 12 else 0
        with self.state.changed:
            self.state.changed.wait_for(lambda: self.state.version > known or self.state.ended, WAIT)
            news = {"version": self.state.version, "refused": list(self.state.refused), "ended": self.state.ended}
        self._json(news)

    def _drawing(self, view: str) -> None:
        with self.state.changed:
            report = self.state.report
        if report is None or report.atlas is None:
            self._answer(404, b"", "text/plain")
            return
        atlas, sheet, scope, tell = sheet_of(report, report.atlas, self.lang)
        named = {view_said(one, tell): one for one, _ in atlas.later}
        if view not in named:
            self._answer(404, b"", "text/plain")
            return
        drawn_of = draw(atlas.network, scoped_findings(atlas.check.findings, scope), named[view])
        drawn = laid_out(named[view], scoped_scene(drawn_of.views[0], scope), sheet, tell)
        self._json(drawing_values(drawn, tell) | {"svg": drawn.svg})

    def _json(self, values: dict[str, Any]) -> None:
        self._answer(200, json.dumps(values).encode(), "application/json")

    def _answer(self, status: int, body: bytes, media: str, *, refresh: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Security-Policy", "frame-ancestors 'none'")
        if refresh:
            self.send_header("Refresh", "1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        """Say nothing: the terminal is for findings."""
