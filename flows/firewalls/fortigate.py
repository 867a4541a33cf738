"""FortiGate: a FortiOS configuration as ``show`` or a backup gives it.

Source: Fortinet, FortiOS CLI Reference and FortiOS Administration Guide (versions 5.6 to 7.6): policies and the
implicit deny, virtual IPs before policies, zones and ``intrazone``, virtual domains, local-in policies and
``allowaccess``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cloison.flows.configuration import Configuration, Dialect, File, Interface, Stage, Term, Tick, Translation, Written
from cloison.flows.configuring.fortinet import objects, parts, policies
from cloison.flows.configuring.fortinet.bearing import bearing
from cloison.flows.configuring.fortinet.interfaces import administration, listeners, ports
from cloison.flows.configuring.fortinet.scope import Scope
from cloison.flows.configuring.fortinet.tree import Node, parse
from cloison.flows.configuring.notes import Notes
from cloison.flows.configuring.surroundings import Surroundings
from cloison.netmodel.finding import Text, say

_HEADER = re.compile(r"\A(?:#[^\n]*\n)*#config-version=(?:FG|FW|FFW|FOS)", re.ASCII)
_PARTS = re.compile(
    r"^[ \t]*config (?:firewall (?:policy6?|consolidated policy|address6?|addrgrp6?|service (?:custom|group)|vip"
    r"|local-in-policy)|system (?:interface|global|zone)|vdom)[ \t]*$", re.ASCII | re.MULTILINE,
)  # fmt: skip
_VERSION = re.compile(r"#config-version=[A-Za-z0-9_]+-(\d+)\.(\d+)\.?(\d+)?", re.ASCII)
_TABLES = ("firewall policy", "firewall policy6", "firewall consolidated policy", "firewall security-policy")


def recognises(file: File) -> bool:
    """Say whether a file is a FortiOS configuration."""
    return _HEADER.match(file.text) is not None or _PARTS.search(file.text) is not None


def read(files: Sequence[File], tick: Tick) -> Configuration:
    """Return the configuration of a FortiGate, its virtual domains together."""
    notes = Notes()
    roots = [parse(file, notes, tick) for file in files]
    notes.raise_all()
    tables = [table for root in roots for table in root.tables]
    shared = tables + [inner for table in tables if table.name == "global" for inner in table.tables]
    vdoms: dict[str, list[Node]] = {}
    for table in shared:
        if table.name == "vdom":
            for entry in table.entries:
                vdoms.setdefault(entry.name, []).extend(entry.tables)
    if not any(vdoms.values()):
        vdoms = {"": tables}
    if not any(table.name in _TABLES for scope in vdoms.values() for table in scope):
        notes.error(files[0].span(1), say(
            "It has no firewall policies: nothing can be concluded from it",
            "Il n’a pas de règles de pare-feu : rien ne peut en être conclu"))  # fmt: skip
    found = _version(files)
    around = Surroundings(lambda into: bearing(into, roots, found))
    system = objects.entries(
        table for table in [*shared, *(inner for scope in vdoms.values() for inner in scope)]
        if table.name == "system interface"
    )  # fmt: skip
    settings = next((table for table in shared if table.name == "system global"), None)
    notes.understood += sum(1 + node.size for node in system.values()) + (settings.size if settings is not None else 0)
    made = _Made(notes, shared, settings)
    for name, scope in vdoms.items():
        made.add(Scope(name, scope, ports(scope, system, name, notes), notes, around), found)
    if any(vdoms):
        made.global_parts()
    made.links(system)
    notes.raise_all()
    return made.configuration(files, bool(system))


class _Made:
    """The stages of a device while its virtual domains are read."""

    def __init__(self, notes: Notes, shared: list[Node], settings: Node | None) -> None:
        self._notes = notes
        self._shared = shared
        self._settings = settings
        self._wide: list[Term] = []
        self._virtual: list[Term] = []
        self._plain: list[Term] = []
        self._zones: list[Term] = []
        self._inputs: list[Term] = []
        self._own: list[Term] = []
        self._interfaces: dict[str, Interface] = {}
        self._translations: list[Translation] = []

    def add(self, scope: Scope, version: tuple[int, ...]) -> None:
        """Read one virtual domain."""
        virtual, plain, hidden = policies.forward(scope, version)
        here = frozenset(scope.ports.found) if scope.vdom else None
        wide = [*parts.judged(scope.tables, self._notes), *parts.settings(scope.tables, self._notes)]
        self._wide += [_limited(term, here) for term in wide]
        self._wide += self._hairpins(scope)
        for name, zone in scope.entries("system zone").items():
            self._notes.understood += 1 + zone.size
            if zone.value("intrazone") == "allow":
                self._intrazone(zone, scope.ports.zones[name], scope)
        self._virtual += virtual
        self._plain += plain
        self._inputs += policies.local_in(scope)
        if scope.ports.nodes:
            self._own += administration(scope.ports, self._settings, self._notes)
        self._own += listeners(scope.tables, here)
        self._interfaces |= scope.ports.found
        self._translations += [*scope.translations(), *hidden, *_central(scope)]

    def global_parts(self) -> None:
        """Count what stands outside of the virtual domains."""
        self._wide += parts.judged(self._shared, self._notes)
        self._own += listeners(self._shared, None)

    def links(self, system: dict[str, Node]) -> None:
        """Leave open what passes from one virtual domain to another."""
        homes: dict[str, set[str]] = {}
        for name, node in system.items():
            homes.setdefault(node.value("vdom", "root"), set()).add(name)
        linked = [name for name in system if re.search(r"vlink\d*$|-?vlink", name) is not None]
        linked += [entry.name for table in self._shared if table.name == "system vdom-link" for entry in table.entries]
        if not linked or len(homes) < 2:
            return
        where = Written(self._shared[0].span, f"vdom-link {linked[0]}", linked[0])
        why = say("it passes a link between virtual domains, and the policies of both",
                  "il passe par un lien entre domaines virtuels, et par les règles des deux")  # fmt: skip
        self._notes.leave(where, why)
        for home, names in homes.items():
            others = frozenset(name for other, many in homes.items() if other != home for name in many)
            self._plain.append(Term("unknown", where, arriving=frozenset(names), leaving=others, sure=False, doubt=why))

    def configuration(self, files: Sequence[File], told: bool) -> Configuration:
        """Return what was read."""
        own = None
        if told:
            local = Stage("local-in-policy", tuple(self._inputs), "implicit", "permit")
            own = (local, Stage("allowaccess", tuple(self._own), "implicit"))
        stage = Stage("policy", (*self._wide, *self._virtual, *self._plain, *self._zones), "implicit")
        return Configuration(
            "fortigate", tuple(self._interfaces.values()), (stage,), own, None, tuple(self._translations),
            self._settings.value("hostname") if self._settings is not None else "", self._notes.understood,
            self._notes.harmless, tuple(self._notes.undecided),
        )  # fmt: skip

    def _intrazone(self, zone: Node, members: frozenset[str], scope: Scope) -> None:
        where = Written(zone.at("intrazone"), f"zone {zone.name} set intrazone allow", zone.name)
        why = say("inside a zone: whether a policy that denies is asked first is not documented",
                  "dans une zone : qu’une règle qui refuse passe avant n’est pas documenté")  # fmt: skip
        self._wide.append(Term("permit", where, arriving=members, leaving=members, sure=False, doubt=why,
                               rests=scope.around.under("")))  # fmt: skip
        self._zones.append(Term("permit", where, arriving=members, leaving=members))

    def _hairpins(self, scope: Scope) -> list[Term]:
        node = self._settings
        if not scope.ports.nodes or (node is not None and node.value("allow-traffic-redirect") == "disable"):
            return []
        why = say(
            "what leaves by the interface that it arrived on may pass without a policy (allow-traffic-redirect)",
            "ce qui repart par son interface d’arrivée peut passer sans règle (allow-traffic-redirect)",
        )
        return [
            Term("permit", Written(port.span, f"interface {name}", name), arriving=frozenset({name}),
                 leaving=frozenset({name}), sure=False, doubt=why, rests=scope.around.under(""))
            for name, port in scope.ports.found.items() if port.span is not None
        ]  # fmt: skip


def _limited(term: Term, here: frozenset[str] | None) -> Term:
    return term if here is None else Term(
        term.action, term.written, term.sources, term.destinations, term.services, here, None, term.sure, term.doubt
    )  # fmt: skip


def _central(scope: Scope) -> list[Translation]:
    found = []
    for node in scope.entries("firewall central-snat-map").values():
        scope.notes.understood += 1 + node.size
        if node.value("status") == "disable" or node.value("nat") == "disable":
            continue
        v6 = node.value("type") == "ipv6"
        inside = scope.addresses(v6, node.named("orig-addr6" if v6 else "orig-addr")).upper
        outside = policies.pools(scope, node.named("nat-ippool6" if v6 else "nat-ippool"))
        found.append(Translation("source", outside, inside, objects.written(node, "snat")))
    return found


def _version(files: Sequence[File]) -> tuple[int, ...]:
    for file in files:
        found = _VERSION.search(file.text, 0, 4096)
        if found is not None:
            return tuple(int(part) for part in found.groups(default="0"))
    return ()


DIALECT = Dialect(
    name="fortigate",
    title=Text("Fortinet FortiGate (FortiOS)", "Fortinet FortiGate (FortiOS)"),
    recognises=recognises,
    read=read,
    understood=(
        Text("config firewall policy, policy6, consolidated policy: interfaces, zones, addresses of both families, "
             "negations, services, action, status, the schedules always and none; the implicit deny",
             "config firewall policy, policy6, consolidated policy : interfaces, zones, adresses des deux familles, "
             "négations, services, action, status, les horaires always et none ; le refus implicite"),
        Text("firewall address (ipmask, iprange, wildcard), address6 (ipprefix, iprange), addrgrp with exclude-member",
             "firewall address (ipmask, iprange, wildcard), address6 (ipprefix, iprange), addrgrp avec exclude-member"),
        Text("firewall service custom and group; the services that FortiOS gives",
             "firewall service custom et group ; les services fournis par FortiOS"),
        Text("firewall vip, vip6 (static-nat, load-balance, server-load-balance), vipgrp, match-vip",
             "adresses virtuelles : firewall vip, vip6 (static-nat, load-balance, server-load-balance), vipgrp, "
             "match-vip"),
        Text("nat, ippool, central-snat-map: the sources that are hidden",
             "nat, ippool, central-snat-map : les sources masquées"),
        Text("config vdom: the policies of each; system interface, zone, sdwan",
             "config vdom : les règles de chacun ; system interface, zone, sdwan"),
        Text("local-in-policy and allowaccess, for the device itself",
             "local-in-policy et allowaccess, pour l’équipement lui-même"),
    ),
    harmless=(
        Text("logging, comments, colours, traffic shaping, routing, users, certificates, VPN parameters",
             "journaux, commentaires, couleurs, mise en forme du trafic, routage, utilisateurs, certificats, VPN"),
        Text("security profiles (antivirus, IPS, web filter, application list): they inspect what a policy permits",
             "profils de sécurité (antivirus, IPS, filtre web, applications) : ils inspectent ce qu’une règle permet"),
        Text("DoS-policy: rates only", "DoS-policy : des débits seulement"),
    ),
    undecided=(
        Text("addresses of type fqdn, geography, dynamic, mac, interface-subnet; internet-service",
             "adresses de type fqdn, geography, dynamic, mac, interface-subnet ; internet-service"),
        Text("schedules other than always, users, groups, applications, tos, the action ipsec, nat46 and nat64",
             "horaires autres que always, utilisateurs, groupes, applications, tos, l’action ipsec, nat46 et nat64"),
        Text("links between virtual domains; allow-traffic-redirect; asymroute; ngfw-mode policy-based",
             "liens entre domaines virtuels ; allow-traffic-redirect ; asymroute ; ngfw-mode policy-based"),
        Text("multicast-policy, acl, ttl-policy, security-policy, vip46 and vip64, and every table that is not known",
             "multicast-policy, acl, ttl-policy, security-policy, vip46 et vip64, et toute table inconnue"),
        Text("what the device listens to beyond allowaccess (VPN, routing protocols, DHCP...)",
             "ce que l’équipement écoute hors allowaccess (VPN, protocoles de routage, DHCP...)"),
    ),
)  # fmt: skip
