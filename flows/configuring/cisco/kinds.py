"""Which system of Cisco a file is written for; the recognisers of IOS, ASA and NX-OS never claim the same file."""

from __future__ import annotations

import re
from typing import Literal

from cloison.flows.configuration import File

Kind = Literal["ios", "asa", "nxos", ""]
_LOOKED_AT = 4 << 20  # characters

_OTHERS = re.compile(
    r"^(?:!! IOS XR|RP/\d|ipv4 access-list |(?:no )?ipv4 access-list |ipv4 access-group|NGFW Version"
    r"|! device: .*EOS|management api http-commands|daemon TerminAttr|set (?:system|security|firewall) "
    r"|config (?:system|firewall) |\*(?:filter|nat|mangle)$|table (?:inet|ip6?) \S+ \{)",
    re.MULTILINE,
)
_ASA = re.compile(
    r"^(?:(?:ASA|PIX|FWSM) Version |(?:no )?access-list \S+ (?:line \d+ )?(?:extended|standard|ethertype|webtype) "
    r"|access-list cached ACL log flows"
    r"|access-group \S+ (?:(?:in|out) interface \S|global)|same-security-traffic |[ \t]+nameif \S|object network \S"
    r"|[ \t]+security-level \d|nat \(\S+,\S+\) |clear configure access-list )",
    re.MULTILINE,
)
_NXOS = re.compile(
    r"^(?:!Command: show running|feature \S|vdc \S+ id |boot nxos |object-group (?:ip|ipv6) (?:address|port) "
    r"|vrf context \S|(?:no )?ip access-list (?!standard\b|extended\b|log|resequence\b|role-based\b|match-local|persist"
    r"|helper\b|fqdn\b)\S+ *$|IP(?:v4|V4)? ACL \S|IP access list \S+ *$|role network-operator "
    r"|hardware access-list tcam)",
    re.MULTILINE,
)
_IOS = re.compile(
    r"^(?:(?:no )?ip access-list (?:standard|extended) \S|access-list \d+ (?:permit|deny|remark|dynamic) "
    r"|(?:no )?ipv6 access-list \S|zone security \S|zone-pair security |class-map type inspect "
    r"|(?:Extended|Standard) IP access list \S|IPv6 access list \S|Current configuration : |Building configuration"
    r"|service timestamps |version 1[0-9]\.\d+$|[ \t]*ip access-group \S+ (?:in|out)|ip nat inside source "
    r"|line vty \d|ip classless|ip cef)",
    re.MULTILINE,
)


def kind(file: File) -> Kind:
    """Return the system that a file is written for, or nothing when it is none of the three."""
    text = file.text[:_LOOKED_AT]
    if text.lstrip()[:1] in "{[<" or _OTHERS.search(text):
        return ""
    if _ASA.search(text):
        return "asa"
    if _NXOS.search(text):
        return "nxos"
    return "ios" if _IOS.search(text) else ""
