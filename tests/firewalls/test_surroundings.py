"""A doubt that a change leaves alone is the same before and after; what it hangs on is never under-estimated."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest
from doubtful_configurations import (
    ASA,
    AWAY,
    AWAY_LINE,
    FILTER,
    FORTIGATE,
    IOS,
    LAST,
    NIGHT,
    NXOS,
    PANOS,
    REPLIES,
    REST,
    SRX,
    TIME,
    WEB,
    ZONED,
)

from cloison.flows.configuring import surroundings
from cloison.flows.configuring.load import read_all
from cloison.flows.configuring.surroundings import Surroundings
from cloison.flows.verify import verify
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import compile_network

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
INSIDE, OUTSIDE, REMOVES, OPEN = ("inside", True), ("outside", True), ("removes", True), ("inside", False)
CASES = {
    "ios: nothing": (IOS, "", "", INSIDE),
    "ios: a list is elsewhere": (
        IOS,
        "interface Ethernet0/1",
        "ip access-list extended NEW\n permit ip any any\ninterface Ethernet0/1",
        INSIDE,
    ),
    "ios: a rule inside": (IOS.replace(WEB, ""), REST, WEB + REST, INSIDE),
    "ios: a rule outside, of a new group": (
        IOS.replace("ip access-list", "object-group network n\n host 10.2.0.9\nip access-list", 1),
        REST,
        " permit tcp 10.1.0.0 0.0.0.255 object-group n eq 22\n" + REST,
        OUTSIDE,
    ),
    "ios: a rule that goes": (IOS, WEB, "", REMOVES),
    "ios: the rule itself": (IOS, "eq 80 time-range", "eq 81 time-range", OPEN),
    "ios: its time": (IOS, "22:00", "21:00", OPEN),
    "ios: its time is gone": (IOS, "time-range night\n periodic daily 22:00 to 23:00\n", "", OPEN),
    "ios: its time is renamed": (IOS, "time-range night\n periodic", "time-range nights\n periodic", OPEN),
    "ios: a nested group": (IOS, " host 10.2.0.11\n", " host 10.2.0.11\n host 10.2.0.12\n", OPEN),
    "ios: the order of a group": (
        IOS,
        " host 10.2.0.10\n group-object more\n",
        " group-object more\n host 10.2.0.10\n",
        OPEN,
    ),
    "ios: a name in other case": (
        IOS,
        "time-range night\n periodic daily 22:00",
        "time-range NIGHT\n periodic daily 21:00",
        OPEN,
    ),
    "ios: one more definition": (
        IOS,
        "ip access-list",
        "time-range night\n periodic weekend 1:00 to 2:00\nip access-list",
        OPEN,
    ),
    "ios: what has no name": (IOS, "interface Ethernet0/0", "clock timezone CET 1\ninterface Ethernet0/0", OPEN),
    "ios: a definition is taken away": (IOS, "ip access-list", "no time-range night\nip access-list", OPEN),
    "ios: it is taken away before": (AWAY, TIME + AWAY_LINE, AWAY_LINE + TIME, OPEN),
    "ios: it moves past a rule that decides": (IOS, NIGHT + WEB, WEB + NIGHT, INSIDE),
    "ios: remarks and banners": (
        IOS,
        "ip access-list extended IN\n",
        "ip access-list extended IN\n remark all\n",
        INSIDE,
    ),
    "ios: a counter": (IOS, "time-range night\n permit", "time-range night (7 matches)\n permit", INSIDE),
    "ios: what is reflected": (REPLIES, "host 10.1.0.8 reflect", "host 10.1.0.9 reflect", ("outside", False)),
    "ios: a rule before what is reflected": (REPLIES, " permit udp any host 10.1.0.7\n", "", OPEN),
    "ios: one more reflects": (REPLIES, "host 10.1.0.7\n", "host 10.1.0.7 reflect seen\n", OPEN),
    "ios: beside a reflexive list": (REPLIES, WEB, "", REMOVES),
    "zones: another pair": (ZONED, "host 10.1.0.7 eq 22", "host 10.1.0.7 eq 23", OUTSIDE),
    "zones: a pair goes": (
        ZONED,
        "zone-pair security back source zb destination za\n service-policy type inspect bac\n",
        "",
        INSIDE,
    ),
    "zones: another class of the pair": (ZONED, " class type inspect web\n  inspect\n", "", REMOVES),
    "zones: the class": (ZONED, " match access-group name ABSENT\n", " match access-group name OTHER\n", OPEN),
    "zones: a nested class": (ZONED, " match protocol tcp\n", " match protocol udp\n", OPEN),
    "zones: one more in a nested class": (
        ZONED,
        " match protocol tcp\n",
        " match protocol tcp\n match protocol udp\n",
        OPEN,
    ),
    "zones: the list becomes known": (
        ZONED,
        "interface Ethernet0/0",
        "ip access-list extended ABSENT\n permit tcp any any eq 25\ninterface Ethernet0/0",
        OPEN,
    ),
    "zones: what is done": (ZONED, " class type inspect odd\n  inspect\n", " class type inspect odd\n  pass\n", OPEN),
    "zones: a parameter of inspection": (
        ZONED.replace("odd\n  inspect\n", "odd\n  inspect par\n")
        + "parameter-map type inspect par\n max-incomplete low 5\n",
        "low 5",
        "low 6",
        OPEN,
    ),
    "asa: a rule inside": (ASA.replace(" object plain eq 443", " object plain eq 444"), "eq 444", "eq 443", INSIDE),
    "asa: an object and a rule outside": (
        ASA,
        LAST,
        "access-list in extended permit tcp 10.1.0.0 255.255.255.0 host 10.2.0.9 eq 22\n" + LAST,
        OUTSIDE,
    ),
    "asa: an object changes": (ASA, " host 10.2.0.10", " host 10.2.0.9", OUTSIDE),
    "asa: a rule goes": (
        ASA,
        "access-list in extended permit tcp 10.1.0.0 255.255.255.0 object plain eq 443\n",
        "",
        REMOVES,
    ),
    "asa: the name behind a group": (ASA, "one.example", "two.example", OPEN),
    "asa: its time": (ASA, "22:00", "21:00", OPEN),
    "asa: its group": (
        ASA,
        " network-object object host\n",
        " network-object object host\n network-object object plain\n",
        OPEN,
    ),
    "asa: who resolves the name": (
        ASA,
        "object-group network",
        "dns server-group DefaultDNS\n name-server 10.9.9.9\nobject-group network",
        OPEN,
    ),
    "asa: its object is translated": (
        ASA,
        " host 10.2.0.10\n",
        " host 10.2.0.10\n nat (b0,a0) static 10.1.0.99\n",
        OPEN,
    ),
    "asa: the sum of the file": (ASA + "Cryptochecksum:1234\n", "Cryptochecksum:1234", "Cryptochecksum:5678", INSIDE),
    "nxos: a rule outside": (NXOS, "  90 deny", "  30 permit tcp 10.1.0.0/24 10.2.0.9/32 eq 22\n  90 deny", OUTSIDE),
    "nxos: a rule goes": (NXOS, "  20 permit tcp 10.1.0.0/24 10.2.0.10/32 eq 443\n", "", REMOVES),
    "nxos: another group": (
        NXOS,
        "ip access-list",
        "object-group ip address x\n  10 host 10.2.0.3\nip access-list",
        INSIDE,
    ),
    "nxos: its group": (NXOS, "  10 host 10.2.0.10\n", "  10 host 10.2.0.10\n  20 host 10.2.0.11\n", OPEN),
    "fortigate: a policy goes": (FORTIGATE, FORTIGATE[FORTIGATE.index("    edit 2\n") : -4], "", REMOVES),
    "fortigate: an object of another policy": (FORTIGATE, "set subnet 10.2.0.10", "set subnet 10.2.0.9", OUTSIDE),
    "fortigate: the name behind a group": (FORTIGATE, "one.example", "two.example", OPEN),
    "fortigate: a name of two words": (
        FORTIGATE,
        'edit "one name"\n',
        'edit "one name"\n        set comment "x"\n',
        OPEN,
    ),
    "fortigate: the version": (FORTIGATE, "7.4.1", "7.0.1", OPEN),
    "fortigate: what has no name": (
        FORTIGATE,
        "config firewall address\n",
        "config system dns\n    set primary 10.9.9.9\nend\nconfig firewall address\n",
        OPEN,
    ),
    "fortigate: itself": (FORTIGATE, 'set service "HTTP"\n', 'set service "SMTP"\n', OPEN),
    "panos: an object of another rule": (PANOS, "<ip-netmask>10.2.0.10<", "<ip-netmask>10.2.0.9<", OUTSIDE),
    "panos: a rule goes": (PANOS, PANOS[PANOS.index('<entry name="r2">') : PANOS.index("</rules>")], "", REMOVES),
    "panos: the name behind a group": (PANOS, "one.example", "two.example", OPEN),
    "panos: its group": (PANOS, "<member>one name</member>", "<member>one name</member><member>web</member>", OPEN),
    "panos: its service": (PANOS, "<port>80</port>", "<port>81</port>", OPEN),
    "panos: what a tag may choose": (PANOS, "10.2.0.11", "10.2.0.12", OPEN),
    "panos: what has no name": (PANOS, "<network><interface>", "<deviceconfig/><network><interface>", OPEN),
    "srx: a policy goes": (
        SRX,
        SRX[SRX.index("            policy p2") : SRX.index("        }\n    }\n    zones")],
        "",
        REMOVES,
    ),
    "srx: an address of another policy": (SRX, "web 10.2.0.10/32", "web 10.2.0.9/32", OUTSIDE),
    "srx: the name behind a set": (SRX, "one.example", "two.example", OPEN),
    "srx: its set": (SRX, 'grp { address "one name"; }', 'grp { address "one name"; address web; }', OPEN),
    "srx: its application": (SRX, "destination-port 80", "destination-port 81", OPEN),
    "srx: what has no name": (SRX, "version 21.4R1;", "version 21.4R1;\nsystem { name-server { 10.9.9.9; } }", OPEN),
    "srx: the release": (SRX, "21.4R1", "12.1R1", OPEN),
    "srx: a book of the zone": (
        SRX,
        "security-zone za {",
        "security-zone zb { address-book { address grp 10.2.0.77/32; } }\n        security-zone za {",
        OPEN,
    ),
    "filter: a term goes": (FILTER, FILTER[FILTER.index("            term t2") : -15], "", REMOVES),
    "filter: a list of another term": (FILTER, "web { 10.2.0.10/32", "web { 10.2.0.9/32", OUTSIDE),
    "filter: its list": (FILTER, "odd { 10.2.0.10/32", "odd { 10.2.0.11/32", OPEN),
    "filter: its policer": (FILTER, "1m", "2m", OPEN),
    "filter: its list is made of other statements": (
        FILTER.replace(
            "odd { 10.2.0.10/32;", 'odd { 10.2.0.10/32; apply-path "interfaces <*> unit <*> family inet address <*>";'
        ),
        "web { 10.2.0.10/32",
        "web { 10.2.0.9/32",
        ("outside", False),
    ),
    "nxos: what is about a whole list": (NXOS, "  10 permit", "  fragments permit-all\n  10 permit", OPEN),
    "nxos: itself": (NXOS, "dscp ef", "dscp cs1", OPEN),
}


@pytest.mark.parametrize("case", CASES)
def test_a_doubt_is_the_same_where_nothing_that_it_hangs_on_changes(case: str, tmp_path: Path) -> None:
    text, old, new, wanted = CASES[case]
    assert not old or text.count(old) == 1, "the case changes one place"
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    network = compile_network(read_map(tmp_path / "map.yaml"), date(2026, 11, 30))
    for name, written in (("old", text), ("new", text.replace(old, new) if old else text)):
        (tmp_path / f"{name}.conf").write_text(written, encoding="utf-8")
    after, before = (read_all([f"fw={tmp_path / name}.conf"], network.assets) for name in ("new", "old"))
    (change,) = verify(network, after, before).changes or ()
    assert (change.gate, change.decided) == wanted


def told(pieces: list[tuple[str, str]]) -> Surroundings:
    """Return surroundings of pieces with their names, nothing for what has none."""

    def fill(into: Surroundings) -> None:
        for name, text in pieces:
            if name:
                into.define(name, text)
            else:
                into.other(text)

    return Surroundings(fill)


def test_a_definition_without_a_name_bears_on_everything_and_leads_on() -> None:
    first, second = (told([('""', "n1"), ("n1", own)]).under("x") for own in ("w1", "w2"))
    assert first != second


def test_what_would_take_too_long_is_not_told_apart_from_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = [(f"n{number}", f"n{number + 1}") for number in range(50)]
    assert told(chain).under("n0") is not None
    monkeypatch.setattr(surroundings, "_MOST", 40)
    assert told(chain).under("n0") is None
    assert told([("", "n0"), *chain]).under("x") is None, "what bears on everything was not found whole"


def hangs(pieces: list[tuple[str, str]], text: str) -> set[int]:
    """Return the pieces that a text hangs on, by trying until nothing is added."""
    found = {number for number, (name, _) in enumerate(pieces) if not name}
    while True:
        said = {word for number in found for word in pieces[number][1].split()} | set(text.split())
        more = {number for number, (name, _) in enumerate(pieces) if name in said} | found
        if more == found:
            return found
        found = more


@pytest.mark.parametrize("seed", range(200))
def test_any_change_of_what_a_text_hangs_on_is_seen_and_no_other(seed: int) -> None:
    dice = random.Random(seed)
    names = [f"n{number}" for number in range(dice.randint(1, 8))]
    words = [*names, *(f"w{number}" for number in range(6)), "unknown"]
    pieces = [
        (dice.choice([*names, *names, ""]) if dice.random() < 0.9 else "",
         " ".join(dice.choice(words) for _ in range(dice.randint(1, 3))))
        for _ in range(dice.randint(1, 9))
    ]  # fmt: skip
    text = " ".join(dice.choice(words) for _ in range(dice.randint(1, 3)))
    before, held = told(pieces).under(text), hangs(pieces, text)
    assert before is not None
    for number, (name, own) in enumerate(pieces):
        for changed in ((name, f"{own} more"), (f"{name}x" if name else "new", own)):
            other = [*pieces[:number], changed, *pieces[number + 1 :]]
            if number in held:
                assert told(other).under(text) != before
            elif changed[0] == name:
                assert told(other).under(text) == before
        gone = [*pieces[:number], *pieces[number + 1 :]]
        assert (told(gone).under(text) == before) == (number not in held)
    said = {word for number in held for word in pieces[number][1].split()} | set(text.split())
    assert (told([*pieces, ("unknown", "w0")]).under(text) == before) == ("unknown" not in said)
    assert told(pieces).under(f"{text} w0") != before
