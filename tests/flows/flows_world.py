"""A small map, and conversations built by hand, one column at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from cloison.flows import table as bits
from cloison.flows.audit import Options, audit
from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.entries import entries
from cloison.flows.table import Capture, FlowTable, Source, table_of
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.space.addresses import parse_address

AT = date(2026, 3, 10)
NOON = 1_773_140_400_000_000_000  # 2026-03-10T11:00:00Z, noon in Paris
SECOND = 1_000_000_000

MAP = """
cloison: 1
name: Petit nuage
timezone: Europe/Paris
parties:
  aster: {kind: provider}
  acme: {kind: tenant}
  globex: {kind: tenant}
  world: {kind: public}
vrfs:
  acme: {sees: default}
  globex: {sees: default}
zones:
  internet: {owner: world, nature: public, sensitivity: public, domain: transport, addresses: global}
  front: {owner: aster, nature: production, sensitivity: exposed, domain: exposure}
  app: {owner: aster, nature: production, sensitivity: internal, domain: processing, inside: zone}
  data: {owner: aster, nature: production, sensitivity: sensitive, domain: storage, inside: matrix}
  admin: {owner: aster, nature: administration, sensitivity: sensitive, domain: management}
  acme-net: {owner: acme, nature: production, sensitivity: internal, domain: processing, vrf: acme}
  globex-net: {owner: globex, nature: production, sensitivity: internal, domain: processing, vrf: globex}
subnets:
  front-lan: {cidr: [203.0.113.0/24, "2001:db8:10::/64"], zone: front, vlan: 110}
  app-a: {cidr: 10.1.0.0/24, zone: app}
  app-b: {cidr: 10.1.1.0/24, zone: app}
  data-lan: {cidr: [10.2.0.0/24, "2001:db8:20::/64"], zone: data}
  posts: {cidr: 10.3.0.0/24, zone: admin}
  acme-lan: {cidr: 10.50.0.0/16, zone: acme-net, vrf: acme, vni: 5001, vlan: 501}
  globex-lan: {cidr: 10.50.0.0/16, zone: globex-net, vrf: globex, vni: 5002, vlan: 502}
assets:
  fw: {functions: filtering, interfaces: {out: 198.41.0.1, front: 203.0.113.1, app: 10.1.0.1, data: 10.2.0.1,
    adm: 10.3.0.1}}
  waf: {functions: waf, interfaces: {front: [203.0.113.10, "2001:db8:10::10"]}}
  web-1: {interfaces: {eth0: 10.1.0.11}}
  web-2: {interfaces: {eth0: 10.1.1.12}}
  db-1: {interfaces: {eth0: [10.2.0.21, "2001:db8:20::21"]}}
  db-2: {interfaces: {eth0: 10.2.0.22}}
  gw: {functions: routing, interfaces: {a: {addresses: 10.50.0.1, vrf: acme}, g: {addresses: 10.50.0.1,
    vrf: globex}, f: 203.0.113.5}}
  ids-front: {functions: probe, watches: fw/front}
  ids-acme: {functions: probe, watches: gw/a}
interconnections:
  core: {between: [internet, front, app, data, admin], through: fw}
  acme-gw: {between: [acme-net, front], through: gw}
  globex-gw: {between: [globex-net, front], through: gw}
translations:
  vip: {on: fw, kind: destination, outside: 203.0.113.20, inside: waf/front, services: {https: tcp/8443}}
  pool: {on: fw, kind: source, outside: 203.0.113.30, inside: [web-1, web-2]}
groups:
  fleet: [239.1.1.1]
