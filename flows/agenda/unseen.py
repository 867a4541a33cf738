"""Lines that nobody used, as far as the captures tell: of what none of them shows, only that it is not known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from cloison.flows.reviewing.lines import at_line
from cloison.flows.reviewing.matter import Matter, Point, Topic, without_captures
from cloison.flows.reviewing.sight import sight
from cloison.netmodel.finding import Text, say

_SECOND = 1_000_000_000


def _points(matter: Matter) -> Iterator[Point]:
    audit = matter.audit
    assert audit is not None
    count, last = audit.seen
    limit = _months_before(matter.network.at, matter.months)
    begin, end = _day(audit.window[0]), _day(audit.window[1])
    live, shown = set(audit.live_lines), sight(audit)
    for number, name in enumerate(audit.matrix.lines):
        line = matter.network.line[name]
        if not line.live:
            continue
        if number not in live:
            yield at_line(line, say(
                "was not in force when the captures were made: whether it is used is not known",
                "n’était pas en vigueur lors des captures : rien ne dit si elle sert",
            ))  # fmt: skip
        elif not count[number] and audit.refuted[number]:
            yield at_line(line, say(
                "seen only otherwise than it says: {n} {n:conversation|conversations}",
                "vue seulement autrement qu’elle ne le dit : {n} {n:conversation|conversations}",
                n=int(audit.refuted[number]),
            ))  # fmt: skip
        elif not count[number] and not shown.shows(line):
            yield at_line(line, say(
                "no capture shows both of its ends: whether it is used is not known",
                "aucune capture ne montre ses deux extrémités : rien ne dit si elle sert",
            ))  # fmt: skip
        elif not count[number]:
            yield at_line(line, say(
                "never seen in captures from {begin} to {end}", "jamais vue dans les captures du {begin} au {end}",
                begin=begin, end=end,
            ))  # fmt: skip
        elif (seen := _day(int(last[number]))) < limit:
            yield at_line(line, say("last seen on {seen}", "vue pour la dernière fois le {seen}", seen=seen))


def _day(moment: int) -> date:
    return datetime.fromtimestamp(moment // _SECOND, UTC).date()


def _months_before(day: date, months: int) -> date:
    """Return the day so many months earlier; the last of its month where that has no such day, or the first of all."""
    place = day.year * 12 + day.month - 1 - months
    if place < date.min.year * 12:
        return date.min
    for number in range(day.day, 27, -1):
        try:
            return date(place // 12, place % 12 + 1, number)
        except ValueError:
            continue
    return date(place // 12, place % 12 + 1, day.day)


TOPIC = Topic(
    name="unseen",
    place=40,
    title=Text("Lines never seen, or not for months", "Lignes jamais vues, ou plus vues depuis des mois"),
    why=Text(
        "An authorisation that nobody uses is an opening for whoever comes. A capture tells only of its probes and its "
        "period: silence there proves nothing, and asks for an answer.",
        "Une autorisation dont personne ne se sert est une ouverture pour qui viendra. Une capture ne parle que de ses "
        "sondes et de sa période : son silence ne prouve rien, et appelle une réponse.",
    ),
    points=_points,
    absent=without_captures,
)
