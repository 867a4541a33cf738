"""Cisco ASA since version 8.3: lists of real addresses, security levels, objects, NAT.

Sources: Cisco ASA Series Firewall CLI Configuration Guide ("Access Rules", "Access Control Lists", "Objects for Access
Control", "Network Address Translation"), General Operations CLI Configuration Guide ("Management Access"), Command
Reference. What belongs to a permitted conversation passes without a list being asked. A list that an access-group
names and that does not exist is refused by the device, so it is an error.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloison.flows.configuration import Configuration, Dialect, File, Stage, Tick
from cloison.flows.configuring.cisco.appliance import Appliance
from cloison.flows.configuring.cisco.asa_stages import forward as forward_of
from cloison.flows.configuring.cisco.kinds import kind
from cloison.flows.configuring.cisco.router import UNAPPLIED
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Span, Text, say


def _recognises(file: File) -> bool:
    return kind(file) == "asa"


def _read(files: Sequence[File], tick: Tick) -> Configuration:
    notes = Notes()
    device = Appliance.of(notes)
    for file in files:
        device.file(file, tick)
    device.finish(Span(files[0].name))
    if device.named:
        forward = forward_of(device)
        device.unapplied(UNAPPLIED)
    else:
        forward = _only(device, notes)
    inward: tuple[Stage, ...] = ()
    if device.management is not None:
        inward = device.management.stages(device.lists_of("control-plane"), device.closed(forward=False))
    notes.raise_all()
    return Configuration(
        "asa", device.interfaces(), forward, inward or None, None, tuple(device.nat.found if device.nat else ()),
        device.hostname, notes.understood, notes.harmless, tuple(notes.undecided),
    )  # fmt: skip


def _only(device: Appliance, notes: Notes) -> tuple[Stage, ...]:
    """Return the stage of a file that holds lists and no interface: the only one."""
    names = [name for name, own in device.lists.items() if own.terms]
    if len(names) > 1:
        notes.error(device.lists[names[0]].statement.span(), say(
            "No interface says which of these lists filters: {names}; give one list a file, or the interfaces too",
            "Aucune interface ne dit laquelle de ces listes filtre : {names} ; donnez une liste par fichier, ou les "
            "interfaces aussi",
            names=tuple(names[:20]),
        ))  # fmt: skip
    if not names:
        return ()
    own = device.lists[names[0]]
    return (Stage("list", (*own.ordered(), own.closing(names[0])), "implicit"),)


DIALECT = Dialect(
    "asa",
    Text("Cisco ASA", "Cisco ASA"),
    _recognises,
    _read,
    understood=(
        Text(
            "access-list extended: line numbers, remarks (the name of the next entry), any, any4, any6, host, masks, "
            "interface, object, object-group, eq neq lt gt range, ICMP types, inactive (no effect), counters of "
            "show access-list",
            "access-list extended : numéros, remarques (le nom de l’entrée suivante), any, any4, any6, host, masques, "
            "interface, object, object-group, eq neq lt gt range, types ICMP, inactive (sans effet), compteurs de "
            "show access-list",
        ),
        Text(
            "names; object network and service; object-group network, service, protocol, icmp-type, nested",
            "names ; object network et service ; object-group network, service, protocol, icmp-type, imbriqués",
        ),
        Text(
            "access-group in, out, global, control-plane; the list of the interface comes before the global one",
            "access-group in, out, global, control-plane ; la liste de l’interface précède la liste globale",
        ),
        Text(
            "nameif, security-level, same-security-traffic: without a list, towards lower levels only; shutdown, "
            "management-only",
            "nameif, security-level, same-security-traffic : sans liste, vers les niveaux inférieurs seulement ; "
            "shutdown, management-only",
        ),
        Text(
            "nat under an object and nat with both ends: told as translations, for lists name real addresses",
            "nat sous un objet et nat à deux extrémités : donnés comme traductions, car les listes nomment les "
            "adresses réelles",
        ),
        Text(
            "ssh, telnet, http, icmp: what the device itself takes; the rest is closed",
            "ssh, telnet, http, icmp : ce que l’équipement accepte lui-même ; le reste est fermé",
        ),
        Text(
            "a file of one list without any interface: that list, for everything that is forwarded",
            "un fichier d’une seule liste sans aucune interface : cette liste, pour tout ce qui transite",
        ),
    ),
    harmless=(
        Text(
            "routing, failover, logging, NTP, AAA servers, keys, banners, VPN settings, class maps and policy maps "
            "(inspection opens what a permitted conversation asks for)",
            "routage, bascule, journaux, NTP, serveurs AAA, clés, bannières, réglages VPN, class-map et policy-map "
            "(l’inspection ouvre ce qu’une conversation permise demande)",
        ),
        Text(
            "log, remark, description; standard, ethertype and webtype lists",
            "log, remark, description ; listes standard, ethertype et webtype",
        ),
    ),
    undecided=(
        Text(
            "time-range, user, user-group, security-group, fqdn objects, per-user-override",
            "time-range, user, user-group, security-group, objets fqdn, per-user-override",
        ),
        Text(
            "crypto map and webvpn on an interface (what leaves a tunnel passes the lists), IKE, webvpn and routing "
            "protocols of the device",
            "crypto map et webvpn sur une interface (ce qui sort d’un tunnel passe les listes), IKE, webvpn et "
            "protocoles de routage de l’équipement",
        ),
        Text(
            "service in a nat with both ends; contexts, established, shun, filter, dynamic-filter, aaa authentication "
            "of traffic, and every statement that is not recognised",
            "service dans un nat à deux extrémités ; contextes, established, shun, filter, dynamic-filter, aaa "
            "authentication du trafic, et toute instruction non reconnue",
        ),
        Text(
            "translations of versions before 8.3 (static, global, nat with a number) are refused",
            "les traductions d’avant la version 8.3 (static, global, nat avec un numéro) sont refusées",
        ),
    ),
)
