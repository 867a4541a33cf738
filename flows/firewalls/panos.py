"""Palo Alto Networks PAN-OS: a configuration in XML or as ``set`` commands, a Panorama device group included.

Source: Palo Alto Networks, PAN-OS Administrator's Guide (security policy, App-ID, zones, virtual systems), PAN-OS
Networking Administrator's Guide (NAT, interface management profiles), Panorama Administrator's Guide (rulebases).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cloison.flows.configuration import Configuration, Dialect, File, Interface, Stage, Term, Tick, Translation, Written
from cloison.flows.configuring.notes import Notes
from cloison.flows.configuring.paloalto import nat, rules
from cloison.flows.configuring.paloalto.bearing import bearing
from cloison.flows.configuring.paloalto.objects import Objects, members, named, written
from cloison.flows.configuring.paloalto.written import recognises, tree
from cloison.flows.configuring.paloalto.zones import Zones, interfaces, management, own
from cloison.flows.configuring.surroundings import Surroundings
from cloison.flows.configuring.xml import Element
from cloison.netmodel.finding import Text, say

_OBJECTS = frozenset({"address", "address-group", "service", "service-group", "external-list", "region"})
_READ = _OBJECTS | {"zone", "rulebase", "pre-rulebase", "post-rulebase"}
_HARMLESS = frozenset({
    "application", "application-group", "application-filter", "application-status", "application-tag", "tag",
    "schedule", "profiles", "profile-group", "log-settings", "import", "display-name", "setting", "certificate",
    "certificate-profile", "ssl-tls-service-profile", "authentication-profile", "authentication-sequence",
    "server-profile", "local-user-database", "user-id-agent", "user-id-collector", "user-id-ssl-auth",
    "group-mapping", "redistribution-agent", "redistribution-collector", "dynamic-user-group", "threats",
    "botnet", "reports", "report-group", "email-scheduler", "pdf-summary-report", "captive-portal", "devices",
    "admin-role", "response-page", "ssl-decrypt", "ssl-exclude-cert", "url-admin-override", "global-protect",
    "description", "reference-templates", "to-sw-version", "parent-dg", "master-device", "override", "content-preview",
    "authentication-object", "client-certificate", "alg-override", "ts-agent", "dns-proxy", "data-objects", "scep",
    "log-collector-group", "collector-group", "iot", "scheduled-log-export", "id", "udp-flood", "hsm", "stats",
    "security-zone", "ocsp-responder", "tunnel-inspect",
})  # fmt: skip
_BASES_HARMLESS = frozenset({"pbf", "qos", "decryption", "sdwan", "network-packet-broker", "tunnel-inspect",
                             "application-override"})  # fmt: skip
_BASES_READ = frozenset({"security", "nat", "default-security-rules"})


def read(files: Sequence[File], tick: Tick) -> Configuration:
    """Return the configuration of a firewall, or of a device group."""
    notes = Notes()
    file = files[0]
    for other in files[1:]:
        notes.error(other.span(1), say("A PAN-OS configuration is one file", "Une configuration PAN-OS est un seul "
                                       "fichier"))  # fmt: skip
    root = tree(file, notes, tick)
    notes.raise_all()
    if root is None:
        raise AssertionError("a tree without an error")
    device = root.child("devices", "entry") or root
    shared = Objects(file, notes)
    for holder in _shared(root):
        shared.add(holder)
    made = _Made(file, notes, root, device, shared)
    systems = _systems(device, root, file, notes)
    notes.raise_all()
    for system in systems:
        made.add(system, len(systems) > 1)
    shared.check()
    found = made.configuration()
    notes.raise_all()
    return found


class _Made:
    """The stages of a device while its virtual systems are read."""

    def __init__(self, file: File, notes: Notes, root: Element, device: Element, shared: Objects) -> None:
        self._file = file
        self._notes = notes
        self._root = root
        self._device = device
        self._shared = shared
        self._network = device.child("network")
        self._around = Surroundings(lambda into: bearing(into, root))
        self._ports, self._profiles = interfaces(self._network, shared, file, notes)
        self._zones: list[Zones] = []
        self._wide: list[Term] = []
        self._terms: list[Term] = []
        self._plain: list[Term] = []
        self._translations: list[Translation] = []
        self._closing: Written | None = None

    def add(self, holder: Element, limited: bool) -> None:
        """Read one virtual system or device group."""
        file, notes = self._file, self._notes
        objects = Objects(file, notes, self._shared)
        pushed = [item for item in self._root.all("panorama", "vsys", "entry") if named(item) == named(holder)]
        for one in (*pushed, holder):
            objects.add(one)
        objects.check()
        zones = Zones(file, notes)
        zones.add(holder, self._ports, self._profiles)
        system = rules.System(objects, zones, limited, self._around)
        bases = _bases(self._root, holder, pushed)
        if not zones.told:
            for base in bases:
                for kind in ("security", "nat"):
                    for entry in base.all(kind, "rules", "entry"):
                        for side in ("from", "to"):
                            for name, span in members(file, entry.child(side)):
                                if name != "any":
                                    zones.of(name, span)
        self._wide += [
            replace(term, arriving=system.everything()) for term in _strange(file, notes, [holder, *pushed], bases)
        ]
        last, closing = rules.defaults(system, bases)
        terms = [*rules.security(system, bases), *last]
        found = nat.nats(system, bases)
        self._translations += nat.translations(found)
        self._terms += nat.at_real_ends(terms, found)
        self._plain += terms
        self._zones.append(zones)
        self._closing = closing or self._closing
        if not any(base.child("security") is not None for base in bases):
            notes.error(file.span(holder.line, holder.column), say(
                "{name} has no security rules: nothing can be concluded from it",
                "{name} n’a pas de règles de sécurité : rien ne peut en être conclu",
                name=named(holder) or "config"))  # fmt: skip

    def configuration(self) -> Configuration:
        """Return what was read."""
        notes = self._notes
        between = list(self._between()) if len(self._zones) > 1 else []
        listed = {name: port for zones in self._zones for name, port in zones.found.items()}
        for name, port in self._ports.items():
            listed.setdefault(name, port)
        hostname = self._device.child("deviceconfig", "system", "hostname")
        for part in self._device.children:
            if part.tag not in ("network", "vsys", "device-group") and part.tag not in _READ:
                notes.harmless += part.size()
        return Configuration(
            "panos", tuple(listed.values()),
            (Stage("security", (*self._wide, *self._terms, *between), "implicit", closing=self._closing),),
            self._input(listed), None, tuple(self._translations), hostname.text if hostname is not None else "",
            notes.understood, notes.harmless, tuple(notes.undecided),
        )  # fmt: skip

    def _between(self) -> Iterator[Term]:
        where = Written(self._file.span(self._device.line), "vsys")
        why = say("it passes from one virtual system to another, and the rules of both",
                  "il passe d’un système virtuel à un autre, et par les règles des deux")  # fmt: skip
        for zones in self._zones:
            others = frozenset(name for other in self._zones if other is not zones for name in other.found)
            yield Term("unknown", where, arriving=frozenset(zones.found), leaving=others, sure=False, doubt=why)

    def _input(self, listed: dict[str, Interface]) -> tuple[Stage, ...] | None:
        if self._network is None or not own(self._zones):
            return None
        terms: list[Term] = []
        for term in (*self._wide, *self._plain):
            ports = list(listed.values() if term.leaving is None else (listed[name] for name in term.leaving))
            known = all(port.addresses for port in ports)
            there = term.destinations
            if known:
                for_these = [part for port in ports for part in port.addresses.ranges]
                there = there & type(there).union(for_these)
            if there:
                why = None if known else say("the address of an interface is not in the file",
                                             "l’adresse d’une interface n’est pas dans le fichier")  # fmt: skip
                terms.append(replace(term, destinations=there, leaving=None, sure=term.sure and known,
                                     doubt=term.doubt or why))  # fmt: skip
        reach = management(self._network, self._zones, self._shared, self._file, self._notes)
        return (Stage("security", tuple(terms), "implicit", closing=self._closing),
                Stage("interface-management-profile", tuple(reach), "implicit"))  # fmt: skip


def _systems(device: Element, root: Element, file: File, notes: Notes) -> list[Element]:
    groups = list(device.all("device-group", "entry"))
    if groups:
        if len(groups) > 1:
            notes.error(file.span(groups[1].line, groups[1].column), say(
                "several device groups ({names}): keep the one of this device",
                "plusieurs groupes d’équipements ({names}) : gardez celui de cet équipement",
                names=tuple(named(group) for group in groups[:10])))  # fmt: skip
        return groups
    systems = [item for item in device.all("vsys", "entry") if item.children]
    if root.tag == "config" and device is root and any(item.tag in _READ for item in root.children):
        return [root, *systems]
    if not systems:
        systems = [item for item in root.all("panorama", "vsys", "entry") if item.children]
    if not systems:
        notes.error(file.span(root.line, root.column), say(
            "It has no virtual system and no device group: nothing can be concluded from it",
            "Il n’a ni système virtuel ni groupe d’équipements : rien ne peut en être conclu"))  # fmt: skip
    return systems


def _shared(root: Element) -> Iterator[Element]:
    for path in (("shared",), ("panorama", "shared"), ("devices", "entry", "shared")):
        yield from root.all(*path)


def _bases(root: Element, holder: Element, pushed: Sequence[Element]) -> list[Element]:
    above = list(_shared(root))
    own_ = [*pushed, holder]
    return [
        *(base for item in above for base in item.all("pre-rulebase")),
        *(base for item in own_ for base in item.all("pre-rulebase")),
        *(base for item in (*above, holder) for base in item.all("rulebase")),
        *(base for item in reversed(own_) for base in item.all("post-rulebase")),
        *(base for item in above for base in item.all("post-rulebase")),
    ]


def _strange(file: File, notes: Notes, holders: Sequence[Element], bases: Sequence[Element]) -> Iterator[Term]:
    """Count what is not read elsewhere; yield a term as wide as can be for each part that may filter."""
    top = [part for holder in holders for part in holder.children if part.tag not in _READ]
    parts = [(part, _HARMLESS) for part in top if part.tag not in
             ("devices", "vsys", "shared", "network", "deviceconfig", "mgt-config", "panorama", "readonly", "entry",
              "device-group", "template", "template-stack", "predefined", "mgmt-config")]  # fmt: skip
    parts += [(part, _BASES_HARMLESS) for base in bases for part in base.children if part.tag not in _BASES_READ]
    for part, harmless in parts:
        if part.tag in harmless or not (part.children or part.text):
            notes.harmless += part.size()
            continue
        why = say("{part} is not understood", "{part} n’est pas compris", part=part.tag)
        where = written(file, part, part.tag)
        notes.leave(where, why)
        yield Term("unknown", where, sure=False, doubt=why)


DIALECT = Dialect(
    name="panos",
    title=Text("Palo Alto Networks PAN-OS", "Palo Alto Networks PAN-OS"),
    recognises=recognises,
    read=read,
    understood=(
        Text("security rules: zones, rule-type (universal, intrazone, interzone), addresses, negations, services, "
             "actions, disabled; intrazone-default and interzone-default",
             "règles de sécurité : zones, rule-type (universal, intrazone, interzone), adresses, négations, services, "
             "actions, disabled ; intrazone-default et interzone-default"),
        Text("address (ip-netmask, ip-range, ip-wildcard), static address-group, service, service-group, service-http "
             "and service-https",
             "address (ip-netmask, ip-range, ip-wildcard), address-group statique, service, service-group, "
             "service-http et service-https"),
        Text("NAT: destination and static translations brought to real ends, pools of sources",
             "NAT : traductions de destination et statiques ramenées aux extrémités réelles, réserves de sources"),
        Text("pre-rulebase, rulebase, post-rulebase, shared objects, one device group, virtual systems",
             "pre-rulebase, rulebase, post-rulebase, objets partagés, un groupe d’équipements, systèmes virtuels"),
        Text("interface-management-profile, for the device itself",
             "interface-management-profile, pour l’équipement lui-même"),
    ),
    harmless=(
        Text("security profiles: they inspect what a rule permits; logs, tags, descriptions, QoS, routing by policy, "
             "decryption, the management port (deviceconfig)",
             "profils de sécurité : ils inspectent ce qu’une règle permet ; journaux, étiquettes, descriptions, QoS, "
             "routage par règle, déchiffrement, le port d’administration (deviceconfig)"),
    ),
    undecided=(
        Text("applications other than any, application-default (any service at most)",
             "applications autres que any, application-default (tout service au plus)"),
        Text("source-user, category, HIP, schedule, target, devices",
             "utilisateurs (source-user), category, HIP, horaires (schedule), target, devices"),
        Text("fqdn, dynamic address-group, external-list, regions",
             "fqdn, address-group dynamique, external-list, régions"),
        Text("authentication and DoS rules; traffic from one virtual system to another",
             "règles d’authentification et DoS ; trafic d’un système virtuel à un autre"),
        Text("a NAT rule whose original destination is in no connected network of its zone; nat64, nptv6",
             "une règle NAT dont la destination d’origine n’est dans aucun réseau connecté de sa zone ; nat64, nptv6"),
        Text("what the device listens to beyond its profiles (VPN, routing protocols, DHCP...)",
             "ce que l’équipement écoute hors de ses profils (VPN, protocoles de routage, DHCP...)"),
    ),
)  # fmt: skip
