"""A rule set of nft -> the configuration: chains of rules, states and sets that rules change, base chains at hooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from cloison.flows.configuration import Configuration, File, Left, Tick
from cloison.flows.configuring.netfilter.boxes import ALL, Meeting
from cloison.flows.configuring.netfilter.chains import Chain, Rule, check_calls
from cloison.flows.configuring.netfilter.hooks import CONNTRACK, Base, Everywhere, assemble
from cloison.flows.configuring.netfilter.interfaces import Names
from cloison.flows.configuring.netfilter.nft.dump import Dump, is_dump
from cloison.flows.configuring.netfilter.nft.expressions import Plain
from cloison.flows.configuring.netfilter.nft.flags import plain
from cloison.flows.configuring.netfilter.nft.matching import Matching
from cloison.flows.configuring.netfilter.nft.rules import Rules
from cloison.flows.configuring.netfilter.nft.ruleset import RawChain, RawRule, RawTable, Ruleset
from cloison.flows.configuring.netfilter.nft.selectors import Selectors
from cloison.flows.configuring.netfilter.nft.text import Text
from cloison.flows.configuring.netfilter.states import Facts
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import say
from cloison.netmodel.space.services import ServiceSet

_INTERFACES = frozenset(("meta iif", "meta oif", "meta iifname", "meta oifname"))
_LAYER3 = ("ip", "ip6", "inet")
DEEPEST = 16
"""Linux refuses more calls than that (``NFT_JUMP_STACK_SIZE``)."""
_LOWER = say(
    "a chain at {hook} of family {family} may drop packets before they are routed",
    "une chaîne au point {hook} de la famille {family} peut rejeter des paquets avant leur routage", hook="", family="",
)  # fmt: skip


def read(files: Sequence[File], tick: Tick) -> Configuration:
    """Return the configuration of one device's files; raises ``MapError``."""
    notes = Notes()
    ruleset = Ruleset(notes)
    for file in files:
        (Dump(file, ruleset) if is_dump(file.text) else Text(file, ruleset)).read()
    bases = [
        (table, chain) for table in ruleset.tables.values() for chain in table.chains.values()
        if chain.hook and not table.dormant
    ]  # fmt: skip
    filters = [
        chain for table, chain in bases
        if table.family in _LAYER3 and chain.kind != "nat" and chain.hook not in ("ingress", "egress")
    ]  # fmt: skip
    if not notes.errors and not filters:
        span = files[0].span(0)
        notes.error(span, say("There is no base chain that filters: nothing can be concluded",
                              "Aucune chaîne de base ne filtre : rien ne peut en être conclu"))  # fmt: skip
    notes.raise_all()
    found = _Device(ruleset, notes).configuration(bases, tick)
    notes.raise_all()
    return found


class _Device:
    def __init__(self, ruleset: Ruleset, notes: Notes) -> None:
        self._ruleset = ruleset
        self._notes = notes
        self._meeting = Meeting()
        self._everywhere = Everywhere()

    def configuration(self, bases: Sequence[tuple[RawTable, RawChain]], tick: Tick) -> Configuration:
        names, facts = _told(self._ruleset)
        facts.early = any(
            chain.kind != "nat" and chain.hook in ("prerouting", "output") and chain.priority <= CONNTRACK
            and _asks_state(table, chain) for table, chain in bases
        )  # fmt: skip
        matching = Matching(Selectors(names, facts), names, self._meeting)
        rules = Rules(matching, self._meeting, self._notes, self._everywhere)
        total = sum(len(chain.rules) for table in self._ruleset.tables.values() for chain in table.chains.values())
        done, made = 0, []
        for table in self._ruleset.tables.values():
            if table.dormant:
                continue
            own = [chain for held, chain in bases if held is table]
            if table.family not in _LAYER3:
                for chain in own:
                    self._lower(table, chain)
                continue
            chains: dict[str, Chain] = {}
            for raw in table.chains.values():
                made_chain = chains[raw.name] = Chain(raw.name, raw.written)
                for rule in raw.rules:
                    made_chain.rules += rules.read(rule, table)
                    done += 1
                    if done % 4096 == 0:
                        tick(done, total)
            if check_calls(chains, self._notes, DEEPEST):
                made += [base for raw in own if (base := self._base(table, raw, chains)) is not None]
        self._notes.raise_all()
        return assemble("nftables", made, names, self._notes, self._everywhere, self._meeting)

    def _base(self, table: RawTable, raw: RawChain, chains: dict[str, Chain]) -> Base | None:
        if raw.hook in ("ingress", "egress"):
            self._lower(table, raw)
            return None
        kind: Literal["filter", "nat"] = "nat" if raw.kind == "nat" else "filter"
        policy: Literal["accept", "drop"] = "drop" if raw.policy == "drop" else "accept"
        name = f"{table.name} {raw.name}"
        if raw.closing is not None:  # its policy is a statement, too
            self._notes.understood += 1
        return Base(table.family, name, chains[raw.name], chains, kind, raw.hook, raw.priority, policy,
                    raw.closing or raw.written)  # fmt: skip

    def _lower(self, table: RawTable, chain: RawChain) -> None:
        """A chain below layer 3: harmless when it cannot drop IP packets, else everything is in doubt."""
        written = chain.closing or chain.written
        if table.family == "arp" or (table.family == "bridge") or not _may_drop(table, chain):
            self._notes.harmless += 1 + len(chain.rules)
            return
        why = say(_LOWER.text.en, _LOWER.text.fr, hook=chain.hook, family=table.family)
        self._notes.undecided.append(Left(written, why))
        self._everywhere.rules.append(Rule(tuple(part._replace(doubt=why) for part in ALL), "drop", written))


