"""A change of a configuration: what it opens and closes, as exact sets, and the gate: inside, outside, removes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cloison.flows.configuring.load import read_all
from cloison.flows.verify import Verification, verify
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import compile_network
from cloison.netmodel.space.addresses import prefixes

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))
import in_process

MAP = """\
cloison: 1
name: small
parties: {us: {kind: provider, country: FR}}
zones:
  a: {owner: us, nature: production, sensitivity: internal, domain: processing}
  b: {owner: us, nature: production, sensitivity: internal, domain: processing}
subnets:
  a-lan: {cidr: 10.1.0.0/24, zone: a}
  b-lan: {cidr: 10.2.0.0/24, zone: b}
assets:
  fw: {functions: filtering, owner: us, interfaces: {a0: 10.1.0.1, b0: 10.2.0.1}}
  web: {owner: us, interfaces: {lan: 10.2.0.10}}
interconnections:
  core: {between: [a, b], through: fw}
flows:
  F-1: {from: a, to: web, services: [tcp/80, tcp/443], responsible: net, justification: {kind: business, text: t}}
"""
RULES = """\
table inet filter {{
  chain forward {{
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
{rules}
  }}
}}
"""


Changed = Callable[..., Verification]


def cloison(*words: str) -> in_process.Done:
    return in_process.run(Path(), *words)


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """Return what verifies a change from some rules to others."""
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    network = compile_network(read_map(tmp_path / "map.yaml"), date(2026, 11, 30))

    def run(old: list[str], new: list[str]) -> Verification:
        for name, rules in (("old", old), ("new", new)):
            text = RULES.format(rules="\n".join(f"    {rule}" for rule in rules))
            (tmp_path / f"{name}.nft").write_text(text, encoding="utf-8")
        configurations = read_all([f"fw={tmp_path / 'new.nft'}"], network.assets)
        return verify(network, configurations, read_all([f"fw={tmp_path / 'old.nft'}"], network.assets, "--base"))

    return run


HTTP = "ip saddr 10.1.0.0/24 ip daddr 10.2.0.10 tcp dport 80 accept"
HTTPS = "ip saddr 10.1.0.0/24 ip daddr 10.2.0.10 tcp dport 443 accept"
WIDE = "ip saddr 10.1.0.0/24 ip daddr 10.2.0.0/28 tcp dport 443 accept"
SSH = "ip saddr 10.1.0.7 ip daddr 10.2.0.10 tcp dport 22 accept"


def test_a_change_inside_the_matrix_may_be_merged_alone(changed: Changed) -> None:
    found = changed([HTTP], [HTTP, HTTPS])
    assert found.changes is not None
    (change,) = found.changes
    assert (change.gate, change.closed, found.differs) == ("inside", (), False)
    (opened,) = change.opened
    assert (opened.lines, opened.unlisted) == (("F-1",), None)
    assert [prefixes(box.target) for box in opened.boxes] == [("10.2.0.10",)]


def test_a_change_outside_names_a_packet_that_no_line_authorises(changed: Changed) -> None:
    (change,) = changed([HTTP], [HTTP, WIDE]).changes or ()
    assert change.gate == "outside"
    (opened,) = change.opened
    assert opened.lines == ("F-1",), "a part of it is authorised"
    assert opened.unlisted is not None
    assert prefixes(opened.boxes[0].target) == ("10.2.0.0", "10.2.0.2/31", "10.2.0.4/30", "10.2.0.8/29"), "not itself"


def test_what_was_open_already_is_not_opened_again(changed: Changed) -> None:
    (change,) = changed([WIDE], [HTTPS, WIDE]).changes or ()
    assert (change.gate, change.opened, change.closed) == ("inside", (), ())
    (change,) = changed([WIDE], [HTTPS]).changes or ()
    assert (change.gate, change.opened) == ("inside", ()), "it closes what no line authorises"
    assert [item.lines for item in change.closed] == [()]


def test_closing_an_authorised_flow_shuts_the_gate_and_outside_comes_first(changed: Changed) -> None:
    (change,) = changed([HTTP, HTTPS], [HTTP]).changes or ()
    assert change.gate == "removes"
    assert [item.lines for item in change.closed] == [("F-1",)]
    both = changed([HTTP, HTTPS], [HTTP, SSH])
    assert both.differs
    assert [item.gate for item in both.changes or ()] == ["outside"]


def test_a_rule_that_is_in_doubt_leaves_the_gate_undecided(changed: Changed) -> None:
    found = changed([HTTP], [HTTP, "ip saddr 10.1.0.0/24 ip daddr 10.2.0.10 tcp dport 443 limit rate 3/second accept"])
    (change,) = found.changes or ()
    assert change.gate == "inside"
    assert (change.decided, found.differs, found.undecided) == (False, False, True)


LIMITED = "ip saddr 10.1.0.0/24 ip daddr 10.2.0.10 tcp dport 443 limit rate 3/second accept"
BLOCKED = "ip saddr 10.1.0.0/24 ip daddr 10.2.0.0/24 meta mark 7 drop"


def test_a_doubt_that_does_not_change_leaves_the_change_decided(changed: Changed) -> None:
    (change,) = changed([LIMITED], [LIMITED, HTTP]).changes or ()
    assert (change.gate, change.decided, change.closed) == ("inside", True, ())
    assert [item.lines for item in change.opened] == [("F-1",)]
    (change,) = changed([BLOCKED, LIMITED], [BLOCKED, LIMITED, SSH]).changes or ()
    assert (change.gate, change.decided) == ("outside", True), "where no mark is set, it passes"
    assert len(change.opened) == 1


def test_a_rule_that_moves_before_a_doubtful_one_may_open(changed: Changed) -> None:
    (change,) = changed([BLOCKED, SSH], [SSH, BLOCKED]).changes or ()
    assert (change.gate, change.decided) == ("outside", True), "a marked packet was dropped and is not any more"
    (change,) = changed([LIMITED, BLOCKED, HTTPS], [LIMITED, BLOCKED]).changes or ()
    assert change.gate == "removes", "where neither holds, the line was permitted"


@pytest.mark.parametrize(
    ("old", "new", "code", "gate"),
    [
        ([HTTP], [HTTP, HTTPS], 0, "inside"),
        ([HTTP], [HTTP, SSH], 1, "outside"),
        ([HTTP, HTTPS], [HTTP], 1, "removes"),
    ],
)
def test_the_command_says_the_gate(
    changed: Changed, tmp_path: Path, old: list[str], new: list[str], code: int, gate: str
) -> None:
    changed(old, new)
    words = ["verify", str(tmp_path / "map.yaml"), "--config", f"fw={tmp_path / 'new.nft'}",
             "--base", f"fw={tmp_path / 'old.nft'}", "--format", "json"]  # fmt: skip
    done = cloison(*words)
    assert done.returncode == code, done.stderr
    answer = json.loads(done.stdout)
    assert answer["schema"] == "cloison.verify/1"
    assert answer["change"]["gate"] == gate
    assert {"opened", "closed"} <= answer["change"].keys()
    text = cloison(*words[:-1], "markdown").stdout
    assert "10.2.0.10" in text


NAMED = """\
ASA Version 9.16(1)
interface GigabitEthernet0/0
 nameif a0
 security-level 0
 ip address 10.1.0.1 255.255.255.0
