"""What a cryptographic profile is: the versions, suites and groups that a recommendation accepts for one protocol."""

from __future__ import annotations

from dataclasses import dataclass, field

from cloison.netmodel.finding import Text


@dataclass(frozen=True, slots=True)
class Profile:
    """One recommendation, in one edition; a line names it in ``encryption.profile``.

    ``protocols`` are the protocols on the wire that it speaks of, each with the versions accepted (words of that
    protocol). ``suites`` and ``groups`` are the numbers accepted, recommended or tolerated; empty: not restricted.
    ``refused`` are the names of algorithms that it does not accept; of another name nothing is said.
    ``source`` says which document, so that a reader can check.
    """

    name: str
    title: Text
    source: str
    protocols: dict[str, frozenset[str]]
    suites: frozenset[int] = field(default=frozenset())
    groups: frozenset[int] = field(default=frozenset())
    refused: frozenset[str] = field(default=frozenset())
