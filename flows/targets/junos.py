"""Junos: a stateless firewall filter of each family, in on each interface, by aerleon.

A filter of an interface sees what is for the device itself, too. Source: Junos OS, Routing Policies, Firewall Filters,
and Traffic Policers User Guide.
"""

from __future__ import annotations

from cloison.flows.generating.homes import bindings
from cloison.flows.generating.lists import listed, refuse_what_has_no_word, stateless_terms
from cloison.flows.generating.plan import Plan, Target
from cloison.flows.generating.policies import Policy, Terms
from cloison.netmodel.finding import Text


def _write(plan: Plan) -> dict[str, str]:
    refuse_what_has_no_word(plan)
    policy = Policy(plan)
    names: dict[tuple[str, int], str] = {}
    for item in listed(plan):
        terms = Terms(policy)
        kind = "inet" if item.family == 4 else "inet6"
        policy.add("juniper", f"{item.name} {kind}", stateless_terms(policy, terms, plan, item.home, item.family))
        names[item.home, item.family] = item.name
    return {"": policy.rendered().rstrip() + "\n" + bindings(plan, names)}


TARGET = Target("junos", Text("Junos, firewall filters", "Junos, filtres"), "junos", _write, stateless=True)
