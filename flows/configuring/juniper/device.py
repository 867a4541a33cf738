"""A Junos device out of its files: what is forwarded, what reaches the device and what it sends."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cloison.flows.configuration import Configuration, File, Stage, Tick
from cloison.flows.configuring.juniper.braces import Braces
from cloison.flows.configuring.juniper.commands import Commands, is_commands
from cloison.flows.configuring.juniper.filters import Filters
from cloison.flows.configuring.juniper.groups import Groups
from cloison.flows.configuring.juniper.growing import Growing, prune
from cloison.flows.configuring.juniper.interfaces import Ports, Zones
from cloison.flows.configuring.juniper.nat import Nat
from cloison.flows.configuring.juniper.policies import Policies
from cloison.flows.configuring.juniper.reading import NOT_KNOWN, Reading
from cloison.flows.configuring.juniper.services import Applications
from cloison.flows.configuring.juniper.tree import HARMLESS, LEFT, UNDERSTOOD, Node
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.collector import without_collector
from cloison.netmodel.finding import say

_READ = frozenset({"security", "firewall", "applications", "interfaces", "policy-options", "groups", "apply-groups"})
_HARMLESS = frozenset(
    {"version", "system", "chassis", "snmp", "routing-options", "protocols", "class-of-service", "vlans",
     "event-options", "access", "accounting-options", "bridge-domains", "switch-options",
     "ethernet-switching-options", "poe", "virtual-chassis", "multicast-snooping-options", "unified-edge", "fabric",
     "jsrc", "wlan", "smtp", "schedulers", "apply-macro", "session-limit-group", "access-profile",
     "redundant-power-system", "rcsid", "security-profile", "tacplus-options"}
)  # fmt: skip
_SECURITY_READ = frozenset({"policies", "zones", "nat", "address-book", "forwarding-options"})
_SECURITY_HARMLESS = frozenset(
    {"screen", "alg", "flow", "log", "ike", "ipsec", "idp", "utm", "pki", "ssh-known-hosts", "certificates",
     "application-tracking", "application-firewall", "user-identification", "dynamic-vpn", "gprs",
     "firewall-authentication", "traceoptions", "remote-access", "advance-policy-based-routing", "tcp-encap",
     "datapath-debug", "resource-manager", "authentication-key-chains", "group-vpn", "macsec", "forwarding-process",
     "analysis", "alarms", "dynamic-application", "tcp-session", "monitoring", "ssl", "intelligence", "cloud",
     "key-protection", "ipsec-policy", "ipsec-vpn"}
)  # fmt: skip
_SERVICES_HARMLESS = frozenset(
    {"application-identification", "user-identification", "ssl", "flow-monitoring", "rpm", "security-intelligence",
     "advanced-anti-malware", "icap-redirect", "ip-monitoring", "screen", "web-management", "netconf", "analytics",
     "dhcp-local-server"}
)  # fmt: skip
_ELSEWHERE = say("What it filters of this device is not read", "Ce qu’elle filtre de cet équipement n’est pas lu")
_CHANGES = say(
    "A commit script may change the configuration that is in force",
    "Un script de commit peut changer la configuration en vigueur",
)


def read(files: Sequence[File], tick: Tick) -> Configuration:
    """Return the configuration of a device; raises ``MapError`` with every reason why it cannot be used."""
    with without_collector():
        return _read(files, tick)


def _read(files: Sequence[File], tick: Tick) -> Configuration:
    notes = Notes()
    tree = Growing(notes)
    total = sum(len(file.text) for file in files)
    done = 0
    for file in files:
        reader = Commands(tree) if is_commands(file.text) else Braces(tree)
        reader.read(file, _after(tick, done, total))
        done += len(file.text)
    notes.raise_all()
    root = tree.root
    root.file = files[0].name
    notes.harmless += prune(root) if tree.inactive else 0
    reading = Reading(root, notes)
    groups = Groups(root, notes)
    if any("apply-" in file.text for file in files):
        groups.apply()
        notes.raise_all()
        for node, why in groups.doubts:
            reading.leave(node, why, everywhere=True)
    _top(reading)
    applications = Applications(reading)
    ports = Ports(reading)
    zones = Zones(reading, ports)
    policies = Policies(reading, zones, applications)
    Nat(reading, policies.common, applications, ports, zones)
    filters = Filters(reading, ports)
    forward, inward, outward = _stages(reading, ports, zones, policies, filters)
    _count(root, notes, reading, groups)
    notes.raise_all()
    return Configuration(
        "junos", ports.interfaces(), forward, inward, outward, tuple(reading.translations), _hostname(root),
        notes.understood, notes.harmless, tuple(notes.undecided),
    )  # fmt: skip


def _after(tick: Tick, done: int, total: int) -> Callable[[int], None]:
    return lambda at: tick(done + at, total)


def _stages(
    reading: Reading, ports: Ports, zones: Zones, policies: Policies, filters: Filters
) -> tuple[tuple[Stage, ...], tuple[Stage, ...] | None, tuple[Stage, ...] | None]:
    before, after = filters.stages("input"), filters.stages("output")
    inner_in, inner_out = filters.loopback("input"), filters.loopback("output")
    if policies.rules:
        forward = (*before, policies.stage(), *after)
        inward = (*before, *inner_in, *(policies.to_host() if zones.written else ()))
        return forward, inward or None, (*policies.from_host(), *inner_out, *after) or None
    if filters.used or reading.notes.errors:
        forward = (*before, *after)
        if not forward and reading.everywhere:
            forward = (Stage("not understood", reading.doubtful(), "none", otherwise="permit"),)
        return forward, (*before, *inner_in) or None, (*inner_out, *after) or None
    if not filters.nodes or zones.written:
        first = next(iter(reading.root), reading.root)
        reading.notes.error(first.span, say(
            "It has neither security policies nor firewall filters: nothing can be concluded from it",
            "Il n’a ni politiques de sécurité ni filtres : rien ne peut en être conclu"))  # fmt: skip
        return (), None, None
    lone = filters.lone() if not ports.named else None
    if lone is None:
        names = tuple(f"{family} {name}" for family, name in list(filters.nodes)[:20])
        reading.notes.error(next(iter(filters.nodes.values())).span, say(
            "No interface has a filter, so that none of these can be taken as what is forwarded: {names}",
            "Aucune interface n’a de filtre : aucun de ceux-ci ne peut être pris pour ce qui est acheminé : {names}",
            names=names))  # fmt: skip
        return (), None, None
    return (lone,), None, None


def _top(reading: Reading) -> None:
    """Sort what stands at the top, and at the top of ``security``."""
    root = reading.root
    for node in reading.sort(root, _READ, _HARMLESS):
        if node.word == "forwarding-options":
            node.mark = HARMLESS
            for family in (*node.under("family"), node):
                for word in ("filter", "input", "output"):
                    inner = family.get(word)
                    if inner is not None and (family is not node or word == "filter"):
                        reading.leave(inner, _ELSEWHERE, everywhere=True)
        elif node.word == "routing-instances":
            node.mark = HARMLESS
            for instance in node:
                inner = instance.get("forwarding-options")
                if inner is not None:
                    reading.leave(inner, _ELSEWHERE, everywhere=True)
        elif node.word == "services":
            for inner in reading.sort(node, frozenset(), _SERVICES_HARMLESS):
                reading.leave(inner, _ELSEWHERE, everywhere=True)
        else:
            reading.leave(node, everywhere=True)
    for word in ("security", "firewall", "applications", "interfaces", "policy-options", "groups", "apply-groups"):
        top = root.get(word)
        if top is not None:
            top.mark = UNDERSTOOD if word == "apply-groups" else 0
    security = root.get("security")
    for node in reading.sort(security or (), frozenset(), _SECURITY_HARMLESS):
        if node.word not in _SECURITY_READ:
            reading.leave(node, everywhere=True)
    modes = root.get("security", "forwarding-options")
    for family in modes.under("family") if modes else ():
        mode = family.value("mode")
        family.mark = UNDERSTOOD
        if mode is not None and mode.word == "packet-based" and family.word != "iso":
            why = say("In packet mode no policy holds", "En mode paquet aucune politique ne vaut")
            reading.leave(mode, why, everywhere=True)
    for item in modes or ():
        if item.word != "family":
            reading.leave(item, everywhere=True)
    scripts = root.get("system", "scripts", "commit", "allow-transients")
    if scripts is not None:
        reading.leave(scripts, _CHANGES, everywhere=True)
    options = root.get("policy-options")
    for item in options or ():
        if item.word != "prefix-list":
            item.mark = HARMLESS


def _count(root: Node, notes: Notes, reading: Reading, groups: Groups) -> None:
    """Count every statement once: a group's where it is inherited, and as without effect where it is not."""
    seen: set[tuple[str, int, int]] = set()
    stack: list[tuple[Node, int]] = [(node, 0) for node in root if node.word != "groups"]
    while stack:
        node, mark = stack.pop()
        mark = node.mark or mark
        if node.whole:
            if node.inherited:
                place = (node.file, node.line, node.column)
                if place in seen:
                    continue
                seen.add(place)
            if mark == UNDERSTOOD:
                notes.understood += 1
            elif mark == HARMLESS:
                notes.harmless += 1
            elif mark != LEFT:
                notes.leave(node.written(), NOT_KNOWN)
        if node.children:
            for item in node.children.values():
                stack.append((item, mark))
    stack = [(node, 0) for node in root.under("groups")]
    while stack:
        node, _ = stack.pop()
        if node.whole and (node.file, node.line, node.column) not in seen:
            notes.harmless += 1
        stack.extend((item, 0) for item in node)


def _hostname(root: Node) -> str:
    node = root.value_at("system", "host-name")
    return node.word if node is not None else ""
