"""The annual review: what each topic finds and leaves alone, what is decided once, and where decisions stand."""

from __future__ import annotations

import itertools
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flows_world import capture_of, judged, network_of, talk

from cloison.flows import agenda
from cloison.flows import table as bits
from cloison.flows.audit import Options
from cloison.flows.audit import audit as audit_of
from cloison.flows.review import Asked, Review, decisions_table, points_of, review, review_report
from cloison.flows.reviewing.closing import manifest, recorded
from cloison.flows.reviewing.deciding import chosen, decided
from cloison.flows.reviewing.decisions import Decision, Decisions, Word, read_decisions
from cloison.flows.reviewing.items import Item, Items, is_state, items_of, says_the_same
from cloison.flows.reviewing.matter import Matter
from cloison.flows.reviewing.standing import How, refusals, standing
from cloison.netmodel.assurance.assess import assess_network
from cloison.netmodel.comparison import compare
from cloison.netmodel.finding import LANGS, MapError, Span
from cloison.netmodel.network import Network
from cloison.netmodel.registry import load

MAP = """
cloison: 1
name: Petit nuage
parties: {p: {kind: provider}, t1: {kind: tenant, labels: {n: "1"}}, t2: {kind: tenant, labels: {n: "2"}}}
zones:
  one: {owner: p, nature: production, sensitivity: internal, domain: processing}
  two: {owner: p, nature: production, sensitivity: internal, domain: processing}
subnets:
  one-lan: {cidr: 10.1.0.0/24, zone: one}
  two-lan: {cidr: 10.2.0.0/24, zone: two}
assets:
  web: {interfaces: {lan: 10.1.0.10}}
  db: {interfaces: {lan: 10.2.0.10}}
  idle: {interfaces: {lan: 10.2.0.20}}
interconnections: {all: {between: [one, two]}}
flows:
  F-1: {from: web/lan, to: db/lan, services: https, responsible: ops, approved: {by: Ada, on: 2026-01-05}}
  F-2: {from: one-lan, to: two-lan, services: [ssh, tcp/7000-7100], responsible: ops,
    approved: [{by: Zoe, on: 2024-01-05}, {by: Eve, on: 2025-01-05}]}
  F-3: {from: two-lan, to: one-lan, services: telnet, expires: 2026-02-01, approved: {by: ops, on: 2026-01-05},
    compensating: [{kind: procedure}]}
  F-4: {from: two-lan, to: one-lan, services: https, expires: 2026-06-01, responsible: Ada}
repeat:
  - for: {t: {parties: {kind: tenant}}}
    flows:
      T-1.<t>: {from: two-lan, to: web/lan, services: tcp/700<t.n>, expires: 2026-04-01, responsible: ops,
        approved: {by: Ada, on: 2026-01-05}}
waivers:
  - {rule: unsafe-service, on: F-3, why: until it is replaced, by: Ada, until: 2026-12-31}
reviews:
  - {on: 2026-01-10, by: [Ada, Ben]}
"""


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return network_of(MAP, tmp_path_factory.mktemp("map"))


def made(network: Network, decisions: Decisions | None = None, **more: object) -> Review:
    matter = replace(Matter(network, assess_network(network)), **more)
    return review(matter, decisions or Decisions(""))


def topic(found: Review, name: str) -> Asked:
    return next(asked for asked in found.agenda if asked.topic.name == name)


def subjects(found: Review, name: str) -> list[tuple[str, int]]:
    return [(point.subject.id, point.count) for point in topic(found, name).points]


def test_every_topic_has_a_test() -> None:
    tested = {"expired", "unseen", "broader", "unsafe", "responsible", "approver", "acceptances", "findings",
              "observed", "configured", "unfinished", "changed"}  # fmt: skip
    assert set(load(agenda, "TOPIC")) == tested


def test_lines_that_expired_or_soon_will(network: Network) -> None:
    """On 2026-03-10 F-3 is past its date, both lines of the fragment end in April, and F-4 ends in 83 days."""
    assert subjects(made(network), "expired") == [("F-3", 1), ("F-4", 1), ("T-1.<t>", 2)]
    early = replace(network, at=date(2026, 1, 20))
    assert subjects(made(early), "expired") == [("F-3", 1), ("T-1.<t>", 2)]


