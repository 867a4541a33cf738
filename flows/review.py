"""The annual review of a map: its agenda, its table of decisions, and whether it can be closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cloison.flows import agenda as topics
from cloison.flows.reviewing.decisions import COLUMNS, WORDS, Decisions
from cloison.flows.reviewing.items import Item, Items, items_of
from cloison.flows.reviewing.matter import Matter, Point, Topic
from cloison.flows.reviewing.said import item_said
from cloison.flows.reviewing.standing import Standing, standing
from cloison.netmodel.finding import Message, Ref, Text, say
from cloison.netmodel.registry import load
from cloison.netmodel.report import Report, Table

SCHEMA = "cloison.review/1"
Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A topic of the agenda and what there is to look at; ``absent`` says why it could not be looked at."""

    topic: Topic
    points: tuple[Point, ...]
    absent: Text | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """A review: its matter, its agenda, what is to be decided and where that stands."""

    matter: Matter
    agenda: tuple[Asked, ...]
    items: Items
    standing: Standing
    decisions: Decisions


def review(matter: Matter, decisions: Decisions, tick: Tick | None = None) -> Review:
    """Return the review of a map by the decisions that are made so far."""
    items = items_of(matter.network)
    entries: Sequence[Topic] = sorted(load(topics, "TOPIC").values(), key=lambda topic: topic.place)
    asked = []
    for done, topic in enumerate(entries):
        if tick is not None:
            tick(done, len(entries))
        absent = topic.absent(matter)
        points = () if absent is not None else _folded(topic.points(matter), items)
        asked.append(Asked(topic, points, absent))
    if tick is not None:
        tick(len(entries), len(entries))
    return Review(matter, tuple(asked), items, standing(items, decisions), decisions)


def _folded(points: Iterable[Point], items: Items) -> tuple[Point, ...]:
    """Return the points, those that say the same of several lines of one fragment as one that counts them."""
    found: dict[Any, Point] = {}
    for number, point in enumerate(points):
        item = items.of_line.get(point.subject.id) if point.subject.kind == "line" else None
        if item is None or item.kind == "line":
            found[number] = point
            continue
        key = (item.id, point.message.text, tuple(map(str, point.message.values.values())))
        known = found.get(key)
        found[key] = (
            replace(point, subject=Ref("fragment", item.id)) if known is None else replace(known, count=known.count + 1)
        )
    return tuple(found.values())


def points_of(made: Review) -> Mapping[str, tuple[Message, ...]]:
    """Return what the agenda says of each item that is decided, by its id."""
    found: dict[str, list[Message]] = {}
    for asked in made.agenda:
        for point in asked.points:
            name = _item_of(point, made.items)
            if name is not None:
                found.setdefault(name, []).append(point.message)
    return {name: tuple(messages) for name, messages in found.items()}


def _item_of(point: Point, items: Items) -> str | None:
    kind, name = point.subject.kind, point.subject.id
    if kind == "waiver":
        return next((items.waivers[span] for span in point.spans if span in items.waivers), None)
    item = items.of_line.get(name) if kind == "line" else items.by_id.get(name) if kind == "fragment" else None
    return item.id if item is not None else None


def decisions_table(made: Review, *, kept: bool = False) -> Table:
    """Return the table of decisions, a row an item, then those of what is there no more.

    Columns that people added come last. With ``kept`` what there is to look at stays as the table that was read says
    it: it was opened with captures, say, and this review was not.
    """
    known = made.decisions
    about: dict[str, Any] = {**points_of(made), **(known.points if kept else {})}
    rows: list[tuple[Any, ...]] = []
    for item, decision, how in made.standing.items.values():
        stale = how == "changed"
        rows.append((
            item.id, item_said(item, made.matter.network), _joined(about.get(item.id, ())),
            WORDS[decision.word] if decision is not None and not stale else "",
            decision.by if decision is not None and not stale else (),
            decision.why if decision is not None and not stale else "",
            item.state if decision is None or stale else decision.state,
        ))  # fmt: skip
    rows += [
        (one.item, say("no longer in the map", "n’est plus dans la carte"), "", WORDS[one.word], one.by, one.why,
         one.state)
        for one in made.standing.gone
    ]  # fmt: skip
    title = Text("Decisions", "Décisions")
    more = tuple(Text(name, name) for name in known.more)
    cells = tuple((*row, *known.notes.get(row[0], ("",) * len(more))) for row in rows)
    return Table("decisions", title, (*COLUMNS.values(), *more), cells)


def _joined(messages: Sequence[Message] | str) -> Text | str:
    if isinstance(messages, str):
        return messages
    if not messages:
        return ""
    return Text("; ".join(one.say("en") for one in messages), " ; ".join(one.say("fr") for one in messages))


def review_report(made: Review) -> Report:
    """Return what ``cloison review`` answers: the agenda by topic, the decisions and where they stand."""
    network = made.matter.network
    stand = made.standing
    return Report(
        "review",
        {
            "schema": SCHEMA,
            "at": network.at.isoformat(),
            "map": {"name": network.model.name, "digest": network.digest},
            "agenda": [_asked_data(asked) for asked in made.agenda],
            "decisions": [_item_data(*entry) for entry in stand.items.values()],
            "gone": [
                {"item": one.item, "decision": one.word, "by": list(one.by), "why": one.why} for one in stand.gone
            ],
        },
        tables=(
            _overview(made), *_captures(made.matter), *(_agenda_table(asked) for asked in made.agenda if asked.points),
            *_changes(made.matter), *_outcomes(made),
        ),
        summary=tuple(_summary(made)),
        marking=network.model.marking,
        title=network.model.name,
    )  # fmt: skip


