"""Files of a device -> its configuration: bounded reading, the dialect recognised, never an empty pass."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from cloison.flows import firewalls
from cloison.flows.configuration import Configuration, Dialect, File, Tick
from cloison.netmodel import registry
from cloison.netmodel.collector import without_collector
from cloison.netmodel.finding import Finding, MapError, Message, Ref, Span, input_error, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.system import why

MOST_BYTES = 256 << 20
"""The largest configuration that is read: a hundred megabytes of rules fit, a disk image does not."""
MOST_TERMS = 4_000_000
"""The most terms that all stages of a device may hold together; a list on many interfaces is many terms."""

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def dialects() -> Mapping[str, Dialect]:
    """Return the dialects by name."""
    return registry.load(firewalls, "DIALECT")


def load(path: Path) -> File:
    """Return a file's text; raises ``MapError`` when it cannot be read, is empty, too large or no text."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as problem:
        raise _refused(path, say("It cannot be read: {why}", "Illisible : {why}", why=why(problem))) from None
    if len(data) > MOST_BYTES:
        raise _refused(path, say("It is larger than {most} MB", "Plus de {most} Mo", most=MOST_BYTES >> 20))
    text = _decoded(data)
    if text is None:
        raise _refused(path, say("It is no text", "Ce n’est pas du texte"))
    if not text.strip():
        raise _refused(
            path,
            say("It is empty: nothing can be concluded from it", "Il est vide : rien ne peut en être conclu"),
        )
    return File(str(path), text.replace("\r\n", "\n").replace("\r", "\n"))


def read(files: Sequence[File], wanted: str = "", tick: Tick = lambda done, total: None) -> Configuration:
    """Return the configuration that the files of one device hold together.

    ``wanted`` names a dialect, else it is recognised. Raises ``MapError`` for a file that no dialect recognises, or
    that another than the first one's does, and for what the dialect refuses.
    """
    refused: list[Finding] = []
    chosen: Dialect | None = dialects()[wanted] if wanted else None
    for file in files:
        if chosen is not None and chosen.recognises(file):
            continue
        own = next((item for item in registry.each(firewalls, "DIALECT") if item.recognises(file)), None)
        if own is None or wanted:
            refused.append(_error(file.name, _unknown(dialects(), wanted)))
        elif chosen is not None:
            refused.append(_error(file.name, say(
                "It is written in {own}, another file of the device in {other}",
                "Il est écrit en {own}, un autre fichier de l’équipement en {other}",
                own=own.name, other=chosen.name)))  # fmt: skip
        else:
            chosen = own
    if refused or chosen is None:
        raise MapError(tuple(refused))
    with without_collector():
        found = counted(chosen.read(files, tick), files[0])
        return replace(found, text="\n".join(file.text for file in files))


def counted(found: Configuration, file: File) -> Configuration:
    """Return a configuration with a statement that was counted, and not too many terms; else raises ``MapError``."""
    terms = sum(
        len(stage.terms) for stages in (found.forward, found.input, found.output) for stage in stages or ()
    )  # fmt: skip
    if terms > MOST_TERMS:
        raise MapError((_error(file.name, say(
            "It makes {terms} terms; more than {most} are not compared",
            "Il fait {terms} termes ; au-delà de {most}, rien n’est comparé",
            terms=terms, most=MOST_TERMS)),))  # fmt: skip
    if not found.understood + found.harmless + len(found.undecided):
        raise MapError((_error(file.name, say(
            "It holds no statement: nothing can be concluded from it",
            "Il n’a aucune instruction : rien ne peut en être conclu")),))  # fmt: skip
    return found


def _decoded(data: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                return None
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # comments of old devices; every byte is a character of it


def _unknown(known: Mapping[str, Dialect], wanted: str) -> Message:
    if wanted:
        return say("It is not written in {wanted}", "Il n’est pas écrit en {wanted}", wanted=wanted)
    return say(
        "No dialect recognises it; known: {known}", "Aucun dialecte ne le reconnaît ; connus : {known}",
        known=tuple(known),
    )  # fmt: skip


def _error(name: str, message: Message) -> Finding:
    return input_error("configuration", message, Ref("configuration", name), Span(name))


def _refused(path: Path, message: Message) -> MapError:
    return MapError((_error(str(path), message),))


def read_all(
    wanted: Sequence[str], known: Collection[str], option: str = "--config", tick: Tick = lambda done, total: None
) -> dict[str, Configuration]:
    """Return the configurations that ``DEVICE=PATH`` arguments name, by device; raises ``MapError`` with every reason.

    A device named twice has several files, and so has one whose path is a folder (its regular, not hidden files). A
    folder without a device holds one file or folder a device, named by it, whatever the suffix; ``known`` are the
    devices that it may hold.
    """
    problems: list[Finding] = []
    paths: dict[str, list[Path]] = {}
    for text in wanted:
        device, sign, name = text.partition("=")
        if sign and device and name:
            paths.setdefault(device, []).extend(_inside(Path(name)))
        elif Path(text).is_dir():
            for path in sorted(Path(text).iterdir()):
                if path.name.startswith("."):
                    continue
                device = _device(path, known)
                if device:
                    paths.setdefault(device, []).extend(_inside(path))
                else:
                    near = nearest(path.stem, known) or tuple(known)[:6]
                    problems.append(_error(str(path), say(
                        "It is named by no asset of the map; nearest: {near}",
                        "Aucun bien de la carte ne porte ce nom ; le plus proche : {near}", near=near)))  # fmt: skip
        else:
            problems.append(input_error("usage", say(
                "{option} {text}: write DEVICE=FILE, or a folder of files named by devices",
                "{option} {text} : écrire ÉQUIPEMENT=FICHIER, ou un dossier de fichiers nommés par équipement",
                option=option, text=text), Ref("argument", option)))  # fmt: skip
    found: dict[str, Configuration] = {}
    for device, files in paths.items():
        try:
            if not files:
                raise _refused(Path(device), say("No file of it was found", "Aucun fichier n’en a été trouvé"))
            found[device] = read([load(path) for path in files], tick=tick)
        except MapError as refused:
            problems += refused.findings
    if problems:
        raise MapError(tuple(problems))
    return found


def _inside(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(item for item in path.iterdir() if item.is_file() and not item.name.startswith("."))


def _device(path: Path, known: Collection[str]) -> str:
    """Return the device that a file or folder is named by: its whole name, or what is before a dot."""
    name = path.name
    while name:
        if name in known:
            return name
        name, dot, _ = name.rpartition(".")
        if not dot:
            return ""
    return ""
