"""A whole configuration of pfSense or OPNsense: its automatic rules, its own rules, its parts.

Source: Netgate, pfSense documentation, "Rule Processing Order" (automatic rules come first), "Block Private Networks",
"Anti-lockout Rule"; OPNsense documentation, "Rules".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cloison.flows.configuration import Configuration, File, Stage, Term, Tick, Written
from cloison.flows.configuring.notes import Notes
from cloison.flows.configuring.sense import nat, rules
from cloison.flows.configuring.sense.names import Places, place, switched
from cloison.flows.configuring.xml import Element, parse
from cloison.netmodel.finding import say
from cloison.netmodel.space.addresses import ANY, GLOBAL, MULTICAST, V6
from cloison.netmodel.space.addresses import parse as addresses
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import ICMPV6, TCP, UDP
from cloison.netmodel.space.services import ServiceSet

_PRIVATE = IntervalSet.union(
    [part for text in ("10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
     for part in addresses(text).ranges]
)  # fmt: skip
_BOGONS = ANY - GLOBAL - MULTICAST  # of addresses that are assigned, the list of bogons holds none
_DISCOVERY = ServiceSet.union(
    ServiceSet.of((ICMPV6, ICMPV6), (kind << 8, kind << 8 | 255)) for kind in (1, 2, 135, 136)
)
_READ = frozenset({"interfaces", "ifgroups", "filter", "aliases", "nat", "virtualip", "system"})
_HARMLESS = frozenset({
    "version", "lastchange", "theme", "staticroutes", "dhcpd", "dhcpdv6", "dhcpd6", "snmpd", "diag", "bridges",
    "syslog", "shaper", "dnshaper", "ipsec", "proxyarp", "cron", "wol", "rrd", "load_balancer", "widgets",
    "openvpn", "unbound",
    "dnsmasq", "dhcrelay", "dhcp6relay", "revision", "cert", "ca", "crl", "ppps", "vlans", "qinqs", "gateways", "gifs",
    "gres", "laggs", "installedpackages", "ntpd", "notifications", "hasync", "sshdata", "igmpproxy", "dyndnses",
    "dnsupdates", "schedules", "wizardtemp", "switches", "voucher", "ezshaper", "ovpnserver", "sysctl", "l2tp", "pptpd",
    "pppoes", "wireless", "username", "hostname", "reboot", "swapoff", "trigger_initial_wizard", "OPNsense", "monit",
    "kea", "backupchain", "authserver", "certmanager", "pools", "checkmk", "bootup", "radiusd", "vtmaps", "vxlans",
    "captiveportal", "wireguard", "tailscale",
})  # fmt: skip
_LISTENERS = (
    (("ipsec", "phase1"), ((UDP, 500, 500), (UDP, 4500, 4500), (50, 0, 65535))),
    (("OPNsense", "IPsec", "Connections"), ((UDP, 500, 500), (UDP, 4500, 4500), (50, 0, 65535))),
    (("dhcpd",), ((UDP, 67, 68),)),
    (("dhcpdv6",), ((UDP, 546, 547),)),
    (("OPNsense", "Kea"), ((UDP, 67, 68), (UDP, 546, 547))),
    (("virtualip", "vip"), ((112, 0, 65535),)),
    (("hasync",), ((240, 0, 65535),)),
)


def read(files: Sequence[File], tick: Tick, dialect: str) -> Configuration:
    """Return the configuration of a device, of the dialect of that name."""
    notes = Notes()
    file = files[0]
    for other in files[1:]:
        notes.error(other.span(1), say("Its configuration is one file", "Sa configuration est un seul fichier"))
    root = parse(file, notes, tick)
    notes.raise_all()
    if root is None:
        raise AssertionError("a tree without an error")
    places = Places(file, notes, whole=dialect == "opnsense")
    places.add_interfaces(root)
    places.add_aliases(root.all("aliases", "alias"), "address")
    places.add_aliases(root.all("OPNsense", "Firewall", "Alias", "aliases", "alias"), "content")
    places.check()
    if root.child("filter", "rule") is None and root.child("filter") is None:
        notes.error(place(file, root), say(
            "It has no filter rules: nothing can be concluded from it",
            "Il n’a pas de règles de filtrage : rien ne peut en être conclu"))  # fmt: skip
    hides = nat.hiding(places, root)
    lists = rules.Lists()
    found = list(root.all("filter", "rule"))
    for at, element in enumerate(found):
        if at % 8192 == 0:
            tick(at, len(found))
        rules.read(places, element, lists, hides)
    passed, unreal, translated = nat.forwards(places, root)
    wide = [*_parts(places, root), *_automation(places, root)]
    automatic = list(_automatic(places, root))
    arriving = [*wide, *automatic, *passed, *unreal, *lists.terms("in")]
    leaving = [*(term for term in automatic if term.arriving is None), *lists.terms("out")]
    translations = (*translated, *nat.others(places, root, hides))
    listens = list(_listens(places, root))
    notes.raise_all()
    off = switched(root.child("system") or root, "disablefilter")
    enter = Stage("in", () if off else tuple(arriving), "implicit", "permit" if off else "deny")
    own = Stage("in", () if off else (*listens, *_lockout(places, root), *arriving), "implicit", enter.otherwise)
    leave = Stage("out", () if off else tuple(leaving), "implicit", "permit")
    return Configuration(
        dialect, tuple(places.found.values()), (enter, leave), (own,), (leave,), translations,
        root.said("system", "hostname"), notes.understood, notes.harmless, tuple(notes.undecided),
    )  # fmt: skip


def _automatic(places: Places, root: Element) -> Iterator[Term]:
    """Yield the automatic rules that are met before all others."""
    system = root.child("system")
    yield Term("permit", Written(place(places.file, root), "automatic ICMPv6"), V6, V6, _DISCOVERY)
    if system is not None and not switched(system, "ipv6allow"):
        yield Term("deny", Written(place(places.file, system), "IPv6 is not allowed (ipv6allow)"), V6, V6)
    for holder in root.all("interfaces"):
        for item in holder.children:
            here = frozenset({item.tag})
            if switched(item, "blockpriv"):
                where = Written(place(places.file, item.child("blockpriv") or item), f"{item.tag} blockpriv", item.tag)
                yield Term("deny", where, _PRIVATE, arriving=here)
            if switched(item, "blockbogons"):
                where = Written(
                    place(places.file, item.child("blockbogons") or item), f"{item.tag} blockbogons", item.tag
                )
                why = say("the list of bogons is not in the file", "la liste des bogons n’est pas dans le fichier")
                places.notes.leave(where, why)
                yield Term("deny", where, _BOGONS, arriving=here, sure=False, doubt=why)


def _lockout(places: Places, root: Element) -> Iterator[Term]:
    """Yield the rule that keeps administrators from locking themselves out, on the LAN or the only interface."""
    web = root.child("system", "webgui")
    if web is not None and switched(web, "noantilockout"):
        return
    name = "lan" if "lan" in places.found else "wan" if len(places.found) == 1 and "wan" in places.found else ""
    if not name:
        return
    port = web.said("port") if web is not None else ""
    wanted = [int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 443, 80]
    ssh = root.child("system", "ssh")
    if ssh is not None and (ssh.said("enable") or ssh.said("enabled")):
        text = ssh.said("port")
        wanted.append(int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 22)
    services = ServiceSet.union(ServiceSet.of((TCP, TCP), (number, number)) for number in wanted if number < 65536)
    where = Written(place(places.file, web or root), "anti-lockout", "anti-lockout")
    target = places.found[name].addresses
    yield Term("permit", where, destinations=target or ANY, services=services, arriving=frozenset({name}),
               sure=bool(target), doubt=None if target else say(
                   "the address of {name} is not in the file", "l’adresse de {name} n’est pas dans le fichier",
                   name=name))  # fmt: skip


def _listens(places: Places, root: Element) -> Iterator[Term]:
    for path, wanted in _LISTENERS:
        element = next(root.all(*path), None)
        if element is None or not element.children:
            continue
        why = say("{part} has automatic rules; for whom is not read",
                  "{part} a des règles automatiques ; pour qui n’est pas lu", part=" ".join(path))  # fmt: skip
        services = ServiceSet.union(ServiceSet.of((number, number), (low, high)) for number, low, high in wanted)
        yield Term("permit", Written(place(places.file, element), path[-1]), services=services, sure=False, doubt=why)


def _parts(places: Places, root: Element) -> Iterator[Term]:
    """Count the other parts; yield a term as wide as can be for what may filter or open."""
    notes, file = places.notes, places.file
    for part in root.children:
        if part.tag in _READ:
            continue
        if part.tag in _HARMLESS or not (part.children or part.text):
            notes.harmless += part.size()
        else:
            why = say("{part} is not understood", "{part} n’est pas compris", part=part.tag)
            notes.leave(Written(place(file, part), part.tag), why)
            yield Term("unknown", Written(place(file, part), part.tag), sure=False, doubt=why)
    for path in (("installedpackages", "miniupnpd", "config"), ("captiveportal",), ("OPNsense", "captiveportal")):
        for element in root.all(*path):
            if element.said("enable") in ("on", "1") or any(
                switched(item, "enable") or item.said("enabled") == "1" for item in element.children
            ):
                why = say("{part} changes what is permitted while it runs",
                          "{part} change ce qui est permis pendant qu’il tourne", part=path[-1])  # fmt: skip
                notes.leave(Written(place(file, element), path[-1]), why)
                yield Term("unknown", Written(place(file, element), path[-1]), sure=False, doubt=why)


def _automation(places: Places, root: Element) -> Iterator[Term]:
    """Yield the rules of OPNsense's other rule set, whose place among these is not known to us: none is sure."""
    for path in (("rules", "rule"), ("snatrules", "rule"), ("npt", "rule"), ("onetoone", "rule")):
        for element in root.all("OPNsense", "Firewall", "Filter", *path):
            if element.said("enabled") == "0":
                continue
            where = Written(place(places.file, element), f"{path[0]} {element.said('description')}".strip())
            why = say("a rule of the automation set is not read", "une règle du jeu « automation » n’est pas lue")
            places.notes.leave(where, why)
            yield Term("unknown", where, sure=False, doubt=why)
