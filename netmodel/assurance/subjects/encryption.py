"""How a line is encrypted: by a tunnel around it, by being the outside of a tunnel, or by its own conversation."""

from __future__ import annotations

from cloison.netmodel.compiling.references import TUNNELS
from cloison.netmodel.facts import Line
from cloison.netmodel.network import Network
from cloison.netmodel.space.catalogue import CATALOGUE

_TUNNEL_WIRES = frozenset(("ike", "esp", "wireguard", "openvpn"))


def is_tunnel(network: Network, line: Line) -> bool:
    """Tell whether a line carries the outer packets of a tunnel: it is the tunnel, and needs none."""
    names = [name for services in (line.services, *line.endpoint_services.values()) for name, _ in services]
    return bool(names) and all(wire(network, name) in _TUNNEL_WIRES for name in names)


def tunnelled(network: Network, line: Line) -> bool:
    """Tell whether an encrypting tunnel wraps a line."""
    carrier = network.model.carriers.get(line.flow.tunnel)
    return carrier is not None and TUNNELS.get(carrier.protocol.lower(), False)


def encrypts(line: Line) -> bool:
    """Tell whether the line says that its conversation is itself encrypted."""
    protocol = line.flow.encryption.protocol.lower() if line.flow.encryption else ""
    return protocol not in ("", "none", "aucun")


def wire(network: Network, service: str) -> str:
    """Return the protocol that a service shows on the wire; empty where nobody says."""
    if service in network.model.services:
        return network.model.services[service].wire
    return CATALOGUE[service].wire if service in CATALOGUE else ""
