"""The words of Junos for protocols, ports and ICMP, and its predefined applications and services: facts as data.

"Routing Policies, Firewall Filters, and Traffic Policers User Guide" (standard match conditions for IPv4 and IPv6
traffic), and ``show configuration groups junos-defaults applications``; numbers are IANA's. The words of Junos differ
from IANA's in places: ``ipip`` is protocol 4.
"""

from __future__ import annotations

PROTOCOLS: dict[str, int] = {
    "ah": 51, "dstopts": 60, "egp": 8, "esp": 50, "fragment": 44, "gre": 47, "hop-by-hop": 0, "icmp": 1, "icmp6": 58,
    "icmpv6": 58, "igmp": 2, "ipip": 4, "ipv6": 41, "no-next-header": 59, "ospf": 89, "pim": 103, "routing": 43,
    "rsvp": 46, "sctp": 132, "tcp": 6, "udp": 17, "vrrp": 112,
}  # fmt: skip

PORTS: dict[str, int] = {
    "afs": 1483, "bgp": 179, "biff": 512, "bootpc": 68, "bootps": 67, "cmd": 514, "cvspserver": 2401, "dhcp": 67,
    "domain": 53, "eklogin": 2105, "ekshell": 2106, "exec": 512, "finger": 79, "ftp": 21, "ftp-data": 20, "http": 80,
    "https": 443, "ident": 113, "imap": 143, "kerberos-sec": 88, "klogin": 543, "kpasswd": 761, "krb-prop": 754,
    "krbupdate": 760, "kshell": 544, "ldap": 389, "ldp": 646, "login": 513, "mobileip-agent": 434, "mobilip-mn": 435,
    "msdp": 639, "netbios-dgm": 138, "netbios-ns": 137, "netbios-ssn": 139, "nfsd": 2049, "nntp": 119, "ntalk": 518,
    "ntp": 123, "pop3": 110, "pptp": 1723, "printer": 515, "radacct": 1813, "radius": 1812, "rip": 520,
    "rkinit": 2108, "smtp": 25, "snmp": 161, "snmptrap": 162, "snpp": 444, "socks": 1080, "ssh": 22, "sunrpc": 111,
    "syslog": 514, "tacacs": 49, "tacacs-ds": 65, "talk": 517, "telnet": 23, "tftp": 69, "timed": 525, "who": 513,
    "xdmcp": 177,
}  # fmt: skip

ICMP_TYPES: dict[str, int] = {
    "echo-reply": 0, "echo-request": 8, "info-reply": 16, "info-request": 15, "mask-reply": 18, "mask-request": 17,
    "parameter-problem": 12, "redirect": 5, "router-advertisement": 9, "router-solicit": 10, "source-quench": 4,
    "time-exceeded": 11, "timestamp": 13, "timestamp-reply": 14, "unreachable": 3,
}  # fmt: skip

ICMP6_TYPES: dict[str, int] = {
    "certificate-path-advertisement": 149, "certificate-path-solicitation": 148, "destination-unreachable": 1,
    "echo-reply": 129, "echo-request": 128, "home-agent-address-discovery-reply": 145,
    "home-agent-address-discovery-request": 144, "inverse-neighbor-discovery-advertisement": 142,
    "inverse-neighbor-discovery-solicitation": 141, "membership-query": 130, "membership-report": 131,
    "membership-termination": 132, "mobile-prefix-advertisement-reply": 147, "mobile-prefix-solicitation": 146,
    "neighbor-advertisement": 136, "neighbor-solicit": 135, "node-information-reply": 140,
    "node-information-request": 139, "packet-too-big": 2, "parameter-problem": 4, "private-experimentation-100": 100,
    "private-experimentation-101": 101, "private-experimentation-200": 200, "private-experimentation-201": 201,
    "redirect": 137, "router-advertisement": 134, "router-renumbering": 138, "router-solicit": 133,
    "time-exceeded": 3,
}  # fmt: skip

ICMP_CODES: dict[str, int] = {
    "network-unreachable": 0, "host-unreachable": 1, "protocol-unreachable": 2, "port-unreachable": 3,
    "fragmentation-needed": 4, "source-route-failed": 5, "destination-network-unknown": 6,
    "destination-host-unknown": 7, "source-host-isolated": 8, "destination-network-prohibited": 9,
    "destination-host-prohibited": 10, "network-unreachable-for-tos": 11, "host-unreachable-for-tos": 12,
    "communication-prohibited-by-filtering": 13, "host-precedence-violation": 14,
    "precedence-cutoff-in-effect": 15, "ttl-eq-zero-during-transit": 0, "ttl-eq-zero-during-reassembly": 1,
    "redirect-for-network": 0, "redirect-for-host": 1, "redirect-for-tos-and-net": 2, "redirect-for-tos-and-host": 3,
    "ip-header-bad": 0, "required-option-missing": 1,
}  # fmt: skip

