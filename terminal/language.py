"""The language of what is shown: of ``--lang``, else of the locale."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from cloison.netmodel.finding import LANGS, Lang


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