def test_unsafe_services(network: Network) -> None:
    assert subjects(made(network), "unsafe") == [("F-3", 1)]


def test_lines_that_nobody_answers_for(network: Network) -> None:
    assert subjects(made(network), "responsible") == [("F-3", 1), ("F-4", 1)]


def test_who_approved_and_answers_for_nothing_any_longer(network: Network) -> None:
    """Of several approvals the last counts (Eve's); Ada took part in the last review, ops is responsible of lines."""
    found = made(network)
    assert subjects(found, "approver") == [("F-2", 1)]
    assert topic(found, "approver").points[0].message.values["by"] == "Eve"


def test_waivers_and_declarations(network: Network) -> None:
    found = made(network)
    assert subjects(found, "acceptances") == [("unsafe-service F-3", 1)]
    assert "waiver:unsafe-service:F-3" in points_of(found)


def test_unresolved_findings_are_those_that_stand(network: Network) -> None:
    found = made(network)
    standing_ones = [item for item in found.matter.assessment.findings if item.stands and item.severity != "note"]
    assert [point.message for point in topic(found, "findings").points] == [item.message for item in standing_ones]
    assert standing_ones
    assert all(item.waiver is None for item in standing_ones)


def test_what_nobody_gave_is_not_looked_at(network: Network) -> None:
    found = made(network)
    absent = {asked.topic.name for asked in found.agenda if asked.absent is not None}
    assert absent == {"unseen", "broader", "observed", "configured", "unfinished", "changed"}
    assert not any(asked.points for asked in found.agenda if asked.absent is not None)


def test_lines_never_seen_and_broader_than_seen(network: Network) -> None:
    audit = judged(network, talk("10.1.0.10", "10.2.0.10", 443), talk("10.1.0.30", "10.2.0.10", 7001),
                   talk("192.168.7.9", "10.2.0.10", 443))  # fmt: skip
    found = made(network, audit=audit)
    assert subjects(found, "unseen") == [("F-4", 1), ("T-1.<t>", 2)]  # F-3 is not live, F-1 and F-2 were seen
    assert {name for name, _ in subjects(found, "broader")} == {"F-2"}
    assert subjects(found, "observed") == [("192.168.7.0/24", 1), ("idle", 1)]


def test_what_captures_do_not_show_is_not_never_seen(tmp_path: Path) -> None:
    """A line to a place that no capture shows, one that shows each end at another probe, one that begins afterwards,
    one of which only a refuted conversation was seen; and the inventory likewise."""
    text = MAP.replace("zones:\n", """zones:
  far: {owner: p, nature: production, sensitivity: internal, domain: processing}
  near: {owner: p, nature: production, sensitivity: internal, domain: processing}
""", 1).replace("subnets:\n", "subnets:\n  far-lan: {cidr: 10.3.0.0/24, zone: far}\n"
                "  near-lan: {cidr: 10.4.0.0/24, zone: near}\n", 1).replace(
        "between: [one, two]", "between: [one, two, far, near]").replace("assets:\n", """assets:
  hidden: {interfaces: {lan: 10.3.0.10}}
  out: {functions: filtering, interfaces: {a: 10.1.0.1, b: 10.4.0.1}}
  ids-a: {functions: probe, watches: out/a}
  ids-b: {functions: probe, watches: out/b}
""", 1).replace("flows:\n", """flows:
  G-1: {from: one-lan, to: far-lan, services: ssh, responsible: ops}
  G-2: {from: one-lan, to: near-lan, services: ssh, responsible: ops}
  G-3: {from: one-lan, to: two-lan, services: smtp, responsible: ops, starts: 2026-04-01}
""", 1)  # fmt: skip
    network = network_of(text, tmp_path, date(2026, 5, 1))
    seen = [("ids-a", capture_of(talk("10.1.0.30", "10.2.0.10", 7001))),
            ("ids-b", capture_of(talk("10.4.0.30", "10.4.0.31", 22), file="b.pcap"))]  # fmt: skip
    found = made(network, audit=audit_of(network, seen, Options()))
    said = {point.subject.id: point.message.say("en").split(":")[0] for point in topic(found, "unseen").points}
    assert said["G-1"] == said["G-2"] == "no capture shows both of its ends"
    assert said["G-3"] == "was not in force when the captures were made"
    assert said["F-1"] == "never seen in captures from 2026-03-10 to 2026-03-10"
    assert "F-2" not in said
    hidden = topic(found, "observed").points[-1]
    assert (hidden.subject.kind, hidden.message.values["n"]) == ("map", 1)
    assert ("hidden", 1) not in subjects(found, "observed")
    assert ("idle", 1) in subjects(found, "observed")

    both = [("", capture_of(talk("10.1.0.30", "10.2.0.10", 7001), talk("10.4.0.30", "10.4.0.31", 22)))]
    found = made(network, audit=audit_of(network, both, Options()))
    said = {point.subject.id: point.message.say("en") for point in topic(found, "unseen").points}
    assert said["G-2"].startswith("never seen")  # one capture shows both of its ends
    assert said["G-1"].startswith("no capture")


