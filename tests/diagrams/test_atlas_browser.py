"""The atlas in Debian's Chromium: it says nothing on the console, asks for nothing, and does what a reader asks."""

from __future__ import annotations

import importlib.util
import json
import random
import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from atlas_pages import BROKEN, MISSING, ROOT, Tab, browser, needs_browser, network, page, tab

from cloison.diagrams.atlas.scenes import with_atlas
from cloison.diagrams.drawing import draw
from cloison.diagrams.writing import write
from cloison.netmodel.assurance.answer import check_report
from cloison.netmodel.assurance.assess import assess_network
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network

pytestmark = needs_browser


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    assert not MISSING
    with browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("atlas")
    found = {}
    for name, map_, lang in (("en", BROKEN, "en"), ("fr", BROKEN, "fr")):
        found[name] = folder / f"{name}.html"
        found[name].write_bytes(page(map_, "fr" if lang == "fr" else "en"))
    return found


@pytest.fixture(scope="module")
def shared(opened: Any, files: dict[str, Path]) -> Iterator[Tab]:
    with tab(opened, files["en"]) as shown:
        shown.open()
        yield shown


ROUTES = ("overview", "matrix", "view:matrix", "view:carriers", "lines", "inventory", "inventory?kind=subnet",
          "findings", "findings?severity=warning",
          "clauses", "path?from=internet&to=control", "zone:front", "subnet:front-waf", "asset:fw-core", "party:acacia",
          "interconnection:core-paris", "site:paris-1", "carrier:admin-switches-paris", "line:ADM-02")  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
def test_each_page_has_one_title_that_takes_the_focus(shared: Tab, route: str) -> None:
    shared.go("lines?q=x")
    shared.go(route)
    assert shared.page.locator("h1").count() == 1
    assert shared.page.evaluate("document.activeElement.tagName") == "H1"
    assert "undefined" not in shared.page.locator("main").inner_text()
    assert "[object" not in shared.page.locator("main").inner_text()
    assert not shared.said


def test_it_opens_where_its_address_says(opened: Any, files: dict[str, Path]) -> None:
    with tab(opened, files["en"]) as shown:
        shown.open("zone:front")
        assert shown.text("h1") == "ZONE front"
        shown.open("lines?nature=administration&q=bastion")
        rows = shown.page.locator("tbody tr").count()
        lines = network(BROKEN).lines
        passing = [
            line for line in lines
            if line.nature == "administration" and "bastion" in _text(line).lower()
        ]  # fmt: skip
        assert rows == len(passing) > 0
        assert shown.text(".counted") == (
            f"{len(passing)} of {len(lines)} lines shown, {len(lines) - len(passing)} hidden by filters"
        )
        shown.open("zone:nowhere")
        assert "nowhere" in shown.text("[role=alert]")


def _text(line: Any) -> str:
    flow = line.flow
    services = [name for target in line.targets for name, _ in line.services_to(target)]
    why = flow.justification.text if flow.justification else ""
    ends = [end.id for end in (*line.sources, *line.targets)]
    return " ".join([line.id, *ends, *services, why, flow.responsible, flow.ticket, line.owner, line.nature])


def test_filters_hide_flows_and_count_them(shared: Tab) -> None:
    shared.go("overview")
    every = shared.page.locator(".flow[data-a]").count()
    assert every > 50
    shared.page.select_option("[data-filter=nature]", "supervision")
    hidden = shared.page.locator(".flow[data-a].off").count()
    natures = {line.id: line.nature for line in network(BROKEN).lines}
    parts = shared.page.evaluate(
        "[...document.querySelectorAll('.flow[data-l]')].map(one => [one.dataset.l.split(' '), one.matches('.off')])"
    )
    for lines, off in parts:
        assert off == all(natures[line] != "supervision" for line in lines)
    counted = re.search(r"(\d+) flows drawn, (\d+) hidden", shared.text(".sheet .counted"))
    assert counted
    assert 0 < int(counted[2]) <= hidden < every
    assert "nature=supervision" in shared.page.url
    shared.page.get_by_role("button", name="No filter").click()
    assert shared.page.locator(".flow.off").count() == 0
    assert "nature" not in shared.page.url


