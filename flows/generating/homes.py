"""Interfaces of a plan with the addresses that the map gives them; units and filters as Junos has them."""

from __future__ import annotations

from collections.abc import Mapping

from cloison.flows.generating.plan import Family, Home, Plan
from cloison.netmodel.space.addresses import V4, V6, parse, prefixes, show

FAMILIES: tuple[tuple[str, Family], ...] = (("inet", 4), ("inet6", 6))


def unit(home: Home) -> tuple[str, str]:
    """Return the interface and the unit of a name: ``ge-0/0/0.5`` has unit 5, ``ge-0/0/0`` unit 0."""
    name, dot, number = home.name.rpartition(".")
    return (name, number) if dot and number.isdigit() else (home.name, "0")


def bindings(plan: Plan, filters: Mapping[tuple[str, int], str]) -> str:
    """Return the ``interfaces`` statement; ``filters`` names the filter in of an interface and family."""
    lines = ["interfaces {"]
    for home in plan.homes:
        name, number = unit(home)
        lines += [f"    {name} {{", f"        unit {number} {{"]
        for word, family in FAMILIES:
            lines.append(f"            family {word} {{")
            bound = filters.get((home.name, family))
            if bound:
                lines += ["                filter {", f"                    input {bound};", "                }"]
            lines += [f"                address {text};" for text in addresses(home, family)]
            lines.append("            }")
        lines += ["        }", "    }"]
    return "\n".join([*lines, "}", ""])


def addresses(home: Home, family: Family) -> list[str]:
    """Return the addresses of a family, with the length of the network that each lies in."""
    held = V4 if family == 4 else V6
    found = []
    for low, high in (home.addresses & held).ranges:
        for address in range(low, high + 1):
            around = [
                text for text in prefixes(home.networks & held) if "/" in text and address in parse(text)
            ]  # an interface lies in one network
            length = around[0].partition("/")[2] if around else "32" if family == 4 else "128"
            found.append(f"{show(address)}/{length}")
    return found
