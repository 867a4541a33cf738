"""Address books, address sets and prefix lists: the addresses that a name stands for, as far as the file tells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate

from cloison.flows.configuring.juniper.bounds import EVERYWHERE, NOTHING, Addresses, all_addresses, exact
from cloison.flows.configuring.juniper.reading import Reading, interval, masked, wildcard
from cloison.flows.configuring.juniper.tree import HARMLESS, UNDERSTOOD, Node, nested_first
from cloison.netmodel.finding import say
from cloison.netmodel.space.addresses import ANY, V4, V6, parse_address
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.refusal import RefusedError

ADDRESS = say("Address", "Adresse")
PREFIX_LIST = say("Prefix list", "Liste de préfixes")
_DNS = say(
    "The addresses of a domain name are not in the file", "Les adresses d’un nom de domaine ne sont pas dans le fichier"
)
_SPARSE = say("The mask gives more than 65,536 ranges of addresses", "Le masque donne plus de 65 536 plages d’adresses")
WORDS = {"any": EVERYWHERE, "any-ipv4": exact(V4), "any-ipv6": exact(V6)}


class Book:
    """One address book; ``outer`` is the one that is asked where it does not know a name."""

    def __init__(self, reading: Reading, node: Node | None, outer: Book | None = None) -> None:
        self.reading = reading
        self.outer = outer
        self.addresses = {item.word: item for item in node.under("address")} if node else {}
        self.sets = {item.word: item for item in node.under("address-set")} if node else {}
        self._only_sets = {name: item for name, item in self.sets.items() if name not in self.addresses}
        self._known: dict[str, Addresses] = {}
        if node is None:
            return
        for item in reading.sort(node, frozenset({"attach"}), frozenset({"description"})):
            if item.word not in ("address", "address-set"):
                reading.leave(item, everywhere=True)
        for name in (*self.addresses, *self.sets):
            self.named(name)

    def named(self, name: str) -> Addresses | None:
        """Return what a name stands for, ``None`` if no book knows it."""
        if name in WORDS:
            return WORDS[name]
        found = self._known.get(name)
        if found is None:
            if name in self.addresses:
                found = self._address(self.addresses[name])
            elif name in self.sets:
                found = self._set(self.sets[name])
            else:
                return self.outer.named(name) if self.outer is not None else None
            self._known[name] = found
        return found

    def names(self) -> Iterable[str]:
        """Return every name that may be used."""
        return (*WORDS, *self.addresses, *self.sets, *(self.outer.names() if self.outer else ()))

    def union(self, nodes: Iterable[Node]) -> Addresses:
        """Return the union of what names stand for; a name that stands for nothing is an error."""
        parts: list[Addresses] = []
        for node in nodes:
            found = self.named(node.word)
            if found is None:
                self.reading.missing(node, ADDRESS, self.names())
            else:
                parts.append(found)
        return all_addresses(parts) if parts else NOTHING

    def _set(self, node: Node) -> Addresses:
        def cyclic(member: Node) -> None:
            self.reading.wrong(member, say(
                "{name} contains itself", "{name} se contient lui-même", name=member.word[:80]))  # fmt: skip

        found = NOTHING
        kinds = ("address", "address-set")
        for group, members in nested_first(node, kinds, self._only_sets, self._known, cyclic):
            group.mark = UNDERSTOOD
            rest = self.reading.sort(group, frozenset(kinds), frozenset({"description"}))
            parts = [Addresses(EMPTY, ANY, self.reading.leave(item)) for item in rest]
            parts.append(self.union(members))
            found = self._known[group.word] = all_addresses(parts)
        return found

    def _address(self, node: Node) -> Addresses:
        reading = self.reading
        node.mark = UNDERSTOOD
        parts: list[Addresses] = []
        for item in node:
            if item.word == "description":
                item.mark = HARMLESS
            elif item.word == "dns-name":
                parts += [self._dns(name) for name in item]
            elif item.word == "range-address":
                parts += [self._range(low) for low in item]
            elif item.word == "wildcard-address":
                parts += [self._wildcard(text) for text in item]
            elif item.word == "ip-prefix":
                parts += [exact(interval(pair)) for text in item if (pair := reading.prefix(text)) is not None]
            elif item.word and (item.word[0].isdigit() or ":" in item.word):
                pair = reading.prefix(item)
                parts += [exact(interval(pair))] if pair is not None else []
            else:
                parts.append(Addresses(EMPTY, ANY, reading.leave(item)))
        if not parts:
            if not reading.notes.errors:
                reading.wrong(node, say("{name} has no address", "{name} n’a pas d’adresse", name=node.word[:80]))
            return NOTHING
        return all_addresses(parts)

    def _dns(self, node: Node) -> Addresses:
        self.reading.leave(node, _DNS)
        upper = V4 if node.get("ipv4-only") else V6 if node.get("ipv6-only") else ANY
        return Addresses(EMPTY, upper, _DNS)

    def _range(self, node: Node) -> Addresses:
        high = node.value("to")
        try:
            first = parse_address(node.word)
            last = parse_address(high.word) if high is not None else first
        except RefusedError as refused:
            self.reading.wrong(node, refused.message)
            return NOTHING
        if last < first or (first in V4) != (last in V4):
            self.reading.wrong(node, say(
                "The range from {low} to {high} is reversed", "La plage de {low} à {high} est inversée",
                low=node.word, high=high.word if high is not None else ""))  # fmt: skip
            return NOTHING
        return exact(interval((first, last)))

    def _wildcard(self, node: Node) -> Addresses:
        found = sparse(self.reading, node)
        return found if found is not None else NOTHING


def sparse(reading: Reading, node: Node) -> Addresses | None:
    """Return the addresses of ``10.0.0.1/255.0.255.0``; ``None`` after an error."""
    try:
        pair = masked(node.word)
    except RefusedError as refused:
        reading.wrong(node, refused.message)
        return None
    if pair is None:
        found = reading.prefix(node)
        return exact(interval(found)) if found is not None else None
    union = wildcard(*pair)
    if union is not None:
        return exact(union)
    return Addresses(EMPTY, V4, reading.leave(node, _SPARSE))


class PrefixLists:
    """The prefix lists of ``policy-options``: their prefixes, of either family, with whether that is all."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.lists = {item.word: item for item in reading.root.under("policy-options", "prefix-list")}
        self._known: dict[str, tuple[list[tuple[int, int]], bool]] = {}
        for name in self.lists:
            self.prefixes(name)

    def prefixes(self, name: str) -> tuple[list[tuple[int, int]], bool] | None:
        """Return a list's prefixes (first and last address), and whether there may be others; ``None`` if unknown."""
        if name in self._known:
            return self._known[name]
        node = self.lists.get(name)
        if node is None:
            return None
        node.mark = UNDERSTOOD
        found: list[tuple[int, int]] = []
        more = False
        for item in node:
            if item.word == "apply-path":
                for path in item:
                    found += self._path(path)
            elif item.word and (item.word[0].isdigit() or ":" in item.word):
                pair = self.reading.prefix(item)
                found += [pair] if pair is not None else []
            else:
                self.reading.leave(item)
                more = True
        self._known[name] = found, more or not found
        return self._known[name]

    def _path(self, node: Node) -> list[tuple[int, int]]:
        """Return the prefixes that an ``apply-path`` leads to."""
        nodes = [self.reading.root]
        for word in node.word.split():
            if word.startswith("<") and word.endswith(">"):
                pattern = re.compile(translate(word[1:-1]))
                nodes = [item for one in nodes for item in one if pattern.match(item.word)]
            else:
                nodes = [item for one in nodes if (item := one.get(word)) is not None]
        found = []
        for item in nodes:
            if item.word and (item.word[0].isdigit() or ":" in item.word):
                pair = self.reading.prefix(item)
                found += [pair] if pair is not None else []
        return found


def listed(entries: Iterable[tuple[int, int, bool]]) -> tuple[IntervalSet, IntervalSet]:
    """Return what surely and what perhaps matches a list of prefixes, some excepted: the longest one decides.

    A prefix that is both listed and excepted is in doubt.
    """
    lengths: dict[int, tuple[list[tuple[int, int]], list[tuple[int, int]]]] = {}
    for low, high, excepted in entries:
        lengths.setdefault(high - low, ([], []))[excepted].append((low, high))
    lower = upper = EMPTY
    for _, (adds, drops) in sorted(lengths.items(), reverse=True):
        more, less = IntervalSet.union(adds), IntervalSet.union(drops)
        lower, upper = (lower | more) - less, (upper - less) | more
    return lower, upper
