"""Match expressions of rules, in the words of libnftables-json(5), as boxes; sets, intervals, concatenations, maps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cloison.flows.configuring.netfilter import values
from cloison.flows.configuring.netfilter.boxes import (
    ALL,
    MOST_PARTS,
    NOTHING,
    WHOLE,
    Box,
    Match,
    Meeting,
    Part,
    TooManyError,
    both,
    doubted,
    one,
    without,
)  # fmt: skip
from cloison.flows.configuring.netfilter.interfaces import Names
from cloison.flows.configuring.netfilter.nft.expressions import Plain
from cloison.flows.configuring.netfilter.nft.flags import flags, is_flags, plain, unknown
from cloison.flows.configuring.netfilter.nft.selectors import Selector, Selectors, UndecidedError, Values, implied
from cloison.flows.configuring.netfilter.states import Facts, directed
from cloison.netmodel.finding import say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.space.addresses import V4
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.refusal import refuse
from cloison.netmodel.space.services import EVERY_SERVICE

CHANGES = say(
    "rules change this set while packets pass: what it holds now says nothing of later",
    "des règles modifient cet ensemble au passage des paquets : son contenu actuel ne dit rien de la suite",
)
TOO_MANY = say("it would make too many boxes", "elle ferait trop de blocs")


@dataclass(slots=True)
class NamedSet:
    """A named set or map of one table: elements as they are written, and whether rules change it."""

    name: str
    elements: list[Any] = field(default_factory=list)
    changes: bool = False
    is_map: bool = False
    keys: dict[tuple[str, ...], Match] = field(default_factory=dict)


class Matching:
    """Reads the match expressions of one device's rules."""

    def __init__(self, selectors: Selectors, names: Names, meeting: Meeting) -> None:
        self._selectors = selectors
        self._names = names
        self._meeting = meeting
        self._plain: dict[tuple[str, str], Match] = {}

    def plain(self, asked: Plain, sets: Mapping[str, NamedSet]) -> Match:
        """Return what a comparison with one value holds; raises ``RefusedError`` as :meth:`match` does."""
        key = (asked.key, asked.value)
        known = self._plain.get(key)
        if known is None:
            selector = self._selectors.named(asked.key)
            if selector is None or "-" in asked.value:
                known = self.match(asked.match(), sets)
            else:
                try:
                    held = selector.read(asked.value)
                    known = selector.build(held) if held else NOTHING
                except (UndecidedError, TooManyError):
                    known = self.match(asked.match(), sets)
            if len(self._plain) > 20_000:
                self._plain.clear()
            self._plain[key] = known
        return known

    def narrowed(self, held: Box, asked: Plain) -> Box | None:
        """Return what of a box has one IPv4 address at an end, ``None`` where that is nothing, or another question."""
        key, value = asked.key, asked.value
        if key[:3] != "ip " or not value.replace(".", "").isdecimal():
            return None
        ends = (values.host(value, True), V4) if key == "ip saddr" else (V4, values.host(value, True))
        return self._meeting.meet(Box(*ends, EVERY_SERVICE, None, None), held)

    def match(self, expression: Mapping[str, Any], sets: Mapping[str, NamedSet]) -> Match:
        """Return what a match holds; raises ``RefusedError`` for values that the kernel would refuse."""
        left, op, right = expression.get("left"), str(expression.get("op", "==")), expression.get("right")
        try:
            if isinstance(left, dict) and "concat" in left:
                return self._concatenated(left["concat"], op, right, sets)
            if is_flags(left):
                return flags(left, op, right)
            if isinstance(left, dict) and "&" in left:
                return self._masked(left["&"], op, right)
            if isinstance(left, dict) and set(left) == {"ct"}:
                special = _conntrack(left["ct"], op, right, self._selectors.facts)
                if special is not None:
                    return special
            selector = self._selectors.of(left)
            if selector is None:
                return one(implied(left), unknown(left))
            return self._simple(selector, op, right, sets)
        except UndecidedError as problem:
            selector = self._selectors.of(left)
            return one(implied(left) if selector is None else selector.whole, problem.why)
        except TooManyError:
            masked = left["&"][0] if isinstance(left, dict) and "&" in left else left
            return one(implied(masked), TOO_MANY)

    def keys(self, key: Any, elements: Sequence[Any], sets: Mapping[str, NamedSet]) -> Iterator[tuple[Match, Any]]:
        """Yield what each key of a map holds with its value, those of equal values together, ``*`` last.

        Raises ``RefusedError``, ``UndecidedError`` and ``TooManyError``.
        """
        parts = key["concat"] if isinstance(key, dict) and "concat" in key else [key]
        selectors = [self._selectors.of(part) for part in parts]
        if None in selectors:
            raise UndecidedError(unknown(parts[selectors.index(None)]))
        known = [item for item in selectors if item is not None]
        groups: dict[str, tuple[Any, list[Any]]] = {}
        rest: list[Any] = []
        for element in elements:
            if not isinstance(element, (list, tuple)) or len(element) != 2:
                raise UndecidedError(unknown(element))
            if plain(element[0]) == "*":
                rest.append(element[1])
            else:
                groups.setdefault(repr(element[1]), (element[1], []))[1].append(element[0])
        held: list[Match] = []
        for value, items in groups.values():
            held.append(self._tuples(known, items))
            yield held[-1], value
        for value in rest:
            whole = self._whole(known)
            cuts = [part.box for match in held for part in match]
            yield (
                tuple(
                    Part(found, part.doubt)
                    for part in whole
                    for found in without(self._meeting, part.box, cuts, self._everything())
                ),
                value,
            )

    def _everything(self) -> tuple[frozenset[str], frozenset[str]]:
        return self._names.everything(), self._names.everything()

    def _whole(self, selectors: Sequence[Selector]) -> Match:
        found: Match = ALL
        for item in selectors:
            found = both(self._meeting, found, self._selectors.build(item, item.universe))
        return found

    def _simple(self, selector: Selector, op: str, right: Any, sets: Mapping[str, NamedSet]) -> Match:
        if op in ("<", ">", "<=", ">="):
            held = _compared(selector, op, right)
        elif op in ("==", "in", "!="):
            if op == "==" and isinstance(right, list) and len(right) > 1:
                return NOTHING if selector.name == "ct state" else one(selector.whole, unknown(right))
            held = self._values(selector, right, sets)
            if op == "!=":
                held = selector.universe - held
        else:
            return one(selector.whole, unknown(op))
        return self._selectors.build(selector, held)

    def _values(self, selector: Selector, right: Any, sets: Mapping[str, NamedSet]) -> Values:
        found: list[Values] = []
        for item in _flat(right, sets):
            found.append(self._value(selector, item))
        if not found:
            return frozenset() if isinstance(selector.universe, frozenset) else IntervalSet()
        if isinstance(selector.universe, frozenset):
            return frozenset().union(*found)
        return found[0] if len(found) == 1 else IntervalSet.union(part for item in found for part in item.ranges)

    def _value(self, selector: Selector, item: Any) -> Values:
        if isinstance(item, bool) or item is None:
            raise UndecidedError(unknown(item))
        if isinstance(item, (str, int)):
            if item == "*":
                return selector.universe
            text = str(item)
            low, dash, high = text.partition("-")
            numeric = selector.v4 is None and not isinstance(selector.universe, frozenset)
            if numeric and dash and high and low[:1].isdigit():
                return selector.span(low, high)
            return selector.read(item)
        if isinstance(item, dict) and "range" in item:
            low, high = item["range"]
            return selector.span(low, high)
        if isinstance(item, dict) and "prefix" in item and selector.v4 is not None:
            inner = item["prefix"]
            return values.prefix(str(inner["addr"]), inner["len"], selector.v4)
        raise UndecidedError(unknown(item))

    def _concatenated(self, parts: Any, op: str, right: Any, sets: Mapping[str, NamedSet]) -> Match:
        selectors = [self._selectors.of(part) for part in parts]
        base = WHOLE
        for part in parts:
            base = self._meeting.meet(implied(part), base) or base
        known = [item for item in selectors if item is not None]
        if len(known) < len(selectors):
            return one(base, unknown(parts))
        if op not in ("==", "!=", "in"):
            return one(base, unknown(op))
        if isinstance(right, str) and right.startswith("@") and op != "!=":
            named = _named(right, sets)
            key = tuple(item.name for item in known)
            if key not in named.keys:
                named.keys[key] = self._tuples(known, list(_flat(right, sets)))
            return named.keys[key]
        held = self._tuples(known, list(_flat(right, sets)))
        if op != "!=":
            return held
        cuts = [part.box for part in held if part.doubt is None]
        found = tuple(
            Part(item, part.doubt)
            for part in self._whole(known)
            for item in without(self._meeting, part.box, cuts, self._everything())
        )
        return found if all(part.doubt is None for part in held) else doubted(found, unknown(parts))

    def _tuples(self, selectors: Sequence[Selector], items: Iterable[Any]) -> Match:
        """Return the packets that any of some keys holds, keys that differ in one value only together."""
        rows: dict[tuple[Values, ...], None] = {}
        for item in items:
            inner = plain(item)
            cells = inner["concat"] if isinstance(inner, dict) and "concat" in inner else [inner]
            if len(cells) != len(selectors):
                raise refuse(
                    "an element has {found} parts, its key {wanted}",
                    "un élément a {found} parties, sa clé {wanted}",
                    found=len(cells), wanted=len(selectors),
                )  # fmt: skip
            rows[tuple(self._values(one_of, cell, {}) for one_of, cell in zip(selectors, cells, strict=True))] = None
        joined = list(rows)
        for place in range(len(selectors)):
            joined = _joined(joined, place)
        if len(joined) > MOST_PARTS:
            raise TooManyError
        found: list[Part] = []
        for row in joined:
            here: Match = ALL
            for selector, held in zip(selectors, row, strict=True):
                here = both(self._meeting, here, self._selectors.build(selector, held))
            found += here
        return tuple(found)

    def _masked(self, inner: Any, op: str, right: Any) -> Match:
        left, mask = inner if isinstance(inner, list) and len(inner) == 2 else (None, None)
        selector = self._selectors.of(left)
        if selector is None or selector.name in ("ct state",) or op not in ("==", "!=") or isinstance(
            selector.universe, frozenset
        ):  # fmt: skip
            return one(implied(left), unknown(inner))
        scalar = plain(right)
        if isinstance(scalar, (list, dict)):
            return one(selector.whole, unknown(right))
        if selector.v4 is not None:
            held = values.masked(_address(scalar, selector.v4), _address(mask, selector.v4), selector.v4)
        else:
            most = selector.universe.greatest()
            bits = values.number(str(mask), {}, most)
            held = values.wildcard(selector.read(scalar).least(), bits, most.bit_length())
            if selector.read(scalar).least() & ~bits:
                held = IntervalSet()
        return self._selectors.build(selector, held if op == "==" else selector.universe - held)


