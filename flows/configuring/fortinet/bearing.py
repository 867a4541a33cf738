"""The tables of a FortiGate -> what each may bear on: objects on what names them, policies on themselves, or all.

Source: Fortinet, FortiOS CLI Reference: an address, a service, a schedule or a group of them does nothing until a table
names it. Virtual addresses translate by themselves, so they bear on everything.
"""

from __future__ import annotations

from collections.abc import Iterable

from cloison.flows.configuring.fortinet.tree import Node
from cloison.flows.configuring.surroundings import Surroundings, whole

_NAMED = frozenset({
    "firewall address", "firewall address6", "firewall addrgrp", "firewall addrgrp6", "firewall service custom",
    "firewall service group", "firewall schedule recurring", "firewall schedule onetime", "firewall schedule group",
})  # fmt: skip
_FOLLOWED = frozenset({
    "firewall policy", "firewall policy6", "firewall consolidated policy", "firewall local-in-policy",
    "firewall local-in-policy6",
})  # fmt: skip


def bearing(into: Surroundings, roots: Iterable[Node], version: tuple[int, ...]) -> None:
    """Add what the tables of files bear on; the version decides what is not written."""
    into.other(f"version {version}")
    for table in (table for root in roots for table in root.tables):
        if table.name == "global":
            _tables(into, table.tables)
            into.other(text_of(table, inner=False))
        elif table.name == "vdom":
            for entry in table.entries:
                _tables(into, entry.tables)
                into.other(text_of(entry, inner=False))
        else:
            _tables(into, [table])


def _tables(into: Surroundings, tables: Iterable[Node]) -> None:
    for table in tables:
        if table.name not in _NAMED | _FOLLOWED or table.settings or table.tables:
            into.other(text_of(table))
        elif table.name in _NAMED:
            for entry in table.entries:
                into.define(whole(entry.name), f"{table.name} {text_of(entry)}")


def text_of(node: Node, inner: bool = True) -> str:
    """Return the text of a table or an entry, a value a word, with what it holds or without."""
    lines = [whole(node.name)]
    lines += (" ".join(("set", key, *map(whole, setting.values))) for key, setting in node.settings.items())
    if inner:
        lines += (f"{kind} {text_of(item)} end" for kind, items in (("config", node.tables), ("edit", node.entries))
                  for item in items)  # fmt: skip
    return "\n".join(lines)