# protocol/ports, or icmp/type; with a ? the application may take more of the same protocols, as its own negotiates
# (RPC) or as its definition differs between releases or sources; a ? alone may be anything
APPLICATIONS: dict[str, str] = {
    "junos-aol": "tcp/5190-5193", "junos-bgp": "tcp/179", "junos-biff": "udp/512", "junos-bootpc": "udp/68",
    "junos-bootps": "udp/67", "junos-chargen": "udp/19", "junos-cvspserver": "tcp/2401",
    "junos-dhcp-client": "udp/68", "junos-dhcp-relay": "udp/67", "junos-dhcp-server": "udp/67",
    "junos-discard": "udp/9", "junos-dns-tcp": "tcp/53", "junos-dns-udp": "udp/53", "junos-echo": "udp/7",
    "junos-finger": "tcp/79", "junos-ftp": "tcp/21", "junos-ftp-data": "tcp/20", "junos-gnutella": "udp/6346-6347",
    "junos-gopher": "tcp/70", "junos-gre": "47", "junos-gtp": "udp/2123", "junos-h323": "tcp/1720 udp/1719 ?",
    "junos-http": "tcp/80", "junos-http-ext": "tcp/7001", "junos-https": "tcp/443", "junos-icmp-all": "1",
    "junos-icmp-ping": "icmp/8 ?", "junos-icmp6-all": "58", "junos-icmp6-dst-unreach-addr": "icmp6/1/3",
    "junos-icmp6-dst-unreach-admin": "icmp6/1/1", "junos-icmp6-dst-unreach-beyond": "icmp6/1/2",
    "junos-icmp6-dst-unreach-port": "icmp6/1/4", "junos-icmp6-dst-unreach-route": "icmp6/1/0",
    "junos-icmp6-echo-reply": "icmp6/129", "junos-icmp6-echo-request": "icmp6/128",
    "junos-icmp6-packet-too-big": "icmp6/2", "junos-icmp6-packet-to-big": "icmp6/2",
    "junos-icmp6-param-prob-header": "icmp6/4/0", "junos-icmp6-param-prob-nexthdr": "icmp6/4/1",
    "junos-icmp6-param-prob-option": "icmp6/4/2", "junos-icmp6-time-exceed-reassembly": "icmp6/3/1",
    "junos-icmp6-time-exceed-transit": "icmp6/3/0", "junos-ident": "tcp/113", "junos-ike": "udp/500",
    "junos-ike-nat": "udp/4500", "junos-imap": "tcp/143", "junos-imaps": "tcp/993",
    "junos-internet-locator-service": "tcp/389", "junos-irc": "tcp/6660-6669", "junos-l2tp": "udp/1701",
    "junos-ldap": "tcp/389", "junos-ldp-tcp": "tcp/646", "junos-ldp-udp": "udp/646", "junos-lpr": "tcp/515",
    "junos-mail": "tcp/25", "junos-mgcp-ca": "udp ?", "junos-mgcp-ua": "udp ?", "junos-ms-rpc-epm": "tcp/135 ?",
    "junos-ms-rpc-tcp": "tcp/135 ?", "junos-ms-rpc-udp": "udp/135 ?", "junos-ms-sql": "tcp/1433",
    "junos-msn": "tcp/1863", "junos-nbds": "udp/138", "junos-nbname": "udp/137", "junos-netbios-session": "tcp/139",
    "junos-nfs": "udp/111 ?", "junos-nfsd-tcp": "tcp/2049", "junos-nfsd-udp": "udp/2049", "junos-nntp": "tcp/119",
    "junos-ns-global": "tcp/15397", "junos-ns-global-pro": "tcp/15397", "junos-nsm": "udp/69 ?",
    "junos-ntalk": "udp/518 ?", "junos-ntp": "udp/123", "junos-ospf": "89", "junos-pc-anywhere": "udp/5632",
    "junos-ping": "icmp/8 ?", "junos-pingv6": "icmp6/128 ?", "junos-pop3": "tcp/110", "junos-pop3s": "tcp/995",
    "junos-pptp": "tcp/1723", "junos-printer": "tcp/515", "junos-r2cp": "udp/28672", "junos-radacct": "udp/1813",
    "junos-radius": "udp/1812", "junos-realaudio": "tcp/554", "junos-rip": "udp/520", "junos-rlogin": "tcp/513",
    "junos-rsh": "tcp/514", "junos-rtsp": "tcp/554", "junos-sccp": "tcp/2000", "junos-sctp-any": "132",
    "junos-sip": "udp/5060 tcp/5060", "junos-smb": "tcp/139 tcp/445", "junos-smb-session": "tcp/445",
    "junos-smtp": "tcp/25", "junos-smtps": "tcp/465 ?", "junos-snmp-agentx": "tcp/705", "junos-snpp": "tcp/444",
    "junos-sql-monitor": "udp/1434", "junos-sqlnet-v1": "tcp/1525", "junos-sqlnet-v2": "tcp/1521",
    "junos-ssh": "tcp/22", "junos-stun": "udp/3478-3479 tcp/3478-3479", "junos-stun-tcp": "tcp/3478-3479",
    "junos-stun-udp": "udp/3478-3479", "junos-sun-rpc-tcp": "tcp/111 ?", "junos-sun-rpc-udp": "udp/111 ?",
    "junos-syslog": "udp/514", "junos-tacacs": "tcp/49", "junos-tacacs-ds": "tcp/65", "junos-talk": "udp/517 ?",
    "junos-tcp-any": "tcp/0-65535", "junos-telnet": "tcp/23", "junos-tftp": "udp/69", "junos-udp-any": "udp/0-65535",
    "junos-uucp": "udp/540", "junos-vdo-live": "udp/7000-7010", "junos-vnc": "tcp/5800 ?", "junos-wais": "tcp/210",
    "junos-who": "udp/513", "junos-whois": "tcp/43", "junos-winframe": "tcp/1494", "junos-wxcontrol": "tcp/3578 ?",
    "junos-x-windows": "tcp/6000-6063", "junos-xnm-clear-text": "tcp/3221", "junos-xnm-ssl": "tcp/3220",
    "junos-ymsg": "tcp/5050 ?", "junos-persistent-nat": "?", "junos-mgcp": "udp ?",
    "junos-cifs": "tcp/139 tcp/445", "junos-routing-inbound": "tcp/179 udp/520 tcp/646 udp/646",
}  # fmt: skip
"""Of predefined applications; one whose name begins with ``junos-`` and is not here may be anything."""