interface GigabitEthernet0/1
 nameif b0
 security-level 100
 ip address 10.2.0.1 255.255.255.0
object network srv
 fqdn v4 {name}
access-list in extended permit tcp 10.1.0.0 255.255.255.0 object srv eq 80
{rule}access-list in extended deny ip any any
access-group in in interface a0
"""
MORE = "access-list in extended permit tcp 10.1.0.0 255.255.255.0 host 10.2.0.10 eq 443\n"


@pytest.mark.parametrize(
    ("name", "rule", "decided"),
    [("one.example", "", True), ("one.example", MORE, True), ("two.example", "", False), ("two.example", MORE, False)],
)
def test_a_doubt_that_hangs_on_another_statement_is_not_the_same_when_that_changes(
    tmp_path: Path, name: str, rule: str, decided: bool
) -> None:
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    network = compile_network(read_map(tmp_path / "map.yaml"), date(2026, 11, 30))
    for file, text in (("old", NAMED.format(name="one.example", rule="")), ("new", NAMED.format(name=name, rule=rule))):
        (tmp_path / f"{file}.conf").write_text(text, encoding="utf-8")
    new, old = (read_all([f"fw={tmp_path / file}.conf"], network.assets) for file in ("new", "old"))
    (change,) = verify(network, new, old).changes or ()
    assert (change.gate, change.decided) == ("inside", decided)
    assert verify(network, new, old).report().data["change"]["gate"] == ("inside" if decided else "undecided")


RING = """\
cloison: 1
name: ring
parties: {us: {kind: provider, country: FR}}
zones:
  a: {owner: us, nature: production, sensitivity: internal, domain: processing, transit: true}
  b: {owner: us, nature: production, sensitivity: internal, domain: processing, transit: true}
  c: {owner: us, nature: production, sensitivity: internal, domain: processing, transit: true}
subnets:
  a-lan: {cidr: 10.1.0.0/24, zone: a}
  b-lan: {cidr: 10.2.0.0/24, zone: b}
  c-lan: {cidr: 10.3.0.0/24, zone: c}
assets:
  fw: {functions: filtering, owner: us, interfaces: {a0: 10.1.0.1, b0: 10.2.0.1}}
interconnections:
  core: {between: [a, b], through: fw}
  side: {between: [b, c]}
  back: {between: [c, a]}
flows:
  F-1: {from: c-lan, to: b-lan, services: tcp/443, via: [back, core], responsible: net,
        justification: {kind: business, text: t}}
"""
EITHER = ["ip saddr 10.3.0.0/24 ip daddr 10.2.0.0/24 tcp dport 443 accept"]
ONE = ['iifname "a0" ip saddr 10.3.0.0/24 ip daddr 10.2.0.0/24 tcp dport 443 accept']
WRONG = ['iifname "a0" ip saddr 10.3.0.0/24 ip daddr 10.2.0.0/24 tcp dport 22 accept']


@pytest.mark.parametrize(
    ("old", "new", "decided"),
    [
        (ONE, ONE, True),  # nothing changes, whichever interface it is
        (ONE, EITHER, True),  # what is there now is equal to the matrix
        (EITHER, ONE, False),  # it may close the line
        (ONE, ONE + WRONG, False),  # it may open what no line authorises
    ],
)
def test_an_interface_in_doubt_leaves_open_only_what_hangs_on_it(
    tmp_path: Path, old: list[str], new: list[str], decided: bool
) -> None:
    (tmp_path / "map.yaml").write_text(RING, encoding="utf-8")
    network = compile_network(read_map(tmp_path / "map.yaml"), date(2026, 11, 30))
    for name, rules in (("old", old), ("new", new)):
        text = RULES.format(rules="\n".join(f"    {rule}" for rule in rules))
        (tmp_path / f"{name}.nft").write_text(text, encoding="utf-8")
    after, before = (read_all([f"fw={tmp_path / name}.nft"], network.assets) for name in ("new", "old"))
    found = verify(network, after, before)
    (change,) = found.changes or ()
    assert (change.gate, change.decided) == ("inside", decided)
    assert found.report().data["change"]["gate"] == ("inside" if decided else "undecided")
