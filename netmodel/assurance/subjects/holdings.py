"""What data zones hold, by what the map says (``data``): nothing is guessed where it says nothing."""

from __future__ import annotations

from cloison.netmodel.facts import ZoneFacts
from cloison.netmodel.finding import Text
from cloison.netmodel.network import Network

DATA = Text("what data it holds (`data`)", "les données qu’elle contient (`data`)")


def written(network: Network, zone: ZoneFacts) -> tuple[str, ...]:
    """Return what a zone says that it holds, or what the nearest zone around it says."""
    here: ZoneFacts | None = zone
    while here is not None:
        if here.zone.data:
            return here.zone.data
        here = network.zones.get(here.within)
    return ()


def holds(network: Network, zone: ZoneFacts, *words: str) -> bool | None:
    """Tell whether a zone holds some of these kinds of data; nothing where the map does not say.

    A tenant's zone holds that tenant's data; a public network holds nobody's.
    """
    if zone.owner_kind == "tenant" and "tenant" in words:
        return True
    said = written(network, zone)
    if said:
        return not set(words).isdisjoint(said)
    return False if zone.public or zone.owner_kind == "tenant" else None
