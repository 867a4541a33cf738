"""Lists and security levels of an ASA -> the stages of what it forwards.

Source: Cisco ASA Series Firewall CLI Configuration Guide, "Access Rules": the list of the interface, the global list,
a denial; where there is neither, security levels. `same-security-traffic` bars what a list permits, too.
"""

from __future__ import annotations

from cloison.flows.configuration import Stage, Term
from cloison.flows.configuring.cisco.appliance import Appliance
from cloison.flows.configuring.cisco.stages import at, doubtful


def forward(device: Appliance) -> tuple[Stage, ...]:
    """Return the stages of what is forwarded."""
    stages: list[Stage] = []
    closed = device.closed(forward=True)
    if closed:
        stages.append(Stage("closed", tuple(closed), "none", "permit"))
    same = _same(device)
    if same:
        stages.append(Stage("same-security-traffic", tuple(same), "implicit", "permit"))
    stages.append(Stage("lists in", tuple(_inward(device)), "implicit"))
    outward: list[Term] = []
    for name, direction, interface, _ in device.groups:
        if direction == "out":
            here = frozenset((interface,))
            whole = (*device.lists[name].ordered(), device.lists[name].closing(name))
            outward += (at(term, None, here) for term in whole)
    if outward:
        stages.append(Stage("lists out", (*device.tunnels(), *outward), "implicit", "permit"))
    return tuple(stages)


def _same(device: Appliance) -> list[Term]:
    """Return the denials between interfaces of one security level, and back out of the same interface."""
    found: list[Term] = []
    for item in device.named.values():
        here = frozenset((item.name,))
        written = item.statement.written(item.name)
        peers = frozenset(
            other.name for other in device.named.values() if other.level == item.level and other is not item
        )
        if peers and not device.inter:
            found.append(Term("deny", written, arriving=here, leaving=peers))
        if not device.intra:
            found.append(Term("deny", written, arriving=here, leaving=here))
    return found


def _inward(device: Appliance) -> list[Term]:
    found = [doubtful(statement.written(), why) for statement, why in device.doubts]
    found += device.tunnels()
    closed: list[tuple[frozenset[str], Term]] = []
    ruled: set[str] = set()
    for name, direction, interface, _ in device.groups:
        if direction == "in":
            here = frozenset((interface,))
            ruled.add(interface)
            found += (at(term, here, None) for term in device.lists[name].ordered())
            closed.append((here, device.lists[name].closing(name)))
    everywhere = [name for name, direction, _, _ in device.groups if direction == "global"]
    for name in everywhere:
        found += device.lists[name].ordered()
    found += (at(term, here, None) for here, term in closed)
    for name in everywhere:
        found.append(device.lists[name].closing(name))
    if everywhere:
        return found
    for item in device.named.values():
        if item.name not in ruled:
            below = frozenset(other.name for other in device.named.values() if other.level <= item.level)
            written = item.statement.written(f"{item.name}: security-level {item.level}")
            found.append(Term("permit", written, arriving=frozenset((item.name,)), leaving=below))
            found.append(Term("deny", written, arriving=frozenset((item.name,))))
    return found
