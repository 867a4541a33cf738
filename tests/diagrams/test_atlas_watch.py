"""A map that is followed: findings on the terminal, and a page that this machine alone can read."""

from __future__ import annotations

import http.client
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from atlas_pages import NUAGE, browser, needs_browser, network

from cloison.diagrams.atlas.scenes import with_atlas
from cloison.diagrams.atlas.served import Server
from cloison.diagrams.drawing import draw
from cloison.netmodel.assurance.answer import check_report
from cloison.netmodel.assurance.assess import assess_network
from cloison.netmodel.report import Report
from cloison.netmodel.stamps import stamps

LONG = 60.0  # seconds in which anything must come on a busy machine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NUAGE, tmp_path / "nuage"))


def test_a_change_of_any_file_of_a_map_is_seen(tmp_path: Path) -> None:
    for name in ("map/a.yaml", "map/more/b.csv", "map/.git/c.yaml", "map/notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    folder, one = tmp_path / "map", tmp_path / "map" / "a.yaml"
    assert {Path(name).name for name in stamps([folder])} == {"a.yaml", "b.csv", "notes.txt"}
    assert {Path(name).name for name in stamps([one])} == {"a.yaml", "b.csv"}  # its tables lie beside it
    assert {Path(name).name for name in stamps([folder / "notes.txt"])} == {"a.yaml", "b.csv", "notes.txt"}
    for place in (folder, one):
        before = stamps([place])
        assert stamps([place]) == before
        os.utime(tmp_path / "map/more/b.csv", ns=(1, before[str(tmp_path / "map/more/b.csv")][0] + 1))
        assert stamps([place]) != before
    assert stamps([tmp_path / "nowhere" / "map.yaml"]) == {}


@pytest.fixture(scope="module")
def report() -> Report:
    compiled = network(NUAGE)
    assessment = assess_network(compiled)
    answer = check_report(assessment, compiled)
    return with_atlas(draw(compiled, assessment.findings), compiled, answer, "", later=True)


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/.*)", server.url)
    assert found
    connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=LONG)
    target = path if path.startswith("/") else found[2] + path
    connection.putrequest(method, target, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def test_only_who_knows_the_address_is_answered(report: Report) -> None:
    with Server("en") as server:
        server.publish(report)
        port = server.url.split(":")[2].split("/")[0]
        assert len(server.url.rstrip("/").rsplit("/", 1)[1]) >= 24
        status, page = ask(server, "")
        assert status == 200
        assert f"; connect-src {server.url}" in page
        for path in ("/", "/x/", "/x/news", f"{server.url.split(port, 1)[1]}../", f"{server.url.split(port, 1)[1]}x"):
            assert ask(server, path)[0] == 404
        assert ask(server, "", Host="evil.example")[0] == 403
        assert ask(server, "", Host=f"localhost:{port}")[0] == 403
        assert ask(server, "news?after=0", Origin="http://evil.example")[0] == 403
        assert ask(server, "news?after=0", Origin="null")[0] == 403
        assert ask(server, "news?after=0", Origin=f"http://127.0.0.1:{port}")[0] == 200
        assert ask(server, "", "POST")[0] == 501
        assert ask(server, "drawing?view=zone:nowhere")[0] == 404
        assert ask(server, "news?after=999999999999999999999")[0] == 200


@pytest.mark.parametrize(("view", "redacted"), [("tenant:acacia", False), ("zone:front", True), ("", True)])
def test_a_page_for_others_is_served_without_what_it_may_not_hold(view: str, redacted: bool) -> None:
    compiled = network(NUAGE)
    assessment = assess_network(compiled)
    drawn = draw(compiled, assessment.findings, view or "overview")
    answer = check_report(assessment, compiled)
    with Server("en") as server:
        server.publish(with_atlas(drawn, compiled, answer, view, redacted=redacted, later=True))
        _, page = ask(server, "")
        found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
        assert found
        data = json.loads(found.group(1))
        views = [item["view"] for item in data["drawings"]]
        assert data["first"] == views[0]
        assert (views == ["tenant:acacia"]) is not redacted
        status, answered = ask(server, f"drawing?view={quote(views[0])}")
        assert status == 200
        assert json.loads(answered)["view"] == views[0]
        assert ask(server, "drawing?view=zone:front")[0] == 404
        assert ask(server, "drawing?view=tenant:bastide")[0] == 404
        for secret in ("bastide", "front-waf", "hyp-p1"):
            assert secret not in page + answered


def test_two_pages_have_two_addresses() -> None:
    with Server("en") as one, Server("en") as other:
        assert one.url.rsplit("/", 2)[1] != other.url.rsplit("/", 2)[1]


@contextmanager
def running(*words: str, into: Path) -> Iterator[Any]:
    command = [sys.executable, "-m", "cloison.cli", *words]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    with into.open("wb") as output:
        started = subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE, env=environment)
        try:
            yield started
        finally:
            started.kill()
            started.communicate()


