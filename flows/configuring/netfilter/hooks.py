"""Base chains at their hooks -> the stages that a packet meets, in the kernel's order.

A forwarded packet passes ``prerouting``, ``forward`` and ``postrouting``; one to the device ``prerouting`` and
``input``; one of the device ``output`` and ``postrouting``. At a hook, chains go by priority and all of them must
accept. Destinations are translated in ``prerouting`` (and ``output``) at priority -100, sources in ``postrouting`` at
100 (linux/netfilter_ipv4.h, ``enum nf_ip_hook_priorities``): what ``forward`` sees are real ends, both ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from cloison.flows.configuration import Configuration, Interface, Left, Stage, Term, Written
from cloison.flows.configuring.netfilter.boxes import WHOLE, WHOLE_V4, WHOLE_V6, Box, Meeting, Part
from cloison.flows.configuring.netfilter.chains import GROWN, Chain, Decided, Flattening, Rule
from cloison.flows.configuring.netfilter.interfaces import Names
from cloison.flows.configuring.netfilter.real import Nat, Nats, after_sources, before_destinations
from cloison.flows.configuring.netfilter.states import STATES
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.services import EVERY_SERVICE

Family = Literal["ip", "ip6", "inet"]
WHOLES: Mapping[str, Box] = {"ip": WHOLE_V4, "ip6": WHOLE_V6, "inet": WHOLE}
DESTINATIONS, SOURCES, CONNTRACK = -100, 100, -200
"""The priorities at which destinations and sources are translated, and at which connections are tracked."""

_HOOKS = ("prerouting", "input", "forward", "output", "postrouting")
ARRIVED_OLD = say(
    "before Linux 5.7 a packet in postrouting has no interface that it arrived on",
    "avant Linux 5.7, un paquet en postrouting n’a pas d’interface d’arrivée",
)


@dataclass(slots=True)
class Base:
    """A chain at a hook, with the chains of its table."""

    family: str
    name: str
    chain: Chain
    chains: Mapping[str, Chain]
    kind: Literal["filter", "nat"]
    hook: str
    priority: int
    policy: Literal["accept", "drop"]
    closing: Written


@dataclass(slots=True)
class Everywhere:
    """What bears on every stage, however early it comes: packets rewritten, packets that pass by all chains."""

    rules: list[Rule] = field(default_factory=list)

    def terms(self) -> tuple[Term, ...]:
        """Return a term in doubt for each."""
        return tuple(
            Decided(rule, part.box, part.doubt).term() for rule in self.rules for part in rule.match
        )  # fmt: skip


def assemble(
    dialect: str, bases: Sequence[Base], names: Names, notes: Notes, everywhere: Everywhere, meeting: Meeting
) -> Configuration:
    """Return the configuration that base chains make together; every chain's calls were checked."""
    ordered = sorted(bases, key=lambda base: (_HOOKS.index(base.hook), base.priority))
    flat = [(base, _flatten(base, meeting, notes)) for base in ordered]
    nats = _nats(flat)
    front = everywhere.terms()

    def stages(hooks: Iterable[str], local: bool) -> tuple[Stage, ...]:
        found: list[tuple[Base, Stage]] = []
        for base, items in flat:
            refuses = _refuses(items)
            if base.hook not in hooks or not (refuses or (base.kind == "filter" and base.priority == 0)):
                continue
            made = _stage(base, items, nats, local, front, meeting)
            twin = next((at for at, (other, _) in enumerate(found) if _twins(other, base)), None)
            if twin is None:
                found.append((base, made))
            else:
                other, stage = found[twin]
                both = replace(stage, name=f"{stage.name}, {made.name}", terms=(*stage.terms, *made.terms))
                found[twin] = (replace(other, family="inet"), both)
        if front and not found:
            written = front[0].written
            return (Stage("", front, "tracked", "permit", written),)
        return tuple(stage for _, stage in found)

    hooks = {base.hook for base in bases if base.kind == "filter"}
    return Configuration(
        dialect,
        tuple(Interface(name) for name in names.all()),
        stages(("prerouting", "forward", "postrouting"), False),
        stages(("prerouting", "input"), True) if hooks & {"input"} else None,
        stages(("output", "postrouting"), True) if hooks & {"output"} else None,
        tuple(nats.translations()),
        understood=notes.understood,
        harmless=notes.harmless,
        undecided=tuple(notes.undecided),
    )


