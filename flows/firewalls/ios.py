"""Cisco IOS and IOS-XE: access lists, object groups, the zone-based firewall, NAT.

Sources: Cisco IOS Security Command Reference; Cisco IOS Security Configuration Guides, "Access Control Lists" and
"Zone-Based Policy Firewall"; "NAT Order of Operation" (document 6209). A list that an interface names and that is not
defined, or has no entry, permits everything ("IP Access List Overview"); lists on interfaces do not filter what the
device itself sends (ibid.). A list ends with a denial that is not written; one of IPv6 permits neighbour discovery
before it (`ipv6 access-list`).
"""

from __future__ import annotations

from collections.abc import Sequence

from cloison.flows.configuration import Configuration, Dialect, File, Stage, Tick
from cloison.flows.configuring.cisco.kinds import kind
from cloison.flows.configuring.cisco.lists import Discovery
from cloison.flows.configuring.cisco.router import Router
from cloison.flows.configuring.cisco.stages import alone
from cloison.flows.configuring.cisco.terminals import terminals
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Span, Text

_DISCOVERY = Discovery((136, 135))  # nd-na, nd-ns


def _recognises(file: File) -> bool:
    return kind(file) == "ios"


def _read(files: Sequence[File], tick: Tick) -> Configuration:
    notes = Notes()
    router = Router.of(notes)
    for file in files:
        router.file(file, tick)
    router.finish(Span(files[0].name))
    if not router.ports:
        forward = alone(router.lists, notes, _DISCOVERY)
        notes.raise_all()
        return _configuration(router, notes, forward, None, None)
    arriving, leaving = router.lists_in(_DISCOVERY), router.lists_out(_DISCOVERY)
    ports = router.switched(_DISCOVERY)
    stages, reach, leave = router.zoned()
    shut = router.shut()
    vty = terminals(router.lines, router.lists, notes)
    router.unapplied()
    notes.raise_all()
    forward = tuple(item for item in (shut, *ports, arriving, *stages, leaving) if item is not None)
    inward = tuple(item for item in (shut, *ports, arriving, reach, vty, router.guarded()) if item is not None)
    return _configuration(router, notes, forward, inward or None, (leave,) if leave else None)


def _configuration(
    router: Router, notes: Notes, forward: tuple[Stage, ...], inward: tuple[Stage, ...] | None,
    outward: tuple[Stage, ...] | None,
) -> Configuration:  # fmt: skip
    return Configuration(
        "ios", tuple(port.interface() for port in router.ports.values()), forward, inward, outward,
        router.nat.translations(), router.hostname, notes.understood, notes.harmless, tuple(notes.undecided),
    )  # fmt: skip


DIALECT = Dialect(
    "ios",
    Text("Cisco IOS and IOS-XE", "Cisco IOS et IOS-XE"),
    _recognises,
    _read,
    understood=(
        Text(
            "access-list, ip access-list standard | extended, ipv6 access-list: sequence numbers, remarks (the name of "
            "the next entry), any, host, wildcard masks of any shape, prefixes, object groups, eq neq lt gt range, "
            "established, ICMP types, match-all +syn -ack",
            "access-list, ip access-list standard | extended, ipv6 access-list : numéros, remarques (le nom de "
            "l’entrée suivante), any, host, masques génériques de toute forme, préfixes, groupes d’objets, eq neq lt "
            "gt range, established, types ICMP, match-all +syn -ack",
        ),
        Text(
            "object-group network, v6-network, service, v6-service, nested",
            "object-group network, v6-network, service, v6-service, imbriqués",
        ),
        Text(
            "ip access-group, ipv6 traffic-filter: what arrives on an interface, for the device too; what leaves it, "
            "but for what the device sends; a list that is not defined permits everything",
            "ip access-group, ipv6 traffic-filter : ce qui arrive sur une interface, même pour l’équipement ; ce qui "
            "en sort, sauf ce que l’équipement émet ; une liste non définie laisse tout passer",
        ),
        Text(
            "zone security, zone-pair, class-map and policy-map of type inspect: inspect, pass, drop, class-default, "
            "the zones self and default, match access-group, match protocol of known ports, match class-map",
            "zone security, zone-pair, class-map et policy-map de type inspect : inspect, pass, drop, class-default, "
            "les zones self et default, match access-group, match protocol de ports connus, match class-map",
        ),
        Text(
            "ip nat inside source static (addresses, ports, networks), list with pool or interface, overload; lists at "
            "the outside see global addresses",
            "ip nat inside source static (adresses, ports, réseaux), list avec pool ou interface, overload ; les "
            "listes à l’extérieur voient les adresses globales",
        ),
        Text(
            "interfaces with their addresses, secondary and virtual ones too, shutdown; line vty access-class "
            "(TCP 22 and 23 of the device)",
            "interfaces et leurs adresses, secondaires et virtuelles aussi, shutdown ; line vty access-class "
            "(TCP 22 et 23 de l’équipement)",
        ),
        Text(
            "a file of lists without any interface: the one list of each family, for everything that is forwarded",
            "un fichier de listes sans aucune interface : l’unique liste de chaque famille, pour tout ce qui transite",
        ),
    ),
    harmless=(
        Text(
            "routing, switching, management, logging, NTP, AAA, keys, banners, quality of service, voice",
            "routage, commutation, administration, journaux, NTP, AAA, clés, bannières, qualité de service, voix",
        ),
        Text("log, log-input, remark, description", "log, log-input, remark, description"),
    ),
    undecided=(
        Text(
            "fragments, time-range, dscp, precedence, tos, ttl, option, packet-length, flags of TCP, routing headers",
            "fragments, time-range, dscp, precedence, tos, ttl, option, packet-length, drapeaux TCP, en-têtes de "
            "routage",
        ),
        Text(
            "evaluate, dynamic, ip inspect: at most the replies, or everything",
            "evaluate, dynamic, ip inspect : au plus les réponses, ou tout",
        ),
        Text(
            "match protocol of other applications, inspect of protocols other than TCP, UDP and ICMP",
            "match protocol d’autres applications, inspect de protocoles autres que TCP, UDP et ICMP",
        ),
        Text(
            "ip nat outside, ip nat enable, route-map, inside destination; crypto map; lists on switched ports, "
            "vlan access-map, mac access-group; drop in a policy of quality of service",
            "ip nat outside, ip nat enable, route-map, inside destination ; crypto map ; listes sur des ports "
            "commutés, vlan access-map, mac access-group ; drop dans une politique de qualité de service",
        ),
        Text(
            "a class map's list that is not defined, a list that nothing applies (it filters nothing), and every "
            "statement that is not recognised",
            "une liste de classe non définie, une liste que rien n’applique (elle ne filtre rien), et toute "
            "instruction non reconnue",
        ),
    ),
)
