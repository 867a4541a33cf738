"""The statements of an IOS or NX-OS device, each given to what reads it; groups first, then lists, then the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cloison.flows.configuration import File, Stage, Tick
from cloison.flows.configuring.cisco import interfaces, objects, stages
from cloison.flows.configuring.cisco.bearing import routers
from cloison.flows.configuring.cisco.classes import Classes
from cloison.flows.configuring.cisco.entries import Reader
from cloison.flows.configuring.cisco.groups import Groups
from cloison.flows.configuring.cisco.harmless import is_harmless
from cloison.flows.configuring.cisco.interfaces import Port
from cloison.flows.configuring.cisco.lists import UNREAD, AccessList, Discovery, Lists
from cloison.flows.configuring.cisco.nat import Nat
from cloison.flows.configuring.cisco.statements import Statement, statements
from cloison.flows.configuring.cisco.words import is_number
from cloison.flows.configuring.cisco.zones import Zones
from cloison.flows.configuring.notes import Notes
from cloison.flows.configuring.surroundings import Surroundings
from cloison.netmodel.finding import Message, Span, say
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import TCP
from cloison.netmodel.space.refusal import RefusedError
from cloison.netmodel.space.services import ServiceSet

_BLOCKS = frozenset({
    "ip", "ipv6", "access-list", "interface", "object-group", "class-map", "policy-map", "zone-pair", "line",
    "control-plane", "Extended", "Standard", "IPv6", "IP", "IPV4", "IPV6",
})  # fmt: skip
_ENTRY = frozenset({"permit", "deny", "remark", "evaluate", "dynamic", "sequence", "statistics"})
_INNER = {
    "interface": frozenset({"description", "shutdown", "zone-member", "switchport", "duplex", "speed", "vrf", "mtu"}),
    "object-group": frozenset({"host", "range", "group-object", "description", "tcp", "udp", "tcp-udp", "icmp", "eq"}),
    "class-map": frozenset({"match", "description"}),
    "policy-map": frozenset({"class", "inspect", "pass", "drop", "description"}),
    "zone-pair": frozenset({"service-policy", "description"}),
    "line": frozenset({"access-class", "transport", "login", "exec-timeout", "password"}),
    "control-plane": frozenset({"service-policy"}),
}
_HEADS = {("Extended", "IP"): (4, False), ("Standard", "IP"): (4, True), ("IPv6", "access"): (6, False),
          ("IP", "access"): (4, False), ("IPV4", "ACL"): (4, False), ("IPV6", "ACL"): (6, False)}  # fmt: skip
_ASIDE = frozenset({"resequence", "logging", "log-update", "persistent", "helper"})
_WEB = ServiceSet.of((TCP, TCP), (80, 80)) | ServiceSet.of((TCP, TCP), (443, 443))
DROPPED = say(
    "its policy drops what classes hold that are not followed here",
    "sa politique rejette ce que tiennent des classes qui ne sont pas suivies ici",
)
UNAPPLIED = say(
    "nothing applies this list: it filters nothing",
    "rien n’applique cette liste : elle ne filtre rien",
)


def inner(words: list[str], block: list[str]) -> bool:
    """Say whether words at the left margin only make sense within the block before them."""
    verb = words[0]
    if block[0] not in _BLOCKS:
        return False
    if verb in _ENTRY or (is_number(verb) and len(words) > 1 and words[1] in _ENTRY):
        return "access" in block[1:3] or "access-list" in block or "ACL" in block
    if block[0] == "interface":
        if words[0] == "no" and words[1:] in (["shutdown"], ["switchport"]):
            return True
        if verb in ("ip", "ipv6") and len(words) > 2:
            return words[1] in ("address", "access-group", "traffic-filter") or words[1:] in (
                ["nat", "inside"], ["nat", "outside"],
            )  # fmt: skip
    return verb in _INNER.get(block[0], ())


@dataclass(slots=True)
class Router:
    """One device while it is read."""

    notes: Notes
    networks: Groups[IntervalSet]
    services: Groups[ServiceSet]
    portgroups: Groups[IntervalSet]
    lists: Lists
    classes: Classes
    zones: Zones
    nat: Nat
    _tops: list[Statement]
    nexus: bool = False
    ports: dict[str, Port] = field(default_factory=dict)
    hostname: str = ""
    lines: list[Statement] = field(default_factory=list)
    doubts: list[tuple[Statement, Message]] = field(default_factory=list)
    guards: list[Statement] = field(default_factory=list)  # policies of the control plane
    pages: list[Statement] = field(default_factory=list)  # who may reach the device's own web pages
    _words: set[str] = field(default_factory=set)  # of everything but lists
    _dropping: set[str] = field(default_factory=set)  # policies of quality of service

    @staticmethod
    def of(notes: Notes, nexus: bool = False) -> Router:
        """Return a device of which nothing is read yet."""
        networks: Groups[IntervalSet] = Groups(objects.addresses, notes)
        services: Groups[ServiceSet] = Groups(ServiceSet.union, notes)
        portgroups: Groups[IntervalSet] = Groups(objects.addresses, notes)
        tops: list[Statement] = []
        around = Surroundings(lambda into: routers(into, tops, nexus))
        lists = Lists(notes, Reader(notes, networks, services, portgroups, around, nexus))
        classes = Classes(notes, lists)
        zones = Zones(notes, classes, around)
        return Router(notes, networks, services, portgroups, lists, classes, zones, Nat(notes), tops, nexus)

    def file(self, file: File, tick: Tick) -> None:
        """Take the statements of a file; one that tells its length and has no end is cut short."""
        tops = statements(file, self.notes, inner, tick)
        if any(top.words[:2] == ["Current", "configuration"] for top in tops) and tops[-1].words != ["end"]:
            last = tops[-1]
            self.notes.error(last.span(), say(
                "The last statement should be end: the file is cut short",
                "La dernière instruction devrait être end : le fichier est tronqué",
            ), "truncated")  # fmt: skip
        self._tops += tops

    def finish(self, place: Span) -> None:
        """Read the statements that were taken: groups, then lists, then what uses them."""
        rest: list[Statement] = []
        for top in self._tops:
            if top.words[0] == "object-group":
                self._group(top)
            else:
                rest.append(top)
        for groups in (self.networks, self.services, self.portgroups):
            groups.finish()
        others = [top for top in rest if not self._list(top)]
        for top in others:
            self._words.update(top.words)
            for line in top.walk():
                self._words.update(line.words)
            self._other(top)
        self._policies()
        self.nat.finish(self.ports, self.lists)
        self.zones.check(self.ports.values())
        if not (self.lists.found or self.zones.zones or self.ports) and not self.notes.errors:
            self.notes.error(place, say(
                "It holds neither a list nor an interface: nothing can be concluded from it",
                "Il ne contient ni liste ni interface : rien ne peut en être conclu",
            ))  # fmt: skip

    def lists_in(self, discovery: Discovery) -> Stage | None:
        """Return the stage of lists for what arrives, with everything in doubt that no interface is told for."""
        found = self._stage("in", discovery)
        if not self.doubts:
            return found
        terms = tuple(stages.doubtful(statement.written(), why) for statement, why in self.doubts)
        return Stage("lists in", (*terms, *(found.terms if found else ())), "none", "permit")

    def lists_out(self, discovery: Discovery) -> Stage | None:
        """Return the stage of lists for what leaves."""
        return self._stage("out", discovery)

    def switched(self, discovery: Discovery) -> list[Stage]:
        """Return the stages of lists on switched ports."""
        return stages.switched(stages.bind(list(self.ports.values()), self.lists, Notes()), discovery)

    def shut(self) -> Stage | None:
        """Return the stage of interfaces that are shut down."""
        return stages.closed(self.ports.values())

    def apart(self) -> Stage | None:
        """Return the stage of the management interface of NX-OS: nothing goes through it."""
        found = [port for port in self.ports.values() if port.name == "mgmt0"]
        return stages.barred(found[0]) if found else None

    def guarded(self) -> Stage | None:
        """Return the stage of what the control plane's policy may drop."""
        terms = [stages.doubtful(line.written("control-plane"), DROPPED) for line in self.guards]
        terms += (stages.doubtful(line.written("ip http"), UNREAD, services=_WEB) for line in self.pages)
        return Stage("control-plane", tuple(terms), "none", "permit") if terms else None

    def zoned(self) -> tuple[list[Stage], Stage | None, Stage | None]:
        """Return the stages of the zone-based firewall; none where there is no zone."""
        if not self.zones.zones:
            return [], None, None
        return self.zones.stages(list(self.ports.values()))

    def unapplied(self) -> None:
        """Note the lists that no statement names."""
        for (family, name), listed in self.lists.found.items():
            if name not in self._words and (family, name) not in self.classes.used:
                self.notes.leave(listed.statement.written(name), UNAPPLIED)

    def _stage(self, direction: str, discovery: Discovery) -> Stage | None:
        ports = list(self.ports.values())
        quiet = self.notes if direction == "in" else Notes()
        return stages.stage(direction, stages.bind(ports, self.lists, quiet), ports, self.nat.bring, discovery)

    def _group(self, top: Statement) -> None:
        words = top.words
        name = words[-1]
        self.notes.understood += 1
        if words[1:2] in (["network"], ["v6-network"]) and len(words) == 3:
            objects.read_network(self.networks, name, top, 4 if words[1] == "network" else 6, wild=False)
        elif words[1:2] in (["service"], ["v6-service"]) and len(words) == 3:
            objects.read_service(self.services, name, top, 4 if words[1] == "service" else 6)
        elif words[1:3] in (["ip", "address"], ["ipv6", "address"]) and len(words) == 4:
            objects.read_network(self.networks, name, top, 4 if words[1] == "ip" else 6, wild=True)
        elif words[1:3] in (["ip", "port"], ["ipv6", "port"]) and len(words) == 4:
            objects.read_ports(self.portgroups, name, top)
        else:
            self.notes.understood -= 1
            self.notes.leave(top.written(), UNREAD)
            self.notes.undecided += [type(self.notes.undecided[-1])(line.written(), UNREAD) for line in top.walk()]

    def _list(self, top: Statement) -> bool:
        words = top.words
        negated = words[0] == "no"
        own = words[1:] if negated else words
        family = 6 if own[:1] == ["ipv6"] else 4
        head = _HEADS.get((words[0], words[1])) if len(words) > 2 else None
        if head is not None:
            self._lines(self.lists.open(words[-1], head[0], head[1], top), top)
            return True
        if own[1:2] == ["access-list"] and own[0] in ("ip", "ipv6") and len(own) > 2 and own[2] not in _ASIDE:
            kinded = own[2] in ("standard", "extended") and len(own) > 3
            if len(own) > (4 if kinded else 3) or (family == 4 and not kinded and not self.nexus):
                return False
            name = own[-1]
            if negated:
                self.lists.drop(name, family)
                self.notes.understood += 1
            else:
                self._lines(self.lists.open(name, family, own[2] == "standard" and kinded, top), top)
            return True
        if len(own) < 2 or own[0] != "access-list" or not is_number(own[1]):
            return False
        number = int(own[1]) if len(own[1]) < 6 else 0
        if negated:
            self.lists.drop(own[1], 4)
            self.notes.understood += 1
            return True
        standard = 1 <= number <= 99 or 1300 <= number <= 1999
        if not standard and not (100 <= number <= 199 or 2000 <= number <= 2699):
            return False
        self.lists.line(self.lists.open(own[1], 4, standard, top), top, words[2:])
        return True

    def _lines(self, listed: AccessList, top: Statement) -> None:
        self.notes.understood += 1
        for line in top.walk():
            self.lists.line(listed, line, line.words)

    def _other(self, top: Statement) -> None:
        words = top.words
        two, three = words[:2], words[:3]
        if words[0] in ("hostname", "switchname") and len(words) > 1:
            self.hostname = words[1].strip('"')
            self.notes.understood += 1
        elif words[0] == "interface" and len(words) > 1 and words[1] != "range":
            self._interface(top)
        elif two == ["ip", "nat"] and not self.nexus:
            self.nat.read(top)
        elif two == ["ip", "port-map"]:
            try:
                self.classes.port_map(top)
                self.notes.understood += 1
            except RefusedError as refused:
                self.notes.leave(top.written(), refused.message)
        elif two == ["zone", "security"] and len(words) == 3:
            self.zones.zone(top)
        elif two == ["zone-pair", "security"]:
            self.zones.pair(top)
        elif three == ["class-map", "type", "inspect"]:
            self.classes.read(top)
        elif three == ["policy-map", "type", "inspect"]:
            self.zones.policy(top)
        elif two == ["line", "vty"]:
            self.lines.append(top)
            self.notes.understood += 1
        elif words[0] == "policy-map":
            if any(_drops(line.words) for line in top.walk()):
                self._dropping.add(words[-1])
            self.notes.harmless += top.count()
        elif words[0] == "control-plane":
            self.guards += [line for line in top.walk() if line.words[0] == "service-policy"]
            self.notes.harmless += top.count()
        elif three == ["ip", "http", "access-class"]:
            self.pages.append(top)
            self.notes.leave(top.written(), UNREAD)
        elif _aside(words) or is_harmless(words):
            self.notes.harmless += top.count()
        else:
            self._unread(top)

    def _unread(self, top: Statement) -> None:
        for statement in (top, *top.walk()):
            self.notes.leave(statement.written(), UNREAD)
        if interfaces.filters(top.words) or any(interfaces.filters(line.words) for line in top.walk()):
            self.doubts.append((top, UNREAD))

    def _interface(self, top: Statement) -> None:
        name = top.words[1]
        if len(top.words) > 2 and top.words[2][:1].isdigit():
            name += top.words[2]
        port = self.ports.setdefault(name, Port(name, top))
        self.notes.understood += 1
        for line in top.children:
            interfaces.read(port, line, self.notes)

    def _policies(self) -> None:
        """Put in doubt what policies of quality of service may drop."""
        for port in self.ports.values():
            for line in port.policies:
                if line.words[-1] in self._dropping:
                    self.notes.leave(line.written(port.name), DROPPED)
                    port.doubts.append((line, DROPPED))
        self.guards = [line for line in self.guards if line.words[-1] in self._dropping]
        for line in self.guards:
            self.notes.leave(line.written("control-plane"), DROPPED)


def _aside(words: list[str]) -> bool:
    """Say whether words define or number what filters only where something else applies it."""
    if words[:2] == ["ip", "access-list"]:
        return len(words) > 2 and words[2] in _ASIDE
    return words[:3] == ["ip", "inspect", "name"] or words[:2] == ["mac", "access-list"]


def _drops(words: Sequence[str]) -> bool:
    return words[0] == "drop" or any(one == "conform-action" and other == "drop" for one, other in pairwise(words))
