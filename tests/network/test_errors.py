"""Every error of meaning: its rule, and the very place to edit."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cloison.netmodel.finding import Finding

Errors = Callable[..., tuple[Finding, ...]]

CASES = [
    ("unknown-name", "subnets: {x: {cidr: 10.9.0.0/24, zone: §frnt}}"),
    ("unknown-name", "subnets: {x: {cidr: 10.9.0.0/24, zone: front, vrf: §vpn}}"),
    ("unknown-name", "zones: {x: {owner: §astr}}"),
    ("unknown-name", "zones: {x: {within: §frnt}}"),
    ("unknown-name", "carriers: {x: {kind: hardware, over: [§y]}}"),
    ("unknown-name", "assets: {x: {over: §hyp}}"),
    ("unknown-name", "assets: {x: {interfaces: {lan: {subnet: §bck-lan}}}}"),
    ("unknown-name", "assets: {x: {watches: [fw/front, §fw/frnt]}}"),
    ("unknown-name", "sites: {paris: {rooms: {hall: private}}}\nassets: {x: {site: §paris/hal}}"),
    ("unknown-name", "sites: {paris: {rooms: {hall: private}, adjacent: [[hall, §hal]]}}"),
    ("unknown-name", "interconnections: {x: {between: [front, §copute]}}"),
    ("unknown-name", "interconnections: {x: {between: [front, compute], through: [§fx]}}"),
    ("unknown-name", "applications: {x: {function: y, assets: [web, §wbe]}}"),
    ("unknown-name", "endpoints: {x: {asset: §wbe, service: https, kind: user}}"),
    ("unknown-name", "endpoints: {x: {asset: web, service: [https, §htps], kind: user}}"),
    ("unknown-name", "groups: {x: [web, §wbe]}"),
    ("unknown-name", "groups: {x: {members: [web], not: [§wbe]}}"),
    ("unknown-name", "translations: {x: {on: §fx, kind: source, outside: 10.1.0.7, inside: web}}"),
    ("unknown-name", "translations: {x: {on: fw, kind: source, outside: §frnt-lan, inside: web}}"),
    ("unknown-name", "vrfs: {a: {sees: §b}}"),
    ("unknown-name", "services: {s: {ports: tcp/21, related: [§ftp-dta]}}"),
    ("unknown-name", "flows:\n  F-1: {from: front, to: §wbe, services: ssh}"),
    ("unknown-name", "flows:\n  F-1: {from: [front-lan, §frnt], to: web, services: ssh}"),
    ("unknown-name", "flows:\n  F-1: {from: front, to: web, services: [ssh, §htps]}"),
    ("unknown-name", "flows:\n  F-1: {from: front, to: web, services: ssh, owner: §astr}"),
    ("unknown-name", "flows:\n  F-1: {from: front, to: web, services: ssh, tunnel: §wan}"),
    ("unknown-name", "flows:\n  F-1: {from: front, to: web, services: ssh, via: §coer}"),
    ("unknown-name", "flows:\n  F-1: {from: front, to: web, services: ssh, approved: [{by: x, party: §acme}]}"),
    ("unknown-name", "flows:\n  F-1: {from: front, to: web, services: ssh, compensating: [{kind: filtering, by: §f}]}"),
    ("unknown-name", "flows:\n  F-1: {from: §web/eth0, to: front, services: ssh}"),
    ("unknown-name", "flows:\n  F-1: {from: §front/lan, to: web, services: ssh}"),
    ("unknown-name", "flows:\n  F-1: {from: front, to: §core, services: ssh}"),
    ("unknown-name", "groups: {g: [waf, web]}\nflows:\n  F-1: {from: front, to: §g/back, services: ssh}"),
    ("unknown-word", "zones: {x: {nature: §prod}}"),
    ("unknown-word", "zones: {x: {domain: §web}}"),
    ("unknown-word", "zones: {x: {sensitivity: §secret}}"),
    ("unknown-word", "zones: {x: {data: [technical, §tenants]}}"),
    ("unknown-word", "flows:\n  F-1: {from: front, to: web, services: ssh, data: §anonymous}"),
    ("unknown-word", "assets: {x: {functions: [filtering, §firewall]}}"),
    ("unknown-word", "assets: {x: {sensitivity: §high}}"),
    ("unknown-word", "endpoints: {x: {asset: web, service: https, kind: user, audience: §tenants}}"),
    ("unknown-word", "carriers: {f: {kind: hardware}, x: {kind: tunnel, protocol: §ipsek, over: f}}"),
    ("unknown-word", "flows:\n  F-1: {from: front, to: web, services: ssh, nature: §prod}"),
    ("unknown-word", "timezone: §Europe/Pariss"),
    ("tunnel", "carriers: {f: {kind: hardware}, §x: {kind: tunnel, over: f}}"),
    ("duplicate-name", "groups: {§front: [web]}"),
    ("duplicate-name", "carriers: {§fw: {kind: hardware}}"),
    ("cycle", "groups:\n  §a: [b]\n  b: [c]\n  c: [a]"),
    ("cycle", "groups:\n  §a: {members: [web], not: [a]}"),
    ("cycle", "zones:\n  a: {within: §b}\n  b: {within: a}"),
    ("cycle", "carriers:\n  a: {kind: hardware, over: §b}\n  b: {kind: hardware, over: a}"),
    ("cycle", "carriers: {c: {kind: hardware, over: §vm}}\nassets: {vm: {over: c}}"),
    ("overlap", "subnets: {x: {cidr: §10.1.0.0/24, zone: front}}"),
    ("overlap", "subnets: {x: {cidr: §10.1.0.128/25, zone: front}}"),
    ("overlap", "subnets: {x: {cidr: [10.8.0.0/16, §10.8.1.0/24], zone: front}}"),
    ("overlap", "zones: {x: {owner: aster, addresses: §10.1.0.7}}"),
    ("overlap", "zones: {x: {owner: world, addresses: §global}}"),
    ("host-bits", "subnets: {x: {cidr: §10.9.0.1/24, zone: front}}"),
    ("host-bits", 'subnets: {x: {cidr: [10.9.0.0/24, §"2001:db8::1/64"], zone: front}}'),
    ("bad-address", "subnets: {x: {cidr: §10.9.0.300/24, zone: front}}"),
    ("bad-address", "subnets: {x: {cidr: §10.9.0.0-10.9.0.9, zone: front}}"),
    ("bad-address", "subnets: {x: {cidr: §224.0.0.0/24, zone: front}}"),
    ("bad-address", "assets: {x: {interfaces: {lan: §10.2.0.9/24}}}"),
    ("bad-address", "assets: {x: {interfaces: {lan: {mac: §00:11:22}}}}"),
    ("bad-address", "groups: {x: [§10.2.0.9-10.2.0.3]}"),
    ("address-outside", "assets: {x: {interfaces: {lan: {subnet: front-lan, addresses: §10.2.0.7}}}}"),
    ("address-outside", "assets: {x: {interfaces: {lan: §10.77.0.7}}}"),
    ("address-outside", "groups: {x: [10.2.0.9, §10.77.0.7]}"),
    ("address-outside", "translations: {x: {on: fw, kind: source, outside: §10.77.0.7, inside: web}}"),
    ("address-twice", "assets: {x: {interfaces: {lan: §10.2.0.20}}}"),
    ("mac-twice", 'assets: {x: {interfaces: {a: {mac: "00:11:22:33:44:55"}, b: {mac: §00-11-22-33-44-55}}}}'),
    ("vrf", "vrfs: {a: {}}\nassets: {x: {interfaces: {lan: {subnet: front-lan, vrf: §a}}}}"),
    ("vlan-twice", "carriers: {f: {kind: hardware}}\n"
     "subnets:\n  x: {cidr: 10.8.0.0/24, zone: front, over: f, vlan: 5}\n"
     "  y: {cidr: 10.9.0.0/24, zone: front, over: f, vlan: §5}"),
    ("vni-twice", "carriers: {f: {kind: hardware}}\n"
     "subnets:\n  x: {cidr: 10.8.0.0/24, zone: front, over: f, vni: 5}\n"
     "  y: {cidr: 10.9.0.0/24, zone: front, over: f, vni: §5}"),
    ("empty-interface", "assets: {x: {interfaces: {lan: §{}}}}"),
    ("cluster", "assets:\n  c: {members: [fw]}\n  d: {members: [web, §fw]}"),
    ("cluster", "assets:\n  c: {members: [fw]}\n  d: {members: [§c]}"),
    ("between", "interconnections: {x: {between: §[front, front]}}"),
    ("ambiguous-end", "flows:\n  F-1: {from: front, to: §waf, services: ssh}"),
    ("ambiguous-end", "groups: {g: [web, waf]}\nflows:\n  F-1: {from: front, to: §g, services: ssh}"),
    ("empty-end", "zones: {void: {owner: aster}}\nflows:\n  F-1: {from: §void, to: web, services: ssh}"),
    ("literal", "flows:\n  F-1: {from: §10.1.0.7, to: web, services: ssh}"),
    ("services", "flows:\n  §F-1: {from: front, to: web}"),
    ("services", "endpoints: {e: {asset: web, service: https, kind: user}}\n"
     "flows:\n  F-1: {from: front, to: e, §services: ssh}"),
    ("services", "endpoints: {e: {asset: web, service: https, kind: user}}\n"
     "flows:\n  F-1: {from: front, to: §[e, web]}"),
    ("bad-service", "flows:\n  F-1: {from: front, to: web, services: [§tcp]}"),
    ("bad-service", "flows:\n  F-1: {from: front, to: web, services: [ssh, §tcp/70000]}"),
    ("bad-service", "services: {s: {ports: §tcp/0}}"),
    ("bad-service", "services: {s: {ports: §tcp/90-80}}"),
    ("bad-service", "translations:\n  x: {on: fw, kind: source, outside: 10.1.0.7, inside: web,\n"
     "      services: {https: §tcp/0}}"),
    ("any", "flows:\n  F-1: {from: §any, to: web, services: ssh}"),
    ("any", "flows:\n  F-1: {from: front, to: web, services: §any}"),
    ("any", "groups: {x: [§any]}"),
    ("any", "groups: {x: [§0.0.0.0/0]}"),
    ("empty-group", "groups: {§x: []}"),
    ("empty-selection", "groups: {x: {§assets: {functions: proxy}}}"),
    ("empty-selection", "policy:\n  r: {forbid: {from: {§zones: {nature: test}}, to: {zones: {nature: production}}}}"),
    ("unknown-name", "groups: {x: {assets: {function: §proxy}}}"),
    ("policy", "policy: {§r: {severity: error}}"),
    ("policy", "policy:\n  r: {limit: {prefix: 24}, matrix: §{front: {compute: block all}}}"),
    ("policy", "policy:\n  r: {limit: {prefix: 24}, otherwise: §block all}"),
    ("policy", "policy:\n  r: {matrix: {front: {compute: block all}}, unless: §{through: {assets: {id: fw}}}}"),
    ("policy", "policy:\n  r: {matrix: §{front: {compute: }}}"),
    ("policy", "policy:\n  r: {limit: §{from: {zones: {id: front}}}}"),
    ("policy", "policy:\n  r: {paths: §{from: {zones: {id: front}}, to: {zones: {id: compute}}}}"),
    ("policy", "policy:\n  r: {paths: {from: {zones: {id: front}}, to: {zones: {id: compute}},\n"
     "      never: §{zones: {id: front}}}}"),
    ("policy", "flows:\n  F-1: {from: front, to: web, services: ssh}\n"
     "policy:\n  r: {limit: {ports: 1, from: §{flows: {services: ssh}}}}"),
    ("unknown-name", "policy: {r: {matrix: {§frnt: {compute: block all}}}}"),
    ("unknown-name", "policy: {r: {matrix: {front: {compute: block all, §compte: block all}}}}"),
    ("unknown-name", "policy: {r: {matrix: {front: {compute: §allow only htps}}}}"),
    ("unknown-name", "policy: {r: {matrix: {front: {compute: {allow only: [https, §shh]}}}}}"),
    ("unknown-name", "policy: {r: {forbid: {from: {zones: {natur: §x}}, to: {zones: {id: front}}}}}"),
    ("unknown-name", "policy:\n  r: {paths: {from: {zones: {id: front}}, to: {zones: {id: front}}, tunnel: §wam}}"),
    ("unknown-word", "policy:\n  r: {paths: {from: {zones: {id: front}}, to: {zones: {id: front}}, encryption: §tsl}}"),
    ("empty-selection", "policy: {r: {limit: {ports: 3, lines: {§flows: {services: ssh}}}}}"),
    ("empty-selection", "policy: {r: {for: {t: {§parties: {kind: tenant}}}, forbid: {from: {zones: {owner: <t>}},\n"
     "    to: {zones: {id: front}}}}}"),
    ("backends", "endpoints: {§e: {asset: waf/front, service: https, kind: user}}"),
    ("via", "flows:\n  F-1: {from: front, to: web, services: ssh, via: §waf}"),
    ("via", "flows:\n  F-1: {from: front, to: web, services: ssh, via: §web}"),
    ("via", "flows:\n  F-1: {from: front, to: web, services: ssh, via: §[border]}"),
    ("ambiguous-route", "interconnections: {second: {between: [front, compute], through: fw}}\n"
     "flows:\n  §F-1: {from: front, to: web, services: ssh}"),
    ("family", 'subnets: {six: {cidr: "2001:db8:9::/64", zone: compute}}\n'
     "flows:\n  §F-1: {from: front, to: six, services: ssh}"),
    ("ends", "flows:\n  F-1: {between: §[web], services: ssh}"),
    ("ends", "flows:\n  F-1: {between: §[web, front-lan], to: web, services: ssh}"),
    ("ends", "flows:\n  §F-1: {from: web, services: ssh}"),
    ("ends", "translations: {§x: {on: fw, kind: source, outside: [], inside: web}}"),
    ("dates", "flows:\n  F-1: {from: front, to: web, services: ssh, starts: 2026-05-01, expires: §2026-01-01}"),
]  # fmt: skip


def marked(text: str) -> tuple[str, tuple[int, int]]:
    """Return a text without its mark ``§``, and the line and column where it was."""
    before, _, after = text.partition("§")
    return before + after, (before.count("\n") + 1, len(before) - before.rfind("\n"))


@pytest.mark.parametrize(("rule", "text"), CASES, ids=[f"{rule}-{number}" for number, (rule, _) in enumerate(CASES)])
def test_an_error_is_told_at_its_place(rule: str, text: str, errors: Errors) -> None:
    plain, (line, column) = marked("cloison: 1\n" + text)
    found = errors(plain)
    places = [(item.rule, Path(item.spans[0].file).name, item.spans[0].line, item.spans[0].column) for item in found]
    assert places == [(rule, "1.yaml", line, column)]
    for item in found:
        for lang in ("en", "fr"):
            assert not re.search(r"[{}]", item.message.say(lang).replace("{}", ""))


def test_the_base_has_no_error(errors: Errors) -> None:
    assert errors() == ()


def test_the_nearest_names_are_told(errors: Errors) -> None:
    (found,) = errors("subnets: {x: {cidr: 10.9.0.0/24, zone: comptue}}")
    assert found.remedy is not None
    assert found.remedy.values["names"] == ("compute",)


def test_a_name_of_another_kind_is_told_as_such(errors: Errors) -> None:
    (found,) = errors("subnets: {x: {cidr: 10.9.0.0/24, zone: waf}}")
    assert found.message.say("en") == "“waf” is an asset; here stands a zone"


def test_all_errors_are_told_at_once_in_the_order_of_the_files(errors: Errors) -> None:
    found = errors(
        "zones: {x: {nature: prod, owner: astr}}\n"
        "flows:\n  F-1: {from: frnt, to: wbe, services: [htps]}\n  F-2: {from: web}",
    )
    assert [item.rule for item in found] == ["unknown-word", "unknown-name", *["unknown-name"] * 3, "ends"]
    assert [item.spans[0].line for item in found] == [2, 2, 4, 4, 4, 5]


def test_two_places_are_told_of_what_is_there_twice(errors: Errors) -> None:
    (found,) = errors("assets: {x: {interfaces: {lan: 10.2.0.20}}}")
    assert [Path(span.file).name for span in found.spans] == ["1.yaml", "0.yaml"]
    assert found.spans[1].line == 15


def test_several_ways_are_listed(errors: Errors) -> None:
    (found,) = errors(
        "interconnections: {second: {between: [front, compute]}}\nflows:\n  F-1: {from: front, to: web, services: ssh}",
    )
    assert found.message.values["ways"] == ("core", "second")


def test_lines_of_a_subnet_in_an_unknown_zone_add_no_noise(errors: Errors) -> None:
    found = errors(
        "subnets: {x: {cidr: 10.9.0.0/24, zone: frnt}}\nassets: {y: {interfaces: {lan: 10.9.0.9, dhcp: {subnet: x}}}}\n"
        "groups: {g: [10.9.0.7, y]}\nflows:\n  F-1: {from: x, to: web, services: ssh}\n"
        "  F-2: {from: y, to: g, services: ssh}\n  F-3: {from: g, to: y, services: ssh}"
    )
    assert [item.rule for item in found] == ["unknown-name"]


FOLLOWERS = """
endpoints: {e: {asset: x, service: https, kind: user}}
applications: {a: {function: y, assets: [x]}}
groups: {g: [x], h: [g]}
translations: {t: {on: fw, kind: source, outside: 10.1.0.7, inside: x}}
flows:
  F-1: {from: x, to: web, services: ssh}
  F-2: {from: front, to: e}
  F-3: {from: g, to: h, services: ssh}
  F-4: {from: x/lan, to: [web, x], services: ssh}