def test_a_line_of_which_only_refuted_conversations_were_seen(tmp_path: Path) -> None:
    text = MAP.replace("https, responsible: ops", "https, encryption: {protocol: tls}, responsible: ops")
    claims = network_of(text, tmp_path)
    clear = talk("10.1.0.10", "10.2.0.10", 443)
    plain = clear | {"evidence": clear["evidence"] | bits.PAYLOAD_AB | bits.SAID_CLEARTEXT}
    audit = judged(claims, plain)
    said = {point.subject.id: point.message.say("en") for point in topic(made(claims, audit=audit), "unseen").points}
    assert said["F-1"] == "seen only otherwise than it says: 1 conversation"


def test_what_was_seen_and_no_line_authorises_is_a_finding(network: Network) -> None:
    """Remote desktop from one to two is in no line: no rule of the map says so, the captures do."""
    audit = judged(network, talk("10.1.0.10", "10.2.0.10", 443), talk("10.1.0.30", "10.2.0.10", 3389))
    found = made(network, audit=audit)
    said = [point.message.say("en") for point in topic(found, "findings").points]
    assert any("tcp/3389" in one for one in said)
    report = review_report(found)
    assert "sources" in {table.id for table in report.tables}
    assert any("2 conversations" in one.say("en") for one in report.summary)


def test_each_party_s_last_approval_counts(tmp_path: Path) -> None:
    """One tenant approves in 2024 by someone who left, the other later by someone who answers for a line."""
    text = MAP.replace("approved: {by: Ada, on: 2026-01-05}}\n  F-2", """approved: [
    {by: Left, on: 2024-01-05, party: t1}, {by: Ada, on: 2025-01-05, party: t2}, {by: Gone, on: 2023-01-05, party: t2}]}
  F-2""")
    found = made(network_of(text, tmp_path))
    by = [point.message.values["by"] for point in topic(found, "approver").points if point.subject.id == "F-1"]
    assert by == ["Left"]


def test_of_two_reviews_of_one_day_the_later_recorded_counts(tmp_path: Path) -> None:
    text = MAP.replace("- {on: 2026-01-10, by: [Ada, Ben]}",
                       "- {on: 2026-01-10, by: [Ben]}\n  - {on: 2026-01-10, by: [Eve]}")  # fmt: skip
    by = {point.message.values["by"] for point in topic(made(network_of(text, tmp_path)), "approver").points}
    assert "Eve" not in by


@pytest.mark.parametrize("months", [24_000, 25_000, 10**9])
def test_more_months_than_the_calendar_has(network: Network, months: int) -> None:
    audit = judged(network, talk("10.1.0.10", "10.2.0.10", 443))
    assert ("F-1", 1) not in subjects(made(network, audit=audit, months=months), "unseen")


def test_a_line_unseen_for_months(network: Network) -> None:
    later = replace(network, at=date(2026, 9, 11))
    audit = judged(network, talk("10.1.0.10", "10.2.0.10", 443))
    assert ("F-1", 1) in subjects(made(later, audit=audit, months=6), "unseen")
    assert ("F-1", 1) not in subjects(made(replace(network, at=date(2026, 9, 10)), audit=audit, months=6), "unseen")
    assert ("F-1", 1) not in subjects(made(later, audit=audit, months=7), "unseen")


