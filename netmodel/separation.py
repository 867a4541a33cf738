"""What everything runs on, and whether two things are apart physically, by encryption, or not at all."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from cloison.netmodel.compiling.references import TUNNELS
from cloison.netmodel.facts import AssetFacts, SubnetFacts, ZoneFacts
from cloison.netmodel.finding import Ref
from cloison.netmodel.language import model as m

Thing = tuple[str, str]  # kind (zone, subnet, asset, interconnection, carrier) and id
Word = Literal["physical", "encryption", "shared", "undeclared"]


@dataclass(frozen=True, slots=True)
class Closure:
    """The hardware under a thing: carriers and physical assets by id.

    ``bare`` is what is reached by some way outside an encrypting tunnel. ``undeclared`` lists the things under it,
    itself included, that do not say what they run on: about them nothing is concluded.
    """

    hardware: frozenset[str]
    bare: frozenset[str]
    undeclared: tuple[Ref, ...]
    before: Mapping[tuple[Thing, bool], tuple[Thing, bool] | None] = field(repr=False, compare=False)

    def way(self, hardware: str) -> tuple[Ref, ...]:
        """Return the shortest way down to some hardware, outside encryption where there is one; empty if none."""
        for inside in (False, True):
            for kind in ("carrier", "asset"):
                if found := self._back(((kind, hardware), inside)):
                    return found
        return ()

    def bare_way(self, thing: Thing) -> tuple[Ref, ...]:
        """Return the shortest way down to a thing outside encryption, both included; empty if none."""
        return self._back((thing, False))

    def _back(self, state: tuple[Thing, bool]) -> tuple[Ref, ...]:
        if state not in self.before:
            return ()
        found = []
        here: tuple[Thing, bool] | None = state
        while here is not None:
            found.append(Ref(*here[0]))
            here = self.before[here]
        return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class Separation:
    """How two things are apart. ``witness`` is the way from each to the first hardware that they share."""

    word: Word
    shared: tuple[str, ...]
    witness: tuple[tuple[Ref, ...], tuple[Ref, ...]]
    undeclared: tuple[Ref, ...]


@dataclass(frozen=True)
class Separations:
    """Closures of ``over`` and comparisons between them.

    A physical asset is its own hardware; a cluster runs on its members; a virtual asset runs on what its ``over``
    names. A zone includes its own ``over``, its subnets and its assets, but not those that forward or relay: there
    zones meet on purpose, and what is judged of them is their filtering.
    """

    model: m.Model
    zones: Mapping[str, ZoneFacts]
    subnets: Mapping[str, SubnetFacts]
    assets: Mapping[str, AssetFacts]
    _known: dict[Thing, Closure] = field(default_factory=dict, repr=False)

    def closure(self, kind: str, name: str) -> Closure:
        """Return what a zone, subnet, asset, interconnection or carrier runs on; raises ``KeyError`` for no such."""
        thing = (kind, name)
        if thing not in self._known:
            self._known[thing] = self._walk(thing)
        return self._known[thing]

    def between(self, one: Thing, other: Thing) -> Separation:
        """Return how two things are apart.

        Shared hardware that both reach outside encryption settles it, whatever else is undeclared.
        """
        here, there = self.closure(*one), self.closure(*other)
        shared = here.hardware & there.hardware
        bare = tuple(sorted(here.bare & there.bare))
        undeclared = tuple(dict.fromkeys((*here.undeclared, *there.undeclared)))
        word: Word
        if bare:
            word = "shared"
        elif undeclared:
            word = "undeclared"
        else:
            word = "encryption" if shared else "physical"
        first = (bare or tuple(sorted(shared)))[:1]
        witness = (here.way(first[0]), there.way(first[0])) if first else ((), ())
        return Separation(word, bare or tuple(sorted(shared)), witness, undeclared)

    def _walk(self, start: Thing) -> Closure:
        before: dict[tuple[Thing, bool], tuple[Thing, bool] | None] = {(start, False): None}
        hardware: set[str] = set()
        bare: set[str] = set()
        undeclared: dict[Ref, None] = {}
        queue: deque[tuple[Thing, bool]] = deque([(start, False)])
        while queue:
            state = queue.popleft()
            thing, inside = state
            if self._is_hardware(thing):
                hardware.add(thing[1])
                if not inside:
                    bare.add(thing[1])
            below = list(self._below(thing))
            if not below and not self._is_hardware(thing):
                undeclared[Ref(*thing)] = None
            deeper = inside or self.encrypts(thing)
            for child in below:
                if (child, deeper) not in before:
                    before[child, deeper] = state
                    queue.append((child, deeper))
        return Closure(frozenset(hardware), frozenset(bare), tuple(undeclared), before)

    def _is_hardware(self, thing: Thing) -> bool:
        kind, name = thing
        if kind == "carrier":
            return self.model.carriers[name].kind == "hardware"
        return kind == "asset" and self.model.assets[name].kind == "physical" and not self.model.assets[name].members

    def encrypts(self, thing: Thing) -> bool:
        """Tell whether a thing is a tunnel that encrypts what it carries."""
        kind, name = thing
        return kind == "carrier" and TUNNELS.get(self.model.carriers[name].protocol.lower(), False)

    def _below(self, thing: Thing) -> Iterator[Thing]:
        kind, name = thing
        if kind == "zone":
            zone = self.zones[name]
            yield from self._over(zone.zone.over)
            yield from (("subnet", item) for item in zone.subnets)
            for item in zone.assets:
                facts = self.assets[item]
                if not facts.forwards and not facts.relay:
                    yield "asset", item
        elif kind == "subnet":
            yield from self._over(self.subnets[name].over)
        elif kind == "interconnection":
            yield from self._over(self.model.interconnections[name].over)
        elif kind == "carrier":
            yield from self._over(self.model.carriers[name].over)
        else:
            asset = self.model.assets[name]
            yield from (("asset", item) for item in asset.members)
            yield from self._over(asset.over)

    def _over(self, names: tuple[str, ...]) -> Iterator[Thing]:
        for name in names:
            yield ("carrier", name) if name in self.model.carriers else ("asset", name)
