"""Junos: firewall filters of routers and switches, and the zones, policies and translations of SRX.

One dialect, for both are one language and an SRX may have filters too. Sources: "Routing Policies, Firewall Filters,
and Traffic Policers User Guide", "Security Policies User Guide for Security Devices", "NAT User Guide for Security
Devices" and "CLI User Guide", Juniper Networks.
"""

from __future__ import annotations

import re

from cloison.flows.configuration import Dialect, File
from cloison.flows.configuring.juniper.commands import is_commands
from cloison.flows.configuring.juniper.device import read
from cloison.netmodel.finding import Text

_LOOKED_AT = 400_000
_TOP = (
    "version|groups|apply-groups|system|chassis|security|firewall|applications|interfaces|policy-options|snmp|protocols|"
    "routing-options|routing-instances|class-of-service|vlans|services|forwarding-options|logical-systems|tenants|"
    "event-options|access|schedulers|bridge-domains|accounting-options"
)
_SET = re.compile(
    r"^[ \t]*set[ \t]+(?:groups[ \t]+\S+[ \t]+)?(?:"
    r"security[ \t]+(?:policies|zones|nat|address-book|forwarding-options|screen|flow)[ \t]"
    r"|firewall[ \t]+(?:family[ \t]+(?:inet6?|any)[ \t]|filter[ \t]+\S+[ \t]+term[ \t])"
    r"|applications[ \t]+application(?:-set)?[ \t]"
    r"|interfaces[ \t]+\S+[ \t]+unit[ \t]+\S+[ \t]+family[ \t]"
    r"|policy-options[ \t]+(?:prefix-list|policy-statement)[ \t])",
    re.MULTILINE,
)
_FIRST = re.compile(rf"(?:(?:replace|inactive|protect|delete):[ \t]*)?(?:{_TOP})(?:[ \t]+[^\s;{{}}]+)?[ \t]*[{{;]")
_END = re.compile(r";[ \t]*(?:\}|#|/\*|$)", re.MULTILINE)
_SKIP = re.compile(r"(?:\s+|#[^\n]*|/\*(?:[^*]|\*(?!/))*\*/|\{(?:master|primary|secondary)[^{}\n]*\}|\[edit[^\n]*|"
                   r"[\w.-]+@[\w.-]+[>#%][^\n]*)*")  # fmt: skip


def _recognises(file: File) -> bool:
    head = file.text[:_LOOKED_AT]
    if is_commands(head):
        return _SET.search(head) is not None
    start = _SKIP.match(head)
    first = _FIRST.match(head, start.end() if start else 0)
    return first is not None and _END.search(head, first.start()) is not None


