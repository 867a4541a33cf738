"""The fields of an exporter's record that are read: their numbers, and what earlier versions call by others.

Sources: IANA's registry "IP Flow Information Export (IPFIX) Entities"; RFC 3954 section 8; RFC 5103 for reverse
elements; Cisco's "NetFlow Version 9 Flow-Record Format", "NetFlow Services Solutions Guide" (v1, v5, v7) and "ASA NSEL
implementation note"; CERT's registry of YAF elements.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

REVERSE = 29305 << 16  # of the same element in the other direction (RFC 5103 section 6.1)
YAF = 6871 << 16

OCTETS, PACKETS, PROTOCOL, TCP_BITS, SOURCE_PORT, SOURCE_V4, INPUT = 1, 2, 4, 6, 7, 8, 10
TARGET_PORT, TARGET_V4 = 11, 12
LAST_UPTIME, FIRST_UPTIME, OUT_OCTETS, OUT_PACKETS, SOURCE_V6, TARGET_V6, ICMP_V4 = 21, 22, 23, 24, 27, 28, 32
SAMPLING_INTERVAL, SAMPLER, SAMPLER_INTERVAL, VLAN, OUT_VLAN, VERSION, DIRECTION = 34, 48, 50, 58, 59, 60, 61
TOTAL_OCTETS, TOTAL_PACKETS, FORWARDING, ICMP_V6, TEMPLATE = 85, 86, 89, 139, 145
FIRST_S, LAST_S, FIRST_MS, LAST_MS, FIRST_US, LAST_US, FIRST_NS, LAST_NS = range(150, 158)
FIRST_DELTA, LAST_DELTA, INIT_MS, DURATION_MS, DURATION_US = range(158, 163)
ICMP_TYPE_V4, ICMP_CODE_V4, ICMP_TYPE_V6, ICMP_CODE_V6 = range(176, 180)
UDP_SOURCE, UDP_TARGET, TCP_SOURCE, TCP_TARGET = range(180, 184)
NAT_TARGET_V4, NAT_TARGET_PORT, NAT_EVENT, INITIATOR_OCTETS, RESPONDER_OCTETS, FIREWALL_EVENT = (
    226, 228, 230, 231, 232, 233,
)  # fmt: skip
BIFLOW_DIRECTION, DOT1Q, DOT1Q_CUSTOMER, OUT_DOT1Q, NAT_TARGET_V6 = 239, 243, 245, 254, 282
INITIATOR_PACKETS, RESPONDER_PACKETS = 298, 299
SELECTOR, PSAMP_INTERVAL, PSAMP_SPACE, PSAMP_SIZE, PSAMP_POPULATION, PSAMP_PROBABILITY = 302, 305, 306, 309, 310, 311
OBSERVED_S, OBSERVED_MS, SEGMENT = 322, 323, 351
YAF_INITIAL_BITS, YAF_UNION_BITS = YAF | 14, YAF | 15
# YAF sets bit 14 of its own elements to make them those of the other direction.
YAF_BACK_INITIAL_BITS, YAF_BACK_UNION_BITS = YAF | 0x4000 | 14, YAF | 0x4000 | 15

# NetFlow v9 of Cisco's ASA before 8.4(5): the fields that IPFIX numbers otherwise.
ASA: Mapping[int, int] = {40002: NAT_TARGET_V4, 40004: NAT_TARGET_PORT, 40005: FIREWALL_EVENT}

ADDRESSES = {SOURCE_V4: 4, TARGET_V4: 4, NAT_TARGET_V4: 4, SOURCE_V6: 16, TARGET_V6: 16, NAT_TARGET_V6: 16}

WANTED = frozenset(
    (
        OCTETS, PACKETS, PROTOCOL, TCP_BITS, SOURCE_PORT, INPUT, TARGET_PORT, LAST_UPTIME, FIRST_UPTIME, OUT_OCTETS,
        OUT_PACKETS, ICMP_V4, SAMPLING_INTERVAL, SAMPLER, SAMPLER_INTERVAL, VLAN, OUT_VLAN, VERSION, DIRECTION,
        TOTAL_OCTETS, TOTAL_PACKETS, FORWARDING, ICMP_V6, TEMPLATE, *range(FIRST_S, DURATION_US + 1),
        *range(ICMP_TYPE_V4, TCP_TARGET + 1), NAT_TARGET_PORT, NAT_EVENT, INITIATOR_OCTETS, RESPONDER_OCTETS,
        FIREWALL_EVENT, BIFLOW_DIRECTION, DOT1Q, DOT1Q_CUSTOMER, OUT_DOT1Q, INITIATOR_PACKETS, RESPONDER_PACKETS,
        SELECTOR, PSAMP_INTERVAL, PSAMP_SPACE, PSAMP_SIZE, PSAMP_POPULATION, PSAMP_PROBABILITY, OBSERVED_S,
        OBSERVED_MS, SEGMENT, REVERSE | OCTETS, REVERSE | PACKETS, REVERSE | OUT_OCTETS, REVERSE | OUT_PACKETS,
        REVERSE | TOTAL_OCTETS, REVERSE | TOTAL_PACKETS, REVERSE | TCP_BITS, YAF_INITIAL_BITS, YAF_UNION_BITS,
        YAF_BACK_INITIAL_BITS, YAF_BACK_UNION_BITS, *ADDRESSES,
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a template: ``element`` is enterprise << 16 | number, ``size`` bytes, -1 when each record says."""

    element: int
    size: int


def _fields(*pairs: tuple[int, int]) -> tuple[Field, ...]:
    return tuple(Field(element, size) for element, size in pairs)


# Records of fixed layout, as if a template had described them: element (0: not read) and bytes.
_V1 = _fields(
    (SOURCE_V4, 4), (TARGET_V4, 4), (0, 8), (PACKETS, 4), (OCTETS, 4), (FIRST_UPTIME, 4), (LAST_UPTIME, 4),
    (SOURCE_PORT, 2), (TARGET_PORT, 2), (0, 2), (PROTOCOL, 1), (0, 1), (TCP_BITS, 1), (0, 7),
)  # fmt: skip
_V5 = _fields(
    (SOURCE_V4, 4), (TARGET_V4, 4), (0, 8), (PACKETS, 4), (OCTETS, 4), (FIRST_UPTIME, 4), (LAST_UPTIME, 4),
    (SOURCE_PORT, 2), (TARGET_PORT, 2), (0, 1), (TCP_BITS, 1), (PROTOCOL, 1), (0, 9),
)  # fmt: skip
# v7 ends with the router's address. What some vendors call v1 is 4 bytes longer: 2, which is no version.
FIXED: Mapping[int, tuple[Field, ...]] = {1: _V1, 2: (*_V1, Field(0, 4)), 5: _V5, 7: (*_V5, Field(0, 4))}
