"""What a page for an auditor says, as plain values for its template: every text printable, nothing escaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cloison.diagrams.cells import cell_said
from cloison.diagrams.grouping import Group, counts_said, grouped, heading_said, waiver_said
from cloison.diagrams.phrases import DECIDED, GRAPHS, KINDS, RESULTS, SEVERITIES_SAID, SIGNS
from cloison.diagrams.printable import clipped, printable
from cloison.diagrams.proof import step_said, steps_said
from cloison.diagrams.sources import source_entries
from cloison.diagrams.statuses import STATUS
from cloison.netmodel.assurance.framework import KIND_WORDS
from cloison.netmodel.finding import Finding, Lang, Span
from cloison.netmodel.report import Absent, Asked, Declared, Report, Status, Table

SHOWN = 500  # findings of one rule; the others are counted
LINES = 14  # of an entry of the map
WIDEST = 400  # characters of a source line
ABSENT = 10  # absent data that are named
LINKED = 12  # findings that a clause links to
ROWS = 5000  # of a table
WORD, TEXT, EDGE = 20, 160, 6  # characters of a column on paper: of its longest word and text at most, of its edges
Values = dict[str, Any]
Sources = Mapping[tuple[str, int], tuple[str, ...]]
Cites = Mapping[str, tuple[str, str]]  # the anchor and the title of a clause


def page_values(report: Report, lang: Lang) -> Values:
    """Return the values of the template ``report.html``."""
    groups = grouped(report)
    named = report.data.get("map")
    cites = _cites(report, lang)
    shown = [one for group in groups for one in group.findings[:SHOWN]]
    anchors = {one.fingerprint for one in shown}
    sources = source_entries([span for one in shown for span in _spans(one)], LINES)
    placed: set[str] = set()  # two findings of one fingerprint have one anchor
    statuses = Counter(item.status for item in report.statuses)
    rules = {rule.name for rule in report.rules}
    return {
        "lang": lang,
        "title": printable(report.title or report.command),
        "marking": printable(report.marking),
        "at": printable(str(report.data.get("at", ""))),
        "digest": printable(str(named.get("digest", ""))) if isinstance(named, Mapping) else "",
        "summary": [printable(item.say(lang)) for item in report.summary],
        "counts": _counts(report.findings, lang),
        "statuses": [
            {"word": word, "sign": look.sign, "title": look.title.say(lang), "n": statuses[word]}
            for word, look in STATUS.items()
            if statuses[word]
        ],
        "groups": [_group(group, number, sources, cites, placed, lang) for number, group in enumerate(groups, 1)],
        "frameworks": list(_frameworks(report, anchors, cites, lang)),
        "declared": [
            _declared(item, item.declared, cites, lang) for item in report.statuses if item.declared is not None
        ],
        "waived": [
            {
                "id": one.fingerprint,
                "rule": printable(one.rule),
                "message": printable(one.message.say(lang)),
                "by": printable(one.waiver.by),
                "until": one.waiver.until.isoformat(),
                "why": printable(one.waiver.why),
            }
            for one in report.findings
            if one.waiver is not None
        ],
        "rules": [_rule(rule, lang) for rule in report.rules],
        "tables": [_table(table, lang) for table in report.tables if not (rules and table.id == "rules")],
    }


def _counts(findings: Sequence[Finding], lang: Lang) -> list[Values]:
    return [
        {"severity": severity or "waived", "sign": SIGNS[severity], "said": said}
        for severity, said in counts_said(findings, lang)
    ]


def _group(group: Group, number: int, sources: Sources, cites: Cites, placed: set[str], lang: Lang) -> Values:
    left = SHOWN
    pairs = []
    for pair in group.pairs:
        found = []
        for one in pair.findings[: max(left, 0)]:
            found.append(_finding(one, sources, cites, lang) | {"first": one.fingerprint not in placed})
            placed.add(one.fingerprint)
        left -= len(pair.findings)
        if found:
            zones = printable(heading_said(pair, group, lang))
            pairs.append({"zones": zones, "n": len(pair.findings), "findings": found})
    asked = group.asked
    return {
        "id": f"r{number}",
        "rule": printable(group.rule),
        "title": printable(asked.title.say(lang)) if asked else "",
        "why": printable(asked.why.say(lang)) if asked else "",
        "counts": _counts(group.findings, lang),
        "clauses": _cited(group.clauses, cites),
        "pairs": pairs,
        "more": max(0, len(group.findings) - SHOWN),
    }


def _cites(report: Report, lang: Lang) -> Cites:
    """Return the anchor and the title of each clause; of two frameworks with a clause of one name, the first's."""
    cites: dict[str, tuple[str, str]] = {}
    for item in report.statuses:
        cites.setdefault(item.clause, (f"c{len(cites) + 1}", printable(item.title.say(lang))))
    return cites


