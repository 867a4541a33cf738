"""The words of a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from cloison.netmodel.comparing.sides import Side
from cloison.netmodel.finding import Text
from cloison.netmodel.reach import Hop
from cloison.netmodel.space.addresses import VRF_SHIFT
from cloison.netmodel.space.addresses import show as show_address
from cloison.netmodel.space.packets import Packet
from cloison.netmodel.space.protocols import keyword, port_text
from cloison.netmodel.space.services import ServiceSet, show

FEW = 4  # services, or things, that a cell names

KINDS: Mapping[str, Text] = {
    "added": Text("added", "ajouté"), "removed": Text("removed", "retiré"), "moved": Text("moved", "déplacé"),
    "renamed": Text("renamed", "renommé"), "changed": Text("changed", "modifié"),
}  # fmt: skip
SUBJECTS: Mapping[str, Text] = {
    "party": Text("party", "partie"), "site": Text("site", "site"), "carrier": Text("carrier", "support"),
    "vrf": Text("VRF", "VRF"), "zone": Text("zone", "zone"), "subnet": Text("subnet", "sous-réseau"),
    "asset": Text("asset", "bien"), "interconnection": Text("interconnection", "interconnexion"),
    "translation": Text("translation", "traduction"), "service": Text("service", "service"),
    "endpoint": Text("endpoint", "interface"), "application": Text("application", "application"),
    "group": Text("group", "groupe"), "line": Text("line", "ligne"), "rule": Text("rule", "règle"),
    "waiver": Text("waiver", "dérogation"), "declaration": Text("declaration", "déclaration"),
    "review": Text("review", "revue"), "map": Text("map", "carte"), "clause": Text("clause", "exigence"),
}  # fmt: skip
HOLDS: Mapping[str, Text] = {
    "yes": Text("yes", "oui"), "no": Text("no", "non"), "to-judge": Text("to be judged", "à apprécier"),
    "not-seen": Text("no map shows it", "aucune carte ne le montre"),
}  # fmt: skip
VERDICTS: Mapping[str, Text] = {
    "major": Text("a major change", "un changement majeur"),
    "to-judge": Text("to be judged: the maps do not decide it", "à apprécier : les cartes n’en décident pas"),
    "none-seen": Text("nothing of a major change is seen on the maps; they show neither organisation nor procedures",
                      "aucun signe de changement majeur sur les cartes, qui ne montrent ni organisation ni procédures"),
}  # fmt: skip


def services_text(services: ServiceSet) -> str:
    """Return some services in a few words, how many more there are at the end."""
    words = services_words(services)
    return few(words)


@lru_cache(maxsize=4096)
def services_words(services: ServiceSet) -> tuple[str, ...]:
    """Return every service, as a map writes them."""
    return tuple(word.removesuffix(" new") for word in show(services))


def few(words: Sequence[str], most: int = FEW) -> str:
    """Return words in one text, and how many more there are."""
    return ", ".join(words[:most]) + (f" … +{len(words) - most}" if len(words) > most else "")


def packet_text(packet: Packet) -> str:
    """Return a packet in a few characters: ``10.1.0.1 → 10.2.0.20 tcp/5432``."""
    port = port_text(packet.protocol << 16 | packet.port)
    name = str(keyword(packet.protocol))
    return f"{show_address(packet.source)} → {show_address(packet.destination)} " + (
        name if port is None else f"{name}/{port}"
    )


def packet_data(packet: Packet, side: Side) -> dict[str, str | int | None]:
    """Return a packet as plain values."""
    return {
        "source": show_address(packet.source), "destination": show_address(packet.destination),
        "protocol": keyword(packet.protocol), "port": port_text(packet.protocol << 16 | packet.port),
        "vrf": side.vrfs[packet.source >> VRF_SHIFT], "destination_vrf": side.vrfs[packet.destination >> VRF_SHIFT],
    }  # fmt: skip


def chain_text(hops: Sequence[Hop]) -> str:
    """Return a chain on one line: ``internet -F-1-> web -F-2-> db``."""
    text = hops[0].at.id if hops else ""
    for hop in hops[1:]:
        text += f" -{hop.line or '='}-> {hop.at.id}"
    return text
