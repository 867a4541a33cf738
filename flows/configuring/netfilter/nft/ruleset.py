"""A rule set of nft as it stands once every command was obeyed: tables, chains, rules, sets; not yet their meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cloison.flows.configuration import Written
from cloison.flows.configuring.netfilter.nft.matching import NamedSet
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Span, say
from cloison.netmodel.language.names import nearest

PRIORITIES: Mapping[str, int] = {
    "raw": -300, "mangle": -150, "dstnat": -100, "filter": 0, "security": 50, "srcnat": 100, "out": 100,
}  # fmt: skip
FAMILIES = ("ip", "ip6", "inet", "arp", "bridge", "netdev")
HOOKS = ("prerouting", "input", "forward", "output", "postrouting", "ingress", "egress")


@dataclass(slots=True)
class RawRule:
    """A rule as it is written: its statements in the words of libnftables-json(5); ``None`` is one not understood."""

    statements: list[Any] | None
    written: Written


@dataclass(slots=True)
class RawChain:
    """A chain; a base chain has a ``kind``, a hook, a priority and a policy."""

    name: str
    written: Written
    rules: list[RawRule] = field(default_factory=list)
    kind: str = ""
    hook: str = ""
    priority: int = 0
    policy: str = "accept"
    closing: Written | None = None


@dataclass(slots=True)
class RawTable:
    """A table with its chains, and its sets and maps, which share their names."""

    family: str
    name: str
    chains: dict[str, RawChain] = field(default_factory=dict)
    sets: dict[str, NamedSet] = field(default_factory=dict)
    helpers: dict[str, str] = field(default_factory=dict)
    dormant: bool = False


class Ruleset:
    """The tables of a device while its files are read."""

    def __init__(self, notes: Notes) -> None:
        self.tables: dict[tuple[str, str], RawTable] = {}
        self.notes = notes

    def table(self, family: str, name: str) -> RawTable:
        """Return a table, made when it is new."""
        return self.tables.setdefault((family, name), RawTable(family, name))

    def known_table(self, family: str, name: str, span: Span) -> RawTable | None:
        """Return a table that must be there; an error is noted when it is not."""
        found = self.tables.get((family, name))
        if found is None:
            names = [" ".join(key) for key in self.tables]
            self._missing("table", f"{family} {name}", names, span)
        return found

    def known_chain(self, family: str, table: str, name: str, span: Span) -> RawChain | None:
        """Return a chain that must be there; an error is noted when it is not."""
        holder = self.known_table(family, table, span)
        found = holder.chains.get(name) if holder else None
        if holder and found is None:
            self._missing("chain", name, list(holder.chains), span)
        return found

    def known_set(self, family: str, table: str, name: str, span: Span) -> NamedSet | None:
        """Return a set or map that must be there; an error is noted when it is not."""
        holder = self.known_table(family, table, span)
        found = holder.sets.get(name) if holder else None
        if holder and found is None:
            self._missing("set", name, list(holder.sets), span)
        return found

    def statements(self) -> Iterator[tuple[RawTable, Any]]:
        """Yield every statement of every rule with its table."""
        for table in self.tables.values():
            for chain in table.chains.values():
                for rule in chain.rules:
                    for statement in rule.statements or ():
                        yield table, statement

    def _missing(self, kind: str, name: str, names: list[str], span: Span) -> None:
        self.notes.error(span, say(
            "There is no {kind} {name}; the nearest: {near}",
            "Il n’y a pas de {kind} {name} ; les plus proches : {near}",
            kind=kind, name=name[:100], near=nearest(name, names) or "—"), "unknown-name")  # fmt: skip


def priority(text: str) -> int | None:
    """Return the priority of ``filter + 10``, ``-100`` or ``dstnat``; ``None`` when it is none."""
    words = text.replace("+", " + ").replace("-", " - ").split()
    total, sign = 0, 1
    for word in words:
        if word in ("+", "-"):
            sign = -1 if word == "-" else 1
        elif word in PRIORITIES:
            total += PRIORITIES[word]
        elif word.isdecimal() and len(word) < 11:
            total += sign * int(word)
        else:
            return None
    return total if words else None