def _outcomes(made: Review) -> tuple[Table, ...]:
    """Return what follows of the decisions: what is to be changed or removed, and what was."""
    stand = made.standing
    rows = [
        (item.id, WORDS[decision.word], decision.by, decision.why,
         Text("to be done", "à faire") if how == "to-do" else Text("done: it says something else now",
                                                                   "fait : cela dit autre chose maintenant"))
        for item, decision, how in stand.items.values()
        if decision is not None and (how == "to-do" or (how == "decided" and decision.word == "change"))
    ]  # fmt: skip
    rows += [
        (one.item, WORDS[one.word], one.by, one.why, Text("no longer in the map", "n’est plus dans la carte"))
        for one in stand.gone
    ]
    title = Text("What follows of the decisions", "Suites des décisions")
    columns = *(COLUMNS[name] for name in ("item", "decision", "by", "why")), Text("where it stands", "où cela en est")
    return (Table("outcomes", title, columns, tuple(rows)),) if rows else ()


def _captures(matter: Matter) -> tuple[Table, ...]:
    """Return which captures were looked at, their period, and what of them was not decoded."""
    from cloison.flows.auditing.tables import ledger_table, source_table

    if matter.audit is None:
        return ()
    return tuple(table for table in (source_table(matter.audit), ledger_table(matter.audit)) if table.rows)


def _changes(matter: Matter) -> tuple[Table, ...]:
    from cloison.netmodel.comparing.tables import tables

    return () if matter.changes is None else tables(matter.changes)


def _asked_data(asked: Asked) -> dict[str, Any]:
    return {
        "topic": asked.topic.name,
        "title": asked.topic.title.en,
        "looked_at": asked.absent is None,
        "absent": asked.absent.en if asked.absent is not None else "",
        "points": [
            {
                "subject": {"kind": point.subject.kind, "id": point.subject.id},
                "message": point.message.say("en"),
                "count": point.count,
                "locations": [{"file": span.file, "line": span.line, "column": span.column, "sheet": span.sheet,
                               "packet": span.packet} for span in point.spans],
            }
            for point in asked.points
        ],
    }  # fmt: skip


def _item_data(item: Item, decision: Any, how: str) -> dict[str, Any]:
    return {
        "item": item.id,
        "kind": item.kind,
        "lines": list(item.lines),
        "state": item.state,
        "standing": how,
        "decision": decision.word if decision is not None else None,
        "by": list(decision.by) if decision is not None else [],
        "why": decision.why if decision is not None else "",
    }


def _agenda_table(asked: Asked) -> Table:
    counted = any(point.count > 1 for point in asked.points)
    rows = tuple(
        (point.subject.id, point.message, *((point.count,) if counted else ()), tuple(map(str, point.spans)))
        for point in asked.points
    )
    return Table(
        f"agenda-{asked.topic.name}", asked.topic.title,
        (Text("object", "objet"), Text("what there is to look at", "ce qu’il y a à examiner"),
         *((Text("lines", "lignes"),) if counted else ()), Text("place", "emplacement")),
        rows,
    )  # fmt: skip


def _overview(made: Review) -> Table:
    rows = [
        (asked.topic.title, len(asked.points) if asked.absent is None else "", asked.absent or "", asked.topic.why)
        for asked in made.agenda
    ]
    return Table(
        "topics", Text("Agenda", "Ordre du jour"),
        (Text("topic", "sujet"), Text("points", "points"), Text("not looked at", "non examiné"),
         Text("why", "pourquoi")),
        tuple(rows),
    )  # fmt: skip


def _summary(made: Review) -> Iterable[Message]:
    stand = made.standing
    yield say(
        "{points} {points:point|points} to look at in {topics} {topics:topic|topics}; {absent} not looked at",
        "{points} {points:point|points} à examiner en {topics} {topics:sujet|sujets} ; {absent} {absent:non "
        "examiné|non examinés}",
        points=sum(len(asked.points) for asked in made.agenda),
        topics=sum(bool(asked.points) for asked in made.agenda),
        absent=sum(asked.absent is not None for asked in made.agenda),
    )
    yield say(
        "{n} to decide: {decided} decided, {todo} to be changed or removed, {undecided} undecided, {changed} changed "
        "since they were decided",
        "{n} à décider : {decided} {decided:décidé|décidés}, {todo} à modifier ou supprimer, {undecided} "
        "{undecided:non décidé|non décidés}, {changed} {changed:modifié|modifiés} depuis leur décision",
        n=len(stand.items),
        decided=stand.count("decided"),
        todo=stand.count("to-do"),
        undecided=stand.count("undecided"),
        changed=stand.count("changed"),
    )
    if made.matter.audit is not None:
        from cloison.flows.auditing.summary import words

        yield from words(made.matter.audit)
