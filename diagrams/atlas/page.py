"""The page of a whole map, one file that fetches nothing: its policy allows its own style and script by their digests.

Content Security Policy Level 3 (W3C). What a map says reaches the page as text alone: as JSON in which no ``<`` is
left, and as SVG that is escaped where it is made.
"""

from __future__ import annotations

import json
from typing import Any

from cloison import __version__
from cloison.diagrams.atlas.drawings import Drawn, drawings, tables
from cloison.diagrams.atlas.entries import entries, kept
from cloison.diagrams.atlas.graph import graph
from cloison.diagrams.atlas.judged import clauses, evidence, findings
from cloison.diagrams.atlas.palette import recoloured
from cloison.diagrams.atlas.scope import Scope, tenant_scope
from cloison.diagrams.atlas.telling import Teller, teller
from cloison.diagrams.atlas.words import WORDS
from cloison.diagrams.layout.legend import Sheet
from cloison.diagrams.layout.look import PLANES
from cloison.diagrams.printable import printable
from cloison.diagrams.sealed import TEMPLATES, environment, running, source_of
from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.report import Atlas, Report

FOLDER = TEMPLATES / "atlas"
SCRIPTS = ("data", "tables", "drawing", "around", "matrix", "path", "entry", "page")  # in the order in which they run
MAP = Text("Map", "Carte")


def atlas_page(report: Report, atlas: Atlas, lang: Lang, *, served: tuple[str, int] | None = None) -> bytes:
    """Return the page; ``served`` is the address at which it asks for its drawings and for news, and its version."""
    atlas, sheet, scope, tell = sheet_of(report, atlas, lang)
    drawn = drawings(atlas, sheet, scope, tell)
    data = _data(atlas, scope, tell, drawn) | {
        "map": sheet.map, "marking": printable(report.marking), "at": sheet.date, "digest": sheet.digest,
        "first": next((view_said(view, tell) for view, _ in (*atlas.scenes, *atlas.later)), "overview"),
        "served": served[1] if served else 0,
    }  # fmt: skip
    style = "\n".join([(FOLDER / "atlas.css").read_text(encoding="utf-8"), recoloured(), running(report.marking)])
    names = (*SCRIPTS[:-1], *(("served",) if served else ()), SCRIPTS[-1])
    script = "\n".join((FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in names)
    script = f'"use strict";\n(() => {{\n{script}}})();\n'
    page = environment(FOLDER).get_template("atlas.html").render(
        lang=lang, title=sheet.map, marking=printable(report.marking),
        say={key: text.say(lang) for key, text in WORDS.items()},
        at=sheet.date, digest=sheet.digest[:19], style=style, script=script, version=__version__,
        data=_embedded(data), drawn=[item for item in drawn if item.svg], notes=_notes(atlas, scope, tell, drawn),
        policy=f"default-src 'none'; script-src {source_of(script)}; style-src {source_of(style)}; "
               f"img-src data:; base-uri 'none'; form-action 'none'{f'; connect-src {served[0]}' if served else ''}",
    )  # fmt: skip
    return page.encode("utf-8", "replace")


def sheet_of(report: Report, atlas: Atlas, lang: Lang) -> tuple[Atlas, Sheet, Scope, Teller]:
    """Return the title block of a page's drawings, what the page holds, and how it tells it."""
    tell = teller(atlas.network, lang, redacted=atlas.redacted)
    scope = tenant_scope(atlas.network, atlas.tenant) if atlas.tenant else Scope()
    title = MAP.say(lang) if atlas.redacted else printable(report.title)
    digest = "" if atlas.redacted else str(atlas.network.digest)
    return atlas, Sheet(title, atlas.network.at.isoformat(), digest, report.marking), scope, tell


def drawing_values(item: Drawn, tell: Teller) -> dict[str, Any]:
    """Return what a page knows of a drawing beside the picture."""
    return kept(
        view=view_said(item.view, tell), title=printable(item.scene.title.say(tell.lang)), drawn=bool(item.svg),
        problem=printable(item.problem.say(tell.lang)) if item.problem else "",
        hidden=[printable(one.say(tell.lang)) for one in item.scene.hidden],
        tables=list(tables(item.scene, tell)),
    )  # fmt: skip


def _data(atlas: Atlas, scope: Scope, tell: Teller, drawn: list[Drawn]) -> dict[str, Any]:
    return entries(atlas, scope, tell) | {
        "lang": tell.lang,
        "words": {key: text.say(tell.lang) for key, text in WORDS.items()},
        "planes": {key: look.title.say(tell.lang) for key, look in PLANES.items()},
        "findings": findings(atlas, scope, tell),
        "clauses": clauses(atlas, scope, tell),
        "evidence": evidence(atlas, scope, tell),
        "graph": graph(atlas.network, tell) if scope.whole else None,
        "aside": _aside(atlas, tell, drawn),
        "tenant": tell.name(atlas.tenant) if atlas.tenant else "",
        "drawings": [
            *(drawing_values(item, tell) for item in drawn),
            *({"view": view_said(name, tell), "title": _title(name, title, tell), "later": True}
              for name, title in atlas.later),
        ],
    }


def _title(view: str, title: Text, tell: Teller) -> str:
    _, colon, argument = view.partition(":")
    if not colon:
        return title.say(tell.lang)
    return f"{title.say(tell.lang)}{' : ' if tell.lang == 'fr' else ': '}{tell.name(argument)}"


def view_said(view: str, tell: Teller) -> str:
    """Return the name of a view, ``NAME:ARGUMENT``, as the page tells it."""
    name, colon, argument = view.partition(":")
    return f"{name}{colon}{tell.name(argument)}" if colon else name


def _notes(atlas: Atlas, scope: Scope, tell: Teller, drawn: list[Drawn]) -> list[str]:
    """Return what the page says about itself: for whom it is, and what it lacks."""
    said = []
    if atlas.redacted:
        said.append(WORDS["redacted"].say(tell.lang))
    if not scope.whole:
        said.append(WORDS["tenant_only"].say(tell.lang).replace("{tenant}", tell.name(atlas.tenant)))
    if drawn and drawn[0].problem is not None:
        said.append(WORDS["no_drawing"].say(tell.lang).replace("{why}", printable(drawn[0].problem.say(tell.lang))))
    return said


def _aside(atlas: Atlas, tell: Teller, drawn: list[Drawn]) -> str:
    left = atlas.aside + sum(1 for item in drawn if not item.svg and item.problem is None)
    return WORDS["aside"].say(tell.lang).replace("{n}", str(left)) if left else ""


def _embedded(data: dict[str, Any]) -> str:
    """Return JSON that ends no element and starts no comment: ASCII alone, without ``<``, ``>`` and ``&``."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
