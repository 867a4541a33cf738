"""Points, services and packets in words: a zone, subnet or interface by its name where it is exactly that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from cloison.flows.explaining.wording import services_text
from cloison.flows.verifying.lowering import Origin
from cloison.netmodel.facts import InterfaceFacts
from cloison.netmodel.finding import Text
from cloison.netmodel.network import Network
from cloison.netmodel.sides import bare, equals, families
from cloison.netmodel.space.addresses import VRF_SHIFT, prefixes, show
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import Packet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PORTED, keyword, name, port_text
from cloison.netmodel.space.services import CONTINUING, EVERY_SERVICE, NO_SERVICE, OPENING, ServiceSet

_MOST = 6  # prefixes, or services, that are written out

DEFAULT = Text("the end of the list", "la fin de la liste")


@dataclass(frozen=True)
class Wording:
    """Words for what lies around a device, whose own points are left out of the zones that hold them."""

    network: Network
    own: IntervalSet
    _kept: dict[IntervalSet, str] = field(default_factory=dict)

    @staticmethod
    def around(network: Network, devices: Iterable[str]) -> Wording:
        """Return the words for what lies around some devices."""
        own = IntervalSet.union(
            span for device in devices for name in equals(network, device)
            for home in network.assets[name].interfaces.values() if not home.stands for span in home.points.ranges
        )  # fmt: skip
        return Wording(network, own)

    def ends(self, points: IntervalSet) -> str:
        """Return some points as text: the narrowest name that is exactly that, else prefixes."""
        known = self._kept.get(points)
        if known is None:
            known = self._kept[points] = self._names.get(points) or self._prefixes(points)
        return known

    def _prefixes(self, points: IntervalSet) -> str:
        if len(points.ranges) > 64:
            return self._rest(points, [show(low) + "-" + show(high) for low, high in bare(points).ranges[:_MOST]],
                              len(points.ranges))  # fmt: skip
        found = prefixes(bare(points))
        return self._rest(points, list(found[:_MOST]), len(found))

    def _rest(self, points: IntervalSet, words: list[str], count: int) -> str:
        vrfs = {low >> VRF_SHIFT for low, _ in points.ranges}
        text = ", ".join(words) + (f" … +{count - len(words)}" if count > len(words) else "")
        if vrfs == {0}:
            return text
        return f"{text} @{','.join(self.network.ownership.vrfs[vrf] for vrf in sorted(vrfs))}"

    @cached_property
    def _names(self) -> Mapping[IntervalSet, str]:
        names: dict[IntervalSet, str] = {}
        vrfs = range(len(self.network.vrfs))
        held = {name: zone.points for name, zone in self.network.zones.items()}
        held |= {name: subnet.points for name, subnet in self.network.subnets.items()}
        for id_, points in held.items():
            for whole in (points, points - self.own):
                four, six = families(whole, vrfs)
                names[whole] = id_
                if four and six:
                    names.setdefault(four, f"{id_} (IPv4)")
                    names.setdefault(six, f"{id_} (IPv6)")
        for asset in self.network.assets.values():
            for home in asset.interfaces.values():
                if not home.stands:
                    self._name(names, home)
        return names

    def _name(self, names: dict[IntervalSet, str], home: InterfaceFacts) -> None:
        names[home.points] = home.id
        for low, high in home.points.ranges:
            if low == high:
                names[IntervalSet(((low, high),))] = f"{home.id} ({show(low)})"


@lru_cache(maxsize=4096)
def services_said(services: ServiceSet) -> tuple[str, ...]:
    """Return services as a map writes them; continuing packets alone say so.

    Where they are nearly all that packets of a family can carry, it is ``any`` and what is not among them.
    """
    opening = services.in_phase(OPENING)
    if not opening:
        return tuple(f"{word} established" for word in services_said(reopened(services)))
    found = tuple(services_text(services))
    for whole in _WHOLES if len(found) > _MOST else ():
        left = services_text(whole - opening)
        if opening <= whole and len(left) <= _MOST:
            return (f"any − {few(left)}",) if left else ("any",)
    return found


# all that packets of either family can open (none carries the other's ICMP), and all that opens
_WHOLES = tuple(
    (EVERY_SERVICE - other).in_phase(OPENING)
    for other in (ServiceSet.of((ICMPV6, ICMPV6)), ServiceSet.of((ICMP, ICMP)), NO_SERVICE)
)


def reopened(services: ServiceSet) -> ServiceSet:
    """Return the same ports for opening packets."""
    return ServiceSet.union(
        ServiceSet.of((box.protocol, box.protocol), (box.low, box.high), (box.source_low, box.source_high))
        for box in services.in_phase(CONTINUING).boxes()
    )


def packet_said(packet: Packet, network: Network) -> dict[str, Any]:
    """Return a packet as the JSON of a verification has it."""
    found: dict[str, Any] = {
        "source": show(packet.source),
        "destination": show(packet.destination),
        "protocol": keyword(packet.protocol),
        "port": port_text(packet.protocol << 16 | packet.port),
        "source_port": packet.source_port if packet.protocol in PORTED else None,
        "established": packet.phase == CONTINUING,
    }
    if packet.source >> VRF_SHIFT or packet.destination >> VRF_SHIFT:
        found["vrf"] = network.ownership.vrfs[packet.source >> VRF_SHIFT]
        found["destination_vrf"] = network.ownership.vrfs[packet.destination >> VRF_SHIFT]
    return found


def packet_shown(packet: Packet, network: Network) -> dict[str, str | int]:
    """Return what a finding shows of a packet."""
    return {
        name: value for name, value in packet_said(packet, network).items() if value is not None and value is not False
    }


def packet_text(packet: Packet) -> str:
    """Return a packet in a few characters: ``10.1.0.1 → 10.2.0.20 tcp/5432``."""
    port = port_text(packet.protocol << 16 | packet.port)
    service = name(packet.protocol) if port is None else f"{name(packet.protocol)}/{port}"
    return f"{show(packet.source)} → {show(packet.destination)} {service}"


def few(words: Sequence[str], most: int = _MOST) -> str:
    """Return words in one text, and how many more there are."""
    return ", ".join(words[:most]) + (f" … +{len(words) - most}" if len(words) > most else "")


def rules_of(origin: Origin) -> list[dict[str, Any]]:
    """Return where each stage's decision is written; a stage's own end has its place where it is written."""
    found = []
    for deciding in origin:
        written = deciding.written
        found.append({
            "stage": deciding.stage.name,
            "file": written.span.file if written else None,
            "line": written.span.line if written else None,
            "text": written.text if written else None,
            "name": (written.name or None) if written else None,
        })  # fmt: skip
    return found
