"""What a shell offers while a command is being written."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cloison.netmodel.finding import LANGS, SEVERITIES, MapError
from cloison.terminal.evidence import read_network
from cloison.terminal.refusals import found_map

if TYPE_CHECKING:
    from cloison.netmodel.network import Network


COMPLETION = "_CLOISON_COMPLETE"  # the variable by which a shell asks


_PLAIN = re.compile(r"[\w./@:+=-]+")  # a name that a shell reads as itself: nothing else is offered


_SMALL = 1 << 20  # bytes of a map that is read at the press of a key

if COMPLETION in os.environ:
    from typer.completion import get_completion_inspect_parameters

    get_completion_inspect_parameters()  # it alone makes the shells known, and leaves the help as it is


def offer(names: Callable[[str], Iterable[str]]) -> Callable[[str], list[str]] | None:
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
    path = found_map(next(named, None))
    files = [path] if path.is_file() else list(path.iterdir())
    return read_network(path, date.today()) if sum(file.stat().st_size for file in files) <= _SMALL else None


def output_names(incomplete: str) -> Iterable[str]:
    """Return the outputs' names."""
    from cloison.diagrams import outputs
    from cloison.netmodel.registry import load

    return load(outputs, "OUTPUT")


def view_names(incomplete: str) -> Iterable[str]:
    """Yield the views' names, and of one that is written the names that it takes."""
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


def framework_names(incomplete: str) -> Iterable[str]:
    """Return the frameworks' names."""
    from cloison.netmodel.assurance.assess import built_in_frameworks

    return (framework.name for framework in built_in_frameworks())


def target_names(incomplete: str) -> Iterable[str]:
    """Return the languages that configurations are written in."""
    from cloison.flows import targets
    from cloison.netmodel.registry import load

    return load(targets, "TARGET")


def asset_names(function: str, sign: str = "") -> Callable[[str], Iterable[str]]:
    """Return what offers the assets of the map that have a function, each followed by a sign."""

    def names(incomplete: str) -> Iterable[str]:
        network = _known_map()
        assets = network.assets.values() if network else ()
        return (f"{facts.id}{sign}" for facts in assets if function in facts.functions and not facts.cluster)

    return names


def end_names(incomplete: str) -> Iterable[str]:
    """Yield what may be an end of a flow in the map."""
    network = _known_map()
    if network is None:
        return
    model = network.model
    yield from (*model.zones, *model.subnets, *model.assets, *model.endpoints, *model.groups)
    asset, slash, _ = incomplete.partition("/")
    if slash and asset in network.assets:
        yield from (f"{asset}/{name}" for name in network.assets[asset].interfaces)


def service_names(incomplete: str) -> Iterable[str]:
    """Return the services' names, of the catalogue and the map."""
    from cloison.netmodel.space.catalogue import CATALOGUE

    network = _known_map()
    return (*CATALOGUE, *(network.model.services if network else ()))


def vrf_names(incomplete: str) -> Iterable[str]:
    """Return the VRFs of the map."""
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


severities = offer(lambda _incomplete: SEVERITIES)


langs = offer(lambda _incomplete: LANGS)


shells = offer(lambda _incomplete: SHELLS)
