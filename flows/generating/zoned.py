"""Plans for filters that speak of zones: a zone an interface, rules by pairs of zones."""

from __future__ import annotations

from collections.abc import Mapping

from cloison.flows.configuration import Hook
from cloison.flows.generating.plan import Asked, Plan
from cloison.flows.generating.printed import slug


def zones(plan: Plan, longest: int) -> Mapping[str, str]:
    """Return the zone of each interface: its name as a word, made different where two would be alike."""
    found: dict[str, str] = {}
    for home in plan.homes:
        name = slug(home.name, longest) or "zone"
        at = 2
        while name in found.values():
            name = f"{slug(home.name, longest - 4) or 'zone'}_{at}"
            at += 1
        found[home.name] = name
    return found


def pairs(plan: Plan, hook: Hook) -> Mapping[tuple[str, str], list[Asked]]:
    """Return the rules of a hook by the interfaces that they pass; where none is told, all of them.

    The device's own end is the empty name.
    """
    everywhere = [home.name for home in plan.homes]
    found: dict[tuple[str, str], list[Asked]] = {}
    for item in plan.of(hook):
        here = [item.arriving] if item.arriving else everywhere
        there = [item.leaving] if item.leaving else everywhere
        for one in here if hook != "output" else [""]:
            for other in there if hook != "input" else [""]:
                if one != other:
                    found.setdefault((one, other), []).append(item)
    return found