def _address(text: Any, v4: bool) -> int:
    if isinstance(text, int) or str(text).isdecimal() or str(text).startswith("0x"):
        return values.number(text, {}, (1 << 32) - 1 if v4 else (1 << 128) - 1) + (V4.least() if v4 else 0)
    return values.address(str(text), v4)


def _joined(rows: list[tuple[Values, ...]], place: int) -> list[tuple[Values, ...]]:
    groups: dict[tuple[Values, ...], list[Values]] = {}
    for row in rows:
        groups.setdefault(row[:place] + row[place + 1 :], []).append(row[place])
    found: list[tuple[Values, ...]] = []
    for rest, held in groups.items():
        whole = held[0]
        if len(held) > 1 and isinstance(whole, frozenset):
            whole = frozenset().union(*held)
        elif len(held) > 1:
            whole = IntervalSet.union(part for item in held for part in item.ranges)
        found.append((*rest[:place], whole, *rest[place:]))
    return found


def _named(name: str, sets: Mapping[str, NamedSet]) -> NamedSet:
    found = sets.get(name[1:])
    if found is None:
        raise refuse(
            "there is no set {name}; the nearest: {near}", "il n’y a pas d’ensemble {name} ; les plus proches : {near}",
            name=name[1:101], near=nearest(name[1:], sets) or "—",
        )  # fmt: skip
    if found.changes:
        raise UndecidedError(CHANGES)
    return found


