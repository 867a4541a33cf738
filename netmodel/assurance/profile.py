"""What a cryptographic profile is: the versions, suites, groups and algorithms that a recommendation accepts for one
protocol."""

from __future__ import annotations

from dataclasses import dataclass, field

from cloison.netmodel.finding import Text


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one document says of algorithms, by their names on the wire.

    ``accepted`` is None where the document, or what is kept of a conversation, leaves it undecided. ``source`` is the
    document, its version and its rule; ``why`` how the rule applies. ``until`` is the last year for which it accepts:
    what is seen later is refused; 0: no end.
    """

    names: tuple[str, ...]
    accepted: bool | None
    source: str
    why: Text
    until: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """One recommendation, in one edition; a line names it in ``encryption.profile``.

    ``protocols`` are the protocols on the wire that it speaks of, each with the versions accepted (words of that
    protocol). ``suites`` and ``groups`` are the numbers accepted, recommended or tolerated; empty: not restricted.
    ``rulings`` decide by name, each name once; of another name nothing is said.
    ``source`` says which document, so that a reader can check.
    """

    name: str
    title: Text
    source: str
    protocols: dict[str, frozenset[str]]
    suites: frozenset[int] = field(default=frozenset())
    groups: frozenset[int] = field(default=frozenset())
    rulings: tuple[Ruling, ...] = ()

    def refuses(self, algorithm: str, year: int) -> bool:
        """Return whether it does not accept an algorithm that was seen in a year."""
        for ruling in self.rulings:
            if algorithm in ruling.names:
                return ruling.accepted is False or 0 < ruling.until < year
        return False
