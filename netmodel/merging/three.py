"""Three-way merge of entries, field by field: what a workbook changes, what the map changed since, and conflicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Fields = Mapping[str, Any]  # by name; a field that says nothing is not there
Side = Literal["", "ours", "theirs"]
Kind = Literal["both", "removed-there", "removed-here"]


@dataclass(frozen=True, slots=True)
class Changed:
    """A field of an entry: what it says now and what it is to say; nothing where it is absent."""

    id: str
    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Conflict:
    """What cannot be both: one field changed on both sides, or an entry removed on one and changed on the other."""

    id: str
    kind: Kind
    field: str = ""
    base: Any = None
    ours: Any = None
    theirs: Any = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has to be done to the map; ``conflicts`` were not settled, ``settled`` were, by a side."""

    changed: tuple[Changed, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    settled: tuple[Conflict, ...]


def three_way(
    base: Mapping[str, Fields], theirs: Mapping[str, Fields], ours: Mapping[str, Fields], side: Side = ""
) -> Outcome:
    """Return what taking ``theirs`` into ``ours`` asks for; ``side`` settles conflicts.

    A field that only one side changed is taken from it, one that both changed alike is left, one that both changed
    differently is a conflict. An entry that is new on both sides is compared field by field with nothing.
    """
    changed: list[Changed] = []
    added: list[str] = []
    removed: list[str] = []
    found: list[Conflict] = []
    for name in dict.fromkeys((*theirs, *base)):
        before, there, here = base.get(name), theirs.get(name), ours.get(name)
        if there is None:
            if here is not None and before is not None:
                if here == before:
                    removed.append(name)
                else:
                    found.append(Conflict(name, "removed-there"))
                    if side == "theirs":
                        removed.append(name)
        elif here is None:
            if before is None:
                added.append(name)
            elif there != before:
                found.append(Conflict(name, "removed-here"))
                if side == "theirs":
                    added.append(name)
        else:
            for field in dict.fromkeys((*there, *here, *(before or ()))):
                old, new, now = (before or {}).get(field), there.get(field), here.get(field)
                if new in (old, now):
                    continue
                if now != old:
                    found.append(Conflict(name, "both", field, old, now, new))
                    if side != "theirs":
                        continue
                changed.append(Changed(name, field, now, new))
    unsettled, settled = ((), tuple(found)) if side else (tuple(found), ())
    return Outcome(tuple(changed), tuple(added), tuple(removed), unsettled, settled)