def test_what_the_last_review_decided_and_nobody_did(network: Network) -> None:
    state = {item.id: item.state for item in items_of(network).items}
    place = Span("2025.csv", 2)
    earlier = Decisions("2025.csv", (
        Decision("F-1", "remove", ("Ada",), "unused", "whatever", place),
        Decision("F-2", "change", ("Ada",), "too broad", state["F-2"], place),
        Decision("F-3", "change", ("Ada",), "telnet", THEN, place),
        Decision("F-4", "keep", ("Ada",), "", state["F-4"], place),
        Decision("F-9", "remove", ("Ada",), "unused", "whatever", place),
    ))  # fmt: skip
    assert subjects(made(network, earlier=earlier), "unfinished") == [("F-1", 1), ("F-2", 1)]


def test_what_changed_since_the_last_review(network: Network, tmp_path: Path) -> None:
    """Of F-1 another port opens, F-2's range closes, a subnet of a new name and a line without flows of its own."""
    text = MAP.replace("services: https, responsible", "services: [https, tcp/8443], responsible")
    text = text.replace("[ssh, tcp/7000-7100]", "[ssh]").replace("  idle:", "  quiet:")
    changed = network_of(text, tmp_path)
    changes = compare((network, assess_network(network)), (changed, assess_network(changed)))
    found = topic(made(changed, changes=changes), "changed")
    said = [(point.subject.kind, point.subject.id, point.message.say("en").split(" ")[0]) for point in found.points]
    assert ("line", "F-1", "opens") in said
    assert ("line", "F-2", "closes") in said
    assert {name for kind, name, _ in said if kind == "asset"} == {"quiet"}
    same = compare((network, assess_network(network)), (network, assess_network(network)))
    assert topic(made(network, changes=same), "changed").points == ()


def test_what_is_decided(network: Network) -> None:
    """Lines one by one, a fragment once for all of its lines, waivers."""
    items = items_of(network)
    assert [(item.kind, item.id, item.lines) for item in items.items] == [
        ("line", "F-1", ("F-1",)), ("line", "F-2", ("F-2",)), ("line", "F-3", ("F-3",)), ("line", "F-4", ("F-4",)),
        ("fragment", "T-1.<t>", ("T-1.t1", "T-1.t2")), ("waiver", "waiver:unsafe-service:F-3", ()),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "stays"),
    [
        (("by: Ada, on: 2026-01-05}}\n  F-2", "by: Ben, on: 2026-03-01}}\n  F-2"), True),  # approved again
        (("from: web/lan, to: db/lan, services: https,", "services: [https], to: [db/lan], from: web/lan,"), True),
        (("web/lan, to: db/lan, services: https", "web/lan, to: db/lan, services: ssh"), False),
        (("services: https, responsible: ops", "services: https, responsible: sec"), False),
    ],
)
def test_a_state_is_what_a_line_says_but_its_approvals(
    network: Network, tmp_path: Path, change: tuple[str, str], stays: bool
) -> None:
    assert change[0] in MAP
    other = items_of(network_of(MAP.replace(*change), tmp_path)).by_id["F-1"]
    assert (other.state == items_of(network).by_id["F-1"].state) is stays


def test_a_fragment_changes_with_any_of_its_lines(network: Network, tmp_path: Path) -> None:
    other = items_of(network_of(MAP.replace('labels: {n: "2"}', 'labels: {n: "3"}'), tmp_path))
    before = items_of(network)
    changed = {item.id for item in other.items if item.state != before.by_id[item.id].state}
    assert changed == {"T-1.<t>"}


NOW, THEN, MEANS = "aaaaaaaaaaaa-bbbbbbbbbbbb", "cccccccccccc-bbbbbbbbbbbb", "aaaaaaaaaaaa-dddddddddddd"
SPOILT = "1,23457E+11"  # what a spreadsheet may make of digits
EXPECTED: dict[tuple[Word | None, bool, bool], How | None] = {  # decision, its state is that of now, still in the map
    (None, True, True): "undecided",
    ("keep", True, True): "decided",
    ("keep", False, True): "changed",
    ("change", True, True): "to-do",
    ("change", False, True): "decided",
    ("remove", True, True): "to-do",
    ("remove", False, True): "to-do",
    ("keep", True, False): "gone",
    ("change", True, False): "gone",
    ("remove", True, False): "gone",
}


