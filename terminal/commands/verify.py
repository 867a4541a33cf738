"""Compare configurations with the matrix."""

from __future__ import annotations

from typing import Annotated

import typer

from cloison.netmodel.finding import say
from cloison.terminal.command import FINDINGS, HOLDS, UNDECIDED, Command
from cloison.terminal.completion import asset_names, offer
from cloison.terminal.evidence import read_network, verified
from cloison.terminal.language import _
from cloison.terminal.options import (
    AtOption,
    ConfigOption,
    FailOnOption,
    FormatOption,
    LangOption,
    OutputOption,
    RequiredMap,
)
from cloison.terminal.output import show, summarise, worst
from cloison.terminal.refusals import check_language, day_of, refuse, severity_of


def verify(
    path: RequiredMap,
    config: ConfigOption = None,
    base: Annotated[
        list[str] | None,
        typer.Option(
            "--base",
            autocompletion=offer(asset_names("filtering", "=")),
            metavar=_("DEVICE=FILE", "ÉQUIPEMENT=FICHIER"),
            help=_(
                "The configuration before the change: what it opens and closes then decides.",
                "La configuration avant le changement : ce qu’il ouvre et ferme décide alors.",
            ),
            show_default=False,
        ),
    ] = None,
    at: AtOption = None,
    format: FormatOption = "",  # noqa: A002 (the option's own name)
    output: OutputOption = None,
    fail_on: FailOnOption = "error",
    lang: LangOption = "",
) -> int:
    """Say whether each device permits the matrix, the whole matrix and nothing else; or what a change does."""
    check_language(lang)
    severity = severity_of(fail_on)
    network = read_network(path, day_of(at))
    if not config:
        missing = say(
            "no configuration is named: --config DEVICE=FILE",
            "aucune configuration n’est nommée : --config ÉQUIPEMENT=FICHIER",
        )
        refuse("usage", missing, "--config")
    verification = verified(network, config, base or [])
    report = verification.report()
    show(report, output, format)
    summarise(report, output, format)
    if verification.differs:
        return FINDINGS
    if verification.undecided:
        return UNDECIDED
    return FINDINGS if severity != "error" and worst(report.findings, severity) else HOLDS


COMMAND = Command(
    "verify",
    _(
        "Compare firewall configurations with the flow matrix.",
        "Comparer des configurations de pare-feu à la matrice des flux.",
    ),
    verify,
)