"""


@pytest.mark.parametrize(
    ("rule", "interface"),
    [
        ("address-outside", "10.77.0.7"),
        ("address-outside", "{subnet: front-lan, addresses: 10.2.0.7}"),
        ("address-twice", "10.2.0.20"),
        ("bad-address", "10.2.0.300"),
        ("unknown-name", "{subnet: frnt-lan}"),
        ("unknown-name", "{addresses: 10.2.0.7, vrf: vpn}"),
        ("empty-interface", "{}"),
    ],
)
def test_what_lacks_a_refused_address_is_no_further_error(rule: str, interface: str, errors: Errors) -> None:
    found = errors(f"assets: {{x: {{interfaces: {{lan: {interface}}}}}}}" + FOLLOWERS)
    assert [(item.rule, item.subject.id) for item in found] == [(rule, "x")]


def test_what_was_never_given_an_address_is_told_at_the_endpoint_and_at_each_line(errors: Errors) -> None:
    found = errors('assets: {x: {interfaces: {lan: {mac: "00:11:22:33:44:55"}}}}' + FOLLOWERS)
    assert {item.rule for item in found} == {"empty-end"}
    assert [item.subject.id for item in found] == ["e", "t", "F-1", "F-3", "F-3", "F-4", "F-4"]


IN_X = """
assets:
  y: {interfaces: {lan: {subnet: x, addresses: 10.9.0.7}}}
  z: {interfaces: {lan: 10.9.0.8}}