@pytest.mark.parametrize(("word", "same", "there"), EXPECTED)
def test_where_a_decision_stands(word: Word | None, same: bool, there: bool) -> None:
    how = EXPECTED[word, same, there]
    items = Items((Item("line", "F-1", NOW, Span("m", 1), ("F-1",)),) if there else ())
    made_of = () if word is None else (Decision("F-1", word, ("A",), "w", NOW if same else THEN, Span("d", 2)),)
    stand = standing(items, Decisions("d", made_of))
    counted = {name: stand.count(name) for name in ("decided", "undecided", "changed", "to-do", "gone")}
    assert counted == {name: int(name == how) for name in counted}
    closes = how in ("decided", "to-do") or (how == "gone" and word == "remove")
    assert (not refusals(stand)) is closes


@pytest.mark.parametrize(
    ("word", "state", "how"),
    [
        ("keep", MEANS, "changed"),  # the same words authorise other packets
        ("change", MEANS, "to-do"),  # nobody touched the line
        ("keep", SPOILT, "changed"), ("keep", "", "changed"), ("change", SPOILT, "changed"), ("change", "", "changed"),
    ],
)  # fmt: skip
def test_a_decision_of_another_meaning_or_of_no_known_state(word: Word, state: str, how: How) -> None:
    """What is kept holds for the packets it authorised; what was to be changed is not done by a spoilt cell."""
    items = Items((Item("line", "F-1", NOW, Span("m", 1), ("F-1",)),))
    stand = standing(items, Decisions("d", (Decision("F-1", word, ("A",), "w", state, Span("d", 2)),)))
    assert [entry[2] for entry in stand.items.values()] == [how]
    assert bool(refusals(stand)) is (how == "changed")


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (("cidr: 10.2.0.0/24", "cidr: 10.2.0.0/25"), {"F-2", "F-3", "F-4", "T-1.<t>"}),  # what a subnet's name holds
        (("db: {interfaces: {lan: 10.2.0.10}}", "db: {interfaces: {lan: 10.2.0.11}}"), {"F-1"}),
        (("services: {spare: tcp/9}", "services: {spare: tcp/10}"), {"F-5"}),
        (("cloison: 1", "cloison: 1\nvrfs: {another: {}}"), set()),  # a VRF before or after changes no line
        (("name: Petit nuage", "name: Grand nuage"), set()),
    ],
)
def test_a_state_is_what_a_line_authorises_too(tmp_path: Path, change: tuple[str, str], lines: set[str]) -> None:
    text = MAP.replace("flows:\n", "services: {spare: tcp/9}\nflows:\n  F-5: {from: web/lan, to: db/lan, "
                       "services: spare, vrf: default}\n", 1).replace(
        "lan: 10.2.0.10}}", "lan: 10.2.0.10}}").replace("vrf: default", "responsible: ops")  # fmt: skip
    assert change[0] in text
    before = items_of(network_of(text, tmp_path)).by_id
    after = items_of(network_of(text.replace(*change), tmp_path)).by_id
    expected = lines | ({"F-5"} if "F-1" in lines else set())  # both are of the same ends
    assert {name for name in before if before[name].state != after[name].state} == expected
    words = {name for name in before if not says_the_same(before[name].state, after[name].state)}
    assert not words


def test_no_spreadsheet_takes_a_state_for_anything_else(network: Network) -> None:
    for item in items_of(network).items:
        assert is_state(item.state)
        assert not any(sign.isdigit() for sign in item.state)


def test_what_is_called_alike_is_decided_by_itself(tmp_path: Path) -> None:
    """Two waivers of one finding, a line that is called as a waiver, an asset called as a line, fragments alike."""
    text = MAP.replace("flows:\n", """flows:
  "waiver:unsafe-service:F-3": {from: one-lan, to: two-lan, services: ssh, responsible: ops}
""", 1).replace("  idle:", "  F-2:").replace("reviews:", """  - {rule: unsafe-service, on: F-3, why: again, by: Ben,
    until: 2026-12-31}
reviews:""").replace("waivers:", """  - for: {t: {zones: {id: one}}}
    flows:
      T-1.<t>: {from: two-lan, to: web/lan, services: tcp/9999}
waivers:""")  # fmt: skip
    found = made(network_of(text, tmp_path))
    assert [(item.id, item.lines) for item in found.items.items if item.id[0] in "wT"] == [
        ("waiver:unsafe-service:F-3", ("waiver:unsafe-service:F-3",)),
        ("T-1.<t>", ("T-1.t1", "T-1.t2")), ("T-1.<t>:2", ("T-1.one",)),
        ("waiver:unsafe-service:F-3:2", ()), ("waiver:unsafe-service:F-3:3", ()),
    ]  # fmt: skip
    assert len(found.standing.items) == len(found.items.items)
    said = {name: [message.say("en") for message in messages] for name, messages in points_of(found).items()}
    assert not any("F-2 lacks kind" in one for one in said["F-2"])  # that is of the asset
    assert any("accepted by Ada" in one for one in said["waiver:unsafe-service:F-3:2"])
    assert any("accepted by Ben" in one for one in said["waiver:unsafe-service:F-3:3"])


