"""Lines that authorise more than was seen of them."""

from __future__ import annotations

from collections.abc import Iterator

from cloison.flows.auditing.narrower import Narrower, narrower
from cloison.flows.reviewing.lines import at_line
from cloison.flows.reviewing.matter import Matter, Point, Topic, without_captures
from cloison.netmodel.finding import Message, Text, Value, say


def _points(matter: Matter) -> Iterator[Point]:
    assert matter.audit is not None
    for number, enough in sorted(narrower(matter.audit).items()):
        line = matter.network.line[matter.audit.matrix.lines[number]]
        for message in _parts(enough):
            yield at_line(line, message)


def _parts(enough: Narrower) -> Iterator[Message]:
    if enough.sources:
        yield say("only {seen} {n:was|were} seen to use it", "{n:seul s’en est servi|seuls s’en sont servis} {seen}",
                  seen=_few(enough.sources), n=len(enough.sources))  # fmt: skip
    if enough.targets:
        yield say("only {seen} {n:was|were} reached by it", "{n:seul a été joint|seuls ont été joints} {seen}",
                  seen=_few(enough.targets), n=len(enough.targets))  # fmt: skip
    if enough.services:
        yield say("only {seen} {n:was|were} used", "{n:seul a servi|seuls ont servi} {seen}",
                  seen=_few(enough.services), n=len(enough.services))  # fmt: skip


def _few(names: tuple[str, ...], most: int = 8) -> Value:
    return names if len(names) <= most else (*names[:most], f"… +{len(names) - most}")


TOPIC = Topic(
    name="broader",
    place=50,
    title=Text("Lines broader than what was seen", "Lignes plus larges que ce qui a été vu"),
    why=Text(
        "The least that is needed is what clause 13.2.a asks for; a whole subnet or a range of ports where one is used "
        "deserves a question.",
        "Le strict nécessaire est ce que demande l’exigence 13.2.a ; un sous-réseau entier ou une plage de ports là où "
        "un seul sert mérite une question.",
    ),
    points=_points,
    absent=without_captures,
)
