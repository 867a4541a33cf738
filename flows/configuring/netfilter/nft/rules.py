"""Statements of nft rules -> rules of chains: conditions, verdicts, translations, and what bears on other rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cloison.flows.configuration import Written
from cloison.flows.configuring.netfilter import values
from cloison.flows.configuring.netfilter.boxes import ALL, WHOLE, Match, Meeting, Part, TooManyError, both, box, doubted
from cloison.flows.configuring.netfilter.chains import UNREAD, Rule, Verdict
from cloison.flows.configuring.netfilter.hooks import Everywhere
from cloison.flows.configuring.netfilter.nft.expressions import Plain
from cloison.flows.configuring.netfilter.nft.matching import CHANGES, TOO_MANY, Matching, NamedSet
from cloison.flows.configuring.netfilter.nft.ruleset import RawRule, RawTable
from cloison.flows.configuring.netfilter.nft.selectors import UndecidedError
from cloison.flows.configuring.netfilter.real import Nat
from cloison.flows.configuring.netfilter.states import CONTINUES, NOTRACK
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.refusal import RefusedError, refuse

VERDICTS: Mapping[str, Verdict] = {
    "accept": "accept", "drop": "drop", "return": "return", "continue": "none", "jump": "jump", "goto": "goto",
    "reject": "drop", "queue": "unknown",
}  # fmt: skip
_SILENT = frozenset(("counter", "log", "comment", "last", "dup", "secmark", "ct timeout", "ct expectation"))
_CONDITIONS: Mapping[str, Message] = {
    "limit": say("how often it holds is limited", "sa fréquence est limitée"),
    "quota": say("it holds up to or from an amount of bytes", "elle dépend d’un volume d’octets"),
    "ct count": say("it counts connections", "elle compte les connexions"),
    "meter": say("a meter limits it", "un compteur (meter) la limite"),
    "set": CHANGES,
    "map": CHANGES,
}
_COMPAT: Mapping[Any, Verdict | None] = {"comment": None, "LOG": None, "NFLOG": None, "REJECT": "drop"}
_XT = say(
    "nft does not show this match of iptables: give what iptables-save says",
    "nft ne montre pas ce critère d’iptables : donnez ce que dit iptables-save",
)
_QUEUED = say("a program of the device decides (queue)", "un programme de l’équipement décide (queue)")
_REWRITTEN = say(
    "it rewrites packets: what later rules see is not known",
    "elle réécrit des paquets : ce que voient les règles suivantes n’est pas connu",
)
_OFFLOADED = say(
    "conversations that are handed to a flow table pass by the chains",
    "les conversations confiées à une table de flux passent à côté des chaînes",
)
_HARMLESS_FIELDS = frozenset(("dscp", "ecn", "ttl", "hoplimit", "id", "flowlabel", "checksum", "window"))
_NEW_HELPER = say(
    "a helper may open related conversations", "un assistant (helper) peut ouvrir des conversations liées"
)


class Rules:
    """Makes rules out of statements, and notes what each of them was."""

    def __init__(self, matching: Matching, meeting: Meeting, notes: Notes, everywhere: Everywhere) -> None:
        self._matching = matching
        self._meeting = meeting
        self._notes = notes
        self._everywhere = everywhere

    def read(self, raw: RawRule, table: RawTable) -> list[Rule]:
        """Return what a rule is; it is counted, and what cannot be is noted as an error."""
        if raw.statements is None:
            self._notes.leave(raw.written, UNREAD)
            return [Rule(tuple(Part(item.box, UNREAD) for item in ALL), "unknown", raw.written)]
        try:
            found, doubt = self._statements(raw.statements, raw.written, table)
        except RefusedError as problem:
            self._notes.error(raw.written.span, problem.message)
            return []
        except (RecursionError, ValueError, TypeError, KeyError, AttributeError):  # JSON of another shape
            self._notes.error(raw.written.span, say(
                "This rule has not the shape that nft gives rules", "Cette règle n’a pas la forme que nft leur donne"
            ))  # fmt: skip
            return []
        if doubt is not None:
            self._notes.leave(raw.written, doubt)
        elif found:
            self._notes.understood += 1
        else:
            self._notes.harmless += 1
        return found

    def _statements(
        self, statements: list[Any], written: Written, table: RawTable
    ) -> tuple[list[Rule], Message | None]:
        match: Match = ALL
        side: Message | None = None  # a doubt about something else than the verdict
        for statement in statements:
            if type(statement) is Plain:
                if len(match) == 1 and match[0].doubt is None:
                    narrowed = self._matching.narrowed(match[0].box, statement)
                    if narrowed is not None:
                        match = (Part(narrowed),)
                        continue
                match = self._and(match, self._matching.plain(statement, table.sets))
                continue
            kind, inner = next(iter(statement.items())) if isinstance(statement, dict) and statement else ("", None)
            if kind == "match" and isinstance(inner, dict):
                match = self._and(match, self._matching.match(inner, table.sets))
            elif kind == "counter" and isinstance(inner, dict) and isinstance(inner.get("packets"), int):
                written = replace(written, hits=inner["packets"])
            elif kind in _SILENT:
                continue
            elif kind in _CONDITIONS:
                match = doubted(match, _CONDITIONS[kind])
            elif kind in VERDICTS:
                return self._verdict(match, kind, inner, written, side)
            elif kind == "vmap" and isinstance(inner, dict):
                return self._verdicts(match, inner, written, table, side)
            elif kind in ("dnat", "snat", "masquerade", "redirect"):
                return self._nat(match, kind, inner, written, table, side)
            elif kind == "xt" and isinstance(inner, dict) and inner.get("name") in _COMPAT:
                found = _COMPAT[inner["name"]]
                if found is None:
                    continue
                return [Rule(match, found, written)], side or _first(match)
            elif kind == "xt" and isinstance(inner, dict) and inner.get("type") == "match":
                match = doubted(match, _XT)
            elif kind == "mangle":
                side = self._mangle(match, inner, written) or side
            elif kind == "notrack":
                side = NOTRACK
            elif kind == "ct helper":
                side = _NEW_HELPER
            elif kind == "flow":
                side = _OFFLOADED
                passing = self._and(match, (Part(box(services=CONTINUES), _OFFLOADED),))
                self._everywhere.rules.append(Rule(doubted(passing, _OFFLOADED), "accept", written))
            else:
                what = repr(inner if kind == "unread" else statement)[:100]
                doubt = say("{what} is not understood", "{what} n’est pas compris", what=what)
                return [Rule(doubted(match, doubt), "unknown", written, about=doubt)], doubt
        return [], side

    def _and(self, left: Match, right: Match) -> Match:
        try:
            return both(self._meeting, left, right)
        except TooManyError:
            return doubted(left, TOO_MANY)

    def _verdict(
        self, match: Match, kind: str, inner: Any, written: Written, side: Message | None
    ) -> tuple[list[Rule], Message | None]:
        verdict = VERDICTS[kind]
        doubt = side or _first(match)
        if kind == "continue":
            return [], side
        if kind == "queue":
            return [Rule(doubted(match, _QUEUED), verdict, written, about=_QUEUED)], _QUEUED
        target = str(inner.get("target", "")) if isinstance(inner, dict) and verdict in ("jump", "goto") else ""
        return [Rule(match, verdict, written, target)], doubt

    def _verdicts(
        self, match: Match, inner: Mapping[str, Any], written: Written, table: RawTable, side: Message | None
    ) -> tuple[list[Rule], Message | None]:
        try:
            elements = self._elements(inner.get("data"), table.sets)
            found: list[Rule] = []
            for held, verdict in self._matching.keys(inner.get("key"), elements, table.sets):
                kind, argument = next(iter(verdict.items())) if isinstance(verdict, dict) and verdict else ("", None)
                if kind not in VERDICTS:
                    raise UndecidedError(say("{kind} is no verdict", "{kind} n’est pas un verdict", kind=kind[:60]))
                rules, _ = self._verdict(self._and(match, held), kind, argument, written, None)
                found += rules
        except UndecidedError as problem:
            return self._any_verdict(match, inner, written, table, problem.why)
        except TooManyError:
            return self._any_verdict(match, inner, written, table, TOO_MANY)
        doubt = side or next((item for rule in found if (item := _first(rule.match))), None)
        return found, doubt

    def _any_verdict(
        self, match: Match, inner: Mapping[str, Any], written: Written, table: RawTable, why: Message
    ) -> tuple[list[Rule], Message | None]:
        return [Rule(doubted(match, why), "unknown", written, about=why)], why

    def _elements(self, data: Any, sets: Mapping[str, NamedSet]) -> list[Any]:
        if isinstance(data, str) and data.startswith("@"):
            named = sets.get(data[1:])
            if named is None:
                raise refuse("there is no map {name}", "il n’y a pas de table {name}", name=data[1:101])
            if named.changes:
                raise UndecidedError(CHANGES)
            return named.elements
        if isinstance(data, dict) and isinstance(data.get("set"), list):
            return list(data["set"])
        raise UndecidedError(say("a map is not understood", "une table n’est pas comprise"))

    def _nat(
        self, match: Match, kind: str, inner: Any, written: Written, table: RawTable, side: Message | None
    ) -> tuple[list[Rule], Message | None]:
        given = inner if isinstance(inner, dict) else {}
        family = str(given.get("family", table.family))
        held = V4 if family == "ip" else V6 if family == "ip6" else ANY
        match = self._and(match, (Part(WHOLE._replace(sources=held, destinations=held)),))
        if kind in ("masquerade", "redirect"):
            nat = Nat("source" if kind == "masquerade" else "redirect", EMPTY, _ports(given.get("port")))
            return [Rule(match, "accept", written, about=nat)], side or _first(match)
        which = "destination" if kind == "dnat" else "source"
        address, port = given.get("addr"), given.get("port")
        if isinstance(address, dict) and "map" in address:
            try:
                return self._mapped(match, which, address["map"], written, table, held), side or _first(match)
            except (UndecidedError, TooManyError):
                doubt = say(
                    "the map of a translation is not understood", "la table d’une traduction n’est pas comprise"
                )
                return [Rule(doubted(match, doubt), "accept", written, about=Nat("destination", held))], doubt
        to = _addresses(address, family) if address is not None else held
        return [Rule(match, "accept", written, about=Nat(which, to, _ports(port)))], side or _first(match)  # type: ignore[arg-type]

    def _mapped(
        self, match: Match, which: Any, inner: Any, written: Written, table: RawTable, held: IntervalSet
    ) -> list[Rule]:
        if not isinstance(inner, dict):
            raise UndecidedError(UNREAD)
        found = []
        family = "ip" if held is V4 else "ip6" if held is V6 else "inet"
        elements = self._elements(inner.get("data"), table.sets)
        for keys, value in self._matching.keys(inner.get("key"), elements, table.sets):
            parts = value["concat"] if isinstance(value, dict) and "concat" in value else [value]
            to = _addresses(parts[0], family)
            ports = _ports(parts[1]) if len(parts) > 1 else EMPTY
            found.append(Rule(self._and(match, keys), "accept", written, about=Nat(which, to, ports)))
        return found

    def _mangle(self, match: Match, inner: Any, written: Written) -> Message | None:
        key = inner.get("key") if isinstance(inner, dict) else None
        if isinstance(key, dict) and ("meta" in key or "ct" in key or "tcp option" in key or "ip option" in key):
            return None
        payload = key.get("payload") if isinstance(key, dict) else None
        if isinstance(payload, dict) and payload.get("field") in _HARMLESS_FIELDS:
            return None
        self._everywhere.rules.append(Rule(doubted(match, _REWRITTEN), "unknown", written, about=_REWRITTEN))
        return _REWRITTEN


def _first(match: Match) -> Message | None:
    return next((part.doubt for part in match if part.doubt is not None), None)


def _ports(item: Any) -> IntervalSet:
    if item is None:
        return EMPTY
    if isinstance(item, dict) and "range" in item:
        return values.numbers(item["range"][0], item["range"][1], values.PORTS, 0xFFFF)
    if not isinstance(item, (str, int)):
        return IntervalSet(((0, 0xFFFF),))
    low, _, high = str(item).partition("-") if str(item)[:1].isdigit() else (str(item), "", "")
    return values.numbers(low, high or low, values.PORTS, 0xFFFF)


def _addresses(item: Any, family: str) -> IntervalSet:
    """Return the addresses that a translation may give."""
    if isinstance(item, dict) and "range" in item:
        low, high = (str(part) for part in item["range"])
        return values.span_of(low, high, ":" not in low)
    if isinstance(item, dict) and "prefix" in item:
        return values.prefix(str(item["prefix"]["addr"]), item["prefix"]["len"], ":" not in str(item["prefix"]["addr"]))
    text = str(item)
    if isinstance(item, dict) or not (":" in text or text[:1].isdigit()):
        return V4 if family == "ip" else V6 if family == "ip6" else ANY
    v4 = ":" not in text
    if "/" in text:
        base, _, length = text.partition("/")
        return values.prefix(base, length, v4)
    low, _, high = text.partition("-")
    return values.span_of(low, high or low, v4)