def test_a_waiver_is_told_with_its_own_findings(tmp_path: Path) -> None:
    """Two waivers by the same person, for the same reason, until the same day: only one of them covers anything."""
    text = MAP.replace("reviews:", """  - {rule: unsafe-service, on: F-1, why: until it is replaced, by: Ada,
    until: 2026-12-31}
reviews:""").replace("on: F-3,", "on: F-4,").replace("services: https, expires", "services: telnet, expires")
    found = made(network_of(text, tmp_path))
    counts = {point.subject.id: point.message.values["n"] for point in topic(found, "acceptances").points}
    assert counts == {"unsafe-service F-4": 1, "unsafe-service F-1": 0}


def test_a_table_is_read_as_it_was_written(network: Network, tmp_path: Path) -> None:
    from cloison.diagrams.decisions import decisions_csv

    found = made(network)
    for lang in LANGS:
        path = tmp_path / f"{lang}.csv"
        path.write_bytes(decisions_csv(decisions_table(found), lang))
        assert read_decisions(path).decisions == ()
        full = decided(found, found.items.items, "remove" if lang == "en" else "supprimer", ("Ada", "Ben"), "=1+1")
        path.write_bytes(decisions_csv(decisions_table(full), lang))
        again = read_decisions(path)
        assert [replace(one, place=Span("")) for one in again.decisions] == [
            Decision(item.id, "remove", ("Ada", "Ben"), "=1+1", item.state, Span("")) for item in found.items.items
        ]
        assert "\n'=" not in path.read_text("utf-8-sig")
        assert all(not cell.startswith("=") for line in path.read_text("utf-8-sig").splitlines()
                   for cell in line.split(";"))  # fmt: skip


def test_what_people_wrote_beside_their_decisions_stays(network: Network, tmp_path: Path) -> None:
    """A column of their own, and what there is to look at, where it is read again without the captures."""
    from cloison.diagrams.decisions import decisions_csv

    header = "élément;à examiner;décision;par;motif;état;commentaire;\n"
    rows = "F-2;'=jamais vue;;;;x;demander à Zoé;\nF-1;vue;maintenir;Ada;;x;;\nF-2;;;;;x;relancer;\n"
    table = read(tmp_path, rows, header)
    assert (table.more, table.notes) == (("commentaire",), {"F-2": ("demander à Zoé / relancer",), "F-1": ("",)})
    found = replace(made(network, table), decisions=table)
    kept = {row[0]: row for row in decisions_table(found, kept=True).rows}
    assert (kept["F-2"][2], kept["F-2"][7], kept["F-1"][2]) == ("=jamais vue", "demander à Zoé / relancer", "vue")
    anew = {row[0]: row for row in decisions_table(found).rows}
    assert str(anew["F-2"][2]) != "=jamais vue"
    path = tmp_path / "again.csv"
    path.write_bytes(decisions_csv(decisions_table(found, kept=True), "fr"))
    again = read_decisions(path)
    assert again.more == ("commentaire",)
    assert again.notes["F-2"] == ("demander à Zoé / relancer",)
    assert again.points["F-2"] == "=jamais vue"


