"""What each part of a FortiOS configuration is to filtering: read elsewhere, without effect on it, or in doubt.

Source: Fortinet, FortiOS CLI Reference, the tables of each part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cloison.flows.configuration import Term, Written
from cloison.flows.configuring.fortinet.interfaces import LISTENERS
from cloison.flows.configuring.fortinet.tree import Node
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import say

_READ = frozenset({
    "system zone", "system sdwan", "system virtual-wan-link", "firewall address", "firewall address6",
    "firewall addrgrp", "firewall addrgrp6", "firewall service custom", "firewall service group", "firewall vip",
    "firewall vip6", "firewall vipgrp", "firewall vipgrp6", "firewall policy", "firewall policy6",
    "firewall consolidated policy", "firewall ippool", "firewall ippool6", "firewall central-snat-map",
    "firewall local-in-policy", "firewall local-in-policy6", "firewall schedule recurring",
    "firewall schedule onetime", "firewall schedule group",
})  # fmt: skip
_SETTLED = frozenset({"system interface", "system global", "system settings", "vdom", "global"})
_HARMLESS_FIRST = frozenset({
    "alertemail", "antivirus", "application", "authentication", "automation", "casb", "certificate", "diameter-filter",
    "dlp", "dnsfilter", "emailfilter", "endpoint-control", "ethernet-oam", "extender", "extender-controller",
    "extension-controller", "file-filter", "ftp-proxy", "gtp", "gui", "hardware", "icap", "ips", "log", "monitoring",
    "nsxt", "report", "router", "rule", "sctp-filter", "spamfilter", "ssh-filter", "switch-controller", "telemetry",
    "telemetry-controller", "user", "videofilter", "virtual-patch", "voip", "vpn", "waf", "wanopt", "web-proxy",
    "webfilter", "wireless-controller", "ztna", "client-reputation", "netscan", "imp2p", "system", "cifs",
})  # fmt: skip
_HARMLESS_FIREWALL = frozenset({
    "DoS-policy", "DoS-policy6", "access-proxy", "access-proxy6", "access-proxy-ssh-client-cert",
    "access-proxy-virtual-host", "auth-portal", "category", "city", "country", "decrypted-traffic-mirror",
    "dnstranslation", "global", "identity-based-route", "internet-service", "internet-service-addition",
    "internet-service-append", "internet-service-botnet", "internet-service-custom", "internet-service-custom-group",
    "internet-service-definition", "internet-service-extension", "internet-service-group",
    "internet-service-ipbl-reason", "internet-service-ipbl-vendor", "internet-service-list", "internet-service-name",
    "internet-service-owner", "internet-service-reputation", "internet-service-sld", "internet-service-subapp",
    "ipmacbinding setting",
    "ldb-monitor", "multicast-address", "multicast-address6", "network-service-dynamic", "on-demand-sniffer",
    "profile-group", "profile-protocol-options", "proxy-address", "proxy-addrgrp", "region", "schedule",
    "service category",
    "shaper per-ip-shaper", "shaper traffic-shaper", "shaping-policy", "shaping-profile", "sniffer", "ssh host-key",
    "ssh local-ca", "ssh local-key", "ssh setting", "ssl setting", "ssl-server", "ssl-ssh-profile", "traffic-class",
    "vendor-mac", "vendor-mac-summary", "wildcard-fqdn custom", "wildcard-fqdn group", "gtp", "interface-policy",
    "interface-policy6", "proute", "profile-ssl", "carrier-endpoint-bwl", "mms-profile",
})  # fmt: skip
_OWN = frozenset({"firewall proxy-policy", "firewall explicit-proxy-policy"})


def judged(tables: Iterable[Node], notes: Notes) -> Iterator[Term]:
    """Count the parts that are not read elsewhere; yield a term as wide as can be for each that may filter."""
    for table in tables:
        first, _, rest = table.name.partition(" ")
        if table.name in _READ or table.name in _SETTLED:
            continue
        where = Written(table.span, f"config {table.name}", table.name)
        if table.name in _OWN:
            notes.leave(where, say("the proxy's own policies are not read", "les règles du proxy ne sont pas lues"))
        elif (first == "firewall" and rest in _HARMLESS_FIREWALL) or first in _HARMLESS_FIRST:
            notes.harmless += max(table.size, 1)
        elif table.name not in LISTENERS and (table.entries or table.settings or table.tables):
            why = say("config {part} is not understood", "config {part} n’est pas compris", part=table.name)
            notes.leave(where, why)
            if first == "firewall":
                yield Term("unknown", where, sure=False, doubt=why)


def settings(tables: Iterable[Node], notes: Notes) -> Iterator[Term]:
    """Yield what settings of a VDOM leave open: asymmetric routing, policies by application."""
    for table in tables:
        if table.name != "system settings":
            continue
        notes.harmless += table.size
        for key, value in (("asymroute", "enable"), ("asymroute6", "enable"), ("ngfw-mode", "policy-based")):
            if table.value(key) == value:
                why = say("{key} {value}: policies do not decide alone",
                          "{key} {value} : les règles ne décident pas seules", key=key, value=value)  # fmt: skip
                where = Written(table.at(key), f"set {key} {value}")
                notes.leave(where, why)
                yield Term("unknown", where, sure=False, doubt=why)
