"""The report's data: the contract for machines, the same bytes for the same inputs."""

from __future__ import annotations

import json
import re
from datetime import date, datetime

from cloison.diagrams.output import Output
from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.report import Report

# control, bidirectional, invisible and surrogate characters that JSON itself leaves as they are
MISLEADING = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]")


def _write(report: Report, lang: Lang, *, colour: bool = False) -> bytes:
    text = json.dumps(report.data, ensure_ascii=False, indent=2, default=_plain)
    return (MISLEADING.sub(_escape, text) + "\n").encode("utf-8")


def _plain(value: object) -> object:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not a plain value")


def _escape(found: re.Match[str]) -> str:
    """What could mislead a terminal as JSON's own escapes; such characters stand in strings only."""
    units = found.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


OUTPUT = Output("json", Text("data for machines", "données pour les machines"), (".json",), "application/json", _write)
