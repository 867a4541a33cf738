"""Juniper SRX: policies between zones, a zone an interface, and towards the device itself, by aerleon.

SRX follows conversations. Source: Junos OS, Security Policies User Guide, "Security Policies for self traffic"
(`junos-host`, after `host-inbound-traffic`).
"""

from __future__ import annotations

from cloison.flows.generating.homes import bindings, unit
from cloison.flows.generating.lists import refuse_what_has_no_word
from cloison.flows.generating.matches import matches
from cloison.flows.generating.plan import Plan, Target
from cloison.flows.generating.policies import Policy, Term, Terms
from cloison.flows.generating.zoned import pairs, zones
from cloison.netmodel.finding import Text


def _write(plan: Plan) -> dict[str, str]:
    refuse_what_has_no_word(plan)
    policy = Policy(plan)
    named = zones(plan, 24)
    terms = Terms(policy, longest=40)
    for (one, other), rules in pairs(plan, "forward").items():
        found = [terms.of(item, match) for item in rules for match in matches(item.services)]
        policy.add("srx", f"from-zone {named[one]} to-zone {named[other]}", [*found, _deny(terms)])
    own = pairs(plan, "input") if plan.own else {}
    for home in plan.homes if plan.own else ():
        rules = own.get((home.name, ""), [])
        found = [terms.of(item, match) for item in rules for match in matches(item.services)]
        policy.add("srx", f"from-zone {named[home.name]} to-zone junos-host", [*found, _deny(terms)])
    policy.add("srx", "from-zone all to-zone all", [_deny(terms)])
    lines = ["security {", "    forwarding-options {", "        family {", "            inet6 {",
             "                mode flow-based;", "            }", "        }", "    }", "    zones {"]  # fmt: skip
    for home in plan.homes:
        name, number = unit(home)
        lines += [f"        security-zone {named[home.name]} {{", "            host-inbound-traffic {",
                  "                system-services {", "                    all;", "                }",
                  "                protocols {", "                    all;", "                }",
                  "            }", "            interfaces {",
                  f"                {name}.{number};", "            }", "        }"]  # fmt: skip
    lines += ["    }", "}"]
    return {"": "\n".join([policy.rendered().rstrip(), *lines, bindings(plan, {})])}


def _deny(terms: Terms) -> Term:
    return terms.plain("deny", "deny", logging="true")


TARGET = Target("srx", Text("Juniper SRX", "Juniper SRX"), "junos", _write)
