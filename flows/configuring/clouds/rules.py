"""What a rule of OpenStack's asks for: its protocol with ports, or ICMP type and code, as API or client write it."""

from __future__ import annotations

import re

from cloison.flows.configuring.clouds.tree import Tree, unknown
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.language.nodes import Node
from cloison.netmodel.space.addresses import V6
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PORTED
from cloison.netmodel.space.services import EVERY_SERVICE, ServiceSet

_PROTOCOLS = {
    "ah": 51, "dccp": 33, "egp": 8, "esp": 50, "gre": 47, "icmp": 1, "icmpv6": 58, "igmp": 2, "ipip": 4,
    "ipv6-encap": 41, "ipv6-frag": 44, "ipv6-icmp": 58, "ipv6-nonxt": 59, "ipv6-opts": 60, "ipv6-route": 43,
    "ospf": 89, "pgm": 113, "rsvp": 46, "sctp": 132, "tcp": 6, "udp": 17, "udplite": 136, "vrrp": 112,
}  # fmt: skip
_PORTS = re.compile(r"([0-9]{1,5}):([0-9]{1,5})")
_KINDS = re.compile(r"(?:type=([0-9]{1,3}))?(?::code=([0-9]{1,3}))?")
_HIDDEN = say(
    "The listing does not show an ICMP type or code that is 0: give what `openstack security group show -f json` "
    "prints instead",
    "La liste ne montre pas un type ou un code ICMP qui vaut 0 : donnez plutôt ce qu’affiche `openstack security group "
    "show -f json`",
)
_WHOLE = say(
    "Whether protocol 0 is every protocol depends on the driver",
    "Que le protocole 0 soit tous les protocoles dépend du pilote",
)

Services = list[tuple[ServiceSet, Message | None]]


def pick(tree: Tree, node: Node, *keys: str) -> Node:
    """Return the value of the first key that is there."""
    for key in keys:
        found: Node | None = node.value.get(key)
        if found is not None:
            return found
    return Node(None, node.at)


def text_of(tree: Tree, node: Node, *keys: str) -> str:
    """Return the text of the first key that is there; of another kind it is an error."""
    found = pick(tree, node, *keys)
    if found.value is None or type(found.value) is str:
        return found.value or ""
    tree.wrong(found, say("“{key}” should be a text", "« {key} » doit être un texte", key=keys[0]))
    return ""


def services_of(tree: Tree, node: Node, family: IntervalSet) -> Services | None:
    """Return what is sure of a rule's services, and what is in doubt."""
    raw = pick(tree, node, "protocol", "IP Protocol").value
    word = str("any" if raw is None else raw).lower()
    if word in ("any", ""):
        return [(EVERY_SERVICE, None)]
    if word in ("0", "ip", "hopopt"):
        return [(EVERY_SERVICE, _WHOLE)]
    number = _PROTOCOLS.get(word, int(word) if word.isascii() and word.isdigit() and len(word) <= 3 else -1)
    if not 0 <= number <= 255:
        tree.wrong(node, unknown(word, _PROTOCOLS, Text("protocol", "protocole")))
        return None
    if number == ICMP and family == V6:
        number = ICMPV6  # the older name of it
    listed = node.value.get("Port Range")
    if listed is not None:
        return _shown(tree, node, number, str(listed.value or ""))
    low, high = (tree.get(node, key, int).value for key in ("port_range_min", "port_range_max"))
    if number in (ICMP, ICMPV6):
        return _kinds(tree, node, number, low, high)
    if number not in PORTED or (low is None and high is None):
        return [(ServiceSet.of((number, number)), None)]
    if low is None or high is None or not 0 <= low <= high <= 65535:
        tree.wrong(node, say("Ports {low}-{high}: they must go from 0 to 65535, upwards",
                             "Ports {low}-{high} : ils doivent aller de 0 à 65535, en montant",
                             low="" if low is None else low, high="" if high is None else high))  # fmt: skip
        return None
    return [(ServiceSet.of((number, number), (low, high)), None)]


def _kinds(tree: Tree, node: Node, number: int, kind: int | None, code: int | None) -> Services | None:
    if (kind is None and code is not None) or not all(0 <= (each or 0) <= 255 for each in (kind, code)):
        tree.wrong(node, say(
            "ICMP type {kind}, code {code}: there is none", "ICMP type {kind}, code {code} : il n’y en a pas",
            kind="" if kind is None else kind, code="" if code is None else code))  # fmt: skip
        return None
    low, high = (0, 0xFFFF) if kind is None else (kind << 8 | (code or 0), kind << 8 | (255 if code is None else code))
    return [(ServiceSet.of((number, number), (low, high)), None)]


def _shown(tree: Tree, node: Node, number: int, text: str) -> Services | None:
    """Return the services of a range as the client shows it."""
    ports, kinds = _PORTS.fullmatch(text), _KINDS.fullmatch(text)
    if number in (ICMP, ICMPV6) and kinds:
        kind, code = int(kinds[1] or 0), int(kinds[2] or 0)
        if kinds[2]:
            return _kinds(tree, node, number, kind, code)
        least = kind << 8  # what is not shown is 0 or none
        most = (least, least | 255) if text else (0, 0xFFFF)
        certain, perhaps = (ServiceSet.of((number, number), each) for each in ((least, least), most))
        return [(certain, None), (perhaps, _HIDDEN)]
    if number not in (ICMP, ICMPV6) and (not text or number not in PORTED):
        return [(ServiceSet.of((number, number)), None)]
    if ports and int(ports[1]) <= int(ports[2]) <= 65535:
        return [(ServiceSet.of((number, number), (int(ports[1]), int(ports[2]))), None)]
    tree.wrong(node, say("The port range “{text}” is none", "La plage de ports « {text} » n’en est pas une", text=text))
    return None