def test_a_box_of_the_drawing_leads_to_its_zone(shared: Tab) -> None:
    shared.go("overview")
    shared.page.locator('.node[data-k="zone:front"]').first.click()
    shared.page.wait_for_url("**#zone:front")
    assert shared.text("h1") == "ZONE front"
    shared.page.locator("h2 + .framed a", has_text="front-waf").first.click()
    shared.page.wait_for_url("**#subnet:front-waf")
    assert "203.0.113.16/28" in shared.text("dl.facts")


def test_what_is_pointed_at_lights_its_way(shared: Tab) -> None:
    shared.go("overview")
    shared.page.locator('.node[data-k="zone:front"]').first.hover()
    assert shared.page.locator(".drawing.lighting").count() == 1
    name = shared.page.locator('.node[data-k="zone:front"]').first.get_attribute("data-v")
    touching = shared.page.locator(f'[data-a="{name}"]:not(.off), [data-b="{name}"]:not(.off)').count()
    assert shared.page.locator(".flow.lit[data-a], .link.lit[data-a]").count() == touching > 0
    shared.page.locator("h1").hover()
    assert shared.page.locator(".lit").count() == 0
    shared.page.locator('.node[data-k="zone:front"] a').first.evaluate("one => one.focus()")
    assert shared.page.locator(".drawing.lighting").count() == 1


def test_search_finds_and_goes_by_the_keyboard_alone(shared: Tab) -> None:
    shared.go("overview")
    shared.page.keyboard.press("/")
    assert shared.page.evaluate("document.activeElement.id") == "search"
    shared.page.keyboard.type("front-w")
    assert shared.page.locator("[role=option]").count() >= 1
    shared.page.keyboard.press("ArrowDown")
    shared.page.keyboard.press("ArrowUp")
    shared.page.keyboard.press("Enter")
    shared.page.wait_for_function("() => document.activeElement.tagName === 'H1'")
    assert shared.page.url.endswith("#subnet:front-waf")
    shared.page.keyboard.press("/")
    shared.page.keyboard.type("zzzz")
    assert shared.text("[role=option]") == "None."
    shared.page.keyboard.press("Escape")
    assert shared.page.locator("#hits").is_hidden()


def test_the_drawing_obeys_keys_wheel_and_buttons(shared: Tab) -> None:
    shared.go("zone:front")
    box = lambda: [float(part) for part in shared.page.locator(".canvas > svg").get_attribute("viewBox").split()]  # noqa: E731
    canvas = shared.page.locator(".canvas")
    start = box()
    canvas.focus()
    shared.page.keyboard.press("+")
    assert box()[2] < start[2]
    shared.page.keyboard.press("ArrowRight")
    moved = box()
    assert moved[0] > start[0]
    shared.page.keyboard.press("0")
    assert box() == start
    canvas.hover()
    shared.page.mouse.wheel(0, -100)
    zoomed = "was => document.querySelector('.canvas > svg').getAttribute('viewBox') !== was"
    shared.page.wait_for_function(zoomed, arg=" ".join(f"{part:g}" for part in start))
    assert box()[2] < start[2]
    shared.page.get_by_role("button", name="Fit").click()
    assert box() == start
    shared.page.mouse.move(700, 600)
    shared.page.mouse.down()
    shared.page.mouse.move(600, 560, steps=4)
    shared.page.mouse.up()
    assert box()[0] > start[0]
    assert shared.page.url.endswith("#zone:front")


