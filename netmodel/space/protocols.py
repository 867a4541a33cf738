"""IANA's assigned Internet protocol numbers, and the words for them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ICMP, TCP, UDP, ICMPV6, SCTP = 1, 6, 17, 58, 132

# IANA, "Assigned Internet Protocol Numbers" (RFC 5237): keywords in lower case; entries without a keyword are absent
_ASSIGNED = {
    0: "hopopt", 1: "icmp", 2: "igmp", 3: "ggp", 4: "ipv4", 5: "st", 6: "tcp", 7: "cbt", 8: "egp", 9: "igp",
    10: "bbn-rcc-mon", 11: "nvp-ii", 12: "pup", 13: "argus", 14: "emcon", 15: "xnet", 16: "chaos", 17: "udp",
    18: "mux", 19: "dcn-meas", 20: "hmp", 21: "prm", 22: "xns-idp", 23: "trunk-1", 24: "trunk-2", 25: "leaf-1",
    26: "leaf-2", 27: "rdp", 28: "irtp", 29: "iso-tp4", 30: "netblt", 31: "mfe-nsp", 32: "merit-inp", 33: "dccp",
    34: "3pc", 35: "idpr", 36: "xtp", 37: "ddp", 38: "idpr-cmtp", 39: "tp++", 40: "il", 41: "ipv6", 42: "sdrp",
    43: "ipv6-route", 44: "ipv6-frag", 45: "idrp", 46: "rsvp", 47: "gre", 48: "dsr", 49: "bna", 50: "esp", 51: "ah",
    52: "i-nlsp", 53: "swipe", 54: "narp", 55: "min-ipv4", 56: "tlsp", 57: "skip", 58: "ipv6-icmp",
    59: "ipv6-nonxt", 60: "ipv6-opts", 62: "cftp", 64: "sat-expak", 65: "kryptolan", 66: "rvd", 67: "ippc",
    69: "sat-mon", 70: "visa", 71: "ipcv", 72: "cpnx", 73: "cphb", 74: "wsn", 75: "pvp", 76: "br-sat-mon",
    77: "sun-nd", 78: "wb-mon", 79: "wb-expak", 80: "iso-ip", 81: "vmtp", 82: "secure-vmtp", 83: "vines",
    84: "iptm", 85: "nsfnet-igp", 86: "dgp", 87: "tcf", 88: "eigrp", 89: "ospfigp", 90: "sprite-rpc", 91: "larp",
    92: "mtp", 93: "ax.25", 94: "ipip", 95: "micp", 96: "scc-sp", 97: "etherip", 98: "encap", 100: "gmtp",
    101: "ifmp", 102: "pnni", 103: "pim", 104: "aris", 105: "scps", 106: "qnx", 107: "a/n", 108: "ipcomp",
    109: "snp", 110: "compaq-peer", 111: "ipx-in-ip", 112: "vrrp", 113: "pgm", 115: "l2tp", 116: "ddx", 117: "iatp",
    118: "stp", 119: "srp", 120: "uti", 121: "smp", 122: "sm", 123: "ptp", 124: "isis over ipv4", 125: "fire",
    126: "crtp", 127: "crudp", 128: "sscopmce", 129: "iplt", 130: "sps", 131: "pipe", 132: "sctp", 133: "fc",
    134: "rsvp-e2e-ignore", 135: "mobility header", 136: "udplite", 137: "mpls-in-ip", 138: "manet", 139: "shim6",
    140: "wesp", 141: "rohc", 142: "ethernet", 143: "aggfrag", 144: "nsh", 145: "homa", 146: "bit-emu",
}  # fmt: skip
_USUAL = {"icmpv6": 58, "ospf": 89, "isis": 124}  # what people write, and what the map's texts use

# those whose keyword is a well-known service of TCP or UDP (rdp, ptp, l2tp), or holds a slash or a space; a map
# writes ip/NUMBER
_UNWRITTEN = {27, 107, 115, 123, 124, 135}

KEYWORDS: Mapping[int, str] = MappingProxyType(_ASSIGNED)
"""IANA's keyword in lower case, by number."""

NUMBERS: Mapping[str, int] = MappingProxyType(
    {word: number for number, word in _ASSIGNED.items() if number not in _UNWRITTEN} | _USUAL
)
"""The number of every word that a map may use."""

PROTOCOLS: Mapping[str, int] = MappingProxyType({word: number for number, word in _ASSIGNED.items()} | _USUAL)
"""The number of every keyword of IANA, and of the usual words."""

PORTED = frozenset({TCP, UDP, 33, SCTP, 136})
"""The protocols whose packets carry a source and a destination port: TCP, UDP, DCCP, SCTP, UDP-Lite."""

_NAMES = {number: word for word, number in NUMBERS.items()}


def name(protocol: int) -> str:
    """Return the word that a map uses for a protocol number: ``tcp``, ``icmpv6``, ``ospf``, ``ip/61``."""
    return _NAMES.get(protocol, f"ip/{protocol}")


def keyword(protocol: int) -> str:
    """Return IANA's keyword in lower case, or ``ip/NUMBER`` where none is assigned; JSON answers use it."""
    return _ASSIGNED.get(protocol, f"ip/{protocol}")


def port_text(service: int) -> int | str | None:
    """Return the responder's port of a service (protocol << 16 | low field), ``type/code`` for ICMP, else nothing."""
    protocol, low = service >> 16, service & 0xFFFF
    if protocol in (ICMP, ICMPV6):
        return f"{low >> 8}/{low & 0xFF}"
    return low if protocol in PORTED else None
