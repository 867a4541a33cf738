"""Say which line authorises a flow."""

from __future__ import annotations

from typing import Annotated

import typer

from cloison.netmodel.finding import say
from cloison.terminal.command import FINDINGS, HOLDS, Command
from cloison.terminal.completion import end_names, offer, service_names, vrf_names
from cloison.terminal.evidence import read_captures, read_network, verified
from cloison.terminal.language import _
from cloison.terminal.options import (
    AtOption,
    CaptureOption,
    ConfigOption,
    FormatOption,
    LangOption,
    OutputOption,
    ProbeOption,
    RequiredMap,
)
from cloison.terminal.output import show, summarise, worst
from cloison.terminal.progress import PROGRESS
from cloison.terminal.refusals import check_language, day_of, refuse


def explain(
    path: RequiredMap,
    source: Annotated[
        str,
        typer.Option(
            "--from",
            autocompletion=offer(end_names),
            metavar=_("END", "BOUT"),
            help=_("A name of the map, or an address.", "Un nom de la carte, ou une adresse."),
            show_default=False,
        ),
    ] = "",
    target: Annotated[
        str,
        typer.Option(
            "--to",
            autocompletion=offer(end_names),
            metavar=_("END", "BOUT"),
            help=_("A name of the map, or an address.", "Un nom de la carte, ou une adresse."),
            show_default=False,
        ),
    ] = "",
    service: Annotated[
        str,
        typer.Option(
            "--service",
            autocompletion=offer(service_names),
            metavar="S",
            help=_("A service's name, or tcp/443.", "Le nom d’un service, ou tcp/443."),
            show_default=False,
        ),
    ] = "",
    vrf: Annotated[
        str,
        typer.Option(
            "--vrf",
            metavar="VRF",
            autocompletion=offer(vrf_names),
            help=_("The VRF of literal addresses.", "La VRF des adresses littérales."),
        ),
    ] = "default",
    config: ConfigOption = None,
    capture: CaptureOption = None,
    probe: ProbeOption = None,
    at: AtOption = None,
    format: FormatOption = "",  # noqa: A002 (the option's own name)
    output: OutputOption = None,
    lang: LangOption = "",
) -> int:
    """Explain one flow: its line, its path, the rules that bear on it, or what is nearest."""
    from cloison.flows.explain import asked_of, explain_report
    from cloison.flows.explain import explain as explain_flow
    from cloison.flows.explaining.question import ask
    from cloison.flows.verify import guards_of

    check_language(lang)
    seen = bool(capture or probe)
    if seen and not config:
        refuse("usage", say("--capture needs the configurations: --config DEVICE=FILE",
                             "--capture demande les configurations : --config ÉQUIPEMENT=FICHIER"))  # fmt: skip
    if bool(source) != bool(target) or not (source or seen):
        refuse("usage", say("name both ends: --from and --to", "nommer les deux bouts : --from et --to"))
    network = read_network(path, day_of(at))
    verification = verified(network, config, []) if config else None
    guards = guards_of(verification) if verification else ()
    if seen and verification is not None:
        from cloison.flows.audit import Options
        from cloison.flows.audit import audit as judge
        from cloison.flows.triangle import triangle, triangle_report

        taken = read_captures(capture or [], probe or [], network, "", True, (300, 120, 30))
        outcome = judge(network, taken, Options(), tick=PROGRESS.tick)
        asked = asked_of(ask(network, source, target, service, vrf)) if source else None
        report = triangle_report(triangle(network, verification, guards, outcome, asked), verification, outcome)
        show(report, output, format)
        summarise(report, output, format)
        return FINDINGS if worst(report.findings, "error") else HOLDS
    explanation = explain_flow(network, source, target, service, vrf=vrf, guards=guards)
    report = explain_report(explanation, network)
    show(report, output, format)
    summarise(report, output, format)
    return HOLDS if explanation.authorised else FINDINGS


COMMAND = Command(
    "explain",
    _("Say which line authorises a flow, or why none does.", "Dire quelle ligne autorise un flux, ou pourquoi aucune."),
    explain,
)
