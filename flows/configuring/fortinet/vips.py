"""Virtual addresses of a FortiGate: what a destination becomes before the policies are asked.

Source: Fortinet, FortiOS CLI Reference, ``config firewall vip``; FortiOS Administration Guide, "Virtual IPs" and
"Configure FortiOS to match VIP traffic" (``match-vip``).
"""

from __future__ import annotations

from dataclasses import dataclass

from cloison.flows.configuration import Translation, Written
from cloison.flows.configuring.bounds import Bounds, exactly
from cloison.flows.configuring.fortinet.interfaces import Ports
from cloison.flows.configuring.fortinet.objects import HARMLESS_KEYS, number_of, prefix6, span_of, subnet, written
from cloison.flows.configuring.fortinet.tree import Node
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.addresses import V4, V6, parse
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import TCP
from cloison.netmodel.space.refusal import RefusedError, refuse
from cloison.netmodel.space.services import EVERY_SERVICE, ServiceSet

_UNDERSTOOD = frozenset({
    "type", "extip", "mappedip", "extintf", "portforward", "protocol", "extport", "mappedport", "src-filter", "status",
    "server-type", "portmapping-type",
})  # fmt: skip
_HARMLESS = HARMLESS_KEYS | {
    "arp-reply", "nat-source-vip", "gratuitous-arp-interval", "ldb-method", "persistence", "http-ip-header",
    "outlook-web-access", "websphere", "max-embryonic-connections", "monitor", "ssl-mode", "ssl-certificate",
    "http-multiplex", "weblogic-server", "ndp-reply", "server-keyring", "http-ip-header-name", "h2-support",
    "h3-support", "http-redirect", "add-nat46-route", "add-nat64-route",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vip:
    """A virtual address: who may use it, where it leads, and for which services as they are at their real end."""

    written: Written
    inside: Bounds[IntervalSet]
    services: ServiceSet
    sources: IntervalSet
    arriving: frozenset[str] | None
    family: IntervalSet
    translation: Translation | None = None


def vip(node: Node, ports: Ports, notes: Notes, v6: bool) -> Vip | None:
    """Return what an entry of ``firewall vip`` (or ``vip6``) does; ``None`` where it is switched off or an error."""
    family = V6 if v6 else V4
    where = written(node, "vip6" if v6 else "vip")
    if node.value("status") == "disable":
        notes.understood += 1
        return None
    kind = node.value("type", "static-nat")
    sources = family
    key = "extip"
    try:
        key = "src-filter"
        filters = [_addresses(text, family) for text in node.values("src-filter")]
        if filters:
            sources = IntervalSet.union([part for item in filters for part in item.ranges])
        key = "extip"
        outside = _addresses(node.value("extip"), family) if kind != "fqdn" else EMPTY
        arriving = ports.of(node.named("extintf") or (("any", node.span),))
        doubt = _doubt(node, kind, where, notes)
        if doubt is not None:
            return Vip(where, Bounds(EMPTY, family, doubt), EVERY_SERVICE, sources, arriving, family)
        real: tuple[ServiceSet, ServiceSet] | None
        key = "mappedip" if kind != "server-load-balance" else "extip"
        if kind == "server-load-balance":
            inside, real = _servers(node, family)
        else:
            every = [_addresses(text, family) for text in node.values("mappedip")]
            inside = _beside(outside, IntervalSet.union([part for item in every for part in item.ranges]))
            key = "extport"
            real = _real(node)
    except RefusedError as problem:
        notes.error(node.at(key), problem.message)
        return None
    pairs = () if real is None else ((real[0], real[1]),)
    translation = Translation(
        "destination" if pairs or kind != "static-nat" else "static", outside, inside, where, pairs
    )  # fmt: skip
    return Vip(
        where, exactly(inside), real[1] if real is not None else EVERY_SERVICE, sources, arriving, family, translation
    )


def _doubt(node: Node, kind: str, where: Written, notes: Notes) -> Message | None:
    notes.understood += 1
    why = None
    if kind not in ("static-nat", "load-balance", "server-load-balance"):
        why = say("{name} is of type {kind}: where it leads is not in the file",
                  "{name} est de type {kind} : où elle mène n’est pas dans le fichier",
                  name=node.name, kind=kind)  # fmt: skip
    for key in node.settings:
        if key in _UNDERSTOOD:
            notes.understood += 1
        elif key in _HARMLESS or key.startswith(("ssl-", "http-", "dns-", "waf-")):
            notes.harmless += 1
        elif key != "mapped-addr" or why is None:
            why = say("{name}: {key} is not understood", "{name} : {key} n’est pas compris", name=node.name, key=key)
    if why is not None:
        notes.leave(where, why)
    return why


def _addresses(text: str, family: IntervalSet) -> IntervalSet:
    if "-" in text:
        found = parse(text)
    elif "/" in text:
        found = prefix6(text) if family is V6 else subnet([text])
    else:
        found = parse(text)
    if not found <= family:
        raise refuse("{text} is of the other address family", "{text} est de l’autre famille d’adresses", text=text)
    return found


def _beside(outside: IntervalSet, inside: IntervalSet) -> IntervalSet:
    if not inside:
        raise refuse("mappedip is missing", "mappedip manque")
    if inside.size != outside.size and inside.size > 1 and outside.size > 1:
        raise refuse("extip and mappedip are of different sizes", "extip et mappedip sont de tailles différentes")
    if outside.size > 1 and inside.size == 1:  # only the first one is written; the others follow it
        low = inside.least()
        return IntervalSet.of((low, low + outside.size - 1))
    return inside


def _real(node: Node) -> tuple[ServiceSet, ServiceSet] | None:
    if node.value("portforward") != "enable":
        return None
    protocol = number_of(node.value("protocol", "tcp"))
    if protocol in (1, 58):
        every = ServiceSet.of((protocol, protocol))
        return every, every
    shown = node.values("extport") or ["0-65535"]
    real = node.values("mappedport") or shown
    return _union(protocol, shown), _union(protocol, real)


def _union(protocol: int, texts: list[str]) -> ServiceSet:
    return ServiceSet.union(ServiceSet.of((protocol, protocol), span_of(text)) for text in texts)


def _servers(node: Node, family: IntervalSet) -> tuple[IntervalSet, tuple[ServiceSet, ServiceSet]]:
    word = node.value("server-type", "tcp")
    protocol = number_of(word) if word in ("tcp", "udp") else TCP
    shown = ServiceSet.of((0, 255)) if word == "ip" else _union(protocol, node.values("extport") or ["0-65535"])
    inside: list[IntervalSet] = []
    real: list[ServiceSet] = []
    for entry in node.table("realservers"):
        if entry.value("status") == "disable":
            continue
        inside.append(_addresses(entry.value("ip"), family))
        port = entry.value("port", "0")
        real.append(_union(protocol, [port]) if port != "0" and word != "ip" else shown)
    if not inside:
        raise refuse("{name} has no real server", "{name} n’a pas de serveur réel", name=node.name)
    found = IntervalSet.union([part for item in inside for part in item.ranges])
    return found, (shown, ServiceSet.union(real))