def _cited(clauses: Sequence[str], cites: Cites) -> list[Values]:
    return [
        {"clause": printable(clause), "anchor": anchor, "title": title}
        for clause in clauses
        for anchor, title in (cites.get(clause, ("", "")),)
    ]


def _finding(one: Finding, sources: Sources, cites: Cites, lang: Lang) -> Values:
    severity = one.severity if one.stands else None
    steps = one.witness.steps if one.witness else ()
    packet = steps_said(one.witness, lang)[len(steps) :]
    told = {step.span for step in steps if step.span}
    return {
        "id": one.fingerprint,
        "severity": severity or "waived",
        "sign": SIGNS[severity],
        "said": SEVERITIES_SAID[severity].say(lang),
        "message": printable(one.message.say(lang)),
        "places": [_place(span, sources) for span in one.spans[:1]],
        "others": [printable(str(span)) for span in one.spans[1:] if span not in told],
        "clauses": _cited(one.clauses, cites),
        "graph": GRAPHS[one.graph].say(lang),
        "path": bool(one.witness and one.witness.kind == "path"),
        "steps": [
            {
                "said": printable(step_said(step, lang)),
                "place": _place(step.span, {} if step.span in one.spans[:1] else sources) if step.span else None,
            }
            for step in steps
        ],
        "packet": [printable(line) for line in packet],
        "remedy": printable(one.remedy.say(lang)) if one.remedy else "",
        "waiver": printable(waiver_said(one, lang)),
    }


def _spans(one: Finding) -> list[Span]:
    steps = one.witness.steps if one.witness else ()
    return [*one.spans[:1], *(step.span for step in steps if step.span)]


def _place(span: Span, sources: Sources) -> Values:
    """Return a place and its lines, each parted before, at and after what the span names."""
    lines = sources.get((span.file, span.line), ())
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    shown = []
    for at, line in enumerate(lines):
        start, end = _marked(span, line, margin) if not at else (0, 0)
        text = line[margin:]
        parts = [text[:start], text[start:end], text[end:WIDEST] + ("…" if len(text) > WIDEST else "")]
        shown.append({"number": span.line + at, "parts": [printable(part) for part in parts]})
    return {"said": printable(str(span)), "lines": shown}


def _marked(span: Span, line: str, margin: int) -> tuple[int, int]:
    """Return where the part that a span names begins and ends in a line without its margin; nowhere for all of it."""
    start = span.column - 1 - margin
    if span.column <= 0 or start < 0 or span.end_line not in (0, span.line) or span.end_column <= span.column:
        return 0, 0
    end = min(span.end_column - 1 - margin, len(line) - margin, WIDEST)
    return (start, end) if 0 <= start < end else (0, 0)


def _frameworks(report: Report, anchors: set[str], cites: Cites, lang: Lang) -> Iterator[Values]:
    titles = {item.name: item.title.say(lang) for item in report.frameworks}
    taken: set[str] = set()  # two frameworks may have a clause of one name
    for name in dict.fromkeys(item.framework for item in report.statuses):
        items = [item for item in report.statuses if item.framework == name]
        rows = []
        for item in items:
            anchor = "" if item.clause in taken else cites[item.clause][0]
            rows.append(_status(item, anchors, lang) | {"anchor": anchor})
            taken.add(item.clause)
        yield {"title": printable(titles.get(name, name)), "items": rows}


