"""Cisco IOS: an extended access list, and one of IPv6, in on each interface, by aerleon.

The lists are stateless: answers are permitted as answers, and of TCP only when established.
"""

from __future__ import annotations

from cloison.flows.generating.lists import listed, refuse_what_has_no_word, stateless_terms
from cloison.flows.generating.plan import Plan, Target
from cloison.flows.generating.policies import Policy, Terms
from cloison.netmodel.finding import Text


def _write(plan: Plan) -> dict[str, str]:
    refuse_what_has_no_word(plan)
    policy = Policy(plan)
    bound: dict[str, list[str]] = {}
    for item in listed(plan):
        terms = Terms(policy)
        kind = "extended" if item.family == 4 else "inet6"
        policy.add("cisco", f"{item.name} {kind}", stateless_terms(policy, terms, plan, item.home, item.family))
        word = "ip access-group" if item.family == 4 else "ipv6 traffic-filter"
        bound.setdefault(item.home, []).append(f" {word} {item.name} in")
    ends = [line for home, lines in bound.items() for line in (f"interface {home}", *lines, "!")]
    return {"": "\n".join([policy.rendered().rstrip(), "!", *ends, "end", ""])}


TARGET = Target("ios", Text("Cisco IOS, access lists", "Cisco IOS, listes d’accès"), "ios", _write, stateless=True)
