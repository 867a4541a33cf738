"""The atlas as a file: its policy, what it holds of whom, what it tells no more once redacted, and without Graphviz."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shutil
import subprocess
from dataclasses import fields, is_dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import atlas_pages as pages
import pytest

from cloison.diagrams.atlas.palette import dark
from cloison.diagrams.atlas.scenes import chosen, with_atlas
from cloison.diagrams.drawing import draw
from cloison.diagrams.layout.look import CELLS, EDGES, INK, PAPER, PLANES, SEVERITY, VERTICES
from cloison.diagrams.words import DOMAINS, FUNCTIONS, KINDS, NATURES, SENSITIVITIES
from cloison.diagrams.writing import write
from cloison.netmodel.assurance.answer import check_report
from cloison.netmodel.assurance.assess import assess_network
from cloison.netmodel.finding import Lang
from cloison.netmodel.network import Network

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
TENANTS_MAP = Path(__file__).parent / "two_tenants.yaml"
TENANTS = ("acacia", "bastide", "corvette")


def embedded(content: bytes) -> dict[str, Any]:
    found = re.search(rb'<script type="application/json" id="data">(.*?)</script>', content, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found.group(1))
    return data


class Elements(HTMLParser):
    """Every element with its attributes, and the texts of styles and scripts."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []
        self.open = ""
        self.feed(content.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.open = tag if tag in ("style", "script") and "type" not in dict(attrs) else ""

    def handle_data(self, data: str) -> None:
        if self.open:
            self.inside.append(data)
            self.open = ""


@needs_dot
def test_its_policy_allows_its_own_style_and_script_alone() -> None:
    elements = Elements(pages.page(pages.NUAGE, "en"))
    (policy,) = (attrs["content"] or "" for tag, attrs in elements.found if attrs.get("http-equiv"))
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    style, script = elements.inside
    assert parts == {
        "default-src": "'none'", "img-src": "data:", "base-uri": "'none'", "form-action": "'none'",
        "style-src": f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'",
        "script-src": f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'",
    }  # fmt: skip
    unwanted = r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|\bfetch\b|import\("
    assert not re.search(unwanted, script)
    assert not re.search(r"@import|url\(", style)


@needs_dot
def test_it_names_no_other_place_and_has_no_handler() -> None:
    elements = Elements(pages.page(pages.NUAGE, "en"))
    for tag, attrs in elements.found:
        assert not any(name.startswith("on") or name == "style" for name in attrs), (tag, attrs)
        for name in ("href", "src", "xlink:href", "srcset", "action", "data"):
            assert (attrs.get(name) or "#").startswith(("#", "data:,")), (tag, attrs)
    ids = [attrs["id"] for _, attrs in elements.found if "id" in attrs]
    assert len(ids) == len(set(ids))


@needs_dot
def test_the_same_map_gives_the_same_bytes() -> None:
    first, again = (pages.page.__wrapped__(pages.NUAGE, "en", room=5) for _ in range(2))
    assert first == again


@needs_dot
def test_every_flow_and_box_of_a_drawing_leads_somewhere() -> None:
    content = pages.page(pages.NUAGE, "en").decode()
    data = embedded(content.encode())
    network: Network = pages.network(pages.NUAGE)
    overview = content.split('id="first">')[1].split("</svg>")[0]
    boxes = {html.unescape(key) for key in re.findall(r'<g class="node" data-v="n\d+" data-k="([^"]*)"', overview)}
    assert {f"zone:{name}" for name in network.zones} <= boxes
    flows = re.findall(r'<g class="flow"[^>]* data-l="([^"]*)"', overview)
    assert {line for flow in flows for line in flow.split()} <= {line["id"] for line in data["lines"]}
    crossing = {
        line.id for line in network.lines
        if line.live and any(here != there for here, there in line.zone_pairs)
    }  # fmt: skip
    assert {line for flow in flows for line in flow.split()} == crossing
    assert overview.count('<g class="link"') == overview.count('<g class="link" data-a')


@needs_dot
@pytest.mark.parametrize("folder", [pages.NUAGE, TENANTS_MAP], ids=["nuage", "tenants"])
def test_a_drawing_says_every_prefix_as_it_is_written(folder: Path) -> None:
    network: Network = pages.network(folder)
    content = html.unescape(pages.page(folder, "en", room=1).decode().split('id="first">')[1].split("</svg>")[0])
    shown = set(re.findall(r">([0-9a-f.:]+/\d+)</text>", content))
    written = {text for item in network.model.subnets.values() for text in item.cidr}
    assert shown
    assert shown <= written
    for facts in network.subnets.values():
        if f">{facts.id}</text>" in content and len(facts.subnet.cidr) == 1:
            assert facts.subnet.cidr[0] in shown


def test_views_are_drawn_for_all_of_their_names_or_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    network = pages.network(pages.NUAGE)
    every, aside = chosen(network, ["overview"])
    assert every[0] == "overview"
    for room in (1, 5, 20, 60):
        monkeypatch.setattr("cloison.diagrams.atlas.scenes.DRAWINGS", room)
        names, left = chosen(network, ["overview"])
        kinds = {name.partition(":")[0] for name in names}
        for kind in kinds:
            assert {name for name in every if name.startswith(f"{kind}:")} <= set(names)
        assert len(names) + left >= len(every) + aside


@needs_dot
@pytest.mark.parametrize("tenant", TENANTS)
def test_a_tenant_s_page_holds_nothing_of_the_others(tenant: str) -> None:
    network: Network = pages.network(pages.NUAGE)
    content = pages.page(pages.NUAGE, "en", f"tenant:{tenant}").decode()
    for other in set(TENANTS) - {tenant}:
        assert other not in content.lower()
    assert tenant in content
    data = embedded(content.encode())
    own = {name for name, facts in network.zones.items() if facts.owner == tenant}
    assert own == {item["id"] for item in data["zones"] if not item.get("named")}
    assert {item["id"] for item in data["subnets"]} == {
        name for name, facts in network.subnets.items() if facts.zone in own
    }
    assert {item["id"] for item in data["lines"]} == {
        line.id for line in network.lines if any(set(pair) & own for pair in line.zone_pairs)
    }
    written = {text for name, item in network.model.subnets.items() if item.zone not in own for text in item.cidr} - {
        text for name, item in network.model.subnets.items() if item.zone in own for text in item.cidr
    }
    assert not {text for text in written if f'"{text}"' in content}
    assert data["graph"] is None
    assert not data["clauses"]


def strings(value: object) -> set[str]:
    """Every text of a model, keys included."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return {text for key, item in value.items() for text in strings(key) | strings(item)}
    if isinstance(value, (tuple, list, set, frozenset)):
        return {text for item in value for text in strings(item)}
    if is_dataclass(value):
        return {text for field in fields(value) for text in strings(getattr(value, field.name))}
    return set()


TOKEN = re.compile(r"[\w./:@-]+")


@needs_dot
@pytest.mark.parametrize("folder", [pages.NUAGE, pages.BROKEN], ids=["nuage", "broken"])
def test_a_redacted_page_tells_no_name_no_address_and_no_text(folder: Path) -> None:
    network: Network = pages.network(folder)
    model = network.model
    content = pages.page(folder, "en", redacted=True, room=5).decode()
    data = embedded(content.encode())
    shown = strings({key: item for key, item in data.items() if key not in ("words", "planes", "marking")})
    picture = content.split('id="first">')[1].split("<footer")[0]
    shown |= {html.unescape(text).strip("★ ") for text in re.findall(r">([^<>{}]+)<", picture)}
    shown |= {html.unescape(text) for text in re.findall(r'(?:data-k|aria-label|href)="([^"]*)"', content)}
    sections = ("parties", "sites", "carriers", "vrfs", "zones", "subnets", "assets", "interconnections", "endpoints",
                "applications", "groups", "flows", "policy", "translations")  # fmt: skip
    names = {name for section in sections for name in getattr(model, section)}
    tables = (FUNCTIONS, KINDS, NATURES, SENSITIVITIES, DOMAINS)
    words = {word for table in tables for text in table.values() for word in (text.en, text.fr)}
    keys = {key for section in data.values() if isinstance(section, list) for item in section for key in item}
    assert not {name for name in names if name in shown} - words - keys - {"default"}  # as the whole of a text
    tokens = {token for text in shown for token in TOKEN.findall(text)}
    rules = {item["rule"] for item in data["findings"]}
    assert not rules & set(model.policy)
    marked = {name for name in names if re.search(r"[-\d]", name)}  # those that are no words of English
    assert not (marked & tokens) - rules - words
    addresses = {text for item in model.subnets.values() for text in item.cidr}
    addresses |= {text for item in model.assets.values() for one in item.interfaces.values() for text in one.addresses}
    assert not addresses & tokens
    texts = {item.justification.text for item in model.flows.values() if item.justification}
    texts |= {text for item in model.assets.values() for text in (item.model, item.serial, item.role) if len(text) > 4}
    texts -= words  # a role may be a word of ours
    assert not {text for text in texts if text in shown or (len(text) > 12 and text in content)}
    assert model.name not in content
    assert len(data["lines"]) == len(network.lines)
    assert not any("place" in item for item in (*data["lines"], *data["findings"]))


@needs_dot
def test_a_redacted_page_that_opens_on_one_view_does_not_name_it() -> None:
    content = pages.page(pages.NUAGE, "en", "zone:front", redacted=True, room=1)
    data = embedded(content)
    assert data["first"] == data["drawings"][0]["view"]
    assert "zone:front" not in strings(data)


@needs_dot
@pytest.mark.parametrize("folder", [pages.NUAGE, pages.BROKEN, TENANTS_MAP], ids=["nuage", "broken", "tenants"])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_what_people_wrote_is_in_no_reason_message_or_title_of_a_redacted_page(folder: Path, lang: Lang) -> None:
    network: Network = pages.network(folder)
    content = pages.page(folder, lang, redacted=True, room=1)
    data = embedded(content)
    said = "\n".join(strings({key: item for key, item in data.items() if key not in ("words", "planes", "marking")}))
    picture = html.unescape(content.decode().split('id="first">')[1].split("<footer")[0])
    written = {text for text in strings(network.model) - {network.model.marking} if re.search(r"[ A-Z]", text)}
    named = {
        word for text in written for word in re.findall(r"[\w-]+", text)
        if re.fullmatch(r"[A-Z]{3}-.+|Bastide|Lyon|Aster|Partage|CARMINE", word)
    }  # fmt: skip
    assert named
    words = {word for table in (FUNCTIONS, KINDS) for text in table.values() for word in (text.en, text.fr)}
    long = {text for text in written if len(text) > 16} - words
    assert not {text for text in named | long if text in said + picture}


def test_without_graphviz_the_page_says_so_and_holds_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    content = pages.page.__wrapped__(pages.NUAGE, "fr")
    data = embedded(content)
    assert "Debian : apt install graphviz" in html.unescape(content.decode())
    assert not any(item.get("drawn") for item in data["drawings"])
    assert all(item.get("tables") for item in data["drawings"])
    assert len(data["lines"]) == len(pages.network(pages.NUAGE).lines)


def test_a_program_that_hangs_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def hang(*_args: object, **_options: object) -> None:
        asked.append(1)
        raise subprocess.TimeoutExpired("dot", 1)

    monkeypatch.setattr("cloison.diagrams.layout.process.shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("cloison.diagrams.layout.process.subprocess.run", hang)
    data = embedded(pages.page.__wrapped__(pages.NUAGE, "en"))
    assert len(asked) <= 8  # the steps of one layout, not of fifty
    assert {item.get("problem", "").split(":")[0] for item in data["drawings"]} == {"no picture"}


def test_a_drawing_without_an_atlas_has_no_page() -> None:
    from cloison.netmodel.finding import MapError

    network = pages.network(pages.NUAGE)
    with pytest.raises(MapError, match=r"\.svg"):
        write(draw(network, ()), "html", "en")


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, 1.4.3: the ratio of two relative luminances."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("turned", [str, dark], ids=["light", "dark"])
def test_drawings_keep_the_contrast_of_wcag_in_both_themes(turned: Any) -> None:
    fills = {look.fill for words in (PLANES, CELLS, VERTICES, SEVERITY) for look in words.values()} | {PAPER}
    lines = {look.line for words in (EDGES, SEVERITY) for look in words.values()}
    assert all(contrast(turned(INK), turned(fill)) >= 4.5 for fill in fills)
    assert all(contrast(turned(line), turned(PAPER)) >= 3 for line in lines)


@needs_dot
def test_captures_and_configurations_are_told_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from cloison.netmodel.report import Report

    network: Network = pages.network(pages.NUAGE)
    monkeypatch.setattr("cloison.diagrams.atlas.scenes.DRAWINGS", 1)
    assessment = assess_network(network)
    live = [line for line in network.lines if line.live and network.filtering(line)]
    first, second, third = live[:3]
    device = network.filtering(first)[0]
    audit = Report("audit", {"lines": [
        {"id": first.id, "conversations": 7, "last": "2026-10-01T00:00:00.000Z", "refuted": 1},
        {"id": second.id, "conversations": 0, "last": None, "refuted": 0},
    ]})  # fmt: skip
    verify = Report("verify", {"devices": [
        {"device": device, "result": "missing", "missing": [{"line": first.id}], "undecided": []},
    ]})  # fmt: skip
    report = draw(network, assessment.findings)
    answer = check_report(assessment, network)
    content = write(with_atlas(report, network, answer, "", audit=audit, verify=verify), "html", "en")
    evidence = embedded(content)["evidence"]
    assert evidence["seen"] == {first.id: [7, "2026-10-01", 1], second.id: [0, "", 0]}
    assert evidence["permitted"][first.id] == "no"
    for line in live:
        if device not in network.filtering(line):
            assert line.id not in evidence["permitted"]
        elif line.id != first.id:
            assert evidence["permitted"][line.id] == ("partly" if len(network.filtering(line)) > 1 else "yes")
    assert third.id


def test_each_line_says_its_protocols_and_ports() -> None:
    """13.1.a: the technical description of a flow, also where an endpoint or a name stands for it."""
    from cloison.netmodel.space.services import show

    compiled = pages.network(pages.NUAGE)
    told = {line["id"]: line for line in embedded(pages.page(pages.NUAGE, "en"))["lines"]}
    assert told["ADM-01"]["services"] == ["ssh", "https"]
    assert told["ADM-01"]["ports"] == ["tcp/22", "tcp/443"]
    for line in compiled.lines:
        names = [name for name, _ in line.services]
        assert told[line.id]["services"] == names
        assert told[line.id]["ports"] == [", ".join(show(found)) for _, found in line.services]
