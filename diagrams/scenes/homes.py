"""Subnets as boxes and the homes of assets as their cells."""

from __future__ import annotations

from cloison.diagrams.scenes.concerns import Concerns
from cloison.diagrams.scenes.parts import functions_said, is_security, joined, more, subnet_detail
from cloison.netmodel.facts import AssetFacts, InterfaceFacts, SubnetFacts
from cloison.netmodel.finding import Message, Ref, Text, Value, say
from cloison.netmodel.report import Cluster, Node
from cloison.netmodel.space.addresses import prefixes

ADDRESSES = 3  # addresses of an interface in a cell; the others are in the table


def subnet_box(facts: SubnetFacts, within: str, concerns: Concerns, *, level: int) -> Cluster:
    """Return a subnet as a box."""
    box = Cluster(f"box:{facts.id}", Ref("subnet", facts.id), facts.id, (joined(*_plain(facts)),), within,
                  ("subnet",), level=level)  # fmt: skip
    return concerns.on(box, [Ref("subnet", facts.id)])


def _plain(facts: SubnetFacts) -> list[Value]:
    return [item if isinstance(item, str) else Text(item.say("en"), item.say("fr")) for item in subnet_detail(facts)]


def addresses_said(interface: InterfaceFacts) -> list[Message | str]:
    """Return where an interface is: its first addresses, or that it is anywhere in its subnet."""
    if interface.stands:
        return [say("anywhere in the subnet", "n’importe où dans le sous-réseau")]
    shown: list[Message | str] = [
        item.removesuffix("/32").removesuffix("/128") for item in prefixes(interface.addresses)
    ]
    return shown if len(shown) <= ADDRESSES else [*shown[:ADDRESSES], more(len(shown) - ADDRESSES)]


def interface_cell(asset: AssetFacts, interface: InterfaceFacts, box: str, concerns: Concerns) -> Node:
    """Return the cell of one home of an asset, with what the asset is there for."""
    kind = "security" if is_security(asset) else "sensitive" if asset.sensitive else "asset"
    detail: list[Message | str] = [joined(*functions_said(asset.functions))] if asset.functions else []
    detail += addresses_said(interface)
    marks = ("nerve-centre",) if kind != "asset" else ()
    node = Node(f"{box}:{interface.id}", Ref("asset", asset.id), kind, interface.id, tuple(detail), box, marks)
    return concerns.on(node, [Ref("asset", asset.id)])