def test_the_heat_map_opens_on_the_lines_and_goes_by_arrows(shared: Tab) -> None:
    shared.go("matrix")
    pairs: dict[tuple[str, str], set[str]] = {}
    for line in network(BROKEN).lines:
        for pair in line.zone_pairs if not line.live else _pairs(network(BROKEN), line):
            pairs.setdefault(pair, set()).add(line.id)
    cells = shared.page.locator("td.heat a")
    assert cells.count() == len(pairs)
    for cell in cells.all()[:12]:
        said = re.match(r"(\d+) lines from (\S+) to ([^\s,]+)", cell.get_attribute("aria-label") or "")
        assert said
        assert len(pairs[said[2], said[3]]) == int(said[1])
    first = cells.first
    first.focus()
    shared.page.keyboard.press("ArrowDown")
    assert shared.page.evaluate("document.activeElement.closest('td, th') !== null")
    cells.first.click()
    assert shared.page.locator("tbody tr").count() >= 1
    assert shared.text("h1").startswith("Lines from ")


def _pairs(compiled: Network, line: Any) -> list[tuple[str, str]]:
    """The pairs of a line, of a zone and the parts within it the zone alone."""

    def outer(zones: tuple[str, ...]) -> list[str]:
        return [one for one in zones if not any(one in compiled.zones[other].parts for other in zones)]

    return [
        (here, there) for source, target in line.pairs() for here in outer(source.zones)
        for there in outer(target.zones) or ([here] if target.kind != "any" else [])
    ]  # fmt: skip


def test_tables_sort(shared: Tab) -> None:
    shared.go("inventory?kind=zone")
    shared.page.locator("thead button", has_text="zone").first.click()
    shared.page.locator("thead button", has_text="zone").first.click()
    shown = shared.page.locator("tbody th").all_inner_texts()
    assert shown == sorted(network(BROKEN).zones, reverse=True)
    assert shared.page.locator("th[aria-sort=descending]").count() == 1


def test_paths_are_those_of_the_reach_graph(shared: Tab) -> None:
    compiled = network(BROKEN)
    reach = compiled.reach
    chance = random.Random(6)
    places = [("zone", name) for name in compiled.zones] + [("subnet", name) for name in compiled.subnets]
    places += [("asset", name) for name in compiled.assets]
    asked = [(a, b) for a in places[: len(compiled.zones)] for b in places[: len(compiled.zones)]]
    asked += [(chance.choice(places), chance.choice(places)) for _ in range(600)]
    found = shared.page.evaluate(
        "pairs => pairs.map(([a, b]) => atlasChain(a, b))", [[":".join(a), ":".join(b)] for a, b in asked]
    )
    reached = 0
    for (a, b), chain in zip(asked, found, strict=True):
        search = reach.reachable(reach.starts(*a))
        last = search.first(reach.into(*b) if b[0] == "asset" else reach.inner(*b))
        wanted = None if last is None else [
            ["\0" if hop.lateral else hop.line, hop.at.kind, hop.at.id] for hop in search.witness(last)
        ]  # fmt: skip
        assert chain == wanted, (a, b)
        reached += last is not None
    assert 50 < reached < len(asked)


def test_direct_lines_are_those_whose_ends_hold_addresses_of_both_places(shared: Tab) -> None:
    compiled = network(BROKEN)
    chance = random.Random(3)
    points = {f"zone:{name}": facts.points for name, facts in compiled.zones.items()}
    whole = [key for key in points if compiled.zones[key[5:]].parts]
    between = [end for line in compiled.lines if line.flow.between for end in line.sources if end.kind == "asset"]
    points |= {f"subnet:{name}": facts.points for name, facts in compiled.subnets.items()}
    points |= {f"asset:{name}": facts.points for name, facts in compiled.assets.items()}
    asked = [(one, other) for one in whole for other in points] + [(one, other) for other in whole for one in points]
    asked += [(f"asset:{end.id}", f"subnet:{subnet}") for end in between for subnet in end.subnets]
    asked += [(chance.choice(list(points)), chance.choice(list(points))) for _ in range(500)]
    found = shared.page.evaluate("pairs => pairs.map(([one, other]) => atlasDirect(one, other))", asked)
    authorised = 0
    for (one, other), lines in zip(asked, found, strict=True):
        wanted = {
            line.id for line in compiled.lines if line.live and any(
                source.points.overlaps(points[one]) and target.points.overlaps(points[other])
                for source, target in line.pairs()
            )
        }  # fmt: skip
        assert set(lines) == wanted, (one, other)
        authorised += bool(wanted)
    assert authorised > 20


