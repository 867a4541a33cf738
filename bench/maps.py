"""Maps of any size for the benches, the same bytes at every run."""

from __future__ import annotations

from pathlib import Path


def write_map(folder: Path, zones: int, subnets: int, lines: int, *, table: bool) -> Path:
    """Write a provider's map with its matrix in YAML, or in a CSV table, and return its folder.

    Zones are stars around a transit zone; each subnet has three servers with addresses; lines join servers,
    subnets and zones, in both families.
    """
    folder.mkdir(parents=True, exist_ok=True)
    per_zone = subnets // zones
    out = [
        "cloison: 1", "name: bench", "service: [iaas]", "parties:", "  us: {kind: provider, country: FR}",
        "  world: {kind: public}", "sites:", "  s1: {country: FR}", "carriers:", "  fabric: {kind: hardware}", "zones:",
        "  internet: {owner: world, nature: public, sensitivity: public, domain: exposure, addresses: global}",
        "  core: {owner: us, nature: production, sensitivity: exposed, domain: transport, transit: true, over: fabric}",
    ]  # fmt: skip
    for zone in range(zones):
        out.append(
            f"  z{zone}: {{owner: us, nature: production, sensitivity: internal, domain: processing, over: fabric}}"
        )
    out.append("subnets:")
    for subnet in range(subnets):
        high, low = divmod(subnet, 256)
        out.append(
            f'  n{subnet}: {{cidr: [10.{high}.{low}.0/24, "2001:db8:{subnet:x}::/64"], zone: z{subnet // per_zone}}}'
        )
    out.append("assets:")
    out.append("  fw: {functions: filtering, owner: us, kind: physical, model: m, site: s1, sensitivity: internal}")
    for subnet in range(subnets):
        high, low = divmod(subnet, 256)
        for host in range(1, 4):
            out.append(
                f"  a{subnet}-{host}: {{owner: us, kind: physical, model: m, role: server, site: s1, "
                f"sensitivity: internal, interfaces: {{lan: {{mac: '02:00:{high:02x}:{low:02x}:00:{host:02x}', "
                f'addresses: [10.{high}.{low}.{host}, "2001:db8:{subnet:x}::{host}"]}}}}}}'
            )
    out.append("interconnections:")
    out.append("  border: {between: [internet, core], through: fw}")
    for zone in range(zones):
        out.append(f"  x{zone}: {{between: [z{zone}, core], through: fw}}")
    out.append("reviews:")
    out.append("  - {on: 2026-01-10, by: [a, b]}")
    rows = [_line(number, subnets) for number in range(lines)]
    if table:
        out.append("tables: {flows: matrix.csv}")
        header = "ID;source;destination;service;justification métier ou infrastructure;responsable;approbateur"
        body = [f"{line};{here};{there};{service};métier : {why};net;boss" for line, here, there, service, why in rows]
        (folder / "matrix.csv").write_text("\n".join([header, *body, ""]), encoding="utf-8")
    else:
        out.append("flows:")
        out += [
            f"  {name}:\n    from: {here}\n    to: {there}\n    services: [{service}]\n"
            f"    justification: {{kind: business, text: {reason}}}\n    responsible: net\n"
            f"    approved: {{by: boss, on: 2026-01-02}}"
            for name, here, there, service, reason in rows
        ]
    (folder / "cloison.yaml").write_text("\n".join([*out, ""]), encoding="utf-8")
    return folder


def _line(number: int, subnets: int) -> tuple[str, str, str, str, str]:
    here, there = (number * 7919) % subnets, (number * 104729 + number // subnets + 1) % subnets
    if here == there:
        there = (there + 1) % subnets
    port = 1024 + (number * 31) % 40000
    source = f"a{here}-{1 + number % 3}/lan" if number % 4 else f"n{here}"
    target = f"a{there}-{1 + (number // 3) % 3}/lan" if number % 5 else f"n{there}"
    reason = f"Transfer number {number} between two applications"
    return f"F-{number:06d}", source, target, f"tcp/{port}", reason


def write_tenants(folder: Path, tenants: int) -> Path:
    """Write a map whose tenants come from one ``repeat``: two zones, two subnets, two servers, three lines each."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        f"  t{number}: {{kind: tenant, labels: {{n: '{number // 256}.{number % 256}'}}}}" for number in range(tenants)
    ]
    (folder / "cloison.yaml").write_text("\n".join([_TENANTS_BEGIN, *rows, _TENANTS_END]), encoding="utf-8")
    return folder


_TENANTS_BEGIN = """cloison: 1
name: tenants
service: [iaas]
parties:
  us: {kind: provider, country: FR}
  world: {kind: public}"""
_TENANTS_END = """carriers: {fabric: {kind: hardware}}
zones:
  internet: {owner: world, nature: public, sensitivity: public, domain: exposure, addresses: [global, 198.51.100.0/24]}
  front: {owner: us, nature: production, sensitivity: exposed, domain: exposure, over: fabric, transit: true}
subnets:
  front-lan: {cidr: [203.0.113.0/26], zone: front}
assets:
  fw: {functions: filtering, interfaces: {f: 203.0.113.1, out: 198.51.100.1}}
  waf: {functions: waf, interfaces: {front: 203.0.113.10}}
endpoints:
  console:
    {asset: waf/front, service: https, kind: administration, audience: tenant, authentication: mfa, backends: waf}
interconnections:
  border: {between: [internet, front], through: fw}
flows:
  F-1: {from: internet, to: console}
repeat:
  - for: {t: {parties: {kind: tenant}}}
    zones:
      <t>-web: {owner: <t>, nature: production, sensitivity: exposed, domain: processing, over: fabric}
      <t>-db: {owner: <t>, nature: production, sensitivity: sensitive, domain: storage, over: fabric}
    subnets:
      <t>-web-lan: {cidr: [10.<t.n>.0/25], zone: <t>-web}
      <t>-db-lan: {cidr: [10.<t.n>.128/25], zone: <t>-db}
    assets:
      <t>-app: {owner: <t>, interfaces: {lan: 10.<t.n>.10}}
      <t>-sql: {owner: <t>, interfaces: {lan: 10.<t.n>.140}}
    interconnections:
      <t>-gw: {between: [<t>-web, <t>-db, front], through: fw}
    flows:
      T-1.<t>: {from: waf/front, to: <t>-app, services: https}
      T-2.<t>: {from: <t>-app, to: <t>-sql, services: postgresql}
      T-3.<t>: {from: <t>-web, to: console}
"""
