"""A proposed map as its own text, ready to be saved beside others."""

from __future__ import annotations

from cloison.diagrams.output import Output
from cloison.netmodel.finding import Lang, MapError, Ref, Text, input_error, say
from cloison.netmodel.report import Report


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    if report.proposed is None:
        raise MapError(
            (
                input_error(
                    "no-map",
                    say("{command} proposes no map", "{command} ne propose aucune carte", command=report.command),
                    Ref("output", "map"),
                ),
            )
        )
    return report.proposed.say(lang).encode("utf-8")


OUTPUT = Output(
    "map",
    Text("proposed map, for `learn`", "carte proposée, pour `learn`"),
    (".yaml", ".yml"),
    "application/yaml",
    _write,
)