def test_a_path_is_asked_for_and_shown(shared: Tab) -> None:
    shared.go("path")
    shared.page.fill("[name=from]", "internet")
    shared.page.fill("[name=to]", "control")
    shared.page.keyboard.press("Enter")
    shared.page.wait_for_url("**from=zone*")
    direct = [line.id for line in network(BROKEN).lines if line.live and ("internet", "control") in line.zone_pairs]
    assert shared.page.locator(".framed tbody th").all_inner_texts() == direct
    assert shared.page.locator(".chain li").count() == 2
    shared.page.fill("[name=to]", "nowhere")
    shared.page.get_by_role("button", name="Show the path").click()
    shared.page.wait_for_selector("[role=alert]")
    assert "nowhere" in shared.text("[role=alert]")


LOOKED_AT = {
    ("en", "light"): ("overview", "matrix", "path?from=internet&to=control", "line:ADM-02"),
    ("fr", "dark"): ("inventory?kind=zone", "findings?severity=warning", "clauses?q=13.1.a", "asset:fw-core"),
}


@pytest.mark.parametrize(("lang", "scheme"), LOOKED_AT)
@pytest.mark.slow
def test_axe_finds_nothing_serious(opened: Any, files: dict[str, Path], lang: str, scheme: str) -> None:
    with tab(opened, files[lang], scheme=scheme) as shown:
        shown.open("path")
        for route in LOOKED_AT[lang, scheme]:
            shown.go(route)
            assert shown.axe() == [], route
        shown.go("path")
        shown.page.keyboard.press("/")
        shown.page.keyboard.type("front")
        assert shown.axe() == []


def test_both_languages_say_everything(opened: Any, files: dict[str, Path]) -> None:
    with tab(opened, files["fr"]) as shown:
        shown.open()
        assert shown.page.evaluate("document.documentElement.lang") == "fr"
        assert shown.text("h1") == "Vue d’ensemble de niveau 3"
        shown.go("lines")
        assert re.fullmatch(r"(\d+) lignes sur \1, 0 masquées par les filtres", shown.text(".counted"))


def test_themes_can_be_chosen(shared: Tab) -> None:
    shared.go("overview")
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    shared.page.select_option("#theme", "dark")
    assert shared.page.evaluate(paper) == "rgb(20, 23, 27)"
    shared.page.select_option("#theme", "light")
    assert shared.page.evaluate(paper) == "rgb(255, 255, 255)"


def test_it_prints_a_drawing_on_a3_and_the_rest_on_a4_with_the_marking(shared: Tab) -> None:
    shared.go("overview")
    printed = shared.page.pdf(prefer_css_page_size=True)
    boxes = [found.split() for found in re.findall(rb"/MediaBox \[([\d. ]+)\]", printed)]
    sizes = {(round(float(box[2])), round(float(box[3]))) for box in boxes}
    assert (1191, 842) in sizes  # A3 on its side, in points
    assert any(abs(wide - 595) <= 1 and abs(high - 842) <= 1 for wide, high in sizes)
    assert round(float(boxes[0][2])) == 1191  # the title is on the sheet of the drawing
    shared.go("line:ADM-02")
    printed = shared.page.pdf(prefer_css_page_size=True)
    boxes = [found.split() for found in re.findall(rb"/MediaBox \[([\d. ]+)\]", printed)]
    assert {round(float(box[2])) for box in boxes} == {595}  # a row of boxes needs no sheet of its own


