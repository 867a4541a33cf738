"""The command line: arguments to calls, reports to bytes, findings to an exit code; it alone prints and exits."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from cloison import __version__
from cloison.netmodel.finding import (
    LANGS,
    SEVERITIES,
    Finding,
    Lang,
    MapError,
    Message,
    Ref,
    Severity,
    input_error,
    say,
)
from cloison.netmodel.system import why

if TYPE_CHECKING:
    from cloison.flows.auditing.account import Audit
    from cloison.flows.review import Review
    from cloison.flows.reviewing.decisions import Decisions
    from cloison.flows.reviewing.items import Item
    from cloison.flows.reviewing.matter import Matter
    from cloison.flows.table import Capture
    from cloison.flows.verify import Verification
    from cloison.netmodel.assurance.evidence import Evidence
    from cloison.netmodel.comparison import Comparison
    from cloison.netmodel.language.model import Review as ReviewEntry
    from cloison.netmodel.lineage import Lineage
    from cloison.netmodel.network import Network
    from cloison.netmodel.report import Report

HOLDS, FINDINGS, UNUSABLE, UNDECIDED = 0, 1, 2, 3  # exit codes; precedence 2, 1, 3, 0

Tick = Callable[[int, int], None]


# ---------------------------------------------------------------- language


def chosen_language(arguments: Sequence[str], environment: Mapping[str, str]) -> Lang:
    """Return the language of ``--lang``, else of the locale (POSIX: LC_ALL, LC_MESSAGES, LANG), else English."""
    wanted = ""
    for position, here in enumerate(arguments):
        if here == "--lang":
            wanted = "".join(arguments[position + 1 : position + 2])
        elif here.startswith("--lang="):
            wanted = here.partition("=")[2]
    if wanted in LANGS:
        return "fr" if wanted == "fr" else "en"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "fr" if environment[name].lower().startswith("fr") else "en"
    return "en"


LANG: Lang = chosen_language(sys.argv[1:], os.environ)  # help texts are built when this module is


def _(en: str, fr: str) -> str:
    return fr if LANG == "fr" else en


# The library of the command line speaks English only; these are all the words it shows.
_HELP_WORDS = {
    "Usage:": "Usage :",
    "Arguments:": "Arguments :",
    "Options:": "Options :",
    "Commands:": "Commandes :",
    "[OPTIONS]": "[OPTIONS]",
    "COMMAND [ARGS]...": "COMMANDE [ARGUMENTS]...",
    "Show this message and exit.": "Afficher cette aide.",
    "[default: ": "[par défaut : ",
    "[required]": "[obligatoire]",
    "; required]": " ; obligatoire]",
}


def _help_in_french(text: str) -> str:
    for english, french in _HELP_WORDS.items():
        text = text.replace(english, french)
    return text


class Group(TyperGroup):
    """The commands, with their help in the chosen language."""

    def get_help(self, ctx: Any) -> str:
        """Return the help of the whole program."""
        text = super().get_help(ctx)
        return _help_in_french(text) if LANG == "fr" else text


class Command(TyperCommand):
    """A command, with its help in the chosen language."""

    def get_help(self, ctx: Any) -> str:
        """Return the help of one command."""
        text = super().get_help(ctx)
        return _help_in_french(text) if LANG == "fr" else text


app = typer.Typer(
    cls=Group,
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help=_(
        "Keep a network's declared map, its firewalls and its real traffic in agreement.",
        "Accorder la cartographie déclarée d’un réseau, ses pare-feux et son trafic réel.",
    ),
    epilog=_(
        "Exit codes: 0 what was asked holds; 1 findings; 2 unusable command line or input; 3 could not be decided.",
        "Codes de retour : 0 ce qui est demandé est vrai ; 1 des constats ; 2 commande ou entrée inutilisable ; "
        "3 impossible de conclure.",
    ),
)

# ---------------------------------------------------------------- completion

COMPLETION = "_CLOISON_COMPLETE"  # the variable by which a shell asks
_PLAIN = re.compile(r"[\w./@:+=-]+")  # a name that a shell reads as itself: nothing else is offered
_SMALL = 1 << 20  # bytes of a map that is read at the press of a key

if COMPLETION in os.environ:
    from typer.completion import get_completion_inspect_parameters

    get_completion_inspect_parameters()  # it alone makes the shells known, and leaves the help as it is


def _offer(names: Callable[[str], Iterable[str]]) -> Callable[[str], list[str]] | None:
    """Return a completion out of the names that may be meant; nothing where no shell asks, since it costs a start.

    It never fails, and offers no name that a shell would read.
    """
    if COMPLETION not in os.environ:
        return None

    def complete(incomplete: str) -> list[str]:
        try:
            known = set(names(incomplete))
        except (MapError, OSError):
            return []
        return sorted(name for name in known if name.startswith(incomplete) and _PLAIN.fullmatch(name))

    return complete


def _known_map() -> Network | None:
    """Return the map of the command line that is being written; nothing where it is too large for that.

    The library reads no arguments before an option that lacks its value, so that the line itself is looked at.
    """
    words = (os.environ.get("_TYPER_COMPLETE_ARGS") or os.environ.get("COMP_WORDS", "")).split()[2:]
    named = (
        Path(word)
        for before, word in zip(("", *words), words, strict=False)
        if (before == "--map" or not before.startswith("-")) and Path(word).exists()
    )
    path = _found(next(named, None))
    files = [path] if path.is_file() else list(path.iterdir())
    return _network(path, date.today()) if sum(file.stat().st_size for file in files) <= _SMALL else None


def _outputs(incomplete: str) -> Iterable[str]:
    from cloison.diagrams import outputs
    from cloison.netmodel.registry import load

    return load(outputs, "OUTPUT")


def _views(incomplete: str) -> Iterable[str]:
    from cloison.diagrams import views
    from cloison.netmodel.registry import load

    for name, view in load(views, "VIEW").items():
        if view.arguments is None:
            yield name
        elif incomplete.startswith(f"{name}:"):
            network = _known_map()
            yield from (f"{name}:{argument}" for argument in (view.arguments(network) if network else ()))
        else:
            yield f"{name}:"


def _framework_names(incomplete: str) -> Iterable[str]:
    from cloison.netmodel.assurance.assess import built_in_frameworks

    return (framework.name for framework in built_in_frameworks())


def _targets(incomplete: str) -> Iterable[str]:
    from cloison.flows import targets
    from cloison.netmodel.registry import load

    return load(targets, "TARGET")


def _with_function(function: str, sign: str = "") -> Callable[[str], Iterable[str]]:
    def names(incomplete: str) -> Iterable[str]:
        network = _known_map()
        assets = network.assets.values() if network else ()
        return (f"{facts.id}{sign}" for facts in assets if function in facts.functions and not facts.cluster)

    return names


def _ends(incomplete: str) -> Iterable[str]:
    network = _known_map()
    if network is None:
        return
    model = network.model
    yield from (*model.zones, *model.subnets, *model.assets, *model.endpoints, *model.groups)
    asset, slash, _ = incomplete.partition("/")
    if slash and asset in network.assets:
        yield from (f"{asset}/{name}" for name in network.assets[asset].interfaces)


def _services(incomplete: str) -> Iterable[str]:
    from cloison.netmodel.space.catalogue import CATALOGUE

    network = _known_map()
    return (*CATALOGUE, *(network.model.services if network else ()))


def _vrfs(incomplete: str) -> Iterable[str]:
    network = _known_map()
    return network.vrfs if network else ()


SHELLS: Mapping[str, str] = {
    # bash cuts words at = and :, so it is given the line, as the other shells are, and takes back what it cut
    "bash": """\