def until(stream: Any, wanted: str) -> str:
    """Read a stream until it has said something."""
    said, end = b"", time.monotonic() + LONG
    while time.monotonic() < end and not re.search(wanted, said.decode("utf-8", "replace")):
        if select.select([stream], [], [], 0.1)[0]:
            part = os.read(stream.fileno(), 65536)
            if not part:
                break
            said += part
    assert re.search(wanted, said.decode("utf-8", "replace")), said
    return said.decode()


def test_check_says_its_findings_again_at_each_change(folder: Path, tmp_path: Path) -> None:
    said = tmp_path / "said"
    file = folder / "administration.yaml"
    written = file.read_text("utf-8")
    with running("check", str(folder), "--at", "2026-11-02", "--watch", "--lang", "en", into=said) as started:
        until(started.stderr, r"done in [\d.]+ s; 11 files watched")
        first = said.read_text("utf-8")
        file.write_text(written + "\nnonsense: [\n", "utf-8")
        assert "administration.yaml:" in until(started.stderr, r"done in ")
        assert said.read_text("utf-8") == first
        file.write_text(written.replace("sensitivity: sensitive", "sensitivity: internal"), "utf-8")
        end = time.monotonic() + LONG
        while len(said.read_text("utf-8")) < len(first) + 100 and time.monotonic() < end:
            time.sleep(0.05)
        assert said.read_text("utf-8").startswith(first)
        assert len(said.read_text("utf-8")) > len(first) + 100
        started.send_signal(signal.SIGINT)
        assert started.wait(LONG) in (0, 1)
        assert "Traceback" not in started.stderr.read().decode()


def test_one_page_is_served_and_no_other_file_is_written_beside_it(folder: Path, tmp_path: Path) -> None:
    files = ("-o", str(tmp_path / "a.html"), "-o", str(tmp_path / "a.svg"))
    with running("draw", str(folder), "--watch", *files, into=tmp_path / "said") as started:
        assert started.wait(LONG) == 2
        assert b"--watch" in started.stderr.read()
    assert not list(tmp_path.glob("a.*"))


@needs_browser
@pytest.mark.slow
def test_the_page_follows_the_map(folder: Path, tmp_path: Path) -> None:
    file = folder / "administration.yaml"
    written = file.read_text("utf-8")
    reason = "Les administrateurs entrent"
    assert reason in written
    target = tmp_path / "atlas.html"
    arguments = ("draw", str(folder), "--at", "2026-11-02", "--watch", "-o", str(target), "--lang", "en")
    with running(*arguments, into=tmp_path / "said") as started, browser() as opened:
        found = re.search(r"http://\S+/(?=\n)", until(started.stderr, r"http://\S+/\n"))
        assert found
        url = found.group()
        said: list[str] = []
        asked: list[str] = []
        page = opened.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{url}#line:ADM-01")
        page.wait_for_selector("html[data-ready]")
        assert reason in page.inner_text("dl.facts")
        shows = "text => (document.querySelector('dl.facts') || {textContent: ''}).textContent.includes(text)"
        for number in range(3):
            file.write_text(written.replace(reason, f"Essai {number} : ils entrent"), "utf-8")
            page.wait_for_function(shows, arg=f"Essai {number} :")
        file.write_text(written + "\nnonsense: [\n", "utf-8")
        page.wait_for_selector("#refused:not([hidden])")
        assert "administration.yaml" in page.inner_text("#refused")
        file.write_text(written, "utf-8")
        page.wait_for_function(shows, arg=reason)
        for route in ("overview", "zone:front"):
            page.evaluate("route => { location.hash = route }", route)
            page.wait_for_selector(".canvas svg.drawing .node")
            page.wait_for_selector("details.tables")
        started.send_signal(signal.SIGINT)
        page.wait_for_selector("#refused:not([hidden])")
        assert started.wait(LONG) == 0
        assert said == []
        assert {address.split("#")[0].split("?")[0] for address in asked if not address.startswith("data:")} == {
            url, f"{url}news", f"{url}drawing",
        }  # fmt: skip
    content = target.read_bytes()  # what is left needs no server
    assert b"connect-src" not in content
    assert b'id="first"' in content
