"""What the command line refuses before any work, each with its reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NoReturn

from cloison.netmodel.finding import LANGS, SEVERITIES, Finding, MapError, Message, Ref, Severity, input_error, say
from cloison.netmodel.system import why


def refuse(rule: str, message: Message, subject: str = "") -> NoReturn:
    """Refuse an argument, or an output."""
    raise MapError((input_error(rule, message, Ref("argument", subject)),))


def bad(argument: str, message: Message) -> Finding:
    """Return the refusal of an argument, for those that are told together."""
    return input_error("argument", message, Ref("argument", argument))


def unwritable(path: Path, problem: OSError) -> NoReturn:
    """Refuse to go on where a file cannot be written."""
    refuse(
        "output",
        say(
            "{file} cannot be written: {why}",
            "{file} ne peut pas être écrit : {why}",
            file=str(path),
            why=why(problem),
        ),
        str(path),
    )


def day_of(text: str | None) -> date:
    """Return the date of ``--at``, today where there is none."""
    if text is None:
        return date.today()
    try:
        if len(text) != len("2026-01-31"):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        refuse(
            "argument",
            say(
                "--at: “{text}” is not a date; write YYYY-MM-DD",
                "--at : « {text} » n’est pas une date ; écrire AAAA-MM-JJ",
                text=text,
            ),
            "--at",
        )


def severity_of(text: str) -> Severity:
    """Return the severity of ``--fail-on``."""
    for severity in SEVERITIES:
        if text == severity:
            return severity
    refuse(
        "argument",
        say(
            "--fail-on: {text} is none of error, warning, note",
            "--fail-on : {text} n’est ni error, ni warning, ni note",
            text=text,
        ),
        "--fail-on",
    )


def found_map(path: Path | None) -> Path:
    """Return the map that was named, else the one that is here."""
    if path is not None:
        return path
    for name in ("cloison.yaml", "map"):
        if Path(name).exists():
            return Path(name)
    refuse(
        "argument",
        say(
            "no map is named, and neither cloison.yaml nor map/ is here; `cloison init` writes a first one",
            "aucune carte n’est nommée, et ni cloison.yaml ni map/ n’est ici ; `cloison init` en écrit une première",
        ),
        "MAP",
    )


def check_language(text: str) -> None:
    """Refuse a language that there is not; the one that is spoken is known before any argument is read."""
    if text and text not in LANGS:
        refuse(
            "argument",
            say("--lang: {text} is neither fr nor en", "--lang : {text} n’est ni fr ni en", text=text),
            "--lang",
        )
