"""What neighbours on a link say to all of it: routing protocols' multicast, which is never forwarded (RFC 5771, 4291).

It lies outside what is compared with the matrix (link control), and a device that denied it would lose its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator

from cloison.flows.configuration import Hook
from cloison.flows.generating.plan import Asked, Family
from cloison.netmodel.facts import Line
from cloison.netmodel.sides import Port, Sides, bare
from cloison.netmodel.space.addresses import V4, V6, parse
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.packets import Product
from cloison.netmodel.space.services import OPENING

OF_A_LINK = parse("224.0.0.0/24") | parse("ff02::/16")


def neighbours(line: Line, sides: Sides) -> Iterator[Asked]:
    """Yield what a line asks of the device itself on its links: to say it, and to hear it."""
    stated = line.flow.justification
    why = stated.text if stated else ""
    own = bare(sides.own)
    for product in line.products:
        for family, every in ((4, V4), (6, V6)):
            to = bare(product.destination) & OF_A_LINK & every
            for port in sides.ports.values() if to else ():
                for hook, source in _ends(product, port, own & port.addresses, every):
                    services = product.services.in_phase(OPENING)
                    yield Asked(
                        hook, line.id, why, _family(family), source, to, services,
                        port.name if hook == "input" else "", port.name if hook == "output" else "", False, line.span,
                    )  # fmt: skip


def _ends(product: Product, port: Port, own: IntervalSet, every: IntervalSet) -> Iterator[tuple[Hook, IntervalSet]]:
    source = bare(product.source) & every
    if source & own:
        yield "output", source & own
    if heard := (source & port.networks) - own:
        yield "input", heard


def _family(number: int) -> Family:
    return 4 if number == 4 else 6