groups: {g: [10.9.0.9]}
flows:
  F-1: {from: y, to: z, services: ssh}
  F-2: {from: x, to: g, services: ssh}
  F-3: {from: n, to: web, services: ssh}
"""


@pytest.mark.parametrize(
    ("rule", "subnet"),
    [
        ("overlap", "{cidr: 10.1.0.0/24, zone: n}"),
        ("overlap", "{cidr: 10.1.0.0/25, zone: n}"),
        ("bad-address", "{cidr: 10.9.0.0-10.9.0.9, zone: n}"),
        ("bad-address", "{cidr: 10.9.0.300/24, zone: n}"),
        ("bad-address", "{cidr: 224.0.0.0/24, zone: n}"),
        ("bad-address", "{cidr: [10.8.0.0/24, 10.9.0.300/24], zone: n}"),
        ("bad-address", "{cidr: [], zone: n}"),
        ("unknown-name", "{cidr: 10.9.0.0/24, zone: n, vrf: vpn}"),
        ("unknown-name", "{cidr: 10.1.0.0/24, zone: n, vrf: vpn}"),
    ],
)
def test_what_lies_in_a_refused_prefix_is_no_further_error(rule: str, subnet: str, errors: Errors) -> None:
    found = errors(f"zones: {{n: {{owner: aster}}}}\nsubnets: {{x: {subnet}}}" + IN_X)
    assert [(item.rule, item.subject.id) for item in found] == [(rule, "x")]


def test_a_zone_whose_addresses_are_refused_is_told_once(errors: Errors) -> None:
    found = errors(
        "zones: {n: {owner: aster, addresses: global}, o: {owner: aster, addresses: 10.1.0.0/24}}\n"
        "flows:\n  F-1: {from: n, to: web, services: ssh}\n  F-2: {from: web, to: o, services: ssh}"
    )
    assert [(item.rule, item.subject.id) for item in found] == [("overlap", "n"), ("overlap", "o")]


def test_groups_and_endpoints_of_what_is_unknown_are_told_once(errors: Errors) -> None:
    found = errors(
        "endpoints: {e: {asset: wbe, service: https, kind: user}}\n"
        "groups: {g: [e], k: [wbe], l: [k], c: [d], d: [c], s: {assets: {functions: proxy}}}\n"
        "flows:\n  F-1: {from: g, to: e}\n  F-2: {from: k, to: l, services: ssh}\n"
        "  F-3: {from: c, to: d, services: ssh}\n  F-4: {from: s, to: web, services: ssh}"
    )
    assert sorted((item.rule, item.subject.id) for item in found) == [
        ("cycle", "c"), ("empty-selection", "s"), ("unknown-name", "e"), ("unknown-name", "k"),
    ]  # fmt: skip


def test_an_error_beside_a_refused_address_is_told_too(errors: Errors) -> None:
    found = errors(
        "zones: {void: {owner: aster}}\nassets: {x: {interfaces: {lan: 10.77.0.7}}}\n"
        "flows:\n  F-1: {from: x, to: void, services: ssh}\n  F-2: {from: x, to: wbe, services: ssh}"
    )
    assert [(item.rule, item.subject.id) for item in found] == [
        ("address-outside", "x"), ("empty-end", "F-1"), ("unknown-name", "F-2"),
    ]  # fmt: skip