def _told(ruleset: Ruleset) -> tuple[Names, Facts]:
    """Return the names of interfaces that rules write, and what rules do to states and sets."""
    names, facts = Names(), Facts()
    for table, statement in ruleset.statements():
        if type(statement) is Plain:
            if statement.key in _INTERFACES:
                names.write(statement.value)
            continue
        kind, inner = next(iter(statement.items())) if isinstance(statement, dict) and statement else ("", None)
        if kind in ("match", "vmap") and isinstance(inner, dict):
            _name_in(inner, table, names)
        elif kind in ("dnat", "snat") and isinstance(inner, dict) and isinstance(inner.get("addr"), dict):
            _name_in(inner["addr"].get("map") or {}, table, names)
        elif kind == "notrack":
            facts.notrack = True
        elif kind in ("set", "map") and isinstance(inner, dict):
            held_set = table.sets.get(str(inner.get("set", inner.get("map", "")))[1:])
            if held_set:
                held_set.changes = True
        elif kind == "ct helper":
            known = {"tcp": ServiceSet.of((6, 6)), "udp": ServiceSet.of((17, 17))}
            facts.helped |= known.get(table.helpers.get(str(inner), ""), known["tcp"] | known["udp"])
    return names, facts


def _name_in(inner: Mapping[str, Any], table: RawTable, names: Names) -> None:
    """Write down the names of interfaces that the right side of a match, or the keys of a map, hold."""
    left = inner.get("left", inner.get("key"))
    parts = left["concat"] if isinstance(left, dict) and isinstance(left.get("concat"), list) else [left]
    places = [at for at, part in enumerate(parts) if _is_interface(part)]
    if not places:
        return
    right = inner.get("right", inner.get("data"))
    if isinstance(right, str) and right.startswith("@"):
        held = table.sets.get(right[1:])
        right = {"set": held.elements if held else []}
    inside = right.get("set") if isinstance(right, dict) else right
    for element in inside if isinstance(inside, list) else [inside]:
        item = plain(element[0] if isinstance(element, list) and "key" in inner and element else element)
        cells = item["concat"] if isinstance(item, dict) and isinstance(item.get("concat"), list) else [item]
        for at in places:
            cell = plain(cells[at]) if at < len(cells) else None
            for name in cell["set"] if isinstance(cell, dict) and isinstance(cell.get("set"), list) else [cell]:
                if isinstance(name, str):
                    names.write(name)


def _is_interface(part: Any) -> bool:
    key = part["meta"].get("key") if isinstance(part, dict) and isinstance(part.get("meta"), dict) else ""
    return key in ("iif", "oif", "iifname", "oifname")


def _asks_state(table: RawTable, chain: RawChain) -> bool:
    """Say whether a chain, or one that it calls, looks at the state of connections."""
    seen, waiting = {chain.name}, [chain]
    while waiting:
        text = repr([rule.statements for rule in waiting.pop().rules])
        if "'ct'" in text:
            return True
        for name, other in table.chains.items():
            if name not in seen and repr(name) in text:
                seen.add(name)
                waiting.append(other)
    return False


def _may_drop(table: RawTable, chain: RawChain) -> bool:
    rules: list[RawRule] = [rule for item in table.chains.values() for rule in item.rules]
    statements = [
        "match" if type(item) is Plain else next(iter(item), "")
        for rule in rules for item in rule.statements or [{"unread": None}]
    ]  # fmt: skip
    return chain.policy == "drop" or any(kind not in ("match", "counter", "log", "accept", "return", "comment", "flow")
                                         for kind in statements)  # fmt: skip
