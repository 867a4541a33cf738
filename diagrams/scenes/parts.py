"""Zones, subnets and assets of a network as the boxes and cells of a drawing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cloison.diagrams.scenes.concerns import LINES, Concerns
from cloison.diagrams.words import (
    DOMAINS,
    FUNCTIONS,
    KINDS,
    NATURES,
    PLANE_OF_NATURE,
    SECURITY,
    SENSITIVITIES,
    word,
)
from cloison.netmodel.facts import AssetFacts, SubnetFacts, ZoneFacts
from cloison.netmodel.finding import Message, Ref, Text, Value, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Cluster, Node

PREFIXES = 4  # lines of prefixes in a cell; the others are in the tables
GROUPED = 3  # equipment of the same functions named in one cell


def joined(*parts: Value) -> Message:
    """Return the parts that are not empty, a middle dot between them."""
    kept = [part for part in parts if part not in ("", None, ())]
    names = [f"p{number}" for number in range(len(kept))]
    shape = " · ".join(f"{{{name}}}" for name in names)
    return Message(Text(shape, shape), dict(zip(names, kept, strict=True)))


def zone_id(zone: str) -> str:
    """Return the id of a zone's box."""
    return f"zone:{zone}"


def zone_marks(facts: ZoneFacts) -> tuple[str, ...]:
    """Return the words that say how a zone is drawn: its plane first."""
    plane = PLANE_OF_NATURE.get(facts.nature, "other")
    if facts.owner_kind == "third-party":
        plane = "third-party"
    elif facts.public:
        plane = "public"
    elif facts.owner_kind == "tenant" and plane == "production":
        plane = "tenant"
    marks = [plane]
    if facts.sensitive:
        marks.append("sensitive")
    if plane == "administration":
        marks.append("nerve-centre")
    return tuple(marks)


def zone_level(network: Network, facts: ZoneFacts) -> int:
    """Return how far down a zone is drawn: the public on top, then the scale of sensitivity."""
    return 0 if facts.public else 1 + max(0, network.rank(facts.sensitivity))


def zone_box(
    network: Network, facts: ZoneFacts, inner: Sequence[str], others: Sequence[str], concerns: Concerns, *, within: str
) -> Cluster:
    """Return a zone's box; ``inner`` lines stay inside it and ``others`` assets have no cell of their own."""
    detail = [
        joined(facts.owner, word(KINDS, facts.owner_kind) if facts.owner_kind else ""),
        joined(
            word(NATURES, facts.nature) if facts.nature else "",
            word(SENSITIVITIES, facts.sensitivity) if facts.sensitivity else "",
            word(DOMAINS, facts.domain) if facts.domain else "",
            facts.site,
        ),
    ]
    if facts.zone.addresses:
        detail.append(_listed(facts.zone.addresses))
    counted = []
    if others:
        counted.append(
            _counted(
                len(others), Text("{n} other asset", "{n} autre bien"), Text("{n} other assets", "{n} autres biens")
            )
        )
    if inner:
        counted.append(
            _counted(
                len(inner), Text("{n} inner line", "{n} ligne interne"), Text("{n} inner lines", "{n} lignes internes")
            )
        )
    if counted:
        detail.append(joined(*counted))
    refs = [Ref("zone", facts.id), *(Ref("asset", name) for name in others), *line_refs(inner)]
    return concerns.on(
        Cluster(zone_id(facts.id), Ref("zone", facts.id), facts.id, tuple(item for item in detail if item.values),
                zone_id(within) if within else "", zone_marks(facts), level=zone_level(network, facts)),
        refs,
    )  # fmt: skip


def peer_vertex(network: Network, zone: str, concerns: Concerns) -> Node:
    """Return a zone that is not drawn whole: its name, its owner and its plane's look."""
    facts = network.zones[zone]
    node = Node(zone_id(zone), Ref("zone", zone), "peer", zone, (facts.owner,) if facts.owner else (),
                marks=zone_marks(facts), level=zone_level(network, facts))  # fmt: skip
    return concerns.on(node, [Ref("zone", zone)])


def line_refs(ids: Sequence[str]) -> list[Ref]:
    """Return what findings call these lines."""
    return [Ref(kind, name) for name in ids for kind in LINES]


def subnet_detail(facts: SubnetFacts, *, prefixes: int = PREFIXES) -> tuple[Message | str, ...]:
    """Return the lines under a subnet's name: its prefixes, then VLAN, VNI, VRF and site."""
    subnet = facts.subnet
    cidr = list(subnet.cidr)
    lines: list[Message | str] = [*cidr[:prefixes]]
    if len(cidr) > prefixes:
        lines.append(more(len(cidr) - prefixes))
    tags = joined(
        Text("aggregate", "agrégat") if subnet.aggregate else "",
        f"VLAN {subnet.vlan}" if subnet.vlan is not None else "",
        f"VNI {subnet.vni}" if subnet.vni is not None else "",
        f"VRF {facts.vrf}" if facts.vrf != "default" else "",
        subnet.site,
    )
    return (*lines, tags) if tags.values else tuple(lines)


