"""What a view is: a name, what its argument names, and how it draws a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cloison.netmodel.finding import Finding, Text
from cloison.netmodel.network import Network
from cloison.netmodel.report import Scene

Draw = Callable[[Network, Sequence[Finding], str], Scene]


@dataclass(frozen=True, slots=True)
class View:
    """A view of a network; ``arguments`` gives the names that may follow the colon (none: it takes no argument)."""

    name: str
    title: Text
    draw: Draw
    arguments: Callable[[Network], tuple[str, ...]] | None = None