@pytest.mark.parametrize("name", ["'(x", "-1+1", "'-x", "''=1", "=A1", "@x", '"-x', "'", "x'"])
def test_an_item_keeps_its_name_whatever_a_spreadsheet_would_make_of_it(
    network: Network, tmp_path: Path, name: str
) -> None:
    from cloison.diagrams.decisions import decisions_csv

    one = replace(items_of(network).items[0], id=name)
    found = made(network)
    decided_so = Decisions("", (Decision(name, "keep", ("Ada",), name, one.state, Span("")),))
    found = replace(found, standing=standing(Items((one,)), decided_so), decisions=decided_so)
    path = tmp_path / "d.csv"
    path.write_bytes(decisions_csv(decisions_table(found), "en"))
    assert [(item.item, item.why) for item in read_decisions(path).decisions] == [(name, name)]


HEADER = "item;decision;by;why;state\n"


def read(folder: Path, rows: str, header: str = HEADER) -> Decisions:
    path = folder / "d.csv"
    path.write_text(header + rows, encoding="utf-8")
    return read_decisions(path)


def refused(folder: Path, rows: str, header: str = HEADER) -> list[tuple[str, int, int]]:
    with pytest.raises(MapError) as error:
        read(folder, rows, header)
    return [(item.rule, item.spans[0].line, item.spans[0].column) for item in error.value.findings]


def test_two_reviewers_merged_by_git(tmp_path: Path) -> None:
    """The same decision is both reviewers', whatever their reasons; another is a conflict that names both rows."""
    both = read(tmp_path, "F-1;keep;Ada;used;s\nF-1;maintenir;Ben, Ada;seen in May;s\n").decisions
    assert [(one.item, one.word, one.by, one.why) for one in both] == [
        ("F-1", "keep", ("Ada", "Ben"), "used / seen in May")
    ]
    assert refused(tmp_path, "F-1;keep;Ada;;s\nF-1;remove;Ben;unused;s\n") == [("conflict", 2, 2)]
    assert refused(tmp_path, "F-1;keep;Ada;;s\nF-1;keep;Ben;;t\n") == [("conflict", 2, 2)]  # not of the same state
    assert [one.item for one in read(tmp_path, "<<<<<<< x;keep;Ada;;s\n").decisions] == ["<<<<<<< x"]
    marks = "<<<<<<< HEAD;;;;\nF-1;keep;Ada;;s\n=======;;;;\nF-1;remove;Ben;unused;s\n>>>>>>> ben;;;;\n"
    assert refused(tmp_path, marks) == [("conflict", 2, 1), ("conflict", 4, 1), ("conflict", 6, 1), ("conflict", 3, 2)]


def test_bad_tables(tmp_path: Path) -> None:
    rows = "F-1;kepp;Ada;;s\nF-2;keep;;;s\nF-3;remove;Ada;;s\n;keep;Ada;;s\nF-4;;;;s\n"
    assert refused(tmp_path, rows) == [("unknown-word", 2, 2), ("missing", 3, 3), ("missing", 4, 4), ("table", 5, 1)]
    assert refused(tmp_path, "", "") == [("empty-table", 1, 0)]
    assert refused(tmp_path, "F-1;keep\n", "item;decision\n") == [("table-header", 1, 1)]
    assert refused(tmp_path, "F-1;keep;A;;s;keep\n", "item;decision;by;why;state;décision\n") == [
        ("duplicate-column", 1, 6)
    ]


def test_many_at_once(network: Network) -> None:
    found = made(network)
    items = chosen(found.standing, ["F-*", "T-1.<t>"], every=True)
    assert [item.id for item in items] == ["F-1", "F-2", "F-3", "F-4", "T-1.<t>"]
    after = decided(found, items, "Maintenir", ("Ada",), "")
    assert [item.id for item in chosen(after.standing, [], every=True)] == ["waiver:unsafe-service:F-3"]
    assert [item.id for item in chosen(after.standing, ["F-1"], every=False)] == []
    assert [item.id for item in chosen(after.standing, ["F-1"], every=True)] == ["F-1"]
    assert [item.id for item in chosen(after.standing, ["F-*"], every=True)] == []  # what is decided stays
    assert [item.id for item in chosen(after.standing, ["*", "F-2"], every=True)] == [
        "F-2", "waiver:unsafe-service:F-3",
    ]  # fmt: skip
    with pytest.raises(MapError, match="F-11"):
        chosen(found.standing, ["F-11"], every=True)
    for word, by, why in (("perhaps", ("A",), "w"), ("keep", (), "w"), ("remove", ("A",), " ")):
        with pytest.raises(MapError):
            decided(found, items, word, by, why)


