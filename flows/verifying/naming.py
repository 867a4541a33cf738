"""Interfaces of a configuration -> interfaces of the map: by address, by name, else by the network they are on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cloison.flows.configuration import Configuration, Interface, Stage, Written
from cloison.flows.configuring.netfilter.interfaces import standing
from cloison.netmodel.finding import Finding, Message, Ref, input_error, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.sides import Port, Sides
from cloison.netmodel.space.intervals import EMPTY

LOOPBACK = frozenset(("lo", "lo0", "loopback", "loopback0", "self", "localhost"))


@dataclass(frozen=True, slots=True)
class Named:
    """Sides whose ports have the configuration's names; ``absent`` are the map's interfaces that it never names."""

    sides: Sides
    errors: tuple[Finding, ...]
    absent: tuple[str, ...]


def named(configuration: Configuration, sides: Sides) -> Named:
    """Return the sides of a device with its interfaces named as the configuration does.

    An interface that a rule names and that the map does not have is an error: nothing could be said of such a rule.
    A name that ends in ``*`` stands for the map's interfaces that begin so and that have no name of their own there.
    """
    ports: dict[str, Port] = {}
    used: set[str] = set()
    told = {item.name: item for item in configuration.interfaces}
    stages = (*configuration.forward, *(configuration.input or ()), *(configuration.output or ()))
    asked = _asked(stages)
    for name in dict.fromkeys((*told, *asked)):
        port = _port(told.get(name, Interface(name)), sides)
        if port is not None:
            ports[name] = replace(port, name=name)
            used.add(port.name)
        elif name.lower() in LOOPBACK:
            ports[name] = Port(name, EMPTY, EMPTY, EMPTY, EMPTY)  # packets of the device to itself never cross it
    for port in sides.ports.values():
        stand_in = standing(port.name, told)
        if port.name not in used and stand_in.endswith("*") and stand_in in told:
            ports[stand_in] = _both(ports[stand_in], port) if stand_in in ports else replace(port, name=stand_in)
            used.add(port.name)
    for name in told:
        if name.endswith("*") and name not in ports:
            ports[name] = Port(name, EMPTY, EMPTY, EMPTY, EMPTY)  # it stands for none of the map's interfaces
    errors = tuple(
        input_error("unknown-interface", _unknown(name, sides), Ref("asset", sides.device), written.span)
        for name, written in asked.items() if name not in ports
    ) if sides.ports or asked else ()  # fmt: skip
    absent = tuple(name for name in sides.ports if name not in used) if told else ()
    return Named(replace(sides, ports=ports), errors, absent)


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


def _port(interface: Interface, sides: Sides) -> Port | None:
    for port in sides.ports.values():
        if interface.addresses.overlaps(port.addresses):
            return port
    if interface.name in sides.ports:
        return sides.ports[interface.name]
    folded = {name.lower(): port for name, port in sides.ports.items()}
    if interface.name.lower() in folded:
        return folded[interface.name.lower()]
    linked = [port for port in sides.ports.values() if interface.networks.overlaps(port.networks)]
    return linked[0] if len(linked) == 1 else None


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
