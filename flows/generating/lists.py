"""Plans for filters that look at packets as they arrive: one list an interface and family, for all that comes in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cloison.flows.configuration import Hook
from cloison.flows.generating.matches import Match, matches
from cloison.flows.generating.plan import Asked, Family, Plan
from cloison.flows.generating.policies import Policy, Term, Terms, wordless
from cloison.flows.generating.printed import slug
from cloison.netmodel.finding import Finding, MapError, Ref, input_error, say
from cloison.netmodel.space.addresses import V4, V6
from cloison.netmodel.space.protocols import TCP

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_./:-]{0,62}", re.ASCII)
HOOKS: tuple[Hook, ...] = ("input", "forward")
FAMILIES: tuple[Family, ...] = (4, 6)
ERRORS: dict[Family, tuple[str, ...]] = {
    4: ("unreachable", "time-exceeded", "parameter-problem"),
    6: ("destination-unreachable", "packet-too-big", "time-exceeded", "parameter-problem"),
}
"""What conversations need to hear (RFC 792, RFC 4443), by aerleon's names."""
NEIGHBOURS = ("router-solicit", "router-advertisement", "neighbor-solicit", "neighbor-advertisement")


@dataclass(frozen=True, slots=True)
class Listed:
    """One list: of an interface and a family, with a name that no other has."""

    home: str
    family: Family
    name: str


def listed(plan: Plan) -> Iterator[Listed]:
    """Yield the lists of a plan."""
    taken: set[str] = set()
    for home in plan.homes:
        for family in FAMILIES:
            name = f"{slug(home.name, 24) or 'list'}_in_v{family}"
            while name in taken:
                name = f"x{name}"
            taken.add(name)
            yield Listed(home.name, family, name)


def refuse_what_has_no_word(plan: Plan, *, codes: bool = False, protocols: frozenset[int] | None = None) -> None:
    """Raise ``MapError`` for names of interfaces that cannot be written and for services without a word."""
    rules = (*plan.rules, *plan.answers)
    pairs = [(item, match) for item in rules for match in matches(item.services)]
    errors = wordless(pairs, codes=codes) if protocols is None else wordless(pairs, codes=codes, protocols=protocols)
    errors += unnamed(plan)
    if errors:
        raise MapError(tuple(errors))


def unnamed(plan: Plan) -> list[Finding]:
    """Return the errors of interfaces whose names no configuration can have."""
    return [
        input_error("inexpressible", say(
            "{name} cannot be written as the name of an interface", "{name} ne peut pas être le nom d’une interface",
            name=home.name[:60]), Ref("asset", plan.device))
        for home in plan.homes if not _NAME.fullmatch(home.name)
    ]  # fmt: skip


def arriving(plan: Plan, home: str, family: Family, hook: Hook) -> Iterator[tuple[Asked, Match]]:
    """Yield what may come in by an interface, to be forwarded or for the device itself; the answers last."""
    for item in (*plan.rules, *plan.answers):
        if item.hook == hook and item.family == family and item.arriving in (home, ""):
            for match in matches(item.services):
                yield item, match


def stateless_terms(policy: Policy, terms: Terms, plan: Plan, home: str, family: Family) -> list[Term]:
    """Return the terms of one list that follows no conversation, closed by a denial that is logged.

    What is for the device itself comes first, then everything else towards it is denied: the networks of the lines
    that are forwarded hold its addresses.
    """
    mine, through = (
        [terms.of(item, match, **_back(item, match)) for item, match in arriving(plan, home, family, hook)]
        for hook in HOOKS
    )
    own = plan.own & (V4 if family == 4 else V6)
    shut = [closing(terms, family) | {"destination-address": policy.network(own)}] if own else []
    return [*mine, *control_terms(terms, family, neighbours=True), *shut, *through, closing(terms, family)]


def control_terms(terms: Terms, family: Family, *, neighbours: bool) -> list[Term]:
    """Return the terms of errors, and of a link's neighbours."""
    kind = {"restrict-address-family": "inet" if family == 4 else "inet6", "protocol": _icmp(family)}
    found = [terms.plain("errors", "accept", **kind, **{"icmp-type": list(ERRORS[family])})]
    if family == 6 and neighbours:
        found.append(terms.plain("neighbours", "accept", **kind, **{"icmp-type": list(NEIGHBOURS)}))
    return found


def closing(terms: Terms, family: Family | None) -> Term:
    """Return the denial at the end of a list."""
    more = {} if family is None else {"restrict-address-family": "inet" if family == 4 else "inet6"}
    return terms.plain("deny", "deny", logging="true", **more)


def _icmp(family: Family) -> str:
    return "icmp" if family == 4 else "icmpv6"


def _back(item: Asked, match: Match) -> dict[str, object]:
    return {"option": ["tcp-established"]} if item.answer and match.protocol == TCP else {}
