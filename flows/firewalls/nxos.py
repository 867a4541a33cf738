"""Cisco NX-OS: access lists by sequence number, address and port groups, lists on routed interfaces.

Sources: Cisco Nexus 9000 Series NX-OS Security Configuration Guide 9.x, "Configuring IP ACLs" (a list that is applied
and not defined is taken as empty and permits everything; what ends a list); Cisco Nexus 7000 Series Command Reference,
`ip access-group`, `ip port access-group`. Some models permit neighbour discovery at the end of a list of IPv6 and
others (Nexus 9000, release 9.x) do not: it is in doubt. Nothing goes through `mgmt0` (Fundamentals Configuration
Guide, "Management Interface").
"""

from __future__ import annotations

from collections.abc import Sequence

from cloison.flows.configuration import Configuration, Dialect, File, Tick
from cloison.flows.configuring.cisco.kinds import kind
from cloison.flows.configuring.cisco.lists import Discovery
from cloison.flows.configuring.cisco.router import Router
from cloison.flows.configuring.cisco.stages import alone
from cloison.flows.configuring.cisco.terminals import terminals
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Span, Text, say

_DISCOVERY = Discovery((136, 135, 134, 133), say(
    "whether the end of a list of IPv6 permits neighbour discovery depends on the model",
    "que la fin d’une liste IPv6 permette la découverte de voisins dépend du modèle",
))  # fmt: skip


def _recognises(file: File) -> bool:
    return kind(file) == "nxos"


def _read(files: Sequence[File], tick: Tick) -> Configuration:
    notes = Notes()
    router = Router.of(notes, nexus=True)
    for file in files:
        router.file(file, tick)
    router.finish(Span(files[0].name))
    if router.ports:
        arriving, leaving, shut = router.lists_in(_DISCOVERY), router.lists_out(_DISCOVERY), router.shut()
        ports = router.switched(_DISCOVERY)
        vty = terminals(router.lines, router.lists, notes)
        router.unapplied()
        forward = tuple(item for item in (shut, router.apart(), *ports, arriving, leaving) if item is not None)
        inward = tuple(item for item in (shut, *ports, arriving, vty, router.guarded()) if item is not None)
    else:
        forward, inward = alone(router.lists, notes, _DISCOVERY), ()
    notes.raise_all()
    return Configuration(
        "nxos", tuple(port.interface() for port in router.ports.values()), forward, inward or None, None, (),
        router.hostname, notes.understood, notes.harmless, tuple(notes.undecided),
    )  # fmt: skip


DIALECT = Dialect(
    "nxos",
    Text("Cisco NX-OS", "Cisco NX-OS"),
    _recognises,
    _read,
    understood=(
        Text(
            "ip access-list, ipv6 access-list: sequence numbers, remarks (the name of the next entry), any, host, "
            "prefixes, wildcard masks of any shape, addrgroup, portgroup, eq neq lt gt range, established, ICMP types, "
            "counters of show access-lists",
            "ip access-list, ipv6 access-list : numéros, remarques (le nom de l’entrée suivante), any, host, préfixes, "
            "masques génériques de toute forme, addrgroup, portgroup, eq neq lt gt range, established, types ICMP, "
            "compteurs de show access-lists",
        ),
        Text(
            "groups: object-group ip address, ipv6 address, ip port",
            "groupes : object-group ip address, ipv6 address, ip port",
        ),
        Text(
            "ip access-group, ipv6 traffic-filter: what arrives on an interface, for the device too, and what leaves "
            "it; a list that is not defined permits everything",
            "ip access-group, ipv6 traffic-filter : ce qui arrive sur une interface, même pour l’équipement, et ce qui "
            "en sort ; une liste non définie laisse tout passer",
        ),
        Text(
            "interfaces with all of their addresses, shutdown; nothing goes through mgmt0; line vty "
            "access-class (TCP 22 and 23 of the device)",
            "interfaces avec toutes leurs adresses, shutdown ; rien ne traverse mgmt0 ; line vty "
            "access-class (TCP 22 et 23 de l’équipement)",
        ),
        Text(
            "a file of lists without any interface: the one list of each family, for everything that is forwarded",
            "un fichier de listes sans aucune interface : l’unique liste de chaque famille, pour tout ce qui transite",
        ),
    ),
    harmless=(
        Text(
            "features, VDCs, VLANs, routing, VXLAN, vPC, management, logging, NTP, AAA, keys, banners, quality of "
            "service",
            "features, VDC, VLAN, routage, VXLAN, vPC, administration, journaux, NTP, AAA, clés, bannières, qualité de "
            "service",
        ),
        Text("log, remark, description and statistics per-entry", "log, remark, description et statistics per-entry"),
    ),
    undecided=(
        Text(
            "fragments, time-range, dscp, precedence, ttl, packet-length, flags of TCP, http-method, vlan",
            "fragments, time-range, dscp, precedence, ttl, packet-length, drapeaux TCP, http-method, vlan",
        ),
        Text(
            "neighbour discovery at the end of a list of IPv6; an address without prefix or mask",
            "la découverte de voisins à la fin d’une liste IPv6 ; une adresse sans préfixe ni masque",
        ),
        Text(
            "ip port access-group and lists on switched ports, vlan access-map, vlan filter, mac access-group, ip nat; "
            "drop in a policy of quality of service",
            "ip port access-group et listes sur des ports commutés, vlan access-map, vlan filter, mac access-group, ip "
            "nat ; drop dans une politique de qualité de service",
        ),
        Text(
            "a list that nothing applies (it filters nothing), and every statement that is not recognised",
            "une liste que rien n’applique (elle ne filtre rien), et toute instruction non reconnue",
        ),
    ),
)
