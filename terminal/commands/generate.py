"""Write a configuration out of the matrix."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cloison.terminal import language
from cloison.terminal.command import HOLDS, UNDECIDED, Command
from cloison.terminal.completion import asset_names, offer, target_names
from cloison.terminal.evidence import read_network
from cloison.terminal.language import _
from cloison.terminal.options import AtOption, LangOption, RequiredMap
from cloison.terminal.output import tell, write
from cloison.terminal.progress import PROGRESS
from cloison.terminal.refusals import check_language, day_of


def generate(
    path: RequiredMap,
    device: Annotated[
        str,
        typer.Option(
            "--device",
            autocompletion=offer(asset_names("filtering")),
            metavar=_("DEVICE", "ÉQUIPEMENT"),
            help=_("The asset that filters, as the map names it.", "Le bien qui filtre, tel que la carte le nomme."),
        ),
    ],
    dialect: Annotated[
        str,
        typer.Option(
            "--dialect",
            autocompletion=offer(target_names),
            metavar=_("NAME", "NOM"),
            help=_(
                "The language to write; a wrong name lists them. All but nftables need `cloison[generate]`.",
                "Le langage à écrire ; un nom inconnu les liste. Tous sauf nftables demandent `cloison[generate]`.",
            ),
        ),
    ],
    at: AtOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar=_("FILE", "FICHIER"),
            help=_(
                "Write to this file; iptables writes two, FILE.v4 and FILE.v6.",
                "Écrire dans ce fichier ; iptables en écrit deux, FICHIER.v4 et FICHIER.v6.",
            ),
            show_default=False,
        ),
    ] = None,
    lang: LangOption = "",
) -> int:
    """Write a configuration that is read back and permits the whole matrix and nothing else, or write nothing."""
    from cloison.diagrams.writing import output_named
    from cloison.flows.generate import generate as generate_device

    check_language(lang)
    network = read_network(path, day_of(at))
    made = generate_device(network, device, dialect, PROGRESS.tick)
    PROGRESS.clear()
    if not made.equal:
        shown = output_named("terminal").write(made.verification.report(), language.LANG, colour=False)
        sys.stderr.write(shown.decode())
        tell(made.summary)
        return UNDECIDED
    if output is not None:
        for suffix, text in made.files.items():
            write(output.with_name(output.name + suffix), (text.encode(),))
    else:
        sys.stdout.write(made.text)
    for message in (made.summary, *made.notes):
        tell(message)
    return HOLDS


COMMAND = Command(
    "generate",
    _(
        "Write the filter configuration of a device out of the matrix.",
        "Écrire la configuration de filtrage d’un équipement à partir de la matrice.",
    ),
    generate,
)
