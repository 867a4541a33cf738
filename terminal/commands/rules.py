"""List the rules."""

from __future__ import annotations

from cloison.terminal.command import HOLDS, Command
from cloison.terminal.language import _
from cloison.terminal.options import FormatOption, LangOption, OutputOption
from cloison.terminal.output import show
from cloison.terminal.refusals import check_language


def rules(format: FormatOption = "", output: OutputOption = None, lang: LangOption = "") -> int:  # noqa: A002
    """List the rules."""
    from cloison.netmodel.assurance.answer import rules_report

    check_language(lang)
    show(rules_report(), output, format)
    return HOLDS


COMMAND = Command(
    "rules",
    _("List every rule and the clauses that it serves.", "Lister toutes les règles et les exigences qu’elles servent."),
    rules,
)
