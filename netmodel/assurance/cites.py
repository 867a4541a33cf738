"""Where findings point: at the key of an entry or of one of its fields, and at the row for which it was repeated."""

from __future__ import annotations

from collections.abc import Mapping

from cloison.netmodel.finding import Ref, Span
from cloison.netmodel.network import Network

_SECTIONS: Mapping[str, str] = {
    "party": "parties",
    "site": "sites",
    "carrier": "carriers",
    "vrf": "vrfs",
    "zone": "zones",
    "subnet": "subnets",
    "asset": "assets",
    "interconnection": "interconnections",
    "endpoint": "endpoints",
    "application": "applications",
    "line": "flows",
}


def entry(network: Network, item: Ref) -> Span:
    """Return the place of an entry's name, or that of a configuration's rule."""
    if item.kind == "rule":
        return network.line[item.id].span
    return network.document.span((_SECTIONS[item.kind], item.id), key=True)


def cited(network: Network, item: Ref, *field: str | int) -> tuple[Span, ...]:
    """Return the place of an entry or of one of its fields, the entry's own where the field is not written.

    For an entry out of a ``repeat`` these are the fragment and the row.
    """
    if item.kind == "rule":
        return (network.line[item.id].span,)
    return network.document.cite((_SECTIONS[item.kind], item.id, *field), key=True)
