"""Draw a view of a map, or its atlas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cloison.netmodel.finding import say
from cloison.terminal.command import Command
from cloison.terminal.completion import offer, view_names
from cloison.terminal.evidence import given_to, read_network
from cloison.terminal.language import _
from cloison.terminal.options import (
    AtOption,
    CaptureOption,
    ConfigOption,
    FormatOption,
    LangOption,
    MapArgument,
    OutputOption,
    ProbeOption,
    WatchOption,
)
from cloison.terminal.output import show, summarise
from cloison.terminal.progress import PROGRESS
from cloison.terminal.refusals import check_language, day_of, found_map, refuse
from cloison.terminal.watching import serve, watch_files, watched

if TYPE_CHECKING:
    from cloison.netmodel.report import Report


def draw(
    path: MapArgument = None,
    output: OutputOption = None,
    view: Annotated[
        str,
        typer.Option(
            "--view",
            autocompletion=offer(view_names),
            metavar=_("VIEW", "VUE"),
            help=_(
                "overview (when left out), matrix, carriers, or zone:NAME, subnet, asset, tenant, plane, "
                "interconnection or site.",
                "overview (si elle est omise), matrix, carriers, ou zone:NOM, subnet, asset, tenant, plane, "
                "interconnection ou site.",
            ),
            show_default=False,
        ),
    ] = "",
    config: ConfigOption = None,
    capture: CaptureOption = None,
    probe: ProbeOption = None,
    redact: Annotated[
        bool,
        typer.Option(
            "--redact",
            help=_(
                "A page to be shared: neutral names and addresses, no text that people wrote.",
                "Une page à partager : noms et adresses neutres, aucun texte écrit par quelqu’un.",
            ),
        ),
    ] = False,
    watch: WatchOption = False,
    at: AtOption = None,
    format: FormatOption = "",  # noqa: A002 (the option's own name)
    lang: LangOption = "",
) -> int:
    """Draw one view of a map, or its atlas."""
    from cloison.diagrams.atlas.scenes import only_pages, with_atlas
    from cloison.diagrams.drawing import draw as draw_view
    from cloison.diagrams.writing import targets
    from cloison.netmodel.assurance.answer import check_report
    from cloison.netmodel.assurance.assess import assess, built_in_checks, built_in_frameworks

    check_language(lang)
    if not output and not format:
        refuse(
            "argument",
            say("name a file with -o, such as -o map.svg", "nommer un fichier avec -o, par exemple -o carte.svg"),
            "-o",
        )
    written = [entry.name for entry, _file in targets(output or ["-"], format, "svg")]
    if redact:
        only_pages(written)
    day = day_of(at)

    def made(later: bool) -> tuple[Report, int]:
        network = read_network(found_map(path), day)
        given = given_to(network, found_map(path), config, capture, probe)
        assessment = assess(given.evidence, built_in_checks(), built_in_frameworks(), PROGRESS.tick)
        report = draw_view(network, assessment.findings, view or "overview")
        if "html" in written:
            report = with_atlas(
                report, network, check_report(assessment, network), view, audit=given.seen, verify=given.permitted,
                redacted=redact, later=later, tick=PROGRESS.tick,
            )  # fmt: skip
        return report, given.code

    def once() -> int:
        report, unread = made(False)
        show(report, output, format)
        summarise(report, output, format)
        return unread

    if not watch:
        return once()
    if "html" not in written:
        return watch_files(watched(path, config or []), once)
    if len(written) > 1:
        refuse("argument", say(
            "--watch serves one page: write no other file beside it",
            "--watch sert une page : n’écrire aucun autre fichier avec elle",
        ), "--watch")  # fmt: skip
    serve(watched(path, config or []), made)
    return once()  # what is left is the map as it was last


COMMAND = Command("draw", _("Draw a map with its findings.", "Dessiner une carte avec ses constats."), draw)