def _flatten(base: Base, meeting: Meeting, notes: Notes) -> tuple[Decided, ...]:
    whole = WHOLES[base.family]
    end = Rule((Part(whole),), base.policy, base.closing)
    found = Flattening(base.chains, meeting).flatten(base.chain, end, whole)
    if found is None:
        notes.undecided.append(Left(base.closing, GROWN))
        unread = Rule(end.match, "unknown", base.closing, about=GROWN)
        return (Decided(unread, whole, GROWN), Decided(end, whole, None))
    return found


def _refuses(items: Sequence[Decided]) -> bool:
    return any(item.rule.verdict != "accept" for item in items)


def _twins(one: Base, other: Base) -> bool:
    """Say whether two chains are the same place of the two families, so that they make one list."""
    place = (one.hook, one.priority, one.kind) == (other.hook, other.priority, other.kind)
    return place and {one.family, other.family} == {"ip", "ip6"}


def _nats(flat: Iterable[tuple[Base, Sequence[Decided]]]) -> Nats:
    destinations: list[tuple[Nat, Box, Written]] = []
    sources: list[tuple[Nat, Box, Written]] = []
    for base, items in flat:
        for item in items:
            nat = item.rule.about
            if base.kind == "nat" and isinstance(nat, Nat):
                if nat.kind == "either":
                    nat = replace(nat, kind="source" if base.hook in ("postrouting", "input") else "destination")
                to = sources if nat.kind == "source" else destinations
                to.append((nat, item.box, item.rule.written))
    return Nats(tuple(destinations), tuple(sources))


def _stage(
    base: Base, items: Sequence[Decided], nats: Nats, local: bool, front: tuple[Term, ...], meeting: Meeting
) -> Stage:
    placed = (_placed(item, base.hook, local) for item in items)
    found: Iterable[Decided] = (item for item in placed if item is not None)
    if base.hook == "postrouting" and not local:
        found = (_arrived(item) for item in found)
    if base.hook in ("prerouting", "output") and base.priority <= DESTINATIONS and nats != Nats():
        found = before_destinations(tuple(found), nats, local, meeting)
    elif base.hook == "postrouting" and base.priority >= SOURCES and nats != Nats():
        found = after_sources(tuple(found), nats)
    terms = [item.term() for item in found]
    if base.kind == "nat":
        terms.insert(0, Term("permit", base.closing, services=EVERY_SERVICE - STATES["new"]))
    otherwise: Literal["permit", "deny"] = "permit"
    if base.family == "inet":
        otherwise = "permit" if base.policy == "accept" else "deny"
        if terms and terms[-1] == Term("permit" if base.policy == "accept" else "deny", base.closing):
            terms.pop()
    name = f"{base.family} {base.name} ({base.hook}, {base.priority})"
    return Stage(name, (*front, *terms), "tracked", otherwise, base.closing)


def _placed(item: Decided, hook: str, local: bool) -> Decided | None:
    """Return a decision without the empty name of an interface: a packet has the one that its hook is at, or none."""
    found = item.box
    arrives = hook in ("prerouting", "input", "forward") or (hook == "postrouting" and not local)
    leaves = hook in ("forward", "output", "postrouting")
    arriving, leaving = found.arriving, found.leaving
    if (arriving is None or "" not in arriving) and (leaving is None or "" not in leaving):
        refused = (arriving is not None and not arrives) or (leaving is not None and not leaves)
        return None if refused else item
    for names, there in ((arriving, arrives), (leaving, leaves)):
        if names is not None and not (names - {""} if there else "" in names):
            return None
    found = found._replace(
        arriving=arriving - {""} if arriving is not None and arrives else None,
        leaving=leaving - {""} if leaving is not None and leaves else None,
    )
    return replace(item, box=found)


def _arrived(item: Decided) -> Decided:
    doubt: Message | None = item.doubt
    if item.box.arriving is not None and doubt is None:
        return replace(item, doubt=ARRIVED_OLD)
    return item