DIALECT = Dialect(
    name="junos",
    title=Text("Juniper Junos (SRX policies and firewall filters)", "Juniper Junos (politiques SRX et filtres)"),
    recognises=_recognises,
    read=read,
    understood=(
        Text(
            "both forms: braces, and set, delete, deactivate, activate, insert; replace:, inactive:, delete: in a file",
            "les deux formes : accolades, et set, delete, deactivate, activate, insert ; replace:, inactive:, delete:",
        ),
        Text(
            "groups and apply-groups with patterns in <>, apply-groups-except",
            "groups et apply-groups avec motifs entre <>, apply-groups-except",
        ),
        Text(
            "security policies of zone pairs, then global ones, then default-policy; denied if none, within a zone too",
            "politiques entre zones, puis globales, puis default-policy ; refus à défaut, aussi au sein d’une zone",
        ),
        Text(
            "address books (global, attached, of a zone), sets in sets, range-address, wildcard-address, -excluded",
            "carnets d’adresses (global, attaché, de zone), ensembles, range-address, wildcard-address, -excluded",
        ),
        Text(
            "applications with terms, application sets in sets, the predefined junos- ones",
            "applications avec termes, ensembles imbriqués, celles prédéfinies junos-",
        ),
        Text(
            "zones with their interfaces and host-inbound-traffic; policies from and to junos-host",
            "zones avec leurs interfaces et host-inbound-traffic ; politiques de et vers junos-host",
        ),
        Text(
            "static, destination and source nat: policies see real ends",
            "nat static, destination et source : les politiques voient les extrémités réelles",
        ),
        Text(
            "firewall filters of inet, inet6 and any: lists of them, nested ones, prefix lists and except, ports, "
            "protocols, ICMP, tcp-established, tcp-initial, next term, the implicit discard; on interfaces and on lo0",
            "filtres inet, inet6 et any : listes, filtres imbriqués, listes de préfixes et except, ports, "
            "protocoles, ICMP, tcp-established, tcp-initial, next term, rejet implicite ; sur interfaces et lo0",
        ),
        Text(
            "a file of filters without any interface: the only filter of each family is what the device forwards",
            "un fichier de filtres sans interface : le seul filtre de chaque famille est ce que l’équipement achemine",
        ),
        Text(
            "a file of policies without any zone: each zone that is named is an interface of that name",
            "un fichier de politiques sans zones : chaque zone nommée est une interface de ce nom",
        ),
    ),
    harmless=(
        Text(
            "system, snmp, chassis, protocols, routing, VLANs, class of service, logging, descriptions, annotations",
            "system, snmp, chassis, protocoles, routage, VLAN, qualité de service, journaux, descriptions, annotations",
        ),
        Text(
            "screens, rpf-check and the checks of flow: they refuse attacks and forged sources, never what is regular",
            "screens, rpf-check et les contrôles de flow : ils refusent attaques et sources forgées, rien de régulier",
        ),
        Text(
            "idp, utm and the like: what a permitted conversation carries is inspected",
            "idp, utm et semblables : le contenu d’une conversation permise est inspecté",
        ),
        Text(
            "count, log, sample, port-mirror, forwarding-class, loss-priority, policers that do not discard",
            "count, log, sample, port-mirror, forwarding-class, loss-priority, policers qui ne jettent pas",
        ),
        Text(
            "filters that no interface has, groups that are not applied, what is inactive, disable",
            "filtres qu’aucune interface n’a, groupes non appliqués, ce qui est inactif, disable",
        ),
        Text(
            "ike, ipsec, alg: tunnels and pinholes of permitted conversations",
            "ike, ipsec, alg : tunnels et ouvertures permises",
        ),
    ),
    undecided=(
        Text(
            "schedulers, dns-name, dynamic-application, source-identity, url-category, feeds",
            "calendriers, dns-name, dynamic-application, source-identity, url-category, flux",
        ),
        Text(
            "permit with tunnel, firewall-authentication, application-firewall, drop-translated",
            "permit avec tunnel, firewall-authentication, application-firewall, drop-translated",
        ),
        Text(
            "IPv6 on SRX where security forwarding-options family inet6 mode is not written; packet mode",
            "IPv6 sur SRX sans security forwarding-options family inet6 mode ; mode paquet",
        ),
        Text(
            "policers that discard, routing-instance, next-ip and the like, packet-mode",
            "policers qui jettent, routing-instance, next-ip et semblables, packet-mode",
        ),
        Text(
            "matches of fragments, dscp, ttl, packet-length, interface, tcp-flags beyond opening and continuing",
            "filtres sur fragments, dscp, ttl, packet-length, interface, tcp-flags hors ouverture et suite",
        ),
        Text(
            "ports, ICMP types and TCP flags without a protocol: other protocols' bytes may match",
            "ports, types ICMP et drapeaux TCP sans protocole : les octets d’autres protocoles peuvent convenir",
        ),
        Text(
            "filters that look at translated addresses; translations between IPv4 and IPv6",
            "filtres qui regardent des adresses traduites ; traductions entre IPv4 et IPv6",
        ),
        Text(
            "logical-systems, tenants, services, filters of forwarding-options, of layer 2 and of services",
            "logical-systems, tenants, services, filtres de forwarding-options, de couche 2 et de services",
        ),
        Text(
            "groups with when or with groups of their own; ${node} where it gives rules",
            "groupes avec when ou avec leurs propres groupes ; ${node} s’il donne des règles",
        ),
        Text("any statement that is not known", "toute instruction inconnue"),
    ),
)
