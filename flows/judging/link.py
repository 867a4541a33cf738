"""Where no line is needed: within a subnet or a zone, as the map says, and for what never leaves its link."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.judging.cells import (
    BROADCAST,
    LINK_LOCAL,
    LINK_SCOPE,
    LOOPBACK,
    MULTICAST,
    UNSPECIFIED,
    ZONE_INSIDE,
    Classes,
)
from cloison.flows.orient import ICMP, ICMP6

Array = npt.NDArray[Any]

_IGMP, _VRRP, _UDP = 2, 112, 17
_DHCP = (67, 68, 546, 547)


def inside(classes: Classes, source: Array, target: Array) -> Array:
    """Return bool: both ends lie where ``inside`` asks for no line; multicast lies in its sender's zone."""
    same = (classes.inside[source] == classes.inside[target]) & (classes.inside[source] >= 0)
    cast = (classes.flags[target] & MULTICAST != 0) & (classes.flags[source] & ZONE_INSIDE != 0)
    found: Array = same | cast
    return found


def link_control(classes: Classes, source: Array, target: Array, service: Array) -> Array:
    """Return bool: traffic that never leaves its link: its addresses say so, or its protocol within one subnet.

    ``service`` u4 is protocol << 16 | low field.
    """
    here, there = classes.flags[source], classes.flags[target]
    found = (here & (LINK_LOCAL | UNSPECIFIED) != 0) | (there & (LINK_LOCAL | LINK_SCOPE | BROADCAST) != 0)
    found |= (here & there & LOOPBACK) != 0
    protocol = service >> 16
    few = np.flatnonzero(
        (protocol == _IGMP) | (protocol == _VRRP) | (protocol == ICMP) | (protocol == ICMP6) | (protocol == _UDP)
    )
    if len(few):
        one, other = source[few], target[few]
        # addresses that a zone has without a subnet may share a link; nothing says that they do not
        one_link = (classes.subnet[one] == classes.subnet[other]) & (classes.zone[one] == classes.zone[other])
        one_link &= classes.zone[one] >= 0
        found[few] |= (one_link | (there[few] & MULTICAST != 0)) & _control(protocol[few], service[few] & 0xFFFF)
    stays: Array = found
    return stays


def _control(protocol: Array, low: Array) -> Array:
    kind = low >> 8
    control = (protocol == _IGMP) | (protocol == _VRRP)
    # neighbour discovery and redirects (RFC 4861), multicast listeners (RFC 2710, RFC 3810)
    control |= (protocol == ICMP6) & (((kind >= 130) & (kind <= 137)) | (kind == 143))
    control |= (protocol == ICMP) & (kind == 5)  # redirect, RFC 792
    control |= (protocol == _UDP) & np.isin(low, _DHCP)
    found: Array = control
    return found
