"""Names of interfaces in rules: exact names, wildcards, and names that stand for the interfaces no rule names.

A rule may hold a packet for the interface that it does *not* name (``iifname != "wan"``). So a configuration has,
beside each name that it writes, a name that stands for others: ``*`` for every interface that nothing here names, and
``eth*``, where that is written, for every one that begins so and is not named. An end that is the device itself is
the empty name; it differs from every name, as in the kernel.
"""

from __future__ import annotations

from collections.abc import Iterable

OTHERS = "*"


class Names:
    """Every name and wildcard that the rules of a device write; complete before the first question."""

    def __init__(self) -> None:
        self._written: dict[str, None] = {}
        self._known: dict[str, frozenset[str]] = {}
        self._all: frozenset[str] | None = None

    def write(self, name: str) -> None:
        """Write down a name or a wildcard (``eth*``) of a rule."""
        self._written[name] = None

    def all(self) -> tuple[str, ...]:
        """Return every name, in the order of writing, ``*`` last; the device's own empty name is left out."""
        return (*(name for name in self._written if name not in ("", OTHERS)), OTHERS)

    def everything(self) -> frozenset[str]:
        """Return every name, the empty one included."""
        if self._all is None:
            self._all = frozenset((*self.all(), ""))
        return self._all

    def held(self, name: str) -> frozenset[str]:
        """Return the names that a name or wildcard of a rule holds."""
        known = self._known.get(name)
        if known is None:
            known = frozenset((name,))
            if name.endswith("*"):
                known = frozenset(item for item in self.everything() if item and item.startswith(name[:-1]))
                if name == OTHERS:
                    known = self.everything()
            self._known[name] = known
        return known

    def others(self, held: Iterable[str]) -> frozenset[str]:
        """Return every name but these."""
        return self.everything() - frozenset(held)


def standing(name: str, known: Iterable[str]) -> str:
    """Return the name in a configuration that stands for an interface: itself, its longest wildcard, or ``*``."""
    names = set(known)
    if not name or name in names:
        return name
    return max((item for item in names if item.endswith("*") and name.startswith(item[:-1])), key=len, default=OTHERS)
