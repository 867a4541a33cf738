"""Services and groups that FortiOS gives, for files that use them without their definition.

Source: Fortinet, FortiOS Administration Guide, "Services" (predefined services of a factory-fresh VDOM).
"""

from __future__ import annotations

from collections.abc import Mapping

from cloison.flows.configuring.bounds import Bounds, exactly, services
from cloison.netmodel.space.protocols import ICMP, ICMPV6, TCP, UDP
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, ServiceSet

_TCP = {
    "AOL": "5190-5194", "BGP": "179", "FINGER": "79", "FTP": "21", "FTP_GET": "21", "FTP_PUT": "21", "GOPHER": "70",
    "HTTP": "80", "HTTPS": "443", "IMAP": "143", "IMAPS": "993", "Internet-Locator-Service": "389",
    "IRC": "6660-6669", "LDAP": "389", "NetMeeting": "1720", "NNTP": "119", "POP3": "110", "POP3S": "995",
    "PPTP": "1723", "REXEC": "512", "SCCP": "2000", "SIP-MSNmessenger": "1863", "SAMBA": "139", "SMTP": "25",
    "SMTPS": "465", "SSH": "22", "TELNET": "23", "UUCP": "540", "VDOLIVE": "7000-7010", "WAIS": "210",
    "WINFRAME": "1494 2598", "X-WINDOWS": "6000-6063", "MS-SQL": "1433 1434", "MYSQL": "3306", "RDP": "3389",
    "VNC": "5900", "SQUID": "3128", "SMB": "445", "ALL_TCP": "0-65535",
}  # fmt: skip
_UDP = {
    "DHCP": "67-68", "IKE": "500 4500", "QUAKE": "26000 27000 27910 27960", "RAUDIO": "7070", "RIP": "520",
    "SYSLOG": "514", "TALK": "517-518", "TFTP": "69", "MGCP": "2427 2727", "DHCP6": "546-547",
    "RADIUS": "1812-1813", "RADIUS-OLD": "1645-1646", "TRACEROUTE": "33434-33535", "LDAP_UDP": "389",
    "ALL_UDP": "0-65535",
}  # fmt: skip
_BOTH = {
    "DNS": ("53", "53"), "H323": ("1720 1503", "1719"), "L2TP": ("1701", "1701"), "NFS": ("111 2049", "111 2049"),
    "NTP": ("123", "123"), "PC-Anywhere": ("5631", "5632"), "ONC-RPC": ("111", "111"), "DCE-RPC": ("135", "135"),
    "SIP": ("5060", "5060"), "SNMP": ("161-162", "161-162"), "SOCKS": ("1080", "1080"), "WINS": ("1512", "1512"),
    "CVSPSERVER": ("2401", "2401"), "AFS3": ("7000-7009", "7000-7009"), "RTSP": ("554 7070 8554", "554"),
    "MMS": ("1755", "1024-5000"), "KERBEROS": ("88 464", "88 464"),
}  # fmt: skip
_PROTOCOLS = {"GRE": 47, "AH": 51, "ESP": 50, "OSPF": 89, "ALL_ICMP": ICMP, "ALL_ICMP6": ICMPV6}
_TYPES = {"PING": (ICMP, 8), "TIMESTAMP": (ICMP, 13), "INFO_REQUEST": (ICMP, 15), "INFO_ADDRESS": (ICMP, 17),
          "PING6": (ICMPV6, 128)}  # fmt: skip
_GROUPS = {
    "Email Access": "DNS IMAP IMAPS POP3 POP3S SMTP SMTPS",
    "Web Access": "DNS HTTP HTTPS",
    "Windows AD": "DCE-RPC DNS KERBEROS LDAP LDAP_UDP SAMBA SMB",
    "Exchange Server": "DCE-RPC DNS HTTPS",
}


def _ports(protocol: int, text: str) -> ServiceSet:
    found = []
    for part in text.split():
        low, _, high = part.partition("-")
        found.append(ServiceSet.of((protocol, protocol), (int(low), int(high or low))))
    return ServiceSet.union(found)


def _made() -> dict[str, Bounds[ServiceSet]]:
    found = {name: _ports(TCP, text) for name, text in _TCP.items()}
    found |= {name: _ports(UDP, text) for name, text in _UDP.items()}
    found |= {name: _ports(TCP, tcp) | _ports(UDP, udp) for name, (tcp, udp) in _BOTH.items()}
    found |= {name: ServiceSet.of((number, number)) for name, number in _PROTOCOLS.items()}
    for name, (protocol, kind) in _TYPES.items():
        found[name] = ServiceSet.of((protocol, protocol), (kind << 8, kind << 8 | 255))
    found["RLOGIN"] = ServiceSet.of((TCP, TCP), (513, 513), (512, 1023))
    found["RSH"] = ServiceSet.of((TCP, TCP), (514, 514), (512, 1023))
    found["NONE"] = NO_SERVICE
    found["ALL"] = EVERY_SERVICE
    made = {name: exactly(item) for name, item in found.items()}
    return made | {name: services(made[word] for word in words.split()) for name, words in _GROUPS.items()}


SERVICES: Mapping[str, Bounds[ServiceSet]] = _made()
"""By name, what each predefined service and group holds."""
