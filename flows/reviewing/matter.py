"""What a review looks at, and what a topic of its agenda is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cloison.netmodel.finding import Message, Ref, Span, Text

if TYPE_CHECKING:
    from cloison.flows.auditing.account import Audit
    from cloison.flows.reviewing.decisions import Decisions
    from cloison.flows.verify import Verification
    from cloison.netmodel.assurance.assess import Assessment
    from cloison.netmodel.comparison import Comparison
    from cloison.netmodel.network import Network

MONTHS = 6  # without a conversation before a line counts as unused, where nobody says otherwise
SOON = 90  # days before its end in which a line, a waiver or a declaration is looked at


@dataclass(frozen=True, slots=True)
class Matter:
    """A map and its assessment; with captures their audit, with configurations their verification.

    ``earlier`` are the decisions of the last review, ``changes`` what makes the map another than it was then;
    ``months`` says how long a line may go unseen.
    """

    network: Network
    assessment: Assessment
    audit: Audit | None = None
    verification: Verification | None = None
    earlier: Decisions | None = None
    changes: Comparison | None = None
    months: int = MONTHS


@dataclass(frozen=True, slots=True)
class Point:
    """Something to look at: what it is about and what is said of it; ``count`` lines of one fragment are one point."""

    subject: Ref
    message: Message
    spans: tuple[Span, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the agenda.

    ``absent`` says why it cannot be looked at (no capture was given, say), or nothing; ``points`` gives what there is
    to look at, in the order of the map. ``place`` orders topics.
    """

    name: str
    place: int
    title: Text
    why: Text
    points: Callable[[Matter], Iterable[Point]]
    absent: Callable[[Matter], Text | None] = lambda _: None


def without_captures(matter: Matter) -> Text | None:
    """Return why a topic of what was seen cannot be looked at."""
    if matter.audit is not None:
        return None
    return Text("no capture was given (--capture)", "aucune capture n’a été donnée (--capture)")
