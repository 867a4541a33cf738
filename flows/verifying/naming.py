"""Interfaces of a configuration -> interfaces of the map: by address, by name, else by the network they are on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from itertools import combinations

from cloison.flows.configuration import Configuration, Interface, Stage, Written
from cloison.flows.configuring.netfilter.interfaces import standing
from cloison.netmodel.finding import Finding, Message, Ref, input_error, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.sides import Port, Sides
from cloison.netmodel.space.intervals import EMPTY

LOOPBACK = frozenset(("lo", "lo0", "loopback", "loopback0", "self", "localhost"))


@dataclass(frozen=True, slots=True)
class Named:
    """Sides whose ports have the configuration's names."""

    sides: Sides
    errors: tuple[Finding, ...]


def named(configuration: Configuration, sides: Sides) -> Named:
    """Return the sides of a device with its interfaces named as the configuration does.

    An interface that a rule names and that the map does not have is an error: nothing could be said of such a rule.
    A name that ends in ``*`` stands for the map's interfaces that begin so and that have no name of their own there.
    """
    ports: dict[str, Port] = {}
    used: set[str] = set()
    told = {item.name: item for item in configuration.interfaces}
    asked = _asked(configuration.stages)
    for name in dict.fromkeys((*told, *asked)):
        found = _found(told.get(name, Interface(name)), sides)
        if found:
            ports[name] = replace(reduce(_both, found), name=name)
            used.update(port.name for port in found)
        elif name.lower() in LOOPBACK:
            ports[name] = Port(name, EMPTY, EMPTY, EMPTY, EMPTY)  # packets of the device to itself never cross it
    for port in sides.ports.values():
        stand_in = standing(port.name, told)
        if port.name not in used and stand_in.endswith("*") and stand_in in told:
            ports[stand_in] = _both(ports[stand_in], port) if stand_in in ports else replace(port, name=stand_in)
            used.add(port.name)
    for name in told:
        if name.endswith("*"):  # it may stand for interfaces that the map does not have, too
            known = ports.get(name, Port(name, EMPTY, EMPTY, EMPTY, EMPTY))
            ports[name] = replace(known, possible=known.possible | sides.loose)
    errors = tuple(
        input_error("unknown-interface", _unknown(name, sides), Ref("asset", sides.device), written.span)
        for name, written in asked.items() if name not in ports
    ) if sides.ports or asked else ()  # fmt: skip
    return Named(replace(sides, ports=ports), errors)


def _both(one: Port, other: Port) -> Port:
    """Return two interfaces that one name stands for."""
    return Port(
        one.name, one.addresses | other.addresses, one.networks | other.networks, one.sure | other.sure,
        one.possible | other.possible,
    )  # fmt: skip


def _asked(stages: Iterable[Stage]) -> dict[str, Written]:
    found: dict[str, Written] = {}
    for stage in stages:
        for term in stage.terms:
            for names in (term.arriving, term.leaving):
                for name in sorted(names or ()):
                    found.setdefault(name, term.written)
    return found


def _found(interface: Interface, sides: Sides) -> list[Port]:
    """Return what an interface is in the map: one interface, or several where the map tells its addresses apart."""
    at = [port for port in sides.ports.values() if interface.addresses.overlaps(port.addresses)]
    if at and not any(one.addresses.overlaps(other.addresses) for one, other in combinations(at, 2)):
        return at
    ports = at or list(sides.ports.values())  # an address that several VRFs have does not tell one from the other
    for named in (interface.name, interface.name.lower()):
        same = [port for port in ports if named in (port.name, port.name.lower())]
        if same:
            return same[:1]
    linked = [port for port in ports if interface.networks.overlaps(port.networks)]
    return linked if len(linked) == 1 else []


def _unknown(name: str, sides: Sides) -> Message:
    near = nearest(name, sides.ports) or tuple(sides.ports)[:8]
    if near:
        return say(
            "{device} has no interface {name} in the map; nearest: {near}",
            "{device} n’a pas d’interface {name} dans la carte ; le plus proche : {near}",
            device=sides.device, name=name, near=near,
        )  # fmt: skip
    return say(
        "{device} has no interface in the map, and a rule names {name}",
        "{device} n’a aucune interface dans la carte, et une règle nomme {name}",
        device=sides.device, name=name,
    )  # fmt: skip