def _declared(item: Status, declared: Declared, cites: Cites, lang: Lang) -> Values:
    return {
        "cited": _cited((item.clause,), cites)[0],
        "title": printable(item.title.say(lang)),
        "status": STATUS[declared.status].title.say(lang),
        "now": STATUS[item.status].title.say(lang),
        "by": printable(declared.by),
        "on": declared.on.isoformat(),
        "until": declared.until.isoformat() if declared.until is not None else "",
        "evidence": printable(declared.evidence),
    }


def _status(item: Status, anchors: set[str], lang: Lang) -> Values:
    look = STATUS[item.status]
    return {
        "clause": printable(item.clause),
        "title": printable(item.title.say(lang)),
        "paraphrase": printable(item.paraphrase.say(lang)) if item.paraphrase else "",
        "word": item.status,
        "sign": look.sign,
        "status": look.title.say(lang),
        "kind": printable(item.kind),
        "evidence": KINDS[item.kind].say(lang) if item.kind in KINDS else printable(item.kind),
        "graphs": ", ".join(GRAPHS[graph].say(lang) if graph in GRAPHS else printable(graph) for graph in item.graphs),
        "reason": printable(item.reason.say(lang)),
        "rests": DECIDED[item.decided_by].say(lang),
        "links": [name for name in item.findings if name in anchors][:LINKED],
        "more": max(0, len(item.findings) - LINKED),
    }


def _rule(rule: Asked, lang: Lang) -> Values:
    return {
        "name": printable(rule.name),
        "title": printable(rule.title.say(lang)),
        "result": RESULTS[rule.result].say(lang),
        "word": rule.result,
        "seen": printable(rule.seen.say(lang)) if rule.seen else "",
        "clauses": ", ".join(map(printable, rule.clauses)),
        "missing": [_missing(one, lang) for one in rule.missing[:ABSENT]],
        "more": max(0, len(rule.missing) - ABSENT),
    }


def _missing(one: Absent, lang: Lang) -> str:
    kind = KIND_WORDS.get(one.subject.kind)
    return printable(f"{one.datum.say(lang)} ({kind.say(lang) if kind else one.subject.kind} {one.subject.id})")


def _table(table: Table, lang: Lang) -> Values:
    names = [printable(column.say(lang)) for column in table.columns]
    rows = [[clipped(cell_said(cell, lang), 2000) for cell in row] for row in table.rows[:ROWS]]
    return {
        "id": table.id,
        "title": printable(table.title.say(lang)),
        "columns": list(zip(names, _shares(names, rows), strict=True)),
        "rows": rows,
        "more": max(0, len(table.rows) - ROWS),
    }


def _shares(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return how many hundredths of a page's width each column of a table gets on paper: 100 in steps of 5.

    A column gets what its longest word takes; what is left goes to those whose texts are longer than that.
    """
    columns = [*zip(names, *rows, strict=True)]
    words = [min(max(len(word) for text in column for word in text.split() or ("",)), WORD) + EDGE
             for column in columns]  # fmt: skip
    texts = [min(max(map(len, column)), TEXT) + EDGE for column in columns]
    left = max(0, 100 - sum(words))
    more = [text - word for text, word in zip(texts, words, strict=True)]
    wanted = [word + left * extra / (sum(more) or 1) for word, extra in zip(words, more, strict=True)]
    return _rounded([20 * one / sum(wanted) for one in wanted], 20)


def _rounded(parts: Sequence[float], whole: int) -> list[int]:
    """Return twentieths as hundredths, at least one each, that make up the whole: the largest remainders go up."""
    found = [max(1, int(part)) for part in parts]
    order = sorted(range(len(parts)), key=lambda at: (found[at] - parts[at], at))
    for at in order[: max(0, whole - sum(found))]:
        found[at] += 1
    while sum(found) > whole and max(found) > 1:
        found[found.index(max(found))] -= 1
    return [5 * one for one in found]
