"""A report as one self-contained page for an auditor, on screen and on paper: no script, no image, nothing fetched.

The answer of `draw` is another page: the map's atlas (:mod:`cloison.diagrams.atlas`), which has a script of its own.

Its policy (Content Security Policy, W3C) allows the page's own style by its digest and nothing else, so that a name
that got past the escaping could still do nothing.
"""

from __future__ import annotations

from cloison import __version__
from cloison.diagrams.output import Output
from cloison.diagrams.page import page_values
from cloison.diagrams.phrases import PHRASES
from cloison.diagrams.sealed import TEMPLATES, environment, running, source_of
from cloison.netmodel.finding import Lang, MapError, Ref, Text, input_error, say
from cloison.netmodel.report import Report


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    if report.atlas is not None:
        from cloison.diagrams.atlas.page import atlas_page

        return atlas_page(report, report.atlas, lang)
    if report.views:
        message = say(
            "a drawing alone has no page; write an .svg and an .md",
            "un dessin seul n’a pas de page ; écrire un .svg et un .md",
        )
        raise MapError((input_error("no-page", message, Ref("output", "html")),))
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8") + running(report.marking)
    told = report.command in ("review", "diff")  # their tables are the answer, and findings what follows of it
    words = {**PHRASES, "report": PHRASES[report.command if told else "report"]}
    page = environment(TEMPLATES).get_template("report.html").render(
        page_values(report, lang),
        say={name: text.say(lang) for name, text in words.items()},
        tables_first=told,
        colon=Text(": ", " : ").say(lang),
        style=style,
        policy=f"default-src 'none'; style-src {source_of(style)}; base-uri 'none'; form-action 'none'",
        version=__version__,
    )  # fmt: skip
    return page.encode("utf-8", "replace")


OUTPUT = Output(
    "html",
    Text(
        "one page for an auditor, on screen and on paper; of `draw`, the atlas of the map",
        "une page pour l’auditeur, à l’écran et sur papier ; de `draw`, l’atlas de la carte",
    ),
    (".html", ".htm"),
    "text/html",
    _write,
)
