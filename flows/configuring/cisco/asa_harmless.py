"""Statements of an ASA that bear on no verdict, by their first words."""

from __future__ import annotations

_SINGLE = """
aaa-server arp asdm asp banner boot call-home ca checkheaps clock cluster command-alias compression console
crashinfo ctl-file ctl-provider cts ddns dhcp dhcp-client dhcpd dhcprelay dns dns-group dns-guard domain-name
dynamic-access-policy-record dynamic-map eigrp enable encryption end exit failover feature file fips flow flow-
export fragment ftp gtp group-policy help hpm hw-module id-fw igmp import ip-local ikev1 ikev2 ipsec jumbo-frame key
kron ldap license lacp local logging logout management-access map max-failed mac-address management media-type mfib
migrate mode monitor-interface mount mroute mtu multicast multicast-routing names nac netmod no-names ntp object-
search open-access pager passwd password password-policy password-storage perfmon phone-proxy pim policy-list
policy-map pop3s power-supply pppoe prefix-list priority-queue privilege prompt quit quota radius-common-pw reload
remote-access rest-api router route route-map saml scansafe scep-forwarding-url scheduler service service-interface
service-module service-policy setup sip sla smart-tunnel smtps smtp-server snmp snmp-map snmp-server software ssl
sunrpc-server storage-url switch sysopt tcp-map telnet terminal tftp-server threat-detection time-range timeout tls-
proxy track transfers tunnel-group tunnel-group-map uauth url-block url-cache usb user-alert user-identity username
vpdn vpn vpn-addr-assign vpn-sessiondb vpnclient vpnsetup wccp webvpn xlate zone ssh http class-map dynamic-access-
policy crypto console-timeout firewall-mode coredump license-server app-agent anyconnect-custom-data l2tp cmd bfd
bfd- template
"""
_WITH = {
    "aaa": "local accounting proxy-limit mac-exempt authentication authorization",
    "access-list": "alert-interval deny-flow-max mode",
    "auto-update": "server device-id timeout poll-period",
    "ip": "local verify audit prefix-list as-path community-list",
    "ipv6": "route local neighbor nd enable ospf dhcp dhcprelay",
    "icmp": "unreachable",
    "authorization": "",
    "set": "",
    "object-group-search": "access-control",
    "show": "access-list running-config version",
    "terminal": "width pager monitor",
    "policy": "",
    "clear": "configure",
}
_OF_INTERFACES = """
description speed duplex vlan ip ipv6 no mac-address channel-group port-channel lacp pppoe ospf eigrp rip igmp pim delay
flowcontrol member-interface redundant switchport bridge-group mtu priority authentication zone-member
hello-interval dhcp dhcprelay ddns multicast summary-address split-horizon standby failover nve vtep-nve tunnel
cts policy service-module allocate-interface backup igmp-snooping arp power nameif-alias security-group-tagging isis bfd
"""
_FIRST = frozenset(_SINGLE.split())
_SECOND = {verb: frozenset(words.split()) for verb, words in _WITH.items()}
_INTERFACE = frozenset(_OF_INTERFACES.split())


def is_harmless(words: list[str]) -> bool:
    """Say whether a statement at the left margin is on the list, ``no`` before it left aside."""
    place = 1 if words[0] == "no" and len(words) > 1 else 0
    verb = words[place]
    if verb == "aaa" and words[place + 2 : place + 3] in (["match"], ["include"], ["exclude"]):
        return False
    if verb in _SECOND:
        return len(words) > place + 1 and words[place + 1] in _SECOND[verb]
    return verb in _FIRST


def of_interface(words: list[str]) -> bool:
    """Say whether a statement of an interface is on the list."""
    return words[0] in _INTERFACE
