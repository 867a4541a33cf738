"""Statements of IOS and NX-OS that bear on no verdict, by their first words."""

from __future__ import annotations

_SINGLE = """
version service hostname host enable username aaa logging clock snmp-server tacacs-server radius-server radius tacacs
key crypto ntp banner alias boot archive license licence redundancy spanning-tree vtp lldp cdp errdisable end exit quit
building current using last nvram configuration platform memory process card diagnostic subscriber multilink
buffers scheduler exception memory-size tftp-server ftp-server clns frame-relay dialer dialer-list chat-script modem
voice voice-card dial-peer gateway ccm-manager mgcp telephony-service ephone sip-ua track router route-map
route-target vlan vlans vrf track object sla event ems kron macro menu netconf netconf-yang restconf gnxi telemetry
call-home file fips cns controller cable parameter-map password security-password transceiver call hw-module
monitor mls mpls msdp multicast nfacctd flow sampler nsf port-channel power qos class-map policy-map
system switch stack stack-mac stack-power table-map template tunnel udld default-value location
dot1x eap device-sensor device-tracking epm fallback identity mab authentication lacp line-card lisp l2vpn bridge-domain
bridge ethernet energywise privilege prompt config-register isis bfd bgp eigrp ospf
role rmon fabric feature feature-set install nv hardware-access hsrp vpc vdc slot interface-vlan evb evpn nve
copp ssh telnet userpassphrase ldap-server lldp-med nxapi icam sflow cfs cli clock-protocol
ptp install-all poap scheduler-job session session-limit terminal terminal-width web wlan wireless ap
mac-address-table md5 standby tcp-mss time-range show copy write hub coap login no-login pnp sntp
xconnect pseudowire segment-routing performance snmp setup dhcp logger domain-name hardware fex callhome ngoam
nxsdk boot-start-marker boot-end-marker pwr qos-group sap sampler vxlan vn-segment multisite evpn-host
event-history mvpn
"""
_WITH = {
    "ip": """
routing cef domain domain-name domain-lookup domain-list name-server host hosts classless subnet-zero route http ssh scp
ftp tftp tcp forward-protocol bootp source-route finger dhcp prefix-list as-path community-list extcommunity-list
multicast multicast-routing pim msdp igmp sla flow-export flow-cache flow-top-talkers cef-distributed vrf tacacs radius
local telnet rcmd icmp options spd arp gratuitous-arps redirects default-network default-gateway explicit-path rsvp
mroute mfib sdr load-sharing identd device tracking verify dns alias helper-address wccp cache portal mtu
virtual-reassembly policy-list ospf eigrp rip nbar nhrp bgp-community split-horizon name unreachables sap audit
slb mobile extcommunity cache-engine adjacency directed-broadcast tftp-server snooping
""",
    "ipv6": """
unicast-routing cef route router prefix-list nd dhcp multicast multicast-routing general-prefix hop-limit icmp
source-route local mld neighbor pim host verify mfib flowset redirects snooping name-server eigrp ospf rip mobile
""",
    "mac": "address-table address-list address move",
    "control-plane": "",
    "line": "con aux tty console",
    "ipv4": "",
}
_OF_INTERFACES = """
description bandwidth delay speed duplex mtu negotiation media-type encapsulation keepalive load-interval cdp lldp
logging snmp carrier-delay hold-queue fair-queue random-detect clock-rate clock dot1q arp mdix power udld
flowcontrol storm-control spanning-tree channel-group channel-protocol lacp switchport-mode stackwise-virtual
standby vrrp hsrp glbp ospf ospfv3 isis eigrp rip bfd mpls ntp dampening trust auto nameif-description tx-ring-limit
rx-ring-limit ppp pppoe dialer async peer ip-address no-shutdown beacon link vpc priority-flow-control fec
transceiver medium mac-address mac macsec management trap plim platform cts-manual l2protocol-tunnel errdisable
energywise priority-queue srr-queue queue-set rmon psec auto-qos qos max-reserved-bandwidth tunnel lane isdn framing
linecode fex source default-gateway xconnect service onep backup datalink hardware ethernet priority port-type
member vtp loopback pvc dsl-group ipx appletalk pim igmp hardware-profile evpn segment-routing fabric delay evc
vlan-id
host-reachability source-interface ingress-replication multisite global mcast-group suppress-arp
"""
_OF_INTERNET = """
redirects unreachables proxy-arp mask-reply directed-broadcast mtu tcp ospf eigrp rip router pim igmp helper-address
route-cache flow virtual-reassembly cef dhcp domain irdp load-sharing mroute-cache nhrp split-horizon summary-
address authentication hello-interval hold-time bandwidth-percent rsvp sdr cgmp mfib mobile multicast policy local-
proxy-arp broadcast-address enable nd mld verify arp ospf3 link-local forward port-unreachable traffic-export
unnumbered rtp information-reply next-hop-self dhcp-client ospfv3 cdp accounting default-gateway vrf-interface
device nbar wccp
"""
OF_INTERFACES = frozenset(_OF_INTERFACES.split())
"""First words of statements of interfaces."""
OF_INTERNET = frozenset(_OF_INTERNET.split())
"""Words after `ip` or `ipv6` in statements of interfaces."""
_FIRST = frozenset(_SINGLE.split())
_SECOND = {verb: frozenset(words.split()) for verb, words in _WITH.items()}


def is_harmless(words: list[str]) -> bool:
    """Say whether a statement at the left margin is on the list, ``no`` before it left aside."""
    if words[:2] in (["vlan", "access-map"], ["vlan", "filter"]):
        return False
    place = 1 if words[0] in ("no", "default") and len(words) > 1 else 0
    verb = words[place].casefold()
    if verb in _SECOND:
        return len(words) > place + 1 and words[place + 1] in _SECOND[verb]
    return verb in _FIRST
