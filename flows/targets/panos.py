"""Palo Alto PAN-OS: security rules between zones, a zone an interface, by aerleon.

PAN-OS follows conversations. What is for the device itself goes to the zone of the interface that has the address, and
needs a management profile there, too. Source: PAN-OS Administrator's Guide, "Security Policy".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cloison.flows.generating.lists import refuse_what_has_no_word
from cloison.flows.generating.matches import matches
from cloison.flows.generating.plan import Plan, Target
from cloison.flows.generating.policies import Policy, Terms
from cloison.flows.generating.zoned import pairs, zones
from cloison.netmodel.finding import Text


def _write(plan: Plan) -> dict[str, str]:
    refuse_what_has_no_word(plan)
    policy = Policy(plan)
    named = zones(plan, 30)
    terms = Terms(policy, longest=50)
    wanted = {ends: list(rules) for ends, rules in pairs(plan, "forward").items()}
    for (one, _), rules in pairs(plan, "input").items():
        for home in plan.homes:
            for item in rules:
                mine = item.destinations & home.addresses
                if mine:
                    wanted.setdefault((one, home.name), []).append(replace(item, destinations=mine))
    for (one, other), rules in wanted.items():
        for family, word in ((4, "inet"), (6, "inet6")):
            found = [
                terms.of(item, match, logging="true") for item in rules if item.family == family
                for match in matches(item.services)
            ]  # fmt: skip
            if found:
                policy.add("paloalto", f"from-zone {named[one]} to-zone {named[other]} {word}", found)
    policy.add("paloalto", "from-zone any to-zone any mixed", [terms.plain("deny", "deny", logging="true")])
    text = policy.rendered()
    before, mark, after = text.partition("<rulebase>")
    return {"": f"{before}{_zones(named)}{mark}{after}"}


def _zones(named: Mapping[str, str]) -> str:
    """Return the zones with their interfaces, whose names hold nothing that XML knows."""
    entries = (
        f'<entry name="{zone}"><network><layer3><member>{home}</member></layer3></network></entry>'
        for home, zone in named.items()
    )
    return f"<zone>{''.join(entries)}</zone>\n          "


TARGET = Target("panos", Text("Palo Alto PAN-OS", "PAN-OS de Palo Alto"), "panos", _write)