@pytest.mark.slow
def test_ten_thousand_lines_open_in_three_seconds(opened: Any, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("cloison_bench_maps", ROOT / "bench" / "maps.py")
    if spec is None or spec.loader is None or not (ROOT / "bench").exists():
        pytest.skip("benches are not in the wheel")
    maps = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maps)
    folder = maps.write_map(tmp_path / "map", 500, 500, 10_000, table=True)
    written = tmp_path / "page.html"
    written.write_bytes(page(folder, "en", room=1))
    assert written.stat().st_size < 15e6
    with tab(opened, written) as shown:
        taken = []
        for _ in range(3):
            begun = time.monotonic()
            shown.open("lines")
            taken.append(time.monotonic() - begun)
        assert min(taken) < 3
        assert shown.text(".counted").startswith("10000 of 10000 lines")
        assert shown.page.locator("tbody tr").count() < 150
        box = shown.page.locator(".scroll")
        box.evaluate("one => { one.scrollTop = one.scrollHeight }")
        shown.page.wait_for_selector("tr[aria-rowindex='10001']")
        begun = time.monotonic()
        shown.page.fill("[data-filter=q]", "number 77")
        found = "() => /^\\d\\d\\d? of 10000/.test(document.querySelector('.counted').textContent)"
        shown.page.wait_for_function(found)
        assert time.monotonic() - begun < 1.5


HOSTILE = (
    "<script>alert(1)<", "<img src=x onerror=alert(1)>", "\"'`${alert(1)}", "{{7+7}}", "]]>--><b>", "&lt &amp <b>",
    "n" * 190, "javascript:alert(1)", "%0A%22%3E", "__proto__", "constructor", "a:b?c=d&e#f", "العربية",
)  # fmt: skip


def _hostile_map() -> str:
    names = [json.dumps(name, ensure_ascii=False)[1:-1] for name in HOSTILE]
    attributes = "owner: us, nature: production, sensitivity: internal"
    zones = [f'  "{name}": {{{attributes}, domain: storage, inside: zone}}' for name in names]
    subnets = [f'  "s {name}": {{cidr: 10.{n}.0.0/24, zone: "{name}"}}' for n, name in enumerate(names)]
    joins = [f'  "i {name}": {{between: ["{name}", hub], through: "f w"}}' for name in names]
    flows = [
        f'  "{name}": {{from: "s {name}", to: "{other}", services: https, responsible: "{name}",'
        f' justification: {{kind: business, text: "{name}"}}}}'
        for name, other in zip(names, names[1:] + names[:1], strict=True)
    ]
    return "\n".join([
        "cloison: 1", 'name: "<script>alert(0)</script>"', 'marking: "</style><img src=x onerror=alert(2)>"',
        "parties: {us: {kind: provider}}", 'assets: {"f w": {functions: filtering}}',
        "zones:", f"  hub: {{{attributes}, domain: transport, transit: true}}", *zones, "subnets:", *subnets,
        "interconnections:", *joins, "flows:", *flows, "",
    ])  # fmt: skip


def test_hostile_names_run_nothing_and_read_as_they_are(opened: Any, tmp_path: Path) -> None:
    file = tmp_path / "map.yaml"
    file.write_text(_hostile_map(), encoding="utf-8")
    compiled = compile_network(read_map(file), date(2026, 11, 2))
    assessment = assess_network(compiled)
    report = draw(compiled, assessment.findings)
    written = tmp_path / "page.html"
    written.write_bytes(write(with_atlas(report, compiled, check_report(assessment, compiled), ""), "html", "fr"))
    with tab(opened, written) as shown:
        shown.open()
        assert shown.page.locator("script:not(#data)").count() == 1
        for route in ("overview", "matrix", "lines", "inventory", "findings"):
            shown.go(route)
            assert shown.page.locator("img, iframe, object, embed, main script, main style").count() == 0
        title = "name => document.querySelector('h1').lastChild.textContent === name"
        for name in HOSTILE:
            for kind, whole in (("zone", name), ("subnet", f"s {name}"), ("line", name)):
                shown.page.evaluate("route => { location.hash = route }", f"{kind}:{quote(whole, safe='')}")
                shown.page.wait_for_function(title, arg=whole)
                assert shown.page.locator("img, iframe, object, main script").count() == 0
