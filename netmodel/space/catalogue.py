"""Well-known services: their ports, the protocol expected on the wire, and whether they are reputed unsafe.

Ports are those of IANA's service name and port number registry (RFC 6335) unless a comment says otherwise.
``safe`` is what common knowledge says of the protocol itself: ``False`` is reputed unsafe (no encryption or no
authentication worth the name where it matters; SecNumCloud 3.2, 13.1.a), ``None`` depends on how it is set up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cloison.netmodel.finding import Text
from cloison.netmodel.space.protocols import PORTED
from cloison.netmodel.space.services import ServiceSet, parse_ports


@dataclass(frozen=True, slots=True)
class WellKnown:
    """A service that needs no declaration; ``ports`` are pairs of destination and source, as a map writes them."""

    name: str
    title: Text
    ports: tuple[tuple[str, str], ...]
    wire: str
    safe: bool | None
    services: ServiceSet


def _entries() -> Iterator[WellKnown]:
    for name, (ports, wire, safe, en, fr) in _TABLE.items():
        pairs = tuple((word, "") for word in ports.split())
        yield WellKnown(name, Text(en, fr), pairs, wire, safe, ServiceSet.union(parse_ports(*pair) for pair in pairs))


_TABLE: dict[str, tuple[str, str, bool | None, str, str]] = {
    # remote administration
    "ssh": ("tcp/22", "ssh", True, "Secure Shell", "Shell sécurisé (SSH)"),
    "telnet": ("tcp/23", "telnet", False, "Telnet, in clear", "Telnet, en clair"),
    "telnets": ("tcp/992", "tls", True, "Telnet over TLS", "Telnet sur TLS"),
    "rlogin": ("tcp/513", "rlogin", False, "Remote login, in clear", "Connexion distante rlogin, en clair"),
    "rsh": ("tcp/514", "rsh", False, "Remote shell, in clear", "Shell distant rsh, en clair"),
    "rexec": ("tcp/512", "rexec", False, "Remote execution, in clear", "Exécution distante rexec, en clair"),
    "finger": ("tcp/79", "finger", False, "Finger, in clear", "Finger, en clair"),
    "rdp": ("tcp/3389 udp/3389", "rdp", None, "Remote Desktop Protocol", "Bureau à distance (RDP)"),
    "vnc": ("tcp/5900-5903", "vnc", False, "VNC remote framebuffer (RFC 6143)", "Bureau à distance VNC (RFC 6143)"),
    "x11": ("tcp/6000-6063", "x11", False, "X Window System, in clear", "X Window, en clair"),
    "winrm": ("tcp/5985", "http", False, "WinRM over HTTP", "WinRM sur HTTP"),
    "winrm-https": ("tcp/5986", "tls", True, "WinRM over HTTPS", "WinRM sur HTTPS"),
    "ipmi": (
        "udp/623", "rmcp", False, "IPMI (RMCP), offline password guessing",
        "IPMI (RMCP), mots de passe devinables",
    ),
    "netconf-ssh": ("tcp/830", "ssh", True, "NETCONF over SSH", "NETCONF sur SSH"),
    "gnmi": ("tcp/9339", "tls", True, "gRPC network management", "Gestion de réseau gNMI"),
    # web
    "http": ("tcp/80", "http", False, "Web, in clear", "Web, en clair"),
    "http-alt": (
        "tcp/8080", "http", False, "Web on the alternate port, in clear",
        "Web sur le port de remplacement, en clair",
    ),
    "https": ("tcp/443", "tls", True, "Web over TLS", "Web sur TLS"),
    "https-alt": ("tcp/8443", "tls", True, "Web over TLS on the alternate port", "Web sur TLS, port de remplacement"),
    "http3": ("udp/443", "quic", True, "Web over QUIC", "Web sur QUIC"),
    # files
    "ftp": (
        "tcp/21", "ftp", False, "File transfer, control, in clear",
        "Transfert de fichiers FTP, commande, en clair",
    ),
    "ftp-data": (
        "tcp/20", "ftp-data", False, "File transfer, data, in clear",
        "Transfert de fichiers FTP, données, en clair",
    ),
    "ftps": ("tcp/990", "tls", True, "File transfer over TLS", "Transfert de fichiers sur TLS"),
    "sftp": ("tcp/22", "ssh", True, "File transfer over SSH", "Transfert de fichiers sur SSH"),
    "tftp": (
        "udp/69", "tftp", False, "Trivial file transfer, without authentication",
        "Transfert TFTP, sans authentification",
    ),
    "rsync": ("tcp/873", "rsync", False, "rsync daemon, in clear", "Démon rsync, en clair"),
    "nfs": ("tcp/2049", "nfs", None, "Network File System version 4", "Système de fichiers réseau NFS version 4"),
    "nfs3": (
        "tcp/111 udp/111 tcp/2049 udp/2049", "nfs", False,
        "Network File System version 3, addresses as identity", "NFS version 3, l’adresse vaut identité",
    ),
    "smb": ("tcp/445", "smb", None, "SMB 2 and 3 file sharing", "Partage de fichiers SMB 2 et 3"),
    "smb1": ("tcp/139 tcp/445", "smb1", False, "SMB 1 file sharing", "Partage de fichiers SMB 1"),
    "netbios": ("udp/137 udp/138 tcp/139", "netbios", False, "NetBIOS over TCP/IP", "NetBIOS sur TCP/IP"),
    "afp": ("tcp/548", "afp", False, "Apple file sharing", "Partage de fichiers Apple"),
    "iscsi": ("tcp/3260", "iscsi", None, "SCSI blocks over IP", "Blocs SCSI sur IP"),
    "iscsi-wellknown": (
        "tcp/860", "iscsi", None, "SCSI blocks over IP, system port",
        "Blocs SCSI sur IP, port système",
    ),
    "nvme-tcp": ("tcp/4420", "nvme", None, "NVMe over TCP", "NVMe sur TCP"),
    "ceph-mon": ("tcp/3300", "ceph", None, "Ceph monitors", "Moniteurs Ceph"),
    # names, time, addresses
    "dns": ("udp/53 tcp/53", "dns", None, "Domain names", "Noms de domaine"),
    "dns-tls": ("tcp/853", "tls", True, "Domain names over TLS", "Noms de domaine sur TLS"),
    "mdns": ("udp/5353", "mdns", None, "Multicast domain names", "Noms de domaine en multidiffusion"),
    "llmnr": (
        "udp/5355", "llmnr", False, "Link-local name resolution, spoofable",
        "Résolution locale LLMNR, usurpable",
    ),
    "wins": ("tcp/1512 udp/1512", "wins", False, "Windows name service", "Service de noms Windows"),
    "ntp": ("udp/123", "ntp", None, "Network time", "Heure réseau"),
    "nts-ke": ("tcp/4460", "tls", True, "Key exchange of secured network time", "Échange de clés de l’heure sécurisée"),
    "ptp": ("udp/319 udp/320", "ptp", None, "Precision time", "Heure de précision"),
    "dhcp": ("udp/67", "dhcp", None, "Address assignment, to servers", "Attribution d’adresses, vers les serveurs"),
    "dhcp-client": (
        "udp/68", "dhcp", None, "Address assignment, to clients",
        "Attribution d’adresses, vers les clients",
    ),
    "dhcpv6": ("udp/547", "dhcpv6", None, "IPv6 address assignment, to servers", "Attribution IPv6, vers les serveurs"),
    "whois": ("tcp/43", "whois", False, "Whois, in clear", "Whois, en clair"),
    # directories and authentication
    "ldap": ("tcp/389 udp/389", "ldap", False, "Directory, in clear", "Annuaire, en clair"),
    "ldaps": ("tcp/636", "tls", True, "Directory over TLS", "Annuaire sur TLS"),
    "global-catalog": (
        "tcp/3268", "ldap", False, "Active Directory global catalog, in clear",
        "Catalogue global Active Directory, en clair",
    ),
    "global-catalog-tls": (
        "tcp/3269", "tls", True, "Active Directory global catalog over TLS",
        "Catalogue global Active Directory sur TLS",
    ),
    "kerberos": ("tcp/88 udp/88", "kerberos", True, "Kerberos tickets", "Tickets Kerberos"),
    "kpasswd": ("tcp/464 udp/464", "kerberos", True, "Kerberos password change", "Changement de mot de passe Kerberos"),
    "radius": ("udp/1812 udp/1813", "radius", False, "RADIUS over UDP (MD5)", "RADIUS sur UDP (MD5)"),
    "radsec": ("tcp/2083 udp/2083", "tls", True, "RADIUS over TLS", "RADIUS sur TLS"),
    "tacacs": (
        "tcp/49", "tacacs", False, "TACACS+, obfuscated only (RFC 8907)",
        "TACACS+, seulement brouillé (RFC 8907)",
    ),
    "tacacs-tls": ("tcp/300", "tls", True, "TACACS+ over TLS (RFC 9887)", "TACACS+ sur TLS (RFC 9887)"),
    "msrpc": ("tcp/135", "msrpc", None, "Microsoft RPC endpoint mapper", "Aiguilleur RPC de Microsoft"),
    "portmapper": ("tcp/111 udp/111", "sunrpc", False, "Sun RPC port mapper", "Aiguilleur RPC de Sun"),
    # supervision and logs
    "syslog": ("udp/514", "syslog", False, "Logs over UDP, in clear", "Journaux sur UDP, en clair"),
    "syslog-tcp": (
        "tcp/601", "syslog", False, "Logs over TCP, in clear (RFC 3195)",
        "Journaux sur TCP, en clair (RFC 3195)",
    ),
    "syslog-tls": ("tcp/6514", "tls", True, "Logs over TLS (RFC 5425)", "Journaux sur TLS (RFC 5425)"),
    "snmp": ("udp/161", "snmp", False, "SNMP versions 1 and 2c, in clear", "SNMP versions 1 et 2c, en clair"),
    "snmp-trap": (
        "udp/162", "snmp", False, "SNMP notifications, versions 1 and 2c",
        "Notifications SNMP, versions 1 et 2c",
    ),
    "snmp3": ("udp/161", "snmp3", True, "SNMP version 3 with privacy", "SNMP version 3 avec chiffrement"),
    "snmp3-trap": (
        "udp/162", "snmp3", True, "SNMP version 3 notifications with privacy",
        "Notifications SNMP version 3 avec chiffrement",
    ),
    "snmp-tls": ("tcp/10161 udp/10161", "tls", True, "SNMP over TLS (RFC 6353)", "SNMP sur TLS (RFC 6353)"),
    "netflow": ("udp/2055", "netflow", None, "NetFlow export (usual port)", "Export NetFlow (port usuel)"),
    "ipfix": ("udp/4739 tcp/4739 sctp/4739", "ipfix", None, "Flow export IPFIX", "Export de flux IPFIX"),
    "ipfix-tls": ("tcp/4740 udp/4740", "tls", True, "Flow export IPFIX over TLS", "Export de flux IPFIX sur TLS"),
    "sflow": ("udp/6343", "sflow", None, "Sampled flow export sFlow", "Export de flux échantillonnés sFlow"),
    "zabbix-agent": ("tcp/10050", "zabbix", None, "Zabbix agents", "Agents Zabbix"),
    "zabbix-trapper": ("tcp/10051", "zabbix", None, "Zabbix servers", "Serveurs Zabbix"),
    "nrpe": ("tcp/5666", "tls", None, "Nagios remote plugins", "Greffons distants Nagios"),
    "node-exporter": (
        "tcp/9100", "http", False, "Prometheus node metrics over HTTP (usual port)",
        "Mesures Prometheus sur HTTP (port usuel)",
    ),
    "beats": ("tcp/5044", "lumberjack", None, "Elastic Beats (usual port)", "Elastic Beats (port usuel)"),
    # mail
    "smtp": ("tcp/25", "smtp", False, "Mail between servers, in clear", "Courrier entre serveurs, en clair"),
    "smtps": ("tcp/465", "tls", True, "Mail submission over TLS", "Dépôt de courrier sur TLS"),
    "submission": ("tcp/587", "smtp", None, "Mail submission, STARTTLS", "Dépôt de courrier, STARTTLS"),
    "imap": ("tcp/143", "imap", False, "Mailboxes, in clear", "Boîtes aux lettres IMAP, en clair"),
    "imaps": ("tcp/993", "tls", True, "Mailboxes over TLS", "Boîtes aux lettres IMAP sur TLS"),
    "pop3": ("tcp/110", "pop3", False, "Mail retrieval, in clear", "Relève du courrier POP3, en clair"),
    "pop3s": ("tcp/995", "tls", True, "Mail retrieval over TLS", "Relève du courrier POP3 sur TLS"),
    "nntp": ("tcp/119", "nntp", False, "News, in clear", "Nouvelles NNTP, en clair"),
    "irc": ("tcp/6667", "irc", False, "Chat, in clear (usual port)", "Discussion IRC, en clair (port usuel)"),
    "xmpp": ("tcp/5222", "xmpp", None, "XMPP messaging, STARTTLS", "Messagerie XMPP, STARTTLS"),
    # routing, availability, link
    "ping": ("icmp/8 icmpv6/128", "icmp", True, "Echo in both families", "Écho dans les deux familles"),
    "bgp": ("tcp/179", "bgp", None, "Border Gateway Protocol", "Routage BGP"),
    "bfd": ("udp/3784 udp/3785", "bfd", None, "Forwarding detection, single hop", "Détection de panne BFD, un saut"),
    "bfd-multihop": ("udp/4784", "bfd", None, "Forwarding detection, multihop", "Détection de panne BFD, multi-saut"),
    "ospf": ("ospf", "ospf", None, "OSPF routing", "Routage OSPF"),
    "eigrp": ("eigrp", "eigrp", None, "EIGRP routing", "Routage EIGRP"),
    "rip": ("udp/520", "rip", False, "RIP routing", "Routage RIP"),
    "ripng": ("udp/521", "ripng", False, "RIP routing of IPv6", "Routage RIP d’IPv6"),
    "ldp": ("tcp/646 udp/646", "ldp", None, "Label distribution", "Distribution d’étiquettes LDP"),
    "pim": ("pim", "pim", None, "Multicast routing", "Routage de multidiffusion PIM"),
    "igmp": ("igmp", "igmp", None, "Multicast membership", "Abonnement à la multidiffusion"),
    "vrrp": ("vrrp", "vrrp", None, "Router redundancy", "Redondance de routeurs VRRP"),
    "hsrp": (
        "udp/1985", "hsrp", False, "Router redundancy HSRP, password in clear",
        "Redondance HSRP, mot de passe en clair",
    ),
    # tunnels
    "ike": ("udp/500", "ike", True, "IPsec key exchange", "Échange de clés IPsec"),
    "ipsec-nat-t": (
        "udp/4500", "ike", True, "IPsec through address translation",
        "IPsec à travers une traduction d’adresses",
    ),
    "esp": ("esp", "esp", True, "IPsec encrypted packets", "Paquets chiffrés IPsec"),
    "ah": ("ah", "ah", None, "IPsec authenticated packets, in clear", "Paquets authentifiés IPsec, en clair"),
    "wireguard": ("udp/51820", "wireguard", True, "WireGuard tunnel (usual port)", "Tunnel WireGuard (port usuel)"),
    "openvpn": ("udp/1194 tcp/1194", "openvpn", True, "OpenVPN tunnel", "Tunnel OpenVPN"),
    "pptp": ("tcp/1723", "pptp", False, "PPTP tunnel", "Tunnel PPTP"),
    "l2tp": ("udp/1701", "l2tp", False, "L2TP tunnel, in clear", "Tunnel L2TP, en clair"),
    "gre": ("gre", "gre", None, "GRE encapsulation", "Encapsulation GRE"),
    "vxlan": ("udp/4789", "vxlan", None, "VXLAN encapsulation", "Encapsulation VXLAN"),
    "geneve": ("udp/6081", "geneve", None, "Geneve encapsulation", "Encapsulation Geneve"),
    "socks": ("tcp/1080", "socks", False, "SOCKS relay, in clear", "Relais SOCKS, en clair"),
    "squid": ("tcp/3128", "http", False, "Web proxy (usual port)", "Mandataire web (port usuel)"),
    # data bases and brokers
    "mysql": ("tcp/3306", "mysql", None, "MySQL and MariaDB", "MySQL et MariaDB"),
    "postgresql": ("tcp/5432", "postgresql", None, "PostgreSQL", "PostgreSQL"),
    "mssql": ("tcp/1433", "tds", None, "Microsoft SQL Server", "Microsoft SQL Server"),
    "oracle": (
        "tcp/1521", "tns", False, "Oracle listener, in clear (usual port)",
        "Écouteur Oracle, en clair (port usuel)",
    ),
    "redis": ("tcp/6379", "redis", False, "Redis, in clear", "Redis, en clair"),
    "mongodb": ("tcp/27017", "mongodb", None, "MongoDB", "MongoDB"),
    "memcached": (
        "tcp/11211 udp/11211", "memcached", False, "memcached, without authentication",
        "memcached, sans authentification",
    ),
    "elasticsearch": ("tcp/9200", "http", None, "Elasticsearch (usual port)", "Elasticsearch (port usuel)"),
    "cassandra": ("tcp/9042", "cql", None, "Cassandra (usual port)", "Cassandra (port usuel)"),
    "etcd": ("tcp/2379-2380", "tls", None, "etcd", "etcd"),
    "kafka": ("tcp/9092", "kafka", None, "Kafka (usual port)", "Kafka (port usuel)"),
    "amqp": ("tcp/5672", "amqp", False, "AMQP messages, in clear", "Messages AMQP, en clair"),
    "amqps": ("tcp/5671", "tls", True, "AMQP messages over TLS", "Messages AMQP sur TLS"),
    "mqtt": ("tcp/1883", "mqtt", False, "MQTT messages, in clear", "Messages MQTT, en clair"),
    "mqtts": ("tcp/8883", "tls", True, "MQTT messages over TLS", "Messages MQTT sur TLS"),
    # cloud
    "kubernetes-api": ("tcp/6443", "tls", True, "Kubernetes API (usual port)", "API Kubernetes (port usuel)"),
    "kubelet": ("tcp/10250", "tls", True, "Kubernetes nodes (usual port)", "Nœuds Kubernetes (port usuel)"),
    "docker": ("tcp/2375", "http", False, "Docker API, in clear", "API Docker, en clair"),
    "docker-tls": ("tcp/2376", "tls", True, "Docker API over TLS", "API Docker sur TLS"),
    "libvirt-tls": ("tcp/16514", "tls", True, "libvirt over TLS (usual port)", "libvirt sur TLS (port usuel)"),
    "libvirt": ("tcp/16509", "libvirt", False, "libvirt, in clear (usual port)", "libvirt, en clair (port usuel)"),
    "consul": ("tcp/8500", "http", False, "Consul API over HTTP (usual port)", "API Consul sur HTTP (port usuel)"),
    "vault": ("tcp/8200", "tls", True, "Vault secrets (usual port)", "Secrets Vault (port usuel)"),
    # voice
    "sip": ("udp/5060 tcp/5060", "sip", False, "Call signalling, in clear", "Signalisation d’appels SIP, en clair"),
    "sips": ("tcp/5061", "tls", True, "Call signalling over TLS", "Signalisation d’appels SIP sur TLS"),
    "mgcp": ("udp/2427 udp/2727", "mgcp", False, "Gateway control, in clear", "Commande de passerelles MGCP, en clair"),
    # industry
    "modbus": ("tcp/502", "modbus", False, "Modbus, without authentication", "Modbus, sans authentification"),
    "modbus-tls": ("tcp/802", "tls", True, "Modbus over TLS", "Modbus sur TLS"),
    "s7": ("tcp/102", "s7", False, "Siemens S7 over ISO-TSAP", "Siemens S7 sur ISO-TSAP"),
    "iec-104": ("tcp/2404", "iec-104", False, "IEC 60870-5-104, in clear", "CEI 60870-5-104, en clair"),
    "dnp3": ("tcp/20000 udp/20000", "dnp3", False, "DNP3, in clear", "DNP3, en clair"),
    "ethernet-ip": (
        "tcp/44818 udp/44818 udp/2222", "ethernet-ip", False, "EtherNet/IP, in clear",
        "EtherNet/IP, en clair",
    ),
    "bacnet": ("udp/47808", "bacnet", False, "BACnet, without authentication", "BACnet, sans authentification"),
    "opc-ua": ("tcp/4840", "opc-ua", None, "OPC unified architecture", "Architecture unifiée OPC"),
    # small services of old
    "echo": ("tcp/7 udp/7", "echo", False, "Echo of the small services", "Écho des petits services"),
    "discard": ("tcp/9 udp/9", "discard", False, "Discard of the small services", "Rebut des petits services"),
    "daytime": ("tcp/13 udp/13", "daytime", False, "Daytime, in clear", "Date et heure, en clair"),
    "chargen": ("tcp/19 udp/19", "chargen", False, "Character generator", "Générateur de caractères"),
    "time": ("tcp/37 udp/37", "time", False, "Time of the small services", "Heure des petits services"),
    "lpd": ("tcp/515", "lpd", False, "Printing, in clear", "Impression, en clair"),
    "ipp": ("tcp/631", "ipp", None, "Internet printing", "Impression par Internet"),
    "jetdirect": ("tcp/9100", "pdl", False, "Raw printing, in clear", "Impression brute, en clair"),
}  # fmt: skip

CATALOGUE: Mapping[str, WellKnown] = MappingProxyType({entry.name: entry for entry in _entries()})
"""Every well-known service by name."""


def _responders() -> Mapping[int, frozenset[int]]:
    ports: dict[int, set[int]] = {}
    for entry in CATALOGUE.values():
        for box in entry.services.boxes():
            if box.protocol in PORTED:
                ports.setdefault(box.protocol, set()).update(range(box.low, box.high + 1))
    return MappingProxyType({protocol: frozenset(numbers) for protocol, numbers in ports.items()})


RESPONDER_PORTS: Mapping[int, frozenset[int]] = _responders()
"""The ports on which well-known services answer, by protocol; a hint of who initiated a conversation."""


def named(services: ServiceSet) -> tuple[WellKnown, ...]:
    """Return the well-known services that share a packet with a set, in the catalogue's order."""
    return tuple(entry for entry in CATALOGUE.values() if entry.services.overlaps(services))