def test_what_was_changed_since_is_asked_again(network: Network) -> None:
    first = made(network)
    full = decided(first, first.items.items, "keep", ("Ada",), "")
    stale = Decisions("", tuple(
        replace(one, state="before") if one.item == "F-1" else one for one in full.decisions.decisions
    ))  # fmt: skip
    again = made(network, stale)
    rows = {str(row[0]): row for row in decisions_table(again).rows}
    assert rows["F-1"][3:6] == ("", (), "")
    assert rows["F-1"][6] == items_of(network).by_id["F-1"].state
    assert rows["F-2"][4] == ("Ada",)


def test_the_report_says_the_same_in_both_languages_and_counts(network: Network) -> None:
    report = review_report(made(network))
    assert report.data["schema"] == "cloison.review/1"
    assert len(report.data["decisions"]) == 6
    assert {entry["standing"] for entry in report.data["decisions"]} == {"undecided"}
    for lang, table in itertools.product(LANGS, report.tables):
        assert table.title.say(lang)


def test_a_review_of_many_lines_is_quick_enough(tmp_path: Path) -> None:
    """Whatever is said of each line is found in one walk over the lines, not one for each of them."""
    rows = "".join(
        f"  L-{number}: {{from: web/lan, to: db/lan, services: tcp/{number % 60000 + 1}, expires: 2026-02-01}}\n"
        for number in range(5_000)
    )
    large = network_of(MAP.replace("flows:\n  F-1", f"flows:\n{rows}  F-1"), tmp_path)
    found = made(large, assessment=assess_network(network_of(MAP, tmp_path)))
    assert len(topic(found, "expired").points) == 5_003
    assert len(points_of(found)) >= 5_003


def test_what_follows_of_the_decisions_is_told(network: Network) -> None:
    """What is to be done, what was done since it was decided, what is gone; not what stays."""
    state = {item.id: item.state for item in items_of(network).items}
    said = Decisions("", tuple(
        Decision(name, word, ("Ada",), "w", at, Span("d", 2)) for name, word, at in (
            ("F-1", "keep", state["F-1"]), ("F-2", "change", THEN), ("F-3", "change", state["F-3"]),
            ("F-4", "remove", state["F-4"]), ("F-9", "remove", THEN),
        )
    ))  # fmt: skip
    (table,) = [one for one in review_report(made(network, said)).tables if one.id == "outcomes"]
    assert [(row[0], row[4].en.split(":")[0]) for row in table.rows] == [
        ("F-2", "done"), ("F-3", "to be done"), ("F-4", "to be done"), ("F-9", "no longer in the map"),
    ]  # fmt: skip
    assert all(one.id != "outcomes" for one in review_report(made(network)).tables)


def test_a_review_is_closed_once(tmp_path: Path) -> None:
    """What is signed is not written again under the same name."""
    text = MAP.replace("by: [Ada, Ben]}", "by: [Ada], decisions: reviews/2026.csv}")
    closed = network_of(text, tmp_path)
    with pytest.raises(MapError, match="closed on 2026-01-10"):
        recorded(closed, ("Ada",), "reviews/2026.csv")
    assert recorded(closed, ("Ada",), "reviews/2026-2.csv")[0] == tmp_path / "map.yaml"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_cannot_be_read_again_has_no_digest(network: Network, tmp_path: Path) -> None:
    """A pipe would be waited for without end; a device is no capture either."""
    for place in ("/dev/null", "/dev/zero"):
        with pytest.raises(MapError, match="digest"):
            manifest(network, ("Ada",), [Path(place)], {})
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(MapError, match="digest"):
        manifest(network, ("Ada",), [pipe], {})


def test_the_last_review_is_the_last_recorded_of_its_day(tmp_path: Path) -> None:
    text = MAP.replace("- {on: 2026-01-10, by: [Ada, Ben]}", """- {on: 2026-01-10, by: [Ada]}
  - {on: 2026-01-10, by: [Ben]}
  - {on: 2025-01-10, by: [Eve]}
  - {on: 2027-01-10, by: [Zoe]}""")
    last = network_of(text, tmp_path).last_review
    assert last is not None
    assert last.by == ("Ben",)
    assert network_of(MAP[: MAP.index("reviews:")], tmp_path).last_review is None
