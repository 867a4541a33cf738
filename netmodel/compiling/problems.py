"""Every reason why a map cannot be used, collected with its place: none is told before the others are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cloison.netmodel.finding import Finding, MapError, Message, Ref, Text, input_error, say
from cloison.netmodel.language.names import nearest

if TYPE_CHECKING:
    from cloison.netmodel.language.document import Document

Route = tuple[str | int, ...]
_FEW = 8
_COMPARED = 200  # wrong names that get their nearest

KINDS: Mapping[str, Text] = {
    "parties": Text("a party", "une partie"),
    "sites": Text("a site", "un site"),
    "carriers": Text("a carrier", "un support"),
    "vrfs": Text("a VRF", "une VRF"),
    "zones": Text("a zone", "une zone"),
    "subnets": Text("a subnet", "un sous-réseau"),
    "assets": Text("an asset", "un bien"),
    "interconnections": Text("an interconnection", "une interconnexion"),
    "translations": Text("a translation", "une traduction"),
    "services": Text("a service", "un service"),
    "endpoints": Text("an endpoint", "une interface"),
    "applications": Text("an application", "une application"),
    "groups": Text("a group", "un groupe"),
    "flows": Text("a line", "une ligne"),
    "policy": Text("a rule of the policy", "une règle de la politique"),
}
SINGULAR: Mapping[str, str] = {
    "parties": "party", "sites": "site", "carriers": "carrier", "vrfs": "vrf", "zones": "zone", "subnets": "subnet",
    "assets": "asset", "interconnections": "interconnection", "translations": "translation", "services": "service",
    "endpoints": "endpoint", "applications": "application", "groups": "group", "flows": "line", "policy": "rule",
}  # fmt: skip


@dataclass(slots=True)
class Problems:
    """The errors found so far in one map; places are looked up when an error is added, never before."""

    document: Document
    names: Mapping[str, str] = field(default_factory=dict)  # the one namespace: id -> section
    found: list[Finding] = field(default_factory=list)
    # ids whose addresses were refused, at least some: what they lack for it is no further error
    refused: set[str] = field(default_factory=set)
    holes: bool = False  # a prefix was refused: what lies outside all others may be meant to lie in it
    _remedies: dict[tuple[str, str], Message | None] = field(default_factory=dict)

    def add(
        self, rule: str, message: Message, *routes: Route, remedy: Message | None = None, key: bool = False
    ) -> None:
        """Add an error about the entry of the first route, placed at each of the routes.

        The place of a route is that of its value; that of its last key with ``key``, and for an entry as a whole.
        """
        spans = tuple(dict.fromkeys(self.document.span(route, key=key or len(route) == 2) for route in routes))
        section, name = str(routes[0][0]), str(routes[0][1]) if len(routes[0]) > 1 else ""
        subject = Ref(SINGULAR.get(section, section), name)
        self.found.append(input_error(rule, message, subject, *spans, remedy=remedy))

    def unknown(self, name: str, wanted: Text, candidates: Iterable[str], route: Route, *, key: bool = False) -> None:
        """Add the error of a name that is not one of ``candidates``, with the nearest of them."""
        section = self.names.get(name)
        if section is not None:
            message = say("“{name}” is {found}; here stands {wanted}", "« {name} » est {found} ; ici se met {wanted}",
                          name=name, found=KINDS[section], wanted=wanted)  # fmt: skip
        else:
            message = say("“{name}” is not {wanted} of this map", "« {name} » n’est pas {wanted} de cette carte",
                          name=name, wanted=wanted)  # fmt: skip
        self.add("unknown-name", message, route, remedy=self._near(name, wanted, candidates), key=key)

    def word(self, word: str, allowed: Iterable[str], field_name: str, route: Route) -> None:
        """Add the error of a word outside a closed list."""
        allowed = tuple(dict.fromkeys(allowed))
        remedy = near(word, allowed) or say("The known ones: {names}", "Sont connus : {names}", names=allowed)
        message = say("“{word}” is no known {field}", "« {word} » n’est pas un mot connu pour {field}",
                      word=word, field=field_name)  # fmt: skip
        self.add("unknown-word", message, route, remedy=remedy)

    def _near(self, name: str, wanted: Text, candidates: Iterable[str]) -> Message | None:
        """Return the remedy of an unknown name; many wrong names are not all compared with many right ones."""
        key = (name, wanted.en)
        if key not in self._remedies and len(self._remedies) < _COMPARED:
            self._remedies[key] = near(name, candidates)
        return self._remedies.get(key)

    def raise_all(self) -> None:
        """Raise ``MapError`` with every error, in the order of their places, if there is any."""
        if self.found:
            raise MapError(tuple(sorted(self.found, key=lambda item: (item.spans[:1], item.rule, item.fingerprint))))


def near(word: str, candidates: Iterable[str]) -> Message | None:
    """Return the remedy that names the nearest candidates, or all of them where they are few."""
    known = tuple(candidates)
    close = nearest(word, known)
    if not close:
        if not 0 < len(known) <= _FEW:
            return None
        return say("The known ones: {names}", "Sont connus : {names}", names=known)
    return say("The nearest: {names}", "Au plus près : {names}", names=close)


def cycles(links: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return one cycle for each knot of a directed graph, from its least name and back to it."""
    state: dict[str, int] = {}
    found: list[tuple[str, ...]] = []
    for root in links:
        if state.get(root):
            continue
        path: list[str] = []
        stack: list[tuple[str, int]] = [(root, 0)]
        state[root] = 1
        path.append(root)
        while stack:
            name, place = stack[-1]
            after = links.get(name, ())
            if place == len(after):
                stack.pop()
                path.pop()
                state[name] = 2
                continue
            stack[-1] = (name, place + 1)
            child = after[place]
            if state.get(child) == 1:
                ring = path[path.index(child) :]
                least = ring.index(min(ring))
                ring = ring[least:] + ring[:least]
                found.append((*ring, ring[0]))
            elif not state.get(child) and child in links:
                state[child] = 1
                path.append(child)
                stack.append((child, 0))
    return found
