"""The command line speaks both languages, and no word of the other is left over."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from in_process import Done

from cloison.netmodel.registry import load
from cloison.terminal import commands

COMMANDS = ("", *load(commands, "COMMAND"))
ENGLISH = re.compile(r"\b(Usage:|Options:|Arguments:|Commands:|Show this|default:|required|The map|Write|Judge)\b")
FRENCH = re.compile(r"(Utilisation|Usage :|Options :|Commandes|Affiche|La carte|obligatoire)")


WRONG = [
    (("chek",), "No such command 'chek'", "commande inconnue : chek"),
    (("check", "--hlp"), "No such option: --hlp", "option inconnue : --hlp"),
    (("check", "--lang"), "requires an argument", "attend une valeur"),
    (("check", "a", "b"), "unexpected extra argument", "argument en trop : b"),
    (("audit",), "Missing argument 'MAP'", "argument manquant : CARTE"),
    (("generate", "map"), "Missing option '--device'", "option manquante : --device"),
    (("explain", "map"), "name both ends: --from and --to", "nommer les deux bouts : --from et --to"),
    (("audit", "m", "c", "--tcp-timeout", "x"), "Invalid value for '--tcp-timeout'", "valeur refusée"),
    (("check", "--at", "2026-02-30"), "“2026-02-30” is not a date", "« 2026-02-30 » n’est pas une date"),
    (("check", "--fail-on", "all"), "none of error, warning, note", "n’est ni error, ni warning, ni note"),
    (("check", "--lang", "de"), "neither fr nor en", "n’est ni fr ni en"),
]
MANY = """
import json, sys
from pathlib import Path
import in_process
from cloison.terminal import language
for words in json.load(sys.stdin):
    done = in_process.run(Path.cwd(), *words, lang=language.LANG)
    print(json.dumps([words, done.returncode, done.stdout, done.stderr]))
"""


def started(words: list[str], locale: str, given: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in ("LC_MESSAGES", "LANG")}
    return subprocess.run(
        [sys.executable, *words], input=given, capture_output=True, text=True, check=False,
        env={**environment, "LC_ALL": locale, "PYTHONPATH": str(Path(__file__).parent)},
    )  # fmt: skip


@cache
def in_locale(locale: str) -> dict[tuple[str, ...], Done]:
    """Return what each command line of these tests does in a locale: one process, since it speaks one language."""
    every = [[*command.split(), "--help"] for command in COMMANDS] + [words for words, *_ in WRONG]
    done = started(["-c", MANY], locale, json.dumps(every))
    assert done.returncode == 0, done.stderr
    told = map(json.loads, done.stdout.splitlines())
    return {tuple(words): Done(code, out, err) for words, code, out, err in told}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_in_french(command: str) -> None:
    done = in_locale("fr_FR.UTF-8")[*command.split(), "--help"]
    assert done.returncode == 0, done.stderr
    assert "Usage :" in done.stdout
    assert not ENGLISH.search(done.stdout), done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_in_english(command: str) -> None:
    done = in_locale("C.UTF-8")[*command.split(), "--help"]
    assert done.returncode == 0, done.stderr
    assert "Usage:" in done.stdout
    assert not FRENCH.search(done.stdout), done.stdout


@pytest.mark.parametrize(("words", "english", "french"), WRONG)
def test_a_wrong_command_line_is_refused_in_both(words: tuple[str, ...], english: str, french: str) -> None:
    for locale, text in (("C.UTF-8", english), ("fr_FR.UTF-8", french)):
        done = in_locale(locale)[words]
        assert done.returncode == 2, done.stdout
        assert text in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


def test_the_option_wins_over_the_locale() -> None:
    done = started(["-m", "cloison.cli", "check", "--lang", "fr", "nowhere.yaml"], "C.UTF-8")
    assert done.returncode == 2
    assert "nowhere.yaml" in done.stderr
    assert re.search(r"n['’]existe pas|introuvable|aucun fichier|absent", done.stderr), done.stderr