HOST_SERVICES: dict[str, str] = {
    "bootp": "udp/67-68", "dhcp": "udp/67-68", "dhcpv6": "udp/546-547", "dns": "udp/53 tcp/53", "finger": "tcp/79",
    "ftp": "tcp/21", "http": "tcp/80", "https": "tcp/443", "ident-reset": "tcp/113 ?",
    "ike": "udp/500 udp/4500 ?", "lsping": "udp/3503", "netconf": "tcp/830", "ntp": "udp/123",
    "ping": "icmp/8 icmp6/128", "r2cp": "udp/28672", "reverse-ssh": "tcp/2901", "reverse-telnet": "tcp/2900",
    "rlogin": "tcp/513", "rsh": "tcp/514", "sip": "udp/5060 tcp/5060", "snmp": "udp/161", "snmp-trap": "udp/162",
    "ssh": "tcp/22", "telnet": "tcp/23", "tftp": "udp/69", "traceroute": "udp/33434 ?", "xnm-clear-text": "tcp/3221",
    "xnm-ssl": "tcp/3220", "rpm": "?", "webapi-clear-text": "?", "webapi-ssl": "?", "tcp-encap": "?", "appqoe": "?",
    "high-availability": "?",
}  # fmt: skip

HOST_PROTOCOLS: dict[str, str] = {
    "bfd": "udp/3784-3785 udp/4784", "bgp": "tcp/179", "dvmrp": "2", "igmp": "2", "ldp": "tcp/646 udp/646",
    "msdp": "tcp/639", "ndp": "icmp6/133-137", "nhrp": "54", "ospf": "89", "ospf3": "89", "pgm": "113", "pim": "103",
    "rip": "udp/520", "ripng": "udp/521", "router-discovery": "icmp/9-10", "rsvp": "46", "sap": "udp/9875",
    "vrrp": "112",
}  # fmt: skip
