"""Print the map language's JSON Schema."""

from __future__ import annotations

from cloison.terminal.command import HOLDS, Command
from cloison.terminal.language import _
from cloison.terminal.options import LangOption, OutputOption
from cloison.terminal.output import show
from cloison.terminal.refusals import check_language


def schema(output: OutputOption = None, lang: LangOption = "") -> int:
    """Print the map language's JSON Schema (draft-07)."""
    from cloison.netmodel.language.schema import json_schema
    from cloison.netmodel.report import Report

    check_language(lang)
    show(Report("schema", json_schema()), output, "json")
    return HOLDS


COMMAND = Command(
    "schema",
    _("Print the JSON Schema of the map, for editors.", "Afficher le schéma JSON de la carte, pour les éditeurs."),
    schema,
)
