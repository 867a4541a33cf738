"""One VDOM: its names, its interfaces, its virtual addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cloison.flows.configuration import Translation
from cloison.flows.configuring.bounds import A, Bounds, Names, addresses, exactly, services
from cloison.flows.configuring.fortinet import objects
from cloison.flows.configuring.fortinet.catalogue import SERVICES
from cloison.flows.configuring.fortinet.interfaces import Ports
from cloison.flows.configuring.fortinet.tree import Node
from cloison.flows.configuring.fortinet.vips import Vip, vip
from cloison.flows.configuring.notes import Notes
from cloison.flows.configuring.surroundings import Surroundings
from cloison.netmodel.finding import Message, Span, Text, say
from cloison.netmodel.space.addresses import V4, V6, parse
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.refusal import RefusedError
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, ServiceSet

_GIVEN4 = {
    "all": exactly(V4), "none": exactly(EMPTY),
    "SSLVPN_TUNNEL_ADDR1": exactly(parse("10.212.134.200-10.212.134.210")),
}  # fmt: skip
_GIVEN6 = {"all": exactly(V6), "none": exactly(EMPTY), "SSLVPN_TUNNEL_IPv6_ADDR1": exactly(parse("fdff:ffff::/120"))}
_DAYS = 7


@dataclass(slots=True)
class Scope:
    """The objects of a VDOM, and of the tables that it has."""

    vdom: str
    tables: list[Node]
    ports: Ports
    notes: Notes
    around: Surroundings
    v4: Names[IntervalSet] = field(init=False)
    v6: Names[IntervalSet] = field(init=False)
    services: Names[ServiceSet] = field(init=False)
    vips: dict[str, tuple[str, ...]] = field(default_factory=dict)
    real: dict[str, Vip | None] = field(default_factory=dict)
    pools: dict[str, IntervalSet] = field(default_factory=dict)
    schedules: dict[str, bool | None] = field(default_factory=lambda: {"always": True, "none": False})
    _cache: dict[tuple[str, tuple[str, ...]], Bounds[IntervalSet] | Bounds[ServiceSet]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        notes = self.notes
        self.v4 = Names(Text("address", "adresse"), notes, addresses, given=_GIVEN4)
        self.v6 = Names(Text("IPv6 address", "adresse IPv6"), notes, addresses, given=_GIVEN6)
        self.services = Names(Text("service", "service"), notes, services, given=SERVICES)
        for names, kind, make in ((self.v4, "address", objects.address), (self.v6, "address6", objects.address6)):
            for name, node in self.entries(f"firewall {kind}").items():
                names.plain[name] = make(node, notes)
            for node in self.entries("firewall addrgrp" + kind.removeprefix("address")).values():
                self._group(node, names, V4 if kind == "address" else V6, EMPTY)
        for name, node in self.entries("firewall service custom").items():
            self.services.plain[name] = objects.service(node, notes)
        for node in self.entries("firewall service group").values():
            self._group(node, self.services, EVERY_SERVICE, NO_SERVICE)
        for v6, kind in ((False, "vip"), (True, "vip6")):
            for name, node in self.entries(f"firewall {kind}").items():
                self.real[f"{kind} {name}"] = vip(node, self.ports, notes, v6)
                self.vips[f"{kind} {name}"] = (f"{kind} {name}",)
        for kind, table in (("vip", "firewall vipgrp"), ("vip6", "firewall vipgrp6")):
            for name, node in self.entries(table).items():
                notes.understood += 1
                self.vips[f"{kind} {name}"] = self._members(kind, node)
        for name, node in self.entries("firewall schedule recurring").items():
            self.schedules[name] = _times(name, node)
            notes.understood += 1
        for table in ("firewall schedule onetime", "firewall schedule group"):
            for name in self.entries(table):
                self.schedules[name] = None
                notes.understood += 1
        for table, first in (("firewall ippool", "startip"), ("firewall ippool6", "startip")):
            for name, node in self.entries(table).items():
                self.pools[name] = self._pool(node, first)
        for names_ in (self.v4, self.v6):
            names_.check()
        self.services.check()

    def entries(self, name: str) -> dict[str, Node]:
        """Return the entries of the tables of a name."""
        return objects.entries(table for table in self.tables if table.name == name)

    def addresses(self, v6: bool, names: tuple[tuple[str, Span], ...]) -> Bounds[IntervalSet]:
        """Return the addresses of names, of one family."""
        key = ("6" if v6 else "4", tuple(name for name, _ in names))
        if key not in self._cache:
            self._cache[key] = (self.v6 if v6 else self.v4).union(names)
        return self._cache[key]  # type: ignore[return-value]

    def asked(self, names: tuple[tuple[str, Span], ...]) -> Bounds[ServiceSet]:
        """Return the services of names."""
        key = ("s", tuple(name for name, _ in names))
        if key not in self._cache:
            self._cache[key] = self.services.union(names)
        return self._cache[key]  # type: ignore[return-value]

    def virtual(self, v6: bool, name: str) -> list[Vip] | None:
        """Return the virtual addresses of a name, ``None`` where it names none."""
        found = self.vips.get(f"{'vip6' if v6 else 'vip'} {name}")
        if found is None:
            return None
        return [item for item in (self.real[one] for one in found) if item is not None]

    def translations(self) -> Iterable[Translation]:
        """Yield what the virtual addresses translate."""
        for item in self.real.values():
            if item is not None and item.translation is not None:
                yield item.translation

    def when(self, name: str, span: Span) -> tuple[bool, Message | None]:
        """Say whether a schedule ever holds, and why it is not known when."""
        if name not in self.schedules:
            self.notes.error(
                span, say("schedule {name} is not defined", "l’horaire {name} n’est pas défini", name=name),
                "unknown-name",
            )  # fmt: skip
            return True, None
        holds = self.schedules[name]
        if holds is None:
            return True, say("it holds at the times of {name}", "elle vaut aux heures de {name}", name=name)
        return holds, None

    def _pool(self, node: Node, first: str) -> IntervalSet:
        self.notes.understood += 1
        low = node.value(first)
        try:
            return parse(f"{low}-{node.value('endip', low)}")
        except RefusedError as problem:
            self.notes.error(node.at(first), problem.message)
            return EMPTY

    def _group(self, node: Node, names: Names[A], widest: A, nothing: A) -> None:
        self.notes.understood += 1
        for key in node.settings:
            if key in ("member", "exclude", "exclude-member"):
                self.notes.understood += 1
            elif key in objects.HARMLESS_KEYS or key == "type":
                self.notes.harmless += 1
            else:
                why = say("group {name}: {key} is not understood", "groupe {name} : {key} n’est pas compris",
                          name=node.name, key=key)  # fmt: skip
                self.notes.leave(objects.written(node, "group"), why)
                names.plain[node.name] = Bounds(nothing, widest, why)
                return
        names.groups[node.name] = objects.group(node)

    def _members(self, kind: str, node: Node) -> tuple[str, ...]:
        found = []
        for name, span in node.named("member"):
            if f"{kind} {name}" in self.real:
                found.append(f"{kind} {name}")
            else:
                self.notes.error(
                    span, say("VIP {name} is not defined", "la VIP {name} n’est pas définie", name=name), "unknown-name"
                )
        return tuple(found)


def _times(name: str, node: Node) -> bool | None:
    days = node.values("day")
    hours = (node.value("start", "00:00"), node.value("end", "00:00"))
    if days == ["none"] or (name == "none" and not days):
        return False
    if hours == ("00:00", "00:00") and (len(set(days) - {"none"}) == _DAYS or (name == "always" and not days)):
        return True
    return None
