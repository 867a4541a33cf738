"""A tiny map whose drawing is known by heart, and the names that a hostile map would use."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cloison.netmodel.assurance.answer import check_report
from cloison.netmodel.assurance.assess import assess_network
from cloison.netmodel.finding import Finding, Ref, Span, Step, Waived, Witness, say
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.report import (
    Absent,
    Asked,
    Catalogue,
    Cluster,
    Declared,
    Edge,
    Node,
    Report,
    Scene,
    Status,
    Table,
    Text,
)

sys.path.insert(0, str(Path(__file__).parent))
TINY = Path(__file__).parent / "tiny.yaml"
HOSTILE = (
    "<script>alert(1)</script>",
    "]]><x/>",
    "\"quoted\" 'twice'",
    "back\\slash\\N\\G\\l",
    "new\nline\r\ttab",
    "\x00\x07\x1b[31mred\x9b",
    "\u202eright to left\u2066\u200b\ufeff",
    "pipe | `tick` **bold** [x](http://example.org) $1$ @you",
    "<TABLE><TR><TD>&amp;&#60;",
    "[bold]rich[/bold][/]",
    "{braces} {0} %s",
    "\ud800",
    "n" * 300,
    "<",
    ">",
    "",
    " ",
    "graph",
    "a:b:c",
    '=HYPERLINK("http://x")',
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "%0A::error::done",
    "::error file=x,line=1::done",
    "##[error]done",
    "</style></title><img src=x onerror=alert(1)>",
    "](javascript:alert(1))",
    "{% raw %}{{ 7*7 }}",
)


@pytest.fixture(scope="session")
def network() -> Network:
    return compile_network(read_map(TINY), date(2026, 11, 24))


@pytest.fixture
def findings() -> tuple[Finding, ...]:
    """One finding on a path of lines, one on a subnet, a waived one, and one about nothing that is drawn."""
    path = Witness(
        "path",
        (
            Step(Ref("zone", "internet")),
            Step(Ref("line", "F-001"), say("by F-001", "par F-001"), Span("tiny.yaml", 51, 3)),
            Step(Ref("asset", "waf-1")),
        ),
    )
    return (
        Finding(
            "public-to-sensitive",
            "error",
            say("{a} reaches {b}", "{a} atteint {b}", a="internet", b="calcul"),
            Ref("zone", "calcul"),
            (Span("tiny.yaml", 51, 3, 51, 8),),
            path,
            say("Put a relay there.", "Y mettre un relais."),
            ("13.2.a",),
        ),
        Finding("note-on-subnet", "note", say("a note", "une remarque"), Ref("subnet", "facade-lan")),
        Finding(
            "old-rule",
            "error",
            say("accepted", "accepté"),
            Ref("zone", "admin"),
            waiver=Waived("known", "RSSI", date(2027, 1, 1)),
        ),
        Finding("on-an-endpoint", "warning", say("offered", "offerte"), Ref("endpoint", "console")),
        Finding("elsewhere", "warning", say("about a party", "sur une partie"), Ref("party", "nous")),
    )


@pytest.fixture
def hostile() -> Report:
    """A report whose every name, label and text is hostile."""
    boxes = tuple(
        Cluster(f"zone:{name}", Ref("zone", name), name, (name,), "", ("production",), ("f",), "error", level=at % 3)
        for at, name in enumerate(HOSTILE)
    )
    cells = tuple(
        Node(f"subnet:{name}", Ref("subnet", name), "subnet", name, (name, say("{x}", "{x}", x=name)), f"zone:{name}")
        for name in HOSTILE
    )
    vertices = tuple(
        Node(f"stage:{name}", Ref("asset", name), "filtering", name, (name,), marks=("nerve-centre",))
        for name in HOSTILE
    )
    links = tuple(Edge(f"zone:{name}", f"stage:{name}", "link", name) for name in HOSTILE)
    flows = tuple(
        Edge(f"zone:{one}", f"zone:{other}", "flow", one, ("both-ways",), (one, other))
        for one, other in zip(HOSTILE, HOSTILE[1:] + HOSTILE[:1], strict=True)
    )
    every = tuple(
        Finding(
            name,
            "error",
            say("{x} and {x}", "{x} et {x}", x=name),
            Ref(name, name),
            (Span(name or "file", 1, 1),),
            Witness("path", (Step(Ref(name, name), say("{x}", "{x}", x=name)),), {"source": name}),
            say("{x}", "{x}", x=name),
            (name,),
        )
        for name in HOSTILE
    )
    table = Table(
        "t", Text("Names", "Noms"), (Text("name", "nom"), Text("b", "b")), tuple((n, (n, n)) for n in HOSTILE)
    )
    status = Status("f", "1.1", Text("t", "t"), "conformant", "all", ("declared",), say("{x}", "{x}", x=HOSTILE[0]))
    scene = Scene(
        "overview",
        say("{x}", "{x}", x=HOSTILE[0]),
        boxes,
        (*cells, *vertices),
        (*links, *flows),
        (table,),
        (say("{x}", "{x}", x=HOSTILE[5]),),
    )
    data = {"map": {"name": HOSTILE[0], "digest": "sha256:" + "d" * 64}, "at": "2026-11-24", "names": list(HOSTILE)}
    return Report(
        "draw", data, every, (status,), (table,), (scene,), (say("{x}", "{x}", x=HOSTILE[6]),), HOSTILE[4], HOSTILE[0]
    )


@pytest.fixture
def hostile_check(hostile: Report) -> Report:
    """The same as what a check answers: rules, clauses of a framework with URNs, waivers and zones."""
    urn = "urn:intuitem:risk:req_node:f:"
    words = ("conformant", "non-conformant", "partial", "not-evaluated", "not-applicable", "declared", "waived")
    statuses = tuple(
        Status(
            "f", name or "nothing", Text(name, name), words[at % len(words)], "A", ("declared",),
            say("{x}", "{x}", x=name), (hostile.findings[at].fingerprint,), f"{urn}{at}", paraphrase=Text(name, name),
            declared=Declared("conformant", name, date(2026, 1, 1), date(2027, 1, 1), name) if at % 2 else None,
        )
        for at, name in enumerate(HOSTILE)
    )  # fmt: skip
    rules = tuple(
        Asked(name, Text(name, name), Text(name, name), Text(name, name), "error", "findings", (name,),
              Text(name, name), {"declared": 1}, (Absent(Ref(name, name), Text(name, name)),))
        for name in HOSTILE
    )  # fmt: skip
    rules += (
        Asked("holds", Text("t", "t"), Text("w", "w"), Text("r", "r"), "error", "holds", (), Text("<b>", "<b>")),
        Asked("open", Text("t", "t"), Text("w", "w"), Text("r", "r"), "error", "not-evaluated", (), None, {},
              tuple(Absent(Ref("zone", name), Text(name, name)) for name in HOSTILE)),
        Asked("moot", Text("t", "t"), Text("w", "w"), Text("r", "r"), "error", "not-applicable", (), Text("]]", "]]")),
    )  # fmt: skip
    findings = tuple(
        replace(one, waiver=Waived(name, name, date(2027, 1, 1))) if at % 3 == 2 else one
        for at, (one, name) in enumerate(zip(hostile.findings, HOSTILE, strict=True))
    )
    zones = {one.fingerprint: (name, name[::-1]) for one, name in zip(findings, HOSTILE, strict=True)}
    frameworks = (Catalogue("f", Text(HOSTILE[0], HOSTILE[0]), urn),)
    return replace(
        hostile, command="check", findings=findings, statuses=statuses, views=(), rules=rules, frameworks=frameworks,
        zones=zones,
    )  # fmt: skip


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Report:
    """What a check of the tiny map answers, from the folder that holds it."""
    monkeypatch.chdir(TINY.parent)
    network = compile_network(read_map(Path(TINY.name)), date(2026, 11, 24))
    return check_report(assess_network(network), network)


@pytest.fixture(scope="session")
def broken() -> Report:
    """What a check of the broken example answers."""
    network = compile_network(read_map(TINY.parents[2] / "examples" / "nuage-broken"), date(2026, 11, 2))
    return check_report(assess_network(network), network)