def _flat(right: Any, sets: Mapping[str, NamedSet]) -> Iterator[Any]:
    """Yield the single values of a right side: of a set, a named set, a list, or itself."""
    item = plain(right)
    if isinstance(item, str) and item.startswith("@"):
        for element in _named(item, sets).elements:
            yield plain(element)
    elif isinstance(item, dict) and set(item) == {"set"}:
        inner = item["set"]
        if isinstance(inner, list):
            for element in inner:
                yield from _flat(element, {})
        else:
            yield plain(inner)
    elif isinstance(item, list):
        for element in item:
            yield plain(element)
    else:
        yield item


def _compared(selector: Selector, op: str, right: Any) -> Values:
    if isinstance(selector.universe, frozenset) or selector.name == "ct state":
        raise UndecidedError(unknown(op))
    item = plain(right)
    if not isinstance(item, (str, int)):
        raise UndecidedError(unknown(right))
    held = selector.read(item)
    least, most = selector.universe.least(), selector.universe.greatest()
    low, high = held.least(), held.greatest()
    ranges = {"<": (least, low - 1), "<=": (least, high), ">": (high + 1, most), ">=": (low, most)}
    first, last = ranges[op]
    return IntervalSet(((first, last),)) & selector.universe if first <= last else IntervalSet()


def _conntrack(inner: Any, op: str, right: Any, facts: Facts) -> Match | None:
    """Return what ``ct direction`` holds; ``None`` for other keys."""
    key = inner.get("key") if isinstance(inner, dict) else None
    if key == "direction" and op in ("==", "!=") and right in ("original", "reply"):
        original = (right == "original") == (op == "==")
        return directed(original, facts, False)
    return None
