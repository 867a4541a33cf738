"""Cisco's words for ports, ICMP types and protocols.

Sources: Cisco IOS Security Command Reference, `access-list (IP extended)` and `ipv6 access-list`; Cisco ASA Series
Command Reference, "TCP and UDP Ports" and "ICMP Types"; Cisco Nexus 9000 Series NX-OS Command Reference, `permit`.
"""

from __future__ import annotations

from collections.abc import Mapping

from cloison.netmodel.space.protocols import PROTOCOLS

TCP_PORTS: Mapping[str, int] = {
    "aol": 5190, "bgp": 179, "chargen": 19, "cifs": 3020, "citrix-ica": 1494, "cmd": 514, "connectedapps-plain": 15001,
    "connectedapps-tls": 15002, "ctiqbe": 2748, "daytime": 13, "discard": 9, "domain": 53, "drip": 3949, "echo": 7,
    "exec": 512, "finger": 79, "ftp": 21, "ftp-data": 20, "gopher": 70, "h323": 1720, "hostname": 101, "http": 80,
    "https": 443, "ident": 113, "imap4": 143, "irc": 194, "kerberos": 750, "klogin": 543, "kshell": 544, "ldap": 389,
    "ldaps": 636, "login": 513, "lotusnotes": 1352, "lpd": 515, "msrpc": 135, "netbios-ssn": 139, "nfs": 2049,
    "nntp": 119, "onep-plain": 15001, "onep-tls": 15002, "pcanywhere-data": 5631, "pim-auto-rp": 496, "pop2": 109,
    "pop3": 110, "pptp": 1723, "rsh": 514, "rtsp": 554, "sip": 5060, "smtp": 25, "sqlnet": 1521, "ssh": 22,
    "sunrpc": 111, "syslog": 514, "tacacs": 49, "talk": 517, "telnet": 23, "time": 37, "uucp": 540, "whois": 43,
    "www": 80,
}  # fmt: skip
UDP_PORTS: Mapping[str, int] = {
    "biff": 512, "bootpc": 68, "bootps": 67, "cifs": 3020, "discard": 9, "dnsix": 195, "domain": 53, "echo": 7,
    "http": 80, "isakmp": 500, "kerberos": 750, "mobile-ip": 434, "nameserver": 42, "netbios-dgm": 138,
    "netbios-ns": 137, "netbios-ss": 139, "nfs": 2049, "non500-isakmp": 4500, "ntp": 123, "pcanywhere-status": 5632,
    "pim-auto-rp": 496, "radius": 1645, "radius-acct": 1646, "rip": 520, "ripv6": 521, "rtsp": 554,
    "secureid-udp": 5510, "sip": 5060, "snmp": 161, "snmptrap": 162, "sunrpc": 111, "syslog": 514, "tacacs": 49,
    "talk": 517, "tftp": 69, "time": 37, "vxlan": 4789, "who": 513, "www": 80, "xdmcp": 177,
}  # fmt: skip
# a type alone holds all of its codes: (type, None)
ICMP_TYPES: Mapping[str, tuple[int, int | None]] = {
    "administratively-prohibited": (3, 13), "alternate-address": (6, None), "conversion-error": (31, None),
    "dod-host-prohibited": (3, 10), "dod-net-prohibited": (3, 9), "echo": (8, None), "echo-reply": (0, None),
    "general-parameter-problem": (12, 0), "host-isolated": (3, 8), "host-precedence-unreachable": (3, 14),
    "host-redirect": (5, 1), "host-tos-redirect": (5, 3), "host-tos-unreachable": (3, 12), "host-unknown": (3, 7),
    "host-unreachable": (3, 1), "information-reply": (16, None), "information-request": (15, None),
    "mask-reply": (18, None), "mask-request": (17, None), "mobile-redirect": (32, None), "net-redirect": (5, 0),
    "net-tos-redirect": (5, 2), "net-tos-unreachable": (3, 11), "net-unreachable": (3, 0), "network-unknown": (3, 6),
    "no-room-for-option": (12, 2), "option-missing": (12, 1), "packet-too-big": (3, 4),
    "parameter-problem": (12, None), "port-unreachable": (3, 3), "precedence-unreachable": (3, 15),
    "protocol-unreachable": (3, 2), "reassembly-timeout": (11, 1), "redirect": (5, None),
    "router-advertisement": (9, None), "router-solicitation": (10, None), "source-quench": (4, None),
    "source-route-failed": (3, 5), "time-exceeded": (11, None), "timestamp-reply": (14, None),
    "timestamp-request": (13, None), "traceroute": (30, None), "ttl-exceeded": (11, 0), "unreachable": (3, None),
}  # fmt: skip
ICMP6_TYPES: Mapping[str, tuple[int, int | None]] = {
    "beyond-scope": (1, 2), "dhaad-reply": (145, None), "dhaad-request": (144, None), "echo": (128, None),
    "echo-reply": (129, None), "echo-request": (128, None), "header": (4, 0), "hop-limit": (3, 0),
    "membership-query": (130, None), "membership-reduction": (132, None), "membership-report": (131, None),
    "mld-query": (130, None), "mld-reduction": (132, None), "mld-report": (131, None), "mldv2": (143, None),
    "mpd-advertisement": (147, None), "mpd-solicitation": (146, None), "nd-na": (136, None), "nd-ns": (135, None),
    "neighbor-advertisement": (136, None), "neighbor-redirect": (137, None), "neighbor-solicitation": (135, None),
    "next-header": (4, 1), "no-admin": (1, 1), "no-route": (1, 0), "packet-too-big": (2, None),
    "parameter-option": (4, 2), "parameter-problem": (4, None), "port-unreachable": (1, 4),
    "reassembly-timeout": (3, 1), "redirect": (137, None), "renum-command": (138, 0), "renum-result": (138, 1),
    "renum-seq-number": (138, 255), "router-advertisement": (134, None), "router-renumbering": (138, None),
    "router-solicitation": (133, None), "time-exceeded": (3, None), "unreachable": (1, None),
}  # fmt: skip
PROTOCOL_WORDS: Mapping[str, int] = {
    **PROTOCOLS, "ahp": 51, "icmp6": 58, "ipinip": 4, "nos": 94, "pcp": 108, "ospf": 89, "pptp": 47, "ipsec": 50,
}  # fmt: skip
EVERY = frozenset({"ip", "ipv6", "ipv4"})
"""The words that stand for every protocol of a list's family."""
