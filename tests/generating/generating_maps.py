"""Small maps out of which configurations are generated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network

DAY = date(2026, 11, 2)
HOSTILE = (
    'quote " and { brace } and \\ and # hash',
    "two\nlines: accept\n}\ntable inet evil { }",
    "x" * 300,
    "é" * 100 + "€" * 50,
    "'; drop everything; --",
    "*/ !\r\nexit\u2028accept \u202e evil",
    "end]]><a>&lt;</a>",
)
HEAD = """\
cloison: 1
name: small
marking: Restricted
parties: {us: {kind: provider, country: FR}, world: {kind: public}}
zones:
  out: {owner: world, nature: public, sensitivity: public, domain: exposure,
        addresses: [198.51.100.0/24, "2001:db8:f::/48"]}
  a: {owner: us, nature: production, sensitivity: internal, domain: processing}
  b: {owner: us, nature: production, sensitivity: internal, domain: processing}
subnets:
  a-lan: {cidr: [10.1.0.0/24, "2001:db8:1::/64"], zone: a}
  b-lan: {cidr: [10.2.0.0/24, "2001:db8:2::/64"], zone: b}
assets:
  fw: {functions: filtering, owner: us,
       interfaces: {wan: [198.51.100.1, "2001:db8:f::1"], lan-a: [10.1.0.1, "2001:db8:1::1"],
                    lan-b: [10.2.0.1, "2001:db8:2::1"]}}
  a-1: {owner: us, interfaces: {lan: [10.1.0.11, "2001:db8:1::11"]}}
  a-2: {owner: us, interfaces: {lan: 10.1.0.12}}
  b-1: {owner: us, interfaces: {lan: [10.2.0.11, "2001:db8:2::11"]}}
interconnections:
  core: {between: [out, a, b], through: fw}
"""
LINES: Mapping[str, Mapping[str, object]] = {
    "F-1": {"from": "a-1", "to": "b-1", "services": ["tcp/443", "tcp/8000-8099"]},
    "F-2": {"from": "out", "to": "a-1", "services": ["tcp/443", "udp/443"]},
    "F-3": {"from": "a", "to": "b-1", "services": ["ping", "icmp/3/4", "udp/53"]},
    "F-4": {"from": "b-1", "to": "a-2", "services": "gre"},
    "F-5": {"from": "a-1", "to": "fw/lan-a", "services": "ssh"},
    "F-6": {"from": "fw/lan-b", "to": "b-1", "services": ["syslog", "ntp"]},
    "F-7": {"from": ["a-1", "a-2"], "to": "b", "services": "peers"},
}
SERVICES = "services: {peers: {ports: {to: udp/500, from: udp/500}}}\n"


def compiled(
    folder: Path, lines: Mapping[str, Mapping[str, object]] = LINES, more: str = "", head: str = HEAD
) -> Network:
    """Return the network of the small map with these lines."""
    text = head + SERVICES + more + "flows:\n"
    for name, line in lines.items():
        whole = {"responsible": "net", "justification": {"kind": "business", "text": f"why {name}"}, **line}
        text += f"  {json.dumps(name)}: {json.dumps(whole)}\n"
    file = folder / "map.yaml"
    file.write_text(text, encoding="utf-8")
    return compile_network(read_map(file), DAY)


def hostile_lines() -> dict[str, dict[str, object]]:
    """Return lines whose justifications, and ids where the language lets them, are what an attacker would write."""
    return {
        f"F-{at}": {
            "from": "a-1", "to": "b-1", "services": f"tcp/{1000 + 2 * at}",
            "justification": {"kind": "business", "text": text},
        }
        for at, text in enumerate(HOSTILE)
    }  # fmt: skip
