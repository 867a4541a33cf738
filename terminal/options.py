"""The arguments and options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cloison.terminal.completion import (
    asset_names,
    framework_names,
    langs,
    offer,
    output_names,
    severities,
    view_names,
    vrf_names,
)
from cloison.terminal.language import _

MapArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar=_("MAP", "CARTE"),
        help=_(
            "The map: a file or a directory; cloison.yaml or map/ here when left out.",
            "La carte : un fichier ou un dossier ; cloison.yaml ou map/ ici si elle est omise.",
        ),
        show_default=False,
        readable=False,  # the reader says why it is not, in both languages
    ),
]
RequiredMap = Annotated[
    Path,
    typer.Argument(
        metavar=_("MAP", "CARTE"),
        help=_("The map: a file or a directory.", "La carte : un fichier ou un dossier."),
        readable=False,
    ),
]
ViewOption = Annotated[
    str,
    typer.Option(
        "--view",
        autocompletion=offer(view_names),
        metavar=_("VIEW", "VUE"),
        help=_("The view on which changes are drawn.", "La vue sur laquelle les changements sont dessinés."),
    ),
]
VersionArgument = Annotated[
    str,
    typer.Argument(
        metavar="VERSION",
        help=_(
            "A file, a directory, or a git revision: HEAD~3, v1:path/of/the/map.",
            "Un fichier, un dossier ou une révision git : HEAD~3, v1:chemin/de/la/carte.",
        ),
        show_default=False,
    ),
]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="DATE",
        help=_(
            "Judge at this date (YYYY-MM-DD); today when left out.",
            "Juger à cette date (AAAA-MM-JJ) ; aujourd’hui par défaut.",
        ),
        show_default=False,
    ),
]
FormatOption = Annotated[
    str,
    typer.Option(
        "--format",
        autocompletion=offer(output_names),
        metavar=_("NAME", "NOM"),
        help=_("Output by name: terminal, json, markdown...", "Sortie par son nom : terminal, json, markdown..."),
        show_default=False,
    ),
]
OutputOption = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        "--output",
        metavar=_("[NAME=]FILE", "[NOM=]FICHIER"),
        help=_(
            "Write to this file; its suffix, or NAME, chooses the output. Again for another; - is standard output.",
            "Écrire dans ce fichier ; son suffixe, ou NOM, choisit la sortie. Répéter pour d’autres ; - est la sortie "
            "standard.",
        ),
        show_default=False,
    ),
]
ProbeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--probe",
        autocompletion=offer(asset_names("probe", "=")),
        metavar=_("PROBE=FILE", "SONDE=FICHIER"),
        help=_(
            "A capture made at this probe of the map, or a directory of them.",
            "Une capture faite à cette sonde de la carte, ou un répertoire de captures.",
        ),
        show_default=False,
    ),
]
CaptureOption = Annotated[
    list[str] | None,
    typer.Option(
        "--capture",
        metavar=_("FILE", "FICHIER"),
        help=_(
            "What was seen: `check` lets it refute clauses; `explain --config` compares it with lines and rules.",
            "Ce qui a été vu : `check` le laisse réfuter des exigences ; `explain --config` le compare aux lignes et "
            "aux règles.",
        ),
        show_default=False,
    ),
]
CapturesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="CAPTURE",
        help=_(
            "Captures of packets, and flow records (NetFlow, IPFIX, sFlow, flow logs...), compressed or not; "
            "directories of them; - for standard input. Rotated files are followed as one.",
            "Captures de paquets et enregistrements de flux (NetFlow, IPFIX, sFlow, journaux...), compressés ou non ; "
            "répertoires ; - pour l’entrée standard. Les fichiers d’une rotation se suivent comme un seul.",
        ),
        show_default=False,
    ),
]
RareOption = Annotated[
    bool,
    typer.Option(
        "--rare/--no-rare",
        help=_(
            "Decode rare protocols with scapy where it is installed.",
            "Décoder les protocoles rares avec scapy s’il est installé.",
        ),
    ),
]
TcpTimeoutOption = Annotated[
    int,
    typer.Option(
        "--tcp-timeout",
        metavar="S",
        min=1,
        help=_("Inactivity that ends a TCP conversation.", "Inactivité qui termine une conversation TCP."),
    ),
]
UdpTimeoutOption = Annotated[
    int, typer.Option("--udp-timeout", metavar="S", min=1, help=_("The same for UDP.", "De même pour UDP."))
]
OtherTimeoutOption = Annotated[
    int, typer.Option("--other-timeout", metavar="S", min=1, help=_("The same for the rest.", "De même pour le reste."))
]
VrfOption = Annotated[
    str,
    typer.Option(
        "--vrf",
        autocompletion=offer(vrf_names),
        metavar="VRF",
        help=_("The VRF of captures without a probe.", "La VRF des captures sans sonde."),
        show_default=False,
    ),
]
ConfigOption = Annotated[
    list[str] | None,
    typer.Option(
        "--config",
        autocompletion=offer(asset_names("filtering", "=")),
        metavar=_("DEVICE=FILE", "ÉQUIPEMENT=FICHIER"),
        help=_(
            "The configuration of an asset that filters (again for its other files), or a folder of files named by "
            "assets.",
            "La configuration d’un bien qui filtre (répéter pour ses autres fichiers), ou un dossier de fichiers "
            "nommés par bien.",
        ),
        show_default=False,
    ),
]
BaselineOption = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar=_("FILE", "FICHIER"),
        help=_(
            "An earlier report (-o FILE.json): what it has is known, and only what is new counts.",
            "Un rapport antérieur (-o FICHIER.json) : ce qu’il contient est connu, seul ce qui est nouveau compte.",
        ),
        show_default=False,
        readable=False,
    ),
]
RequireOption = Annotated[
    list[str] | None,
    typer.Option(
        "--require",
        metavar=_("CLAUSE", "EXIGENCE"),
        help=_(
            "A clause (or FRAMEWORK/CLAUSE) that has to be conformant or not applicable; may be repeated.",
            "Une exigence (ou RÉFÉRENTIEL/EXIGENCE) qui doit être conforme ou sans objet ; peut se répéter.",
        ),
        show_default=False,
    ),
]
AcceptOption = Annotated[
    list[str] | None,
    typer.Option(
        "--accept",
        metavar="declared|waived|partial",
        help=_(
            "A status that is enough for a required clause; may be repeated.",
            "Un statut qui suffit à une exigence requise ; peut se répéter.",
        ),
        show_default=False,
    ),
]
WatchOption = Annotated[
    bool,
    typer.Option(
        "--watch",
        help=_(
            "Do it again at every change of the map, until interrupted; `draw` then serves its page to this machine.",
            "Recommencer à chaque changement de la carte, jusqu’à interruption ; `draw` sert alors sa page à cette "
            "machine.",
        ),
    ),
]
FailOnOption = Annotated[
    str,
    typer.Option(
        "--fail-on",
        autocompletion=severities,
        metavar="error|warning|note",
        help=_("Exit with 1 from this severity on.", "Sortir avec 1 à partir de cette gravité."),
    ),
]
FrameworkOption = Annotated[
    list[str] | None,
    typer.Option(
        "--framework",
        autocompletion=offer(framework_names),
        metavar=_("NAME", "NOM"),
        help=_(
            "Give a status to this framework's clauses, again for others; those that the map names when left out.",
            "Donner un statut aux exigences de ce référentiel (répéter pour d’autres) ; ceux que nomme la carte par "
            "défaut.",
        ),
        show_default=False,
    ),
]
LangOption = Annotated[
    str,
    typer.Option(
        "--lang",
        autocompletion=langs,
        metavar="fr|en",
        help=_(
            "Language of every text; the locale's when left out.",
            "Langue de tous les textes ; celle du système par défaut.",
        ),
        show_default=False,
    ),
]
DecisionsOption = Annotated[
    Path | None,
    typer.Option(
        "--decisions",
        metavar=_("FILE", "FICHIER"),
        help=_(
            "The table of decisions (CSV or XLSX); reviews/YEAR.csv beside the map when left out.",
            "Le tableau des décisions (CSV ou XLSX) ; reviews/ANNÉE.csv à côté de la carte par défaut.",
        ),
        show_default=False,
        readable=False,
    ),
]
SinceOption = Annotated[
    str,
    typer.Option(
        "--since",
        metavar="VERSION",
        help=_(
            "The map as it was reviewed last: a file, a folder or a git revision; found by its digest when left out.",
            "La carte telle que revue la dernière fois : fichier, dossier ou révision git ; trouvée par son empreinte "
            "par défaut.",
        ),
        show_default=False,
    ),
]
MonthsOption = Annotated[
    int,
    typer.Option(
        "--months",
        metavar="N",
        min=1,
        help=_("A line unseen for so long is looked at.", "Une ligne non vue depuis si longtemps est examinée."),
    ),
]
