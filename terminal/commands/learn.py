"""Propose lines from captures."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from cloison.netmodel.finding import say
from cloison.terminal.command import Command
from cloison.terminal.evidence import read_captures, read_network
from cloison.terminal.language import _
from cloison.terminal.options import (
    CapturesArgument,
    FormatOption,
    LangOption,
    OtherTimeoutOption,
    OutputOption,
    ProbeOption,
    RareOption,
    TcpTimeoutOption,
    UdpTimeoutOption,
    VrfOption,
)
from cloison.terminal.output import show, tell
from cloison.terminal.progress import PROGRESS
from cloison.terminal.refusals import check_language, refuse


def learn(
    captures: CapturesArgument = None,
    path: Annotated[
        Path | None,
        typer.Option(
            "--map",
            metavar=_("MAP", "CARTE"),
            help=_(
                "The map that the lines are for; a first one is proposed when left out.",
                "La carte pour laquelle sont les lignes ; une première est proposée si elle est omise.",
            ),
            show_default=False,
        ),
    ] = None,
    probe: ProbeOption = None,
    vrf: VrfOption = "",
    rare: RareOption = True,
    tcp_timeout: TcpTimeoutOption = 300,
    udp_timeout: UdpTimeoutOption = 120,
    other_timeout: OtherTimeoutOption = 30,
    format: FormatOption = "",  # noqa: A002 (the option's own name)
    output: OutputOption = None,
    lang: LangOption = "",
) -> int:
    """Propose what the matrix lacks, each line with its evidence, and set the rest apart."""
    from cloison.flows.audit import Options
    from cloison.flows.audit import audit as judge
    from cloison.flows.learning.answer import learn_report
    from cloison.flows.learning.first import first_map
    from cloison.flows.learning.proposal import propose
    from cloison.netmodel.language.read import read_text
    from cloison.netmodel.network import compile_network

    check_language(lang)
    today = date.today()
    if path is None and (probe or vrf):
        refuse(
            "argument",
            say("--probe and --vrf name parts of a map: give it with --map",
                "--probe et --vrf nomment des parties d’une carte : donnez-la avec --map"),
            "--map",
        )  # fmt: skip
    network = read_network(path, today) if path is not None else None
    taken = read_captures(captures or [], probe or [], network, vrf, rare, (tcp_timeout, udp_timeout, other_timeout))
    first = None
    if network is None:
        first = first_map([capture for _, capture in taken])
        network = compile_network(read_text(first.en, "learn"), today)
    outcome = judge(network, taken, Options(vrf=vrf), tick=PROGRESS.tick)
    report = learn_report(outcome, propose(outcome), first)
    show(report, output, format, default="map")
    for message in report.summary:
        tell(message)
    return outcome.read_code(0)


COMMAND = Command(
    "learn",
    _("Propose lines of the matrix from captures.", "Proposer des lignes de la matrice d’après des captures."),
    learn,
)
