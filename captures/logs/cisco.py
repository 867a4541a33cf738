"""The forms of the messages of Cisco's firewalls: what stands where in the text after ``%ASA-6-302013:``.

Interfaces may have spaces; a mapped address, a user or a security group may follow an end in parentheses. Every part
is bounded, so that no line takes longer than its length. Source: as :mod:`cloison.captures.formats.asa`.
"""

from __future__ import annotations

import re

_INTERFACE = r"[^:()]{1,64}"
_ADDRESS = r"[0-9A-Fa-f:.]{2,45}"
_END = rf"{_INTERFACE}:({_ADDRESS})/(\d{{1,5}})"
_MAYBE = rf"(?:(?![0-9A-Fa-f]{{0,4}}:){_INTERFACE}: ?)?"  # an interface, not the first group of an IPv6 address
_NOTES = r"(?: ?\([^()]{0,300}\))*"  # a mapped address, a user, a security group

BUILT = re.compile(
    rf"Built (?:Probe )?(?:(inbound|outbound) )?(?:Probe )?(?:TCP|UDP|SCTP)(?: state-bypass)? connection (\d{{1,20}})"
    rf" (?:for|from) {_END}{_NOTES} to {_END}"
)
TORN_DOWN = re.compile(
    rf"Teardown (?:Probe )?(?:TCP|UDP|SCTP)(?: state-bypass)? connection (\d{{1,20}}) (?:for|from) {_END}{_NOTES} to"
    rf" {_END}{_NOTES},? duration:? (\d{{1,6}}):(\d\d):(\d\d),? bytes:? (\d{{1,19}}),? ?(.{{0,200}})"
)
_TUNNEL = rf"GRE connection (\d{{1,20}}) from {_INTERFACE}:({_ADDRESS})(?:/\d+)?{_NOTES} to {_INTERFACE}:({_ADDRESS})"
TUNNEL_BUILT = re.compile(rf"Built (inbound|outbound) {_TUNNEL}")
TUNNEL_TORN_DOWN = re.compile(
    rf"Teardown {_TUNNEL}(?:/\d+)?{_NOTES} duration (\d{{1,6}}):(\d\d):(\d\d) bytes (\d{{1,19}})"
)
ICMP_EITHER = re.compile(
    rf"(?:Built (inbound|outbound)|Teardown) ICMP connection for faddr ({_ADDRESS})/(\d{{1,5}}){_NOTES} gaddr"
    rf" {_ADDRESS}/\d{{1,5}} laddr ({_ADDRESS})/(\d{{1,5}}){_NOTES}(?:.{{0,300}}? type (\d{{1,3}}) code (\d{{1,3}}))?"
)
_PORT = r"(?:/(\d{1,5}))?"
DENIED = re.compile(  # 106010, 106014, 106023
    rf"Deny (?:inbound )?(?:protocol )?(\S{{1,20}}) src {_MAYBE}({_ADDRESS}){_PORT}{_NOTES} dst"
    rf" {_MAYBE}({_ADDRESS}){_PORT}(?:{_NOTES} ?\(type (\d{{1,3}}), code (\d{{1,3}})\))?"
)
PLAIN = re.compile(  # 106001, 106006, 106007, 106015, 710002, 710003, 710005
    rf"(?:Inbound |Deny (?:inbound )?)?(TCP|UDP)\b.{{0,60}}? from ({_ADDRESS})/(\d{{1,5}}) to"
    rf" {_MAYBE}({_ADDRESS})/(\S{{1,40}})(?: flags ([A-Z ]{{1,40}}?)(?:  ?on |$))?"
)
LISTED = re.compile(  # 106100
    rf"access-list \S{{1,241}} (permitted|denied|est-allowed) (\S{{1,20}}) [^/]{{1,64}}/({_ADDRESS})\((\d{{1,5}})\)"
    rf"{_NOTES} (?:-> )?[^/]{{1,64}}/({_ADDRESS})\((\d{{1,5}})\){_NOTES}(?: hit-cnt (\d{{1,10}}))?"
)
