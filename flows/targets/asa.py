"""Cisco ASA: a list in on each interface, by aerleon; what the device takes itself by `ssh`, `telnet`, `http`, `icmp`.

ASA follows conversations; its own packets are not filtered. aerleon writes lists of IPv4 alone: a line of IPv6 that
crosses the device is refused. Interfaces that have one level of security are let speak to each other, by their lists.
Source: Cisco ASA Series Command Reference, `access-group`, `same-security-traffic`, `ssh`, `http`, `icmp`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from cloison.flows.generating.homes import addresses
from cloison.flows.generating.lists import arriving, closing, control_terms, refuse_what_has_no_word
from cloison.flows.generating.matches import Match
from cloison.flows.generating.plan import Asked, Plan, Target, inexpressible
from cloison.flows.generating.policies import Policy, Terms
from cloison.flows.generating.printed import slug
from cloison.netmodel.finding import Finding, MapError, Text, say
from cloison.netmodel.space.addresses import prefixes
from cloison.netmodel.space.protocols import ICMP, TCP

_FOUR = say(
    "aerleon writes lists of IPv4 alone for ASA, and the line has rules of IPv6",
    "aerleon n’écrit pour ASA que des listes IPv4, et la ligne a des règles IPv6",
)
_OWN = say(
    "ASA itself takes ssh, telnet, http (tcp/443) and ICMP alone, at the interface where they arrive",
    "ASA ne prend pour lui-même que ssh, telnet, http (tcp/443) et ICMP, à l’interface où ils arrivent",
)
_ERRORS = ("unreachable", "time-exceeded", "parameter-problem")
_TAKEN = {22: "ssh", 23: "telnet", 443: "http"}


def _write(plan: Plan) -> dict[str, str]:
    refuse_what_has_no_word(plan)
    errors: dict[tuple[str, str], Finding] = {}
    for rule in plan.rules:
        if rule.family == 6 and rule.hook != "output":
            errors.setdefault((rule.line, "6"), inexpressible(rule.line, _FOUR, rule.span))
    policy = Policy(plan)
    ends: list[str] = []
    own: list[str] = []
    for at, home in enumerate(plan.homes):
        name = f"{slug(home.name, 24)}_{at}_in"
        terms = Terms(policy)
        found = [terms.of(item, match) for item, match in arriving(plan, home.name, 4, "forward")]
        policy.add("ciscoasa", name, [*found, *control_terms(terms, 4, neighbours=False), closing(terms, 4)])
        ends.append(f"access-group {name} in interface {home.name}")
        for item, match in arriving(plan, home.name, 4, "input"):
            if not item.destinations <= home.addresses or not _takes(match):
                errors.setdefault((item.line, "own"), inexpressible(item.line, _OWN, item.span))
                continue
            own += _taken(item, match, home.name)
        own += [*(f"icmp permit any {kind} {home.name}" for kind in _ERRORS), f"icmp deny any {home.name}"]
    if errors:
        raise MapError(tuple(errors.values()))
    named = [line for home in plan.homes for line in (f"interface {home.name}", f" nameif {home.name}",
             *_addressed(plan, home.name), "!")]  # fmt: skip
    between = "same-security-traffic permit inter-interface"
    return {"": "\n".join([*named, between, policy.rendered().rstrip(), "!", *ends, *dict.fromkeys(own), ""])}


def _takes(match: Match) -> bool:
    if match.protocol == ICMP:
        return bool(match.kinds)
    return match.protocol == TCP and not match.sources and bool(match.ports) and all(
        low == high and low in _TAKEN for low, high in match.ports
    )  # fmt: skip


def _taken(item: Asked, match: Match, home: str) -> Iterator[str]:
    for text in prefixes(item.sources):
        net = ipaddress.IPv4Network(text)
        source = f"{net.network_address} {net.netmask}"
        for kind, _, _ in match.kinds:
            yield f"icmp permit {source} {kind} {home}"
        for port, _ in match.ports:
            yield f"{_TAKEN[port]} {source} {home}"


def _addressed(plan: Plan, home: str) -> Iterator[str]:
    """Yield the interface's first address of IPv4: ASA takes what is for itself there."""
    found = next((item for item in plan.homes if item.name == home), None)
    for text in addresses(found, 4)[:1] if found else ():
        interface = ipaddress.IPv4Interface(text)
        yield f" ip address {interface.ip} {interface.netmask}"


TARGET = Target("asa", Text("Cisco ASA", "Cisco ASA"), "asa", _write)