def subnet_cell(network: Network, facts: SubnetFacts, concerns: Concerns) -> Node:
    """Return a subnet's cell; one of an administration network is a nerve centre."""
    marks = ("nerve-centre",) if "administration" in zone_marks(network.zones[facts.zone]) else ()
    node = Node(f"subnet:{facts.id}", Ref("subnet", facts.id), "subnet", facts.id, subnet_detail(facts),
                zone_id(facts.zone), marks)  # fmt: skip
    return concerns.on(node, [Ref("subnet", facts.id)])


def functions_said(functions: Iterable[str]) -> tuple[Text, ...]:
    """Return functions as a reader says them, in the order of the language."""
    ordered = list(FUNCTIONS)
    return tuple(
        word(FUNCTIONS, name)
        for name in sorted(functions, key=lambda item: (ordered.index(item) if item in ordered else 99, item))
    )


def is_security(facts: AssetFacts) -> bool:
    """Return whether an asset is a security equipment in the sense of 13.1.a: it has such a function."""
    return bool(facts.functions & SECURITY)


def home(facts: AssetFacts) -> str:
    """Return the zone in which an asset is drawn: its first interface's, so each is drawn once."""
    for interface in facts.interfaces.values():
        if interface.zones:
            return interface.zones[0]
    return facts.zones[0] if facts.zones else ""


def nerve_cells(
    network: Network, drawn: frozenset[str], concerns: Concerns
) -> tuple[list[Node], Mapping[str, Sequence[str]]]:
    """Return the cells of security equipment and sensitive servers, and the other assets of each zone.

    Assets in ``drawn`` and members of a cluster have their place elsewhere. Those of one zone with the same functions
    share a cell.
    """
    grouped: dict[tuple[str, str, tuple[str, ...]], list[AssetFacts]] = {}
    others: dict[str, list[str]] = {}
    for name in sorted(network.assets):
        facts = network.assets[name]
        zone = home(facts)
        if name in drawn or facts.cluster or not zone:
            continue
        kind = "security" if is_security(facts) else "sensitive" if facts.sensitive else ""
        if kind:
            grouped.setdefault((zone, kind, tuple(sorted(facts.functions))), []).append(facts)
        else:
            others.setdefault(zone, []).append(name)
    nodes = [
        _nerve_cell(zone, kind, functions, assets, concerns) for (zone, kind, functions), assets in sorted(
            grouped.items(), key=lambda item: item[0]
        )
    ]  # fmt: skip
    return nodes, others


def _nerve_cell(
    zone: str, kind: str, functions: tuple[str, ...], assets: Sequence[AssetFacts], concerns: Concerns
) -> Node:
    names = [facts.id for facts in assets]
    label: Message | str = ", ".join(names[:GROUPED])
    if len(names) > GROUPED:
        label = Message(Text("{names} +{n}", "{names} +{n}"), {"names": tuple(names[:2]), "n": len(names) - 2})
    detail: list[Message | str] = []
    if functions:
        detail.append(joined(*functions_said(functions)))
    also = sorted({other for facts in assets for other in facts.zones} - {zone})
    if also:
        detail.append(say("also in: {zones}", "aussi dans : {zones}", zones=tuple(also)))
    if kind == "security" and any(facts.sensitive for facts in assets):
        detail.append(say("sensitive", "sensible"))
    elif kind == "sensitive" and len(names) > 1:
        detail.append(say("{n} servers", "{n} serveurs", n=len(names)))
    node = Node(f"asset:{zone}:{kind}:{'+'.join(functions)}", Ref("asset", names[0]), kind, label, tuple(detail),
                zone_id(zone), ("nerve-centre",))  # fmt: skip
    return concerns.on(node, [Ref("asset", name) for facts in assets for name in (facts.id, *facts.members)])


def _listed(values: Sequence[str]) -> Message:
    shown: list[Value] = [
        Text("global addresses", "adresses globales") if value == "global" else value for value in values[:PREFIXES]
    ]
    more = f"+{len(values) - PREFIXES}" if len(values) > PREFIXES else ""
    return joined(*shown, more)


def more(count: int) -> Message:
    """Return that so many others are not said."""
    return Message(Text("+{n} more", "+{n} autre" if count == 1 else "+{n} autres"), {"n": count})


def _counted(count: int, one: Text, many: Text) -> Text:
    chosen = one if count == 1 else many
    return Text(chosen.en.format(n=count), chosen.fr.format(n=count))
