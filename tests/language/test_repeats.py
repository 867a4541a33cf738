"""``repeat``: what is made, for what, and what goes wrong."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cloison.netmodel.finding import Finding, MapError
from cloison.netmodel.language.read import Map, read_map

HEAD = """\
cloison: 1
name: T
parties:
  acme: {kind: tenant, country: FR, labels: {n: 1, name: big}}
  globex: {kind: tenant, labels: {n: 2}, name: Globex SA}
  us: {kind: provider}
vrfs: {v1: {labels: {for: acme}}, v2: {sees: v1}}
zones: {z1: {owner: acme, nature: test}, z2: {owner: us}}
"""


def read(tmp_path: Path, text: str) -> Map:
    path = tmp_path / "map.yaml"
    path.write_text(HEAD + text)
    return read_map(path)


def errors(tmp_path: Path, text: str) -> tuple[Finding, ...]:
    with pytest.raises(MapError) as caught:
        read(tmp_path, text)
    return caught.value.findings


def places(findings: tuple[Finding, ...]) -> list[tuple[str, int, int]]:
    return [(item.rule, item.spans[0].line, item.spans[0].column) for item in findings]


def test_names_labels_and_fields(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "repeat:\n"
        "- for: {t: {parties: {labels.n: [1, 2]}}}\n"
        "  subnets:\n"
        "    <t>-<t.n>: {zone: z1, cidr: 10.<t.n>.0.0/16, vlan: <t.n>, labels: {of-<t>: in <t.n>, plain: a < b}}\n",
    )
    assert list(found.model.subnets) == ["acme-1", "globex-2"]
    subnet = found.model.subnets["globex-2"]
    assert (subnet.cidr, subnet.vlan) == (("10.2.0.0/16",), 2)
    assert subnet.labels == {"of-globex": "in 2", "plain": "a < b"}


def test_a_label_comes_before_a_field(tmp_path: Path) -> None:
    text = "repeat: {for: {t: {parties: {kind: tenant}}}, zones: {<t>: {system: <t.name>}}}\n"
    zones = read(tmp_path, text).model.zones
    assert (zones["acme"].system, zones["globex"].system) == ("big", "Globex SA")


def test_a_list_is_spliced_into_a_list(tmp_path: Path) -> None:
    text = (
        "subnets: {s: {zone: z1, cidr: [10.0.0.0/8, 10.1.0.0/16]}}\n"
        "repeat:\n"
        "- for: {s: {subnets: {zone: z1}}}\n"
        "  groups: {g-<s>: [x, <s.cidr>], h-<s>: <s.cidr>}\n"
    )
    groups = read(tmp_path, text).model.groups
    assert groups["g-s"].members == ("x", "10.0.0.0/8", "10.1.0.0/16")
    assert groups["h-s"].members == ("10.0.0.0/8", "10.1.0.0/16")


def test_dots_follow_references(tmp_path: Path) -> None:
    text = "repeat: {for: {z: {zones: {owner.kind: tenant, nature: [test, storage]}}}, groups: {of-<z>: <z>}}\n"
    assert list(read(tmp_path, text).model.groups) == ["of-z1"]


def test_several_variables_give_their_product(tmp_path: Path) -> None:
    text = "repeat: {for: {t: {parties: {kind: tenant}}, v: {vrfs: {}}}, zones: {<t>-<v>: {owner: <t>, vrf: <v>}}}\n"
    text = text.replace("vrfs: {}", "zones: {}")
    zones = read(tmp_path, text).model.zones
    assert [name for name in zones if "-" in name] == ["acme-z1", "acme-z2", "globex-z1", "globex-z2"]


def test_only_what_is_written_outside_repeats_is_selected(tmp_path: Path) -> None:
    text = (
        "repeat:\n"
        "- {for: {t: {parties: {kind: tenant}}}, zones: {<t>-z: {owner: <t>}}}\n"
        "- {for: {z: {zones: {}}}, groups: {of-<z>: <z>}}\n"
    )
    assert list(read(tmp_path, text).model.groups) == ["of-z1", "of-z2"]


def test_what_is_made_is_merged_with_what_is_written(tmp_path: Path) -> None:
    text = (
        "groups: {acme-g: {labels: {a: b}}}\n"
        "repeat: {for: {t: {parties: {kind: tenant}}}, groups: {<t>-g: {members: <t>}}}\n"
    )
    group = read(tmp_path, text).model.groups["acme-g"]
    assert (group.members, group.labels) == (("acme",), {"a": "b"})


def test_places_of_what_is_made(tmp_path: Path) -> None:
    text = (
        "repeat:\n"
        "- for: {t: {parties: {kind: tenant}}}\n"
        "  assets:\n"
        "    <t>-fw:\n"
        "      interfaces:\n"
        "        to-<t>: {mac: <t.n>}\n"
    )
    document = read(tmp_path, text).document
    span = document.span(("assets", "globex-fw", "interfaces", "to-globex", "mac"))
    assert (span.line, span.column) == (14, 23)
    template, origin = document.origin(("assets", "globex-fw", "interfaces")) or ("", None)
    assert template == "<t>-fw"
    assert origin is not None
    assert (origin.line, origin.column) == (5, 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("repeat: {for: {t: {parties: {kind: public}}}, zones: {<t>: {}}}", [("empty-selection", 9, 19)]),
        ("repeat: {for: {t: {sites: {}}}, zones: {<t>: {}}}", [("empty-selection", 9, 19)]),
        ("repeat: {for: {t: {parties: {knd: tenant}}}, zones: {<t>: {}}}", [("unknown-key", 9, 30)]),
        ("repeat: {for: {t: {party: {kind: tenant}}}, zones: {<t>: {}}}", [("unknown-key", 9, 20)]),
        ("repeat: {for: {t: acme}, zones: {<t>: {}}}", [("wrong-kind", 9, 19)]),
        ("repeat: {for: {1t: {parties: {kind: tenant}}}, zones: {<t>: {}}}", [("bad-name", 9, 16)]),
        ("repeat: {zones: {<t>: {}}}", [("missing-field", 9, 9)]),
        ("repeat: [[a]]", [("missing-field", 9, 10)]),
        ("repeat: {for: {t: {parties: {kind: provider}}}, zonez: {<t>: {}}}", [("unknown-key", 9, 49)]),
        ("repeat: {for: {t: {parties: {kind: provider}}}, zones: [a]}", [("wrong-kind", 9, 56)]),
        ("repeat: {for: {t: {parties: {kind: provider}}}, zones: {<t>: {owner: <u>}}}", [("repeat", 9, 70)]),
        ("repeat: {for: {t: {parties: {kind: provider}}}, zones: {<t>: {owner: <t.x>}}}", [("repeat", 9, 70)]),
        (
            "repeat: {for: {t: {parties: {kind: provider}}}, zones: {<u>: {owner: <t.x>, over: [a, b-<t.y>]}}}",
            [("repeat", 9, 57), ("repeat", 9, 70), ("repeat", 9, 87)],
        ),
        (
            "repeat: {for: {t: {parties: {kind: provider}}}, zones: {z: {labels: {<t>: 1, us: 2}}}}",
            [("repeat", 9, 61)],
        ),
        ("repeat: {for: {t: {parties: {kind: provider}}}, zones: {<t.labels>: {}}}", [("repeat", 9, 57)]),
    ],
)
def test_bad_repeats(text: str, expected: list[tuple[str, int, int]], tmp_path: Path) -> None:
    assert places(errors(tmp_path, text + "\n")) == expected


def test_a_missing_value_names_the_entry(tmp_path: Path) -> None:
    text = "repeat: {for: {t: {parties: {kind: tenant}}}, zones: {<t>-z: {site: <t.country>}}}\n"
    (finding,) = errors(tmp_path, text)
    assert finding.rule == "repeat"
    assert "globex" in finding.message.say("fr")
    assert [(span.line, span.column) for span in finding.spans] == [(9, 69), (5, 3)]


def test_a_fault_of_a_fragment_is_said_once(tmp_path: Path) -> None:
    text = "repeat: {for: {t: {parties: {kind: tenant}}}, zones: {<t>-z: {ownr: <t>}}}\n"
    (finding,) = errors(tmp_path, text)
    assert [(span.line, span.column) for span in finding.spans] == [(9, 63), (4, 3)]


def test_two_values_cite_the_fragment_and_the_entry(tmp_path: Path) -> None:
    text = "repeat: {for: {t: {parties: {country: FR}}}, zones: {z1: {owner: us}}}\n"
    (finding,) = errors(tmp_path, text)
    assert finding.rule == "two-values"
    assert [(span.line, span.column) for span in finding.spans] == [(8, 21), (9, 66), (4, 3)]


def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cloison.netmodel.language import repeat

    monkeypatch.setattr(repeat, "MOST_MADE", 3)
    text = "repeat: {for: {t: {parties: {}}, u: {parties: {}}}, zones: {<t>-<u>: {}}}\n"
    assert places(errors(tmp_path, text)) == [("too-large", 9, 9)]


def test_many_tenants_take_little_time(tmp_path: Path) -> None:
    parties = "".join(f"  t{number}: {{kind: third-party, labels: {{n: {number}}}}}\n" for number in range(400))
    zones = "".join(f"    <t>-{number}: {{owner: <t>, nature: test}}\n" for number in range(20))
    path = tmp_path / "map.yaml"
    path.write_text(
        f"cloison: 1\nname: T\nparties:\n{parties}"
        f"repeat:\n- for: {{t: {{parties: {{kind: third-party}}}}}}\n  zones:\n{zones}"
    )
    begin = time.process_time()
    found = read_map(path)
    assert len(found.model.zones) == 8000
    assert time.process_time() - begin < 5
