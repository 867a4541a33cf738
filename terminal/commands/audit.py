"""Judge captures against the matrix."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from cloison.terminal.command import Command
from cloison.terminal.evidence import read_captures, read_network
from cloison.terminal.language import _
from cloison.terminal.options import (
    CapturesArgument,
    FailOnOption,
    FormatOption,
    LangOption,
    OtherTimeoutOption,
    OutputOption,
    ProbeOption,
    RareOption,
    RequiredMap,
    TcpTimeoutOption,
    UdpTimeoutOption,
    VrfOption,
)
from cloison.terminal.output import show, summarise
from cloison.terminal.progress import PROGRESS
from cloison.terminal.refusals import check_language, severity_of


def audit(
    path: RequiredMap,
    captures: CapturesArgument = None,
    probe: ProbeOption = None,
    vrf: VrfOption = "",
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help=_(
                "Show every conversation, authorised ones too.",
                "Montrer toutes les conversations, autorisées comprises.",
            ),
        ),
    ] = False,
    allow_undecoded: Annotated[
        int,
        typer.Option(
            "--allow-undecoded",
            metavar="N",
            min=0,
            help=_("Undecoded IP packets tolerated.", "Paquets IP non décodés tolérés."),
        ),
    ] = 0,
    rare: RareOption = True,
    tcp_timeout: TcpTimeoutOption = 300,
    udp_timeout: UdpTimeoutOption = 120,
    other_timeout: OtherTimeoutOption = 30,
    format: FormatOption = "",  # noqa: A002 (the option's own name)
    output: OutputOption = None,
    fail_on: FailOnOption = "error",
    lang: LangOption = "",
) -> int:
    """Judge every conversation of some captures."""
    from cloison.flows.audit import Options, audit_report
    from cloison.flows.audit import audit as judge

    check_language(lang)
    severity = severity_of(fail_on)
    network = read_network(path, date.today())
    options = Options(vrf=vrf, every=every, allow_undecoded=allow_undecoded)
    taken = read_captures(captures or [], probe or [], network, vrf, rare, (tcp_timeout, udp_timeout, other_timeout))
    outcome = judge(network, taken, options, tick=PROGRESS.tick)
    report = audit_report(outcome, network, every=every)
    show(report, output, format)
    summarise(report, output, format)
    return outcome.exit_code(severity, allow_undecoded)


COMMAND = Command(
    "audit", _("Judge captures against the flow matrix.", "Juger des captures selon la matrice des flux."), audit
)
