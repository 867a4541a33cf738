"""Rules that a packet meets before its destination, or after its source, is translated: brought to real ends.

Whether a packet to a real destination came through a translation or was sent to that address itself cannot be told
from its real ends; a rule that tells the two apart is in doubt where both may be. Replies pass the hooks the other
way round: where sources are translated, the destination of a reply is the outside source until it is translated back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cloison.flows.configuration import Translation, Written
from cloison.flows.configuring.netfilter.boxes import Box, Meeting
from cloison.flows.configuring.netfilter.chains import Decided
from cloison.flows.configuring.netfilter.states import CONTINUES, OPENS
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import ANY, V4, V6
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import PORTED
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, ServiceSet

UNTOLD = say(
    "it looks at addresses as they are outside a translation: real ends do not tell whether a packet passed it",
    "elle regarde les adresses à l’extérieur d’une traduction : les extrémités réelles ne disent pas s’il y passe",
)


@dataclass(frozen=True, slots=True)
class Nat:
    """What a rule of a ``nat`` chain does: new addresses (``EMPTY``: the device's own), and new ports if any.

    ``either`` translates destinations or sources, as the hook is.
    """

    kind: Literal["destination", "source", "redirect", "either"]
    to: IntervalSet = EMPTY
    ports: IntervalSet = EMPTY


@dataclass(frozen=True, slots=True)
class Nats:
    """All translations of a device, of destinations and of sources, each with the packets that it holds."""

    destinations: tuple[tuple[Nat, Box, Written], ...] = ()
    sources: tuple[tuple[Nat, Box, Written], ...] = ()

    def translations(self) -> Iterator[Translation]:
        """Yield them as a configuration has them."""
        for nat, box, written in self.destinations:
            services: tuple[tuple[ServiceSet, ServiceSet], ...] = ()
            if nat.ports or box.services != EVERY_SERVICE:
                services = ((box.services, mapped(box.services, nat.ports)),)
            yield Translation("destination", box.destinations, nat.to, written, services)
        for nat, box, written in self.sources:
            yield Translation("source", nat.to, box.sources, written)

    def images(self, local: bool) -> IntervalSet:
        """Return the real destinations that packets may reach through a translation."""
        found = EMPTY
        for nat, _, _ in self.destinations:
            found |= nat.to if nat.kind == "destination" else (ANY if local else EMPTY)
        return found


def before_destinations(items: Sequence[Decided], nats: Nats, local: bool, meeting: Meeting) -> Iterator[Decided]:
    """Yield decisions about outside destinations as such about real ones; ``local``: of what the device receives."""
    images = nats.images(local)
    for item in items:
        box = item.box
        if _free(box.destinations) and _every_low(box.services):
            yield item
            continue
        if nats.sources:
            back = box.services & CONTINUES
            if back:
                yield _doubted(item, box._replace(destinations=_family(box.destinations), services=_any_low(back)))
            box = box._replace(services=box.services & OPENS)
            if not box.services:
                continue
        direct = box.destinations - images
        if direct:
            yield replace(item, box=box._replace(destinations=direct))
        through = box.destinations & images
        if through:
            yield _doubted(item, box._replace(destinations=through))
        for nat, held, _ in nats.destinations:
            here = meeting.meet(held, box)
            if here is None or (nat.kind == "redirect" and not local):
                continue
            to = nat.to or _family(box.destinations)
            yield _doubted(item, here._replace(destinations=to, services=mapped(here.services, nat.ports)))


def after_sources(items: Sequence[Decided], nats: Nats) -> Iterator[Decided]:
    """Yield decisions about outside sources as such about real ones."""
    for item in items:
        box = item.box
        free = _free(box.sources) and box.services == _any_source(box.services)
        if free or not (nats.sources or nats.destinations):
            yield item
        else:
            yield _doubted(item, box._replace(sources=_family(box.sources), services=_any_source(box.services)))


def mapped(services: ServiceSet, ports: IntervalSet) -> ServiceSet:
    """Return services whose destination ports were replaced; unchanged without ``ports``."""
    if not ports:
        return services
    found = NO_SERVICE
    for protocol in {low >> 16 for low, _, _ in services.segments if low >> 16 in PORTED}:
        found |= _any_low(services & ServiceSet.of((protocol, protocol))) & ServiceSet.union(
            ServiceSet.of((protocol, protocol), item) for item in ports.ranges
        )
    return found


def _doubted(item: Decided, box: Box) -> Decided:
    doubt: Message = item.doubt or UNTOLD
    return replace(item, box=box, doubt=doubt)


def _free(addresses: IntervalSet) -> bool:
    return addresses in (ANY, V4, V6)


def _family(addresses: IntervalSet) -> IntervalSet:
    return V4 if addresses <= V4 else V6 if addresses <= V6 else ANY


def _every_low(services: ServiceSet) -> bool:
    return all(low & 0xFFFF == 0 and high & 0xFFFF == 0xFFFF for low, high, _ in services.segments)


def _any_low(services: ServiceSet) -> ServiceSet:
    """Return the same with every destination port of each protocol that it holds."""
    by_protocol: dict[int, IntervalSet] = {}
    for low, high, sources in services.segments:
        for protocol in range(low >> 16, (high >> 16) + 1):
            by_protocol[protocol] = by_protocol.get(protocol, EMPTY) | sources
    return ServiceSet.union(
        ServiceSet(((protocol << 16, protocol << 16 | 0xFFFF, sources),)) for protocol, sources in by_protocol.items()
    )


def _any_source(services: ServiceSet) -> ServiceSet:
    """Return the same with every source port, in the phases that each piece holds."""
    opening, continuing = IntervalSet(((0, 0xFFFF),)), IntervalSet(((0x10000, 0x1FFFF),))
    pieces = []
    for low, high, sources in services.segments:
        wide = (opening if sources.overlaps(opening) else EMPTY) | (
            continuing if sources.overlaps(continuing) else EMPTY
        )
        pieces.append(ServiceSet(((low, high, wide),)))
    return ServiceSet.union(pieces)
