"""FortiGate: policies between interfaces, and local-in policies for the device itself, by aerleon.

FortiGate follows conversations. Interfaces are named as they are. Source: FortiOS CLI Reference, `config firewall
policy`, `config firewall local-in-policy`.
"""

from __future__ import annotations

from cloison.flows.generating.lists import FAMILIES, refuse_what_has_no_word
from cloison.flows.generating.matches import matches
from cloison.flows.generating.plan import Plan, Target, inexpressible
from cloison.flows.generating.policies import Policy, Term, Terms
from cloison.flows.generating.zoned import pairs
from cloison.netmodel.finding import MapError, Text, say
from cloison.netmodel.space.protocols import ICMP, ICMPV6, SCTP, TCP, UDP

_SERVED = frozenset((TCP, UDP, SCTP, ICMP, ICMPV6))
_ICMP = say(
    "aerleon writes no ICMP beside other services for FortiGate",
    "aerleon n’écrit pas d’ICMP à côté d’autres services pour FortiGate",
)


def _write(plan: Plan) -> dict[str, str]:
    refuse_what_has_no_word(plan, protocols=_SERVED)
    pings = [item for item in plan.rules if any(match.protocol in (ICMP, ICMPV6) for match in matches(item.services))]
    if pings:
        raise MapError(tuple({item.line: inexpressible(item.line, _ICMP, item.span) for item in pings}.values()))
    policy = Policy(plan)
    terms = Terms(policy, longest=35)
    for (one, other), rules in pairs(plan, "forward").items():
        found = [terms.of(item, match) for item in rules for match in matches(item.services)]
        policy.add("fortigate", f"from-zone {one} to-zone {other} mixed", [*found, _deny(terms)])
    own = pairs(plan, "input") if plan.own else {}
    for home in plan.homes if plan.own else ():
        for family in FAMILIES:
            found = [
                terms.of(item, match) for item in own.get((home.name, ""), []) for match in matches(item.services)
                if item.family == family
            ]  # fmt: skip
            word = "inet" if family == 4 else "inet6"
            policy.add("fortigate", f"from-zone {home.name} to-zone local-in-policy {word}", [*found, _deny(terms)])
    return {"": policy.rendered().rstrip() + "\n"}


def _deny(terms: Terms) -> Term:
    return terms.plain("deny", "deny", logging="true", option=["log_traffic_mode_all"])


TARGET = Target("fortigate", Text("FortiGate", "FortiGate"), "fortigate", _write)