_cloison_completion() {
    local line=${COMP_LINE:0:COMP_POINT} words
    read -ra words <<< "$line"
    local word=${line##*[[:space:]]} IFS=$'\\n'
    local cut=${word%"${word##*[=:]}"}
    COMPREPLY=($(env _CLOISON_COMPLETE=complete_bash COMP_WORDS="$line" \\
                     COMP_CWORD=$((${#words[@]} - (${#word} > 0))) "$1" 2>/dev/null))
    COMPREPLY=("${COMPREPLY[@]#"$cut"}")
    [[ ${#COMPREPLY[@]} -eq 1 && $COMPREPLY == *[=:/] ]] && compopt -o nospace
    return 0
}
complete -o default -F _cloison_completion cloison
""",
    "zsh": """\
#compdef cloison
_cloison_completion() {
    eval $(env _TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" _CLOISON_COMPLETE=complete_zsh COLUMNS=999 \\
               cloison 2>/dev/null)
}
compdef _cloison_completion cloison
""",
    "fish": """\
function __cloison_completion
    env _CLOISON_COMPLETE=complete_fish _TYPER_COMPLETE_FISH_ACTION=get-args COLUMNS=999 \\
        _TYPER_COMPLETE_ARGS=(commandline -cp) cloison 2>/dev/null
end
complete --command cloison --arguments "(__cloison_completion)"
""",
}

_severities = _offer(lambda _incomplete: SEVERITIES)
_langs = _offer(lambda _incomplete: LANGS)
_shells = _offer(lambda _incomplete: SHELLS)

# ---------------------------------------------------------------- arguments

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
        autocompletion=_offer(_views),
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
        autocompletion=_offer(_outputs),
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
        autocompletion=_offer(_with_function("probe", "=")),
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
        autocompletion=_offer(_vrfs),
        metavar="VRF",
        help=_("The VRF of captures without a probe.", "La VRF des captures sans sonde."),
        show_default=False,
    ),
]
ConfigOption = Annotated[
    list[str] | None,
    typer.Option(
        "--config",
        autocompletion=_offer(_with_function("filtering", "=")),
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
        autocompletion=_severities,
        metavar="error|warning|note",
        help=_("Exit with 1 from this severity on.", "Sortir avec 1 à partir de cette gravité."),
    ),
]
FrameworkOption = Annotated[
    list[str] | None,
    typer.Option(
        "--framework",
        autocompletion=_offer(_framework_names),
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
        autocompletion=_langs,
        metavar="fr|en",
        help=_(
            "Language of every text; the locale's when left out.",
            "Langue de tous les textes ; celle du système par défaut.",
        ),
        show_default=False,
    ),
]


# ---------------------------------------------------------------- refusals


def _refuse(rule: str, message: Message, subject: str = "") -> NoReturn:
    raise MapError((input_error(rule, message, Ref("argument", subject)),))


def _day(text: str | None) -> date:
    if text is None:
        return date.today()
    try:
        if len(text) != len("2026-01-31"):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        _refuse(
            "argument",
            say(
                "--at: “{text}” is not a date; write YYYY-MM-DD",
                "--at : « {text} » n’est pas une date ; écrire AAAA-MM-JJ",
                text=text,
            ),
            "--at",
        )


def _severity(text: str) -> Severity:
    for severity in SEVERITIES:
        if text == severity:
            return severity
    _refuse(
        "argument",
        say(
            "--fail-on: {text} is none of error, warning, note",
            "--fail-on : {text} n’est ni error, ni warning, ni note",
            text=text,
        ),
        "--fail-on",
    )


def _found(path: Path | None) -> Path:
    if path is not None:
        return path
    for name in ("cloison.yaml", "map"):
        if Path(name).exists():
            return Path(name)
    _refuse(
        "argument",
        say(
            "no map is named, and neither cloison.yaml nor map/ is here; `cloison init` writes a first one",
            "aucune carte n’est nommée, et ni cloison.yaml ni map/ n’est ici ; `cloison init` en écrit une première",
        ),
        "MAP",
    )


def _check_language(text: str) -> None:
    if text and text not in LANGS:
        _refuse(
            "argument",
            say("--lang: {text} is neither fr nor en", "--lang : {text} n’est ni fr ni en", text=text),
            "--lang",
        )


# ---------------------------------------------------------------- progress and output


class Progress:
    """Shows long work on stderr: nothing in its first second, nothing when stderr is no terminal."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._begun = self._last = time.monotonic()
        self._before = (0, 0)  # done and total when it was last told
        self._shown: Any = None  # rich's display and its task

    def tick(self, done: int, total: int) -> None:
        """Show ``done`` of ``total`` (0 where it is unknown) and the time left, five times a second at most."""
        if self._terminal and (seconds := self._due(done, total)):
            self._show(done, total, [_left(done, total, seconds)] if total else [f"{done:,}"])

    def packets(self, done: int, total: int, packets: int) -> None:
        """Show the bytes ``done`` of ``total`` (0: unknown), how fast they and their packets come, the time left."""
        if self._terminal and (seconds := self._due(done, total)):
            rates = [f"{_short(packets / seconds)} {_('packets/s', 'paquets/s')}"] if packets else []
            rates.append(f"{_short(done / seconds)}{_('B/s', 'o/s')}")
            self._show(done, total, [*rates, _left(done, total, seconds)] if total else rates)

    def clear(self) -> None:
        """Remove the line."""
        if self._shown:
            self._shown[0].stop()
            self._shown = None

    def _due(self, done: int, total: int) -> float:
        """Return the seconds since this work began, 0 when nothing is to be shown yet."""
        now = time.monotonic()
        if done < self._before[0] or total != self._before[1]:  # other work
            self.clear()
            self._begun = now
        self._before = (done, total)
        if now - self._begun < 1.0 or now - self._last < 0.2:
            return 0.0
        self._last = now
        return now - self._begun

    def _show(self, done: int, total: int, words: list[str]) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn
        from rich.progress import Progress as Display

        if not self._shown:
            parts = [BarColumn(), TaskProgressColumn()] if total else []
            display = Display(
                *parts, TextColumn("{task.fields[words]}"), console=Console(stderr=True), auto_refresh=False,
                transient=True,
            )  # fmt: skip
            display.start()
            self._shown = display, display.add_task("", total=total or None, words="")
        display, task = self._shown
        display.update(task, completed=done, words=" · ".join(words), refresh=True)


def _short(number: float) -> str:
    """Return a rate in three figures and a prefix."""
    prefixes = ["G", "M", "k", ""]
    while number >= 999.5 and len(prefixes) > 1:
        number /= 1000
        prefixes.pop()
    shown = f"{number:.3g}" if number < 100 else f"{number:.0f}"
    return f"{shown.replace('.', _('.', ','))} {prefixes[-1]}"


def _left(done: int, total: int, seconds: float) -> str:
    if not done:
        return ""
    minutes, rest = divmod(max(0, round(seconds * (total - done) / done)), 60)
    return _("{time} left", "reste {time}").format(time=f"{minutes // 60}:{minutes % 60:02}:{rest:02}")


_progress = Progress()


def _say(message: Message) -> None:
    """Write one line of a summary or a warning on stderr."""
    from cloison.diagrams.printable import no_command, printable

    _progress.clear()
    sys.stderr.write(no_command(printable(message.say(LANG))) + "\n")


def _unwritable(path: Path, problem: OSError) -> NoReturn:
    _refuse(
        "output",
        say(
            "{file} cannot be written: {why}",
            "{file} ne peut pas être écrit : {why}",
            file=str(path),
            why=why(problem),
        ),
        str(path),
    )


def _write(path: Path, parts: Iterable[bytes]) -> None:
    try:
        with path.open("wb") as file:
            file.writelines(parts)
    except OSError as problem:
        _unwritable(path, problem)


def _show(report: Report, output: Sequence[str] | None, wanted: str, *, default: str = "terminal") -> None:
    """Write the report in the outputs that ``--format`` or the names and suffixes of ``-o`` choose."""
    from cloison.diagrams.writing import instead_of_picture, targets

    _progress.clear()
    to_terminal = sys.stdout.isatty()
    for chosen, path in targets(output or ["-"], wanted, default):
        colour = path is None and to_terminal and "NO_COLOR" not in os.environ
        try:
            parts: Iterable[bytes] = (
                chosen.stream(report) if chosen.stream else (chosen.write(report, LANG, colour=colour),)
            )
        except MapError as refused:
            if path is not None and any(finding.rule == "no-layout" for finding in refused.findings):
                for other, text in instead_of_picture(report, path, LANG).items():
                    _write(other, (text,))
                    _say(say("{file} is written instead", "{file} est écrit à la place", file=str(other)))
            raise
        if path is not None:
            _write(path, parts)
            continue
        if chosen.binary and to_terminal:
            _refuse(
                "output",
                say(
                    "{name} is not text: name a file with -o",
                    "{name} n’est pas du texte : nommer un fichier avec -o",
                    name=chosen.name,
                ),
            )
        sys.stdout.flush()
        sys.stdout.buffer.writelines(parts)
        sys.stdout.buffer.flush()


def _summarise(report: Report, output: Sequence[str] | None, wanted: str) -> None:
    """Write the summary on stderr where the output itself is for machines or in a file."""
    if output or wanted not in ("", "terminal"):
        for message in report.summary:
            _say(message)


def _worst(findings: Sequence[Finding], fail_on: Severity) -> bool:
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return any(finding.severity in failing and finding.stands for finding in findings)


# ---------------------------------------------------------------- shared steps


def _network(path: Path, at: date) -> Network:
    from cloison.netmodel.language.read import read_map
    from cloison.netmodel.network import compile_network

    return compile_network(read_map(path, tick=_progress.tick), at, tick=_progress.tick)


def _frameworks(names: list[str]) -> tuple[str, ...]:
    from cloison.netmodel.assurance.assess import built_in_frameworks
    from cloison.netmodel.compiling.problems import near

    known = tuple(framework.name for framework in built_in_frameworks())
    problems = [
        input_error(
            "unknown-word",
            say("--framework: {name} is no known framework", "--framework : {name} n’est pas un référentiel connu",
                name=name),
            Ref("argument", "--framework"), remedy=near(name, known),
        )
        for name in names if name not in known
    ]  # fmt: skip
    if problems:
        raise MapError(tuple(problems))
    return tuple(names)


def _verified(network: Network, config: list[str], base: list[str]) -> Verification:
    from cloison.flows.configuring.load import read_all
    from cloison.flows.verify import strangers, verify

    strangers(network, config, base)
    configurations = read_all(config, network.assets, "--config", _progress.tick)
    before = read_all(base, network.assets, "--base", _progress.tick) if base else None
    return verify(network, configurations, before, _progress.tick)


# ---------------------------------------------------------------- commands


@app.command(cls=Command, help=_("Write a commented first map.", "Écrire une première carte commentée."))
def init(
    folder: Annotated[
        Path,
        typer.Argument(metavar=_("DIR", "DOSSIER"), help=_("Where to write it.", "Où l’écrire."), show_default=False),
    ] = Path(),
    lang: LangOption = "",
) -> int:
    """Write ``cloison.yaml`` into a folder that has none."""
    from cloison.netmodel.language.first_map import FIRST_MAP

    _check_language(lang)
    target = folder / "cloison.yaml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(FIRST_MAP.say(LANG))
    except FileExistsError:
        _refuse(
            "output",
            say(
                "{file} is there already; nothing was written",
                "{file} existe déjà ; rien n’a été écrit",
                file=str(target),
            ),
            str(target),
        )
    except OSError as problem:
        _unwritable(target, problem)
    _say(
        say(
            "{file} is written; next: cloison check {file}",
            "{file} est écrit ; ensuite : cloison check {file}",
            file=str(target),
        )
    )
    return HOLDS


@app.command(
    cls=Command,
    help=_("Check a map: validity, segmentation, clauses.", "Vérifier une carte : validité, cloisonnement, exigences."),
)
def check(
    path: MapArgument = None,
    config: ConfigOption = None,
    capture: CaptureOption = None,
    probe: ProbeOption = None,
    framework: FrameworkOption = None,
    at: AtOption = None,
    baseline: BaselineOption = None,
    require: RequireOption = None,
    accept: AcceptOption = None,
    format: FormatOption = "",  # noqa: A002 (the option's own name)
    output: OutputOption = None,
    fail_on: FailOnOption = "error",
    watch: WatchOption = False,
    lang: LangOption = "",
) -> int:
    """Check a map against every rule, and give each clause a status."""
    if watch:
        options = {"config": config, "capture": capture, "probe": probe, "framework": framework, "at": at,
                   "baseline": baseline, "require": require, "accept": accept, "format": format, "output": output,
                   "fail_on": fail_on, "lang": lang}  # fmt: skip
        return _watch(_watched(path, config or []), lambda: check(path, **options))  # type: ignore[arg-type]
    from cloison.netmodel.assurance.answer import check_report
    from cloison.netmodel.assurance.assess import assess, built_in_checks, built_in_frameworks
    from cloison.netmodel.assurance.baseline import compared, read_baseline
    from cloison.netmodel.assurance.required import known_words, required

    _check_language(lang)
    severity = _severity(fail_on)
    known_words(accept or [])
    day = _day(at)
    earlier = read_baseline(baseline) if baseline is not None else None
    wanted = _frameworks(framework or [])
    network = _network(_found(path), day)
    given = _given(network, _found(path), config, capture, probe)
    evidence, unread = given.evidence, given.code
    assessment = assess(evidence, built_in_checks(), built_in_frameworks(), _progress.tick, wanted)
    demanded = required(assessment.statuses, require or [], accept or [])
    comparison = compared(assessment.findings, earlier, evidence) if earlier is not None else None
    report = check_report(assessment, network, comparison, demanded)
    _show(report, output, format)
    _summarise(report, output, format)
    if _worst(report.findings, severity) or any(not item.holds and not item.undecided for item in demanded):
        return FINDINGS
    return UNDECIDED if assessment.undecided or any(item.undecided for item in demanded) else unread


class _Given(NamedTuple):
    """What the options of a command bring to the rules; ``code`` is ``UNDECIDED`` where some captures were not read."""

    evidence: Evidence
    verification: Verification | None
    audit: Audit | None
    history: Lineage | None
    code: int

    @property
    def permitted(self) -> Report | None:
        """What configurations permit, as ``verify`` tells it."""
        return self.verification.report() if self.verification is not None else None

    @property
    def seen(self) -> Report | None:
        """What captures show, as ``audit`` tells it."""
        from cloison.flows.audit import audit_report

        return audit_report(self.audit, self.evidence.network) if self.audit is not None else None


def _given(
    network: Network, path: Path, config: list[str] | None, capture: list[str] | None, probe: list[str] | None
) -> _Given:
    """Return the evidence of a map, its history, and the configurations and captures that were given."""
    from cloison.netmodel.assurance.evidence import Evidence

    evidence, verification, outcome, code = Evidence(network, network.at), None, None, HOLDS
    if config:
        from cloison.flows.effective import effective

        verification = _verified(network, config, [])
        evidence = replace(evidence, effective=effective(verification))
    if capture or probe:
        from cloison.flows.observe import observed

        outcome, code = _audited(network, capture or [], probe or [])
        evidence = replace(evidence, observed=observed(outcome))
    known = _history(network, path)
    if known is not None:
        evidence = replace(evidence, ancestors=known.digests, unsure=known.doubt)
    return _Given(evidence, verification, outcome, known, code)


def _last_review(network: Network) -> ReviewEntry | None:
    done = [review for review in network.model.reviews if review.on <= network.at]
    return max(done, key=lambda item: item.on, default=None)


def _history(network: Network, path: Path) -> Lineage | None:
    """Return what git knows of the version that the last review names; nothing where it names none, or today's."""
    last = _last_review(network)
    if last is None or not last.digest or last.digest == network.digest:
        return None
    from cloison.netmodel.lineage import lineage

    return lineage(path, network.files, last.digest, last.on, _progress.tick)


POLL = 0.05  # seconds between two looks at the files


def _watched(path: Path | None, config: Sequence[str]) -> list[Path]:
    """Return the files and folders whose changes are waited for: the map, and the configurations of devices."""
    return [_found(path), *(Path(word.partition("=")[2] or word) for word in config)]


def _watch(places: Sequence[Path], once: Callable[[], int]) -> int:
    """Do something, and again whenever one of the files changes; return what it came to when interrupted."""
    from cloison.netmodel.stamps import stamps

    code = HOLDS
    try:
        while True:
            seen, begun = stamps(places), time.monotonic()
            if sys.stdout.isatty():
                sys.stdout.write("\x1b[2J\x1b[H")  # a clean screen: what is there is of now
            try:
                code = once()
            except MapError as refused:
                _progress.clear()
                _refusal(refused.findings)
                code = UNUSABLE
            sys.stdout.flush()
            _say(say(
                "done in {seconds} s; {n} {n:file|files} watched, Ctrl-C ends",
                "fait en {seconds} s ; {n} {n:fichier suivi|fichiers suivis}, Ctrl-C termine",
                seconds=f"{time.monotonic() - begun:.2f}", n=len(seen),
            ))  # fmt: skip
            while stamps(places) == seen:
                time.sleep(POLL)
    except KeyboardInterrupt:
        return code


def _audited(network: Network, captures: list[str], probes: list[str]) -> tuple[Audit, int]:
    """Return the audit of captures, and ``UNDECIDED`` where some of them could not be read or decoded."""
    from cloison.flows.audit import Options
    from cloison.flows.audit import audit as judge

    outcome = judge(network, _captures(captures, probes, network, "", True, (300, 120, 30)), Options(),
                    tick=_progress.tick)  # fmt: skip
    code = outcome.read_code(0)
    if code != HOLDS:
        _say(say(
            "some of the captures could not be read or decoded: cloison audit counts what was not",
            "une partie des captures n’a pu être lue ou décodée : cloison audit compte ce qui ne l’a pas été",
        ))  # fmt: skip
    return outcome, code


@app.command(cls=Command, help=_("Draw a map with its findings.", "Dessiner une carte avec ses constats."))
def draw(
    path: MapArgument = None,
    output: OutputOption = None,
    view: Annotated[
        str,
        typer.Option(
            "--view",
            autocompletion=_offer(_views),
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

    _check_language(lang)
    if not output and not format:
        _refuse(
            "argument",
            say("name a file with -o, such as -o map.svg", "nommer un fichier avec -o, par exemple -o carte.svg"),
            "-o",
        )
    written = [entry.name for entry, _file in targets(output or ["-"], format, "svg")]
    if redact:
        only_pages(written)
    day = _day(at)

    def made(later: bool) -> tuple[Report, int]:
        network = _network(_found(path), day)
        given = _given(network, _found(path), config, capture, probe)
        assessment = assess(given.evidence, built_in_checks(), built_in_frameworks(), _progress.tick)
        report = draw_view(network, assessment.findings, view or "overview")
        if "html" in written:
            report = with_atlas(
                report, network, check_report(assessment, network), view, audit=given.seen, verify=given.permitted,
                redacted=redact, later=later, tick=_progress.tick,
            )  # fmt: skip
        return report, given.code

    def once() -> int:
        report, unread = made(False)
        _show(report, output, format)
        _summarise(report, output, format)
        return unread

    if not watch:
        return once()
    if "html" not in written:
        return _watch(_watched(path, config or []), once)
    if len(written) > 1:
        _refuse("argument", say(
            "--watch serves one page: write no other file beside it",
            "--watch sert une page : n’écrire aucun autre fichier avec elle",
        ), "--watch")  # fmt: skip
    _serve(_watched(path, config or []), made)
    return once()  # what is left is the map as it was last


def _serve(places: Sequence[Path], made: Callable[[bool], tuple[Report, int]]) -> None:
    """Serve a page and keep it in step with the map, until interrupted."""
    from cloison.diagrams.atlas.served import Server

    with Server(LANG) as server:
        _say(say("the page is at {url}", "la page est à {url}", url=server.url))

        def once() -> int:
            try:
                report, unread = made(True)
            except MapError as refused:
                server.refuse([f"{item.spans[0] if item.spans else ''} {item.message.say(LANG)}".strip()
                               for item in refused.findings[:20]])  # fmt: skip
                raise
            server.publish(report)
            return unread

        _watch(places, once)


@app.command(
    cls=Command,
    help=_(
        "Take an edited workbook of draw back. Without --write it only shows what would change.",
        "Reprendre un classeur de draw modifié. Sans --write, montre seulement ce qui changerait.",
    ),
)
def merge(
    path: RequiredMap,
    workbook: Annotated[
        Path,
        typer.Argument(
            metavar=_("WORKBOOK", "CLASSEUR"), help=_("The edited workbook.", "Le classeur modifié."), readable=False
        ),
    ],
    write: Annotated[
        bool,
        typer.Option("--write", help=_("Change the files of the map.", "Modifier les fichiers de la carte.")),
    ] = False,
    base: Annotated[
        Path | None,
        typer.Option(
            "--base",
            metavar=_("FILE", "FICHIER"),
            help=_(
                "An older copy of the workbook, as the base; the one hidden in it when left out.",
                "Une copie plus ancienne du classeur, comme base ; celle qu’il cache par défaut.",
            ),
            show_default=False,
            readable=False,
        ),
    ] = None,
    ours: Annotated[
        bool, typer.Option("--ours", help=_("In conflicts, keep the map's.", "En cas de conflit, garder la carte."))
    ] = False,
    theirs: Annotated[
        bool,
        typer.Option(
            "--theirs", help=_("In conflicts, take the workbook's.", "En cas de conflit, prendre le classeur.")
        ),
    ] = False,
    partial: Annotated[
        bool,
        typer.Option(
            "--partial",
            help=_(
                "Go on where some lines cannot be changed (made by a repeat, in a spreadsheet of the map).",
                "Continuer quand certaines lignes ne peuvent être changées (faites par une répétition, dans une "
                "feuille de calcul de la carte).",
            ),
        ),
    ] = False,
    at: AtOption = None,
    format: FormatOption = "",  # noqa: A002 (the option's own name)
    output: OutputOption = None,
    lang: LangOption = "",
) -> int:
    """Show what a workbook changes, or make the changes in the map's own files."""
    from cloison.netmodel.language.edit import write_files
    from cloison.netmodel.merge import merge as take_back

    _check_language(lang)
    if ours and theirs:
        _refuse("argument", say("--ours and --theirs: take one side", "--ours et --theirs : un seul côté"), "--ours")
    network = _network(path, _day(at))
    side: Literal["", "ours", "theirs"] = "ours" if ours else "theirs" if theirs else ""
    merged = take_back(network, path, workbook, base, side=side, partial=partial, lang=LANG)
    if write and merged.files:
        try:
            write_files(merged.files)
        except OSError as problem:
            _unwritable(Path(problem.filename or path), problem)
    _show(merged.report, output, format)
    _summarise(merged.report, output, format)
    if write and merged.files:
        _say(say("written: {files}", "écrit : {files}", files=tuple(map(str, merged.files))))
    return FINDINGS if merged.held_back or (merged.files and not write) else HOLDS


@app.command(
    cls=Command, help=_("Judge captures against the flow matrix.", "Juger des captures selon la matrice des flux.")
)
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

    _check_language(lang)
    severity = _severity(fail_on)
    network = _network(path, date.today())
    options = Options(vrf=vrf, every=every, allow_undecoded=allow_undecoded)
    taken = _captures(captures or [], probe or [], network, vrf, rare, (tcp_timeout, udp_timeout, other_timeout))
    outcome = judge(network, taken, options, tick=_progress.tick)
    report = audit_report(outcome, network, every=every)
    _show(report, output, format)
    _summarise(report, output, format)
    return outcome.exit_code(severity, allow_undecoded)


def _captures(
    files: list[str], probes: list[str], network: Network | None, vrf: str, rare: bool, timeouts: tuple[int, int, int]
) -> list[tuple[str, Capture]]:
    """Read the captures without a probe, then those made at each probe; every unreadable one is reported."""
    from cloison.captures.conversations import Timeouts
    from cloison.captures.read import read
    from cloison.flows.audit import refusals

    problems: list[Finding] = []
    wanted: list[tuple[str, str]] = [("", name) for name in files]
    for item in probes:
        name, sign, file = item.partition("=")
        if not name or not sign or not file:
            problems.append(
                _bad(
                    "--probe",
                    say("--probe {text}: write PROBE=FILE", "--probe {text} : écrire SONDE=FICHIER", text=item),
                )
            )
        else:
            wanted.append((name, file))
    if network is not None:
        problems += refusals(network, (name for name, _ in wanted), vrf)
    if not wanted and not problems:
        problems.append(
            _bad(
                "CAPTURE",
                say(
                    "no capture is named; - reads standard input",
                    "aucune capture n’est nommée ; - lit l’entrée standard",
                ),
            )
        )
    if problems:
        raise MapError(tuple(problems))
    limits = Timeouts(tcp=timeouts[0], udp=timeouts[1], other=timeouts[2])
    grouped: dict[str, list[str]] = {}
    for name, file in wanted:
        grouped.setdefault(name, []).append(file)
    return [
        (name, read(paths, timeouts=limits, rare=rare, tick=_progress.packets, announce=_say))
        for name, paths in grouped.items()
    ]


@app.command(
    cls=Command,
    help=_("Propose lines of the matrix from captures.", "Proposer des lignes de la matrice d’après des captures."),
)
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

    _check_language(lang)
    today = date.today()
    if path is None and (probe or vrf):
        _refuse(
            "argument",
            say("--probe and --vrf name parts of a map: give it with --map",
                "--probe et --vrf nomment des parties d’une carte : donnez-la avec --map"),
            "--map",
        )  # fmt: skip
    network = _network(path, today) if path is not None else None
    taken = _captures(captures or [], probe or [], network, vrf, rare, (tcp_timeout, udp_timeout, other_timeout))
    first = None
    if network is None:
        first = first_map([capture for _, capture in taken])
        network = compile_network(read_text(first.en, "learn"), today)
    outcome = judge(network, taken, Options(vrf=vrf), tick=_progress.tick)
    report = learn_report(outcome, propose(outcome), first)
    _show(report, output, format, default="map")
    for message in report.summary:
        _say(message)
    return outcome.read_code(0)


def _bad(argument: str, message: Message) -> Finding:
    return input_error("argument", message, Ref("argument", argument))


@app.command(
    cls=Command,
    help=_(
        "Compare firewall configurations with the flow matrix.",
        "Comparer des configurations de pare-feu à la matrice des flux.",
    ),
)
def verify(
    path: RequiredMap,
    config: ConfigOption = None,
    base: Annotated[
        list[str] | None,
        typer.Option(
            "--base",
            autocompletion=_offer(_with_function("filtering", "=")),
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
    _check_language(lang)
    severity = _severity(fail_on)
    network = _network(path, _day(at))
    if not config:
        missing = say(
            "no configuration is named: --config DEVICE=FILE",
            "aucune configuration n’est nommée : --config ÉQUIPEMENT=FICHIER",
        )
        _refuse("usage", missing, "--config")
    verification = _verified(network, config, base or [])
    report = verification.report()
    _show(report, output, format)
    _summarise(report, output, format)
    if verification.differs:
        return FINDINGS
    if verification.undecided:
        return UNDECIDED
    return FINDINGS if severity != "error" and _worst(report.findings, severity) else HOLDS


@app.command(
    cls=Command,
    help=_(
        "Write the filter configuration of a device out of the matrix.",
        "Écrire la configuration de filtrage d’un équipement à partir de la matrice.",
    ),
)
def generate(
    path: RequiredMap,
    device: Annotated[
        str,
        typer.Option(
            "--device",
            autocompletion=_offer(_with_function("filtering")),
            metavar=_("DEVICE", "ÉQUIPEMENT"),
            help=_("The asset that filters, as the map names it.", "Le bien qui filtre, tel que la carte le nomme."),
        ),
    ],
    dialect: Annotated[
        str,
        typer.Option(
            "--dialect",
            autocompletion=_offer(_targets),
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

    _check_language(lang)
    network = _network(path, _day(at))
    made = generate_device(network, device, dialect, _progress.tick)
    _progress.clear()
    if not made.equal:
        shown = output_named("terminal").write(made.verification.report(), LANG, colour=False)
        sys.stderr.write(shown.decode())
        _say(made.summary)
        return UNDECIDED
    if output is not None:
        for suffix, text in made.files.items():
            _write(output.with_name(output.name + suffix), (text.encode(),))
    else:
        sys.stdout.write(made.text)
    for message in (made.summary, *made.notes):
        _say(message)
    return HOLDS


@app.command(
    cls=Command,
    help=_(
        "Say which line authorises a flow, or why none does.", "Dire quelle ligne autorise un flux, ou pourquoi aucune."
    ),
)
def explain(
    path: RequiredMap,
    source: Annotated[
        str,
        typer.Option(
            "--from",
            autocompletion=_offer(_ends),
            metavar=_("END", "BOUT"),
            help=_("A name of the map, or an address.", "Un nom de la carte, ou une adresse."),
            show_default=False,
        ),
    ] = "",
    target: Annotated[
        str,
        typer.Option(
            "--to",
            autocompletion=_offer(_ends),
            metavar=_("END", "BOUT"),
            help=_("A name of the map, or an address.", "Un nom de la carte, ou une adresse."),
            show_default=False,
        ),
    ] = "",
    service: Annotated[
        str,
        typer.Option(
            "--service",
            autocompletion=_offer(_services),
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
            autocompletion=_offer(_vrfs),
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

    _check_language(lang)
    seen = bool(capture or probe)
    if seen and not config:
        _refuse("usage", say("--capture needs the configurations: --config DEVICE=FILE",
                             "--capture demande les configurations : --config ÉQUIPEMENT=FICHIER"))  # fmt: skip
    if bool(source) != bool(target) or not (source or seen):
        _refuse("usage", say("name both ends: --from and --to", "nommer les deux bouts : --from et --to"))
    network = _network(path, _day(at))
    verification = _verified(network, config, []) if config else None
    guards = guards_of(verification) if verification else ()
    if seen and verification is not None:
        from cloison.flows.audit import Options
        from cloison.flows.audit import audit as judge
        from cloison.flows.triangle import triangle, triangle_report

        taken = _captures(capture or [], probe or [], network, "", True, (300, 120, 30))
        outcome = judge(network, taken, Options(), tick=_progress.tick)
        asked = asked_of(ask(network, source, target, service, vrf)) if source else None
        report = triangle_report(triangle(network, verification, guards, outcome, asked), verification, outcome)
        _show(report, output, format)
        _summarise(report, output, format)
        return FINDINGS if _worst(report.findings, "error") else HOLDS
    explanation = explain_flow(network, source, target, service, vrf=vrf, guards=guards)
    report = explain_report(explanation, network)
    _show(report, output, format)
    _summarise(report, output, format)
    return HOLDS if explanation.authorised else FINDINGS


@app.command(
    cls=Command,
    help=_(
        "Say what a change of a map means: flows, paths, clauses, equipment, tenants.",
        "Dire ce que signifie un changement de carte : flux, chemins, exigences, équipements, commanditaires.",
    ),
)
def diff(
    old: VersionArgument,
    new: VersionArgument,
    view: ViewOption = "overview",
    framework: FrameworkOption = None,
    at: AtOption = None,
    format: FormatOption = "",  # noqa: A002 (the option's own name)
    output: OutputOption = None,
    fail_on: FailOnOption = "error",
    lang: LangOption = "",
) -> int:
    """Compare two versions of a map by what they mean."""
    from cloison.diagrams.scenes.changes import overlay
    from cloison.diagrams.writing import pictures
    from cloison.netmodel.assurance.assess import assess_network
    from cloison.netmodel.collector import without_collector
    from cloison.netmodel.comparing.answer import diff_report
    from cloison.netmodel.comparing.order import read_both
    from cloison.netmodel.comparison import compare
    from cloison.netmodel.language.revisions import versions

    _check_language(lang)
    severity, day, wanted = _severity(fail_on), _day(at), _frameworks(framework or [])
    asked = versions(old, new)
    with without_collector():
        networks = read_both(*asked, day, _progress.tick)
        judged = [(network, assess_network(network, _progress.tick, wanted)) for network in networks]
        comparison = compare(judged[0], judged[1], _progress.tick)
        report = diff_report(comparison, asked)
    files = output or ["-"]
    drawn = pictures(files, format, "terminal")
    if drawn:
        _show(replace(report, views=(overlay(comparison, view),)), drawn, format)
    told = [file for file in files if file not in drawn]
    if told:
        _show(report, told, format)
    _summarise(report, output, format)
    if _worst(report.findings, severity) or any(item.fails for item in comparison.clauses):
        return FINDINGS
    return HOLDS if comparison.whole and not comparison.undecided else UNDECIDED


@app.command(
    cls=Command,
    help=_(
        "List every rule and the clauses that it serves.", "Lister toutes les règles et les exigences qu’elles servent."
    ),
)
def rules(format: FormatOption = "", output: OutputOption = None, lang: LangOption = "") -> int:  # noqa: A002
    """List the rules."""
    from cloison.netmodel.assurance.answer import rules_report

    _check_language(lang)
    _show(rules_report(), output, format)
    return HOLDS


@app.command(
    cls=Command,
    help=_("Print the JSON Schema of the map, for editors.", "Afficher le schéma JSON de la carte, pour les éditeurs."),
)
def schema(output: OutputOption = None, lang: LangOption = "") -> int:
    """Print the map language's JSON Schema (draft-07)."""
    from cloison.netmodel.language.schema import json_schema
    from cloison.netmodel.report import Report

    _check_language(lang)
    _show(Report("schema", json_schema()), output, "json")
    return HOLDS


@app.command(
    cls=Command,
    help=_(
        'Print what makes a shell complete commands: eval "$(cloison completion bash)".',
        'Afficher ce qui fait compléter les commandes par un shell : eval "$(cloison completion bash)".',
    ),
)
def completion(
    shell: Annotated[
        str, typer.Argument(metavar="bash|zsh|fish", autocompletion=_shells, help=_("The shell.", "Le shell."))
    ],
    lang: LangOption = "",
) -> int:
    """Print the completion script of a shell."""
    _check_language(lang)
    if shell not in SHELLS:
        message = say("{shell} is none of bash, zsh, fish", "{shell} n’est ni bash, ni zsh, ni fish", shell=shell)
        _refuse("argument", message, shell)
    sys.stdout.write(SHELLS[shell])
    return HOLDS


@app.callback(invoke_without_command=True)
def _version(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help=_("Print the version.", "Afficher la version."))] = False,
) -> None:
    if version:
        sys.stdout.write(f"cloison {__version__}\n")
        raise typer.Exit(HOLDS)


# ---------------------------------------------------------------- the end of everything

# What the library of the command line says of a wrong one, and the same in French.
_USAGE = (
    (
        r"No such option: (\S+)(?: \(Possible options: (.+)\)| Did you mean (.+)\?)?$",
        "option inconnue : {0}",
        " ; les plus proches : {1}",
    ),
    (
        r"No such command '(.+?)'\.(?: Did you mean (?:one of: )?(.+)\?)?$",
        "commande inconnue : {0}",
        " ; la plus proche : {1}",
    ),
    (r"Missing argument '(.+)'\.", "argument manquant : {0}", ""),
    (r"Missing option '(.+)'\.", "option manquante : {0}", ""),
    (r"Missing command\.", "il manque la commande", ""),
    (r"Option '(.+)' requires an argument\.", "l’option {0} attend une valeur", ""),
    (r"Option '(.+)' does not take a value\.", "l’option {0} n’attend pas de valeur", ""),
    (r"Got unexpected extra arguments? \((.+)\)", "argument en trop : {0}", ""),
    (r"Got unexpected extra argument\(s\) \((.+)\)", "argument en trop : {0}", ""),
    (
        r"Invalid value for '(.+?)': Input should be greater than or equal to (\d+)$",
        "valeur refusée pour {0} : il faut au moins {1}",
        "",
    ),
    (r"Invalid value for '(.+?)': Input should be a valid integer", "valeur refusée pour {0} : il faut un entier", ""),
    (r"Invalid value for '(.+?)': (.+)", "valeur refusée pour {0} : {1}", ""),
)


def _usage_in_french(text: str) -> str:
    for pattern, french, more in _USAGE:
        found = re.match(pattern, text)
        if found:
            values = [value for value in found.groups() if value]
            shown = french if len(values) < 2 or "{1}" in french else french + more
            return shown.format(*values)
    return text

# ---------------------------------------------------------------- the annual review

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
review_app = typer.Typer(cls=Group, rich_markup_mode=None, add_completion=False, no_args_is_help=True)
app.add_typer(
    review_app,
    name="review",
    help=_("The annual review: open it, decide, close it.", "La revue annuelle : l’ouvrir, décider, la clore."),
)


def _matter(network: Network, path: Path, given: _Given, months: int, since: str) -> Matter:
    """Return what a review looks at."""
    from cloison.flows.reviewing.matter import Matter
    from cloison.netmodel.assurance.assess import assess, built_in_checks, built_in_frameworks

    assessment = assess(given.evidence, built_in_checks(), built_in_frameworks(), _progress.tick)
    return Matter(
        network, assessment, given.audit, given.verification, _earlier(path, network),
        _changes(path, network, since, given.history), months,
    )  # fmt: skip


def _decisions_path(path: Path, network: Network) -> Path:
    """Return where this year's decisions are: the first name that no recorded review has."""
    folder = (path if path.is_dir() else path.parent) / "reviews"
    taken = {review.decisions for review in network.model.reviews}
    for number in range(1, len(taken) + 2):
        name = f"{network.at.year}{f'-{number}' if number > 1 else ''}.csv"
        if f"reviews/{name}" not in taken:
            break
    return folder / name


def _changes(path: Path, network: Network, since: str, history: Lineage | None) -> Comparison | None:
    """Return what changed since a version, or since the last review where git has it; nothing where nobody knows."""
    from cloison.netmodel.assurance.assess import assess_network
    from cloison.netmodel.comparing.order import read_both
    from cloison.netmodel.comparison import compare
    from cloison.netmodel.language.revisions import Version, version

    here, last = Version(str(path), path), _last_review(network)
    if since:
        old = version(since, path)
    elif last is not None and last.digest == network.digest:
        old = here
    else:
        found = history.at(last.digest) if history is not None and last is not None else None
        if found is None:
            return None
        old = version(found.commit, path)
    networks = read_both(old, here, network.at, _progress.tick)
    judged = [(one, assess_network(one, _progress.tick)) for one in networks]
    return compare(judged[0], judged[1], _progress.tick)


def _earlier(path: Path, network: Network) -> Decisions | None:
    """Return the decisions of the last recorded review; nothing where it has none or they are not there any more."""
    from cloison.flows.reviewing.decisions import read_decisions

    done = [review for review in network.model.reviews if review.on <= network.at and review.decisions]
    if not done:
        return None
    file = (path if path.is_dir() else path.parent) / max(done, key=lambda item: item.on).decisions
    if not file.exists():
        _say(say(
            "the decisions of the last review, {file}, are not there",
            "les décisions de la dernière revue, {file}, sont introuvables", file=str(file),
        ))  # fmt: skip
        return None
    return read_decisions(file)


def _decided(file: Path, *, needed: bool) -> Decisions:
    from cloison.flows.reviewing.decisions import Decisions, read_decisions

    if not needed and not file.exists():
        return Decisions(str(file))
    return read_decisions(file)


def _save(made: Review, file: Path) -> None:
    """Write the table of decisions, whole or not at all."""
    from cloison.diagrams.decisions import decisions_csv, decisions_workbook
    from cloison.flows.review import decisions_table
    from cloison.flows.reviewing.decisions import COLUMNS, WORDS
    from cloison.netmodel.language.edit import write_files

    table, suffix = decisions_table(made), file.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        _refuse("output", say(
            "{file}: decisions are written as .csv or .xlsx", "{file} : les décisions s’écrivent en .csv ou .xlsx",
            file=str(file),
        ), str(file))  # fmt: skip
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if suffix == ".csv":
            data = decisions_csv(table, LANG)
        else:
            data = decisions_workbook(table, [*COLUMNS].index("decision") + 1, tuple(WORDS.values()), LANG)
        write_files({file: data})
    except OSError as problem:
        _unwritable(file, problem)


@review_app.command(
    "open",
    cls=Command,
    help=_(
        "Say what there is to look at, and write the table of decisions.",
        "Dire ce qu’il y a à examiner, et écrire le tableau des décisions.",
    ),
)
def review_open(
    path: MapArgument = None,
    decisions: DecisionsOption = None,
    config: ConfigOption = None,
    capture: CaptureOption = None,
    probe: ProbeOption = None,
    months: MonthsOption = 6,
    since: SinceOption = "",
    at: AtOption = None,
    format: FormatOption = "",  # noqa: A002 (the option's own name)
    output: OutputOption = None,
    lang: LangOption = "",
) -> int:
    """Open the annual review; what was decided before stays."""
    from cloison.flows.review import review, review_report

    _check_language(lang)
    where = _found(path)
    network = _network(where, _day(at))
    file = decisions or _decisions_path(where, network)
    known = _decided(file, needed=False)
    given = _given(network, where, config, capture, probe)
    matter = _matter(network, where, given, months, since)
    made = review(matter, known, _progress.tick)
    _save(made, file)
    report = review_report(made)
    _show(report, output, format)
    _summarise(report, output, format)
    _say(say("the decisions are to be made in {file}", "les décisions sont à prendre dans {file}", file=str(file)))
    return given.code


@review_app.command(
    cls=Command,
    help=_(
        "Decide item by item at the terminal, or many at once with --decision.",
        "Décider élément par élément au terminal, ou plusieurs à la fois avec --decision.",
    ),
)
def decide(
    path: MapArgument = None,
    decisions: DecisionsOption = None,
    item: Annotated[
        list[str] | None,
        typer.Option(
            "--item",
            metavar=_("PATTERN", "MOTIF"),
            help=_(
                "Items by name, * and ? for any characters; all that are undecided when left out.",
                "Éléments par leur nom, * et ? pour des caractères quelconques ; tous ceux non décidés par défaut.",
            ),
            show_default=False,
        ),
    ] = None,
    decision: Annotated[
        str,
        typer.Option(
            "--decision",
            metavar="keep|change|remove",
            help=_("Decide so for all of them.", "Décider ainsi pour tous."),
            show_default=False,
        ),
    ] = "",
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar=_("NAME", "NOM"), help=_("Who decides.", "Qui décide."), show_default=False),
    ] = None,
    reason: Annotated[
        str,
        typer.Option("--why", metavar=_("TEXT", "TEXTE"), help=_("Why.", "Pourquoi."), show_default=False),
    ] = "",
    at: AtOption = None,
    lang: LangOption = "",
) -> int:
    """Decide; the table is saved after each decision, so that it can be left and resumed."""
    from cloison.flows.review import review
    from cloison.flows.reviewing.deciding import chosen, decided

    _check_language(lang)
    where = _found(path)
    network = _network(where, _day(at))
    file = decisions or _decisions_path(where, network)
    known = _decided(file, needed=True)
    made = review(_matter(network, where, _given(network, where, None, None, None), 6, ""), known, _progress.tick)
    items = chosen(made.standing, item or [], every=bool(decision))
    if decision:
        made = decided(made, items, decision, tuple(by or ()), reason)
        _save(made, file)
        _say(say("{n} decided", "{n} {n:décidé|décidés}", n=len(items)))
    else:
        made = _walk(made, items, tuple(by or ()), file)
    left = made.standing.count("undecided") + made.standing.count("changed")
    _say(say("{n} left to decide in {file}", "il en reste {n} à décider dans {file}", n=left, file=str(file)))
    return UNDECIDED if left else HOLDS


def _walk(made: Review, items: Sequence[Item], by: tuple[str, ...], file: Path) -> Review:
    """Ask about one item after the other on the terminal; an empty answer leaves one for later, q leaves."""
    from cloison.diagrams.printable import no_command, printable
    from cloison.flows.review import points_of
    from cloison.flows.reviewing.deciding import decided
    from cloison.flows.reviewing.decisions import decision_word
    from cloison.flows.reviewing.said import item_said

    def ask(question: str) -> str | None:
        sys.stderr.write(question)
        sys.stderr.flush()
        line = sys.stdin.readline()
        return line.strip() if line else None

    about = points_of(made)
    for number, item in enumerate(items, 1):
        lines = [f"[{number}/{len(items)}] {item.id}: {item_said(item, made.matter.network).say(LANG)} ({item.span})"]
        lines += [f"    {message.say(LANG)}" for message in about.get(item.id, ())]
        sys.stderr.write("".join(no_command(printable(line)) + "\n" for line in lines))
        word = None
        while word is None:
            answer = ask(_("keep, change, remove, Enter for later, q to leave: ",
                           "maintenir, modifier, supprimer, Entrée pour plus tard, q pour quitter : "))  # fmt: skip
            if answer is None or answer == "q":
                return made
            if not answer:
                break
            word = decision_word(answer)
        if word is None:
            continue
        who = by
        while not who:
            answer = ask(_("by whom: ", "par qui : "))
            if answer is None:
                return made
            who = tuple(name for name in map(str.strip, answer.split(",")) if name)
        reason: str | None = ""
        while not reason:
            reason = ask(_("why: ", "pourquoi : "))
            if reason is None:
                return made
            if word == "keep":
                break
        made = decided(made, [item], word, who, reason or "")
        _save(made, file)
        by = who
    return made


@review_app.command(
    cls=Command,
    help=_(
        "Close the review: record it in the map and write its dossier; refused while anything is undecided.",
        "Clore la revue : la consigner dans la carte et écrire son dossier ; refusé tant qu’il reste à décider.",
    ),
)
def close(
    path: MapArgument = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by", metavar=_("NAME", "NOM"), help=_("Who reviewed; again for others.", "Qui a revu ; répéter."),
            show_default=False,
        ),
    ] = None,
    decisions: DecisionsOption = None,
    dossier: Annotated[
        Path | None,
        typer.Option(
            "--dossier",
            metavar=_("DIR", "DOSSIER"),
            help=_(
                "Where to write the dossier; beside the decisions, under their name, when left out.",
                "Où écrire le dossier ; à côté des décisions, sous leur nom, par défaut.",
            ),
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
    capture: CaptureOption = None,
    probe: ProbeOption = None,
    months: MonthsOption = 6,
    since: SinceOption = "",
    at: AtOption = None,
    lang: LangOption = "",
) -> int:
    """Close a review in which everything is decided."""
    from cloison.diagrams.atlas.scenes import with_atlas
    from cloison.diagrams.dossier import dossier as made_dossier
    from cloison.diagrams.drawing import draw as draw_view
    from cloison.flows.review import decisions_table, review, review_report
    from cloison.flows.reviewing.closing import recorded
    from cloison.flows.reviewing.standing import refusals
    from cloison.netmodel.assurance.answer import check_report
    from cloison.netmodel.language.edit import write_files

    _check_language(lang)
    if not any(name.strip() for name in by or ()):
        _refuse("argument", say("--by: say who reviewed", "--by : dire qui a revu"), "--by")
    if "-" in (capture or []):
        _refuse("argument", say(
            "--capture -: a review is closed on files, whose digests are kept",
            "--capture - : une revue se clôt sur des fichiers, dont on garde les empreintes",
        ), "--capture")  # fmt: skip
    names = tuple(name.strip() for name in by or () if name.strip())
    where = _found(path)
    network = _network(where, _day(at))
    file = decisions or _decisions_path(where, network)
    known = _decided(file, needed=True)
    given = _given(network, where, config, capture, probe)
    matter = _matter(network, where, given, months, since)
    made = review(matter, known, _progress.tick)
    open_ones = refusals(made.standing)
    if open_ones:
        _progress.clear()
        _refusal(open_ones)
        _say(say(
            "the review is not closed: {n} {n:item stands|items stand} in its way",
            "la revue n’est pas close : {n} {n:élément s’y oppose|éléments s’y opposent}", n=len(open_ones),
        ))  # fmt: skip
        return FINDINGS if any(one.rule != "undecided" for one in open_ones) else UNDECIDED
    home = where if where.is_dir() else where.parent
    target, record = recorded(network, names, os.path.relpath(file, home).replace(os.sep, "/"))
    closing = say("closed on {on} by {by}", "close le {on} par {by}", on=network.at, by=names)
    report = review_report(made)
    checked = check_report(matter.assessment, network)
    drawing = with_atlas(draw_view(network, matter.assessment.findings), network, checked, "", tick=_progress.tick)
    files = made_dossier(report, checked, drawing, decisions_table(made), closing, LANG)
    folder = dossier or file.with_suffix("")
    named = [word if Path(word).exists() else word.partition("=")[2] for word in (*(config or []), *(probe or []))]
    inputs = [*network.files, file, *_files_of(named), *_files_of(capture or [])]
    _save_dossier(folder, files, network, names, [item for item in inputs if not item.is_dir()])
    try:
        write_files({target: record})
    except OSError as problem:
        _unwritable(target, problem)
    for message in report.summary:
        _say(message)
    _say(say("the review is recorded in {file}; its dossier is {folder}",
             "la revue est consignée dans {file} ; son dossier est {folder}",
             file=str(target), folder=str(folder)))  # fmt: skip
    return given.code


def _files_of(words: Sequence[str]) -> Iterable[Path]:
    """Yield files, and those in folders."""
    for word in words:
        path = Path(word)
        yield from sorted(path.rglob("*")) if path.is_dir() else (path,)


def _save_dossier(
    folder: Path, files: Mapping[str, bytes], network: Network, names: Sequence[str], inputs: Sequence[Path]
) -> None:
    import json

    from cloison.flows.reviewing.closing import MANIFEST, SUMS, manifest, sums

    told = manifest(network, names, inputs, files)
    every = {**files, MANIFEST: json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n"}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        _unwritable(folder, problem)
    for name, data in {**every, SUMS: sums(every)}.items():
        _write(folder / name, (data,))



def _refusal(findings: Sequence[Finding]) -> None:
    """Show every reason why an input cannot be used, each with its place."""
    from cloison.diagrams.printable import no_command, printable

    lines = []
    for finding in findings:
        place = f"{finding.spans[0]}: " if finding.spans else ""
        lines.append(f"{place}{finding.message.say(LANG)} [{finding.rule}]")
        lines += [f"    {_('see also', 'voir aussi')} {span}" for span in finding.spans[1:]]
        if finding.remedy:
            lines.append(f"    {finding.remedy.say(LANG)}")
    sys.stderr.write("".join(no_command(printable(line)) + "\n" for line in lines))


def _run() -> int:
    try:
        return int(app(prog_name="cloison", standalone_mode=False) or HOLDS)
    except MapError as refused:
        _progress.clear()
        _refusal(refused.findings)
        return UNUSABLE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left: nothing more to say
        return HOLDS
    except (KeyboardInterrupt, typer.Abort):
        _progress.clear()
        sys.stderr.write(_("interrupted", "interrompu") + "\n")
        return UNUSABLE
    except Exception as fault:
        _progress.clear()
        if isinstance(fault, type(typer.BadParameter("")).__mro__[1]):  # any wrong command line
            text = fault.format_message()  # type: ignore[attr-defined]
            help_text = "\n" in text  # no argument at all: the help
            sys.stderr.write((text if help_text else _usage_in_french(text) if LANG == "fr" else text) + "\n")
            return UNUSABLE
        if "CLOISON_DEBUG" in os.environ:
            raise
        sys.stderr.write(
            _(
                "cloison itself failed ({0}: {1}); nothing was decided. CLOISON_DEBUG=1 shows where.",
                "cloison a échoué ({0} : {1}) ; rien n’a été conclu. CLOISON_DEBUG=1 montre où.",
            ).format(type(fault).__name__, fault)
            + "\n"
        )
        return UNDECIDED


def main() -> NoReturn:
    """Run the command line and exit with its code; no traceback reaches a user."""
    sys.exit(_run())


if __name__ == "__main__":
    main()