flows:
  F-001: {from: internet, to: waf/front, services: tcp/8443, owner: aster, nature: production,
    sensitivity: exposed, domain: exposure}
  F-002: {from: waf/front, to: app, services: https, sensitivity: internal, domain: processing}
  F-003: {from: app, to: db-1/eth0, services: postgresql, sensitivity: sensitive, domain: storage}
  F-004: {from: web-1, to: db-1/eth0, services: postgresql, sensitivity: sensitive, domain: storage}
  F-005: {from: posts, to: data, services: ssh, nature: administration, sensitivity: sensitive,
    domain: management, starts: 2026-01-01, expires: 2026-03-10}
  F-006: {between: [db-1, db-2], services: tcp/5433}
  F-007: {from: acme-lan, to: waf/front, services: https, owner: acme, nature: production,
    sensitivity: exposed, domain: exposure}
  F-008: {from: web-1, to: fleet, services: udp/5000}
  F-009: {from: web-2, to: internet, services: https, owner: aster, nature: production, sensitivity: internal,
    domain: transport}
  F-010: {from: posts, to: any, services: udp/123, exception: {why: time anywhere, by: security}, owner: aster,
    nature: administration, sensitivity: sensitive, domain: management}
"""


def network_of(text: str, folder: Path, at: date = AT) -> Network:
    path = folder / "map.yaml"
    path.write_text(text, encoding="utf-8")
    return compile_network(read_map(path), at)


def ns(text: str) -> int:
    """Return the ns since 1970 of a date and time with its offset."""
    return int(datetime.fromisoformat(text).timestamp()) * SECOND


def flows(*rows: dict[str, Any]) -> FlowTable:
    """Return the table of some conversations; addresses are texts ``a`` and ``b``,
    ports ``a_port`` and ``b_port``."""
    names = sorted({name for row in rows for name in row} - {"a", "b"})
    columns: dict[str, list[int]] = {name: [] for name in (*names, "a_hi", "a_lo", "b_hi", "b_lo")}
    neutral = {"vni": -1, "tunnel": -1, "sampled": 1}
    for row in rows:
        for side in "ab":
            address = parse_address(row[side])
            columns[f"{side}_hi"].append(address >> 64)
            columns[f"{side}_lo"].append(address & (1 << 64) - 1)
        for name in names:
            columns[name].append(row.get(name, neutral.get(name, 0)))
    return table_of(columns)


def talk(a: str, b: str, port: int, protocol: int = 6, **more: Any) -> dict[str, Any]:
    """Return a conversation that A opened and B answered, unless ``more`` says otherwise."""
    evidence = bits.SYN_AB | bits.SYNACK_BA if protocol == 6 else bits.QUERY_AB | bits.ANSWER_BA
    row = {
        "a": a, "b": b, "a_port": 40000, "b_port": port, "protocol": protocol, "first": NOON, "last": NOON + SECOND,
        "packets_ab": 5, "packets_ba": 4, "bytes_ab": 500, "bytes_ba": 4000, "evidence": evidence, "packet": 1,
    }  # fmt: skip
    return row | more


def capture_of(*rows: dict[str, Any], file: str = "a.pcap", ledger: dict[str, int] | None = None) -> Capture:
    """Return a capture of one source that holds these conversations; packets are numbered in their order."""
    numbered = [row | {"packet": number} for number, row in enumerate(rows, 1)]
    table = flows(*numbered)
    packets = int((table.packets_ab + table.packets_ba + table.errors).sum()) + sum((ledger or {}).values())
    first = int(table.first.min()) if len(table) else 0
    last = int(table.last.max()) if len(table) else 0
    return Capture(table, (Source(file, "pcap", packets, 0, first, last, None, ledger or {}),), ledger or {})


def judged(network: Network, *rows: dict[str, Any], probe: str = "", vrf: str = "") -> Audit:
    """Return the audit of these conversations, seen at a probe."""
    return audit(network, [(probe, capture_of(*rows))], Options(vrf=vrf))


def words(result: Audit) -> list[tuple[str, str, str, str, str]]:
    """Return (verdict, reason, severity, line, answered) of each conversation, in the order of the table."""
    every = sorted(entries(result, np.arange(len(result.verdicts))), key=lambda item: item.packet)
    return [(item.verdict, item.reason, item.severity, item.line, item.answered) for item in every]


def said(result: Audit) -> Sequence[str]:
    """Return ``verdict reason severity line`` of each conversation, without the empty words."""
    return [" ".join(word for word in row[:4] if word) for row in words(result)]
