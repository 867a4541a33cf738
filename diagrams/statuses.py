"""How the status of a clause is said: a sign, words and a terminal's style, never colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cloison.netmodel.finding import MapError, Ref, Text, input_error, say
from cloison.netmodel.report import Report, Status, StatusWord


@dataclass(frozen=True, slots=True)
class StatusLook:
    """A status as a sign, words and a style of rich."""

    sign: str
    title: Text
    style: str


STATUS: Mapping[StatusWord, StatusLook] = {
    "conformant": StatusLook("✓", Text("conformant", "conforme"), "green"),
    "non-conformant": StatusLook("✗", Text("non-conformant", "non conforme"), "bold red"),
    "partial": StatusLook("◐", Text("partial", "partiel"), "yellow"),
    "not-evaluated": StatusLook("?", Text("not evaluated", "non évalué"), "magenta"),
    "not-applicable": StatusLook("–", Text("not applicable", "sans objet"), "dim"),
    "declared": StatusLook("✎", Text("declared", "déclaré"), "cyan"),
    "waived": StatusLook("~", Text("waived", "dérogation"), "yellow"),
}


def without_statuses(output: str, command: str) -> MapError:
    """Return the refusal of an output of clauses where a report has no clause."""
    message = say(
        "{output} writes the statuses of clauses, and {command} gives none",
        "{output} écrit les statuts des exigences, et {command} n’en donne pas",
        output=output, command=command,
    )  # fmt: skip
    return MapError((input_error("no-statuses", message, Ref("output", output)),))


def by_framework(report: Report) -> Mapping[Text, tuple[Status, ...]]:
    """Return the statuses of each framework by its title, in the order in which they come."""
    titles = {item.name: item.title for item in report.frameworks}
    groups: dict[Text, tuple[Status, ...]] = {}
    for item in report.statuses:
        title = titles.get(item.framework) or Text(item.framework, item.framework)
        groups[title] = (*groups.get(title, ()), item)
    return groups
