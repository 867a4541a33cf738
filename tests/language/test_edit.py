"""Changes by span: what was wanted and nothing else, comments, order and quotes kept, or a refusal with its place."""

from __future__ import annotations

import copy
import os
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloison.netmodel.finding import MapError
from cloison.netmodel.language.edit import Append, Change, Remove, Rename, Set, edited, write_files
from cloison.netmodel.language.events import read_yaml

TEXT = """\
cloison: 1   # the version
name: X
flows:
  # the first
  F-1: {from: a, to: [b, 'c'], encryption: {protocol: tls, minimum: "1.2"}}  # kept
  F-2:
    from:   # who
      - a   # one
      - b   # two
    to: 'x'
    justification:
      kind: business   # why
      text: |
        long
        text
    # the tail
  F-3: {from: z}
reviews:
  - {on: 2026-01-01, by: me}
"""


def lines_of(text: str, *changes: Change) -> tuple[list[str], list[str]]:
    """Return the lines that a change took away and those that it brought."""
    made = edited(text.encode(), "map.yaml", changes).decode()
    before, after = text.splitlines(), made.splitlines()
    return [one for one in before if one not in after], [one for one in after if one not in before]


@pytest.mark.parametrize(
    ("change", "gone", "come"),
    [
        (
            Set(("flows", "F-1", "encryption", "minimum"), "1.3"),
            ["""  F-1: {from: a, to: [b, 'c'], encryption: {protocol: tls, minimum: "1.2"}}  # kept"""],
            ["""  F-1: {from: a, to: [b, 'c'], encryption: {protocol: tls, minimum: "1.3"}}  # kept"""],
        ),
        (
            Set(("flows", "F-1", "to"), ["c", "d"]),
            ["""  F-1: {from: a, to: [b, 'c'], encryption: {protocol: tls, minimum: "1.2"}}  # kept"""],
            ["""  F-1: {from: a, to: ['c', d], encryption: {protocol: tls, minimum: "1.2"}}  # kept"""],
        ),
        (
            Remove(("flows", "F-1", "to")),
            ["""  F-1: {from: a, to: [b, 'c'], encryption: {protocol: tls, minimum: "1.2"}}  # kept"""],
            ["""  F-1: {from: a, encryption: {protocol: tls, minimum: "1.2"}}  # kept"""],
        ),
        (Set(("flows", "F-2", "from"), ["a", "c", "d"]), ["      - b   # two"], ["      - c   # two", "      - d"]),
        (Set(("flows", "F-2", "from"), ["b"]), ["      - a   # one"], []),
        (Set(("flows", "F-2", "to"), "it's"), ["    to: 'x'"], ["    to: 'it''s'"]),
        (Set(("flows", "F-2", "ticket"), "CHG: 1"), [], ['    ticket: "CHG: 1"']),
        (Set(("flows", "F-2", "justification", "text"), "a\nb\n"), ["        long", "        text"],
         ["        a", "        b"]),
        (Set(("flows", "F-4"), {"from": ["p", "q"], "to": "no"}), [], ['  F-4: {from: [p, q], to: "no"}']),
        (Remove(("flows", "F-3")), ["  F-3: {from: z}"], []),
        (Append(("reviews",), {"on": "2027-01-01", "by": "you"}), [], ["  - {on: 2027-01-01, by: you}"]),
        (Append(("waivers",), {"rule": "r"}), [], ["waivers:", "  - {rule: r}"]),
        (Rename(("flows", "F-2"), "G: 2"), ["  F-2:"], ['  "G: 2":']),
        (Rename(("flows", "F-1", "to"), "via"),
         ["""  F-1: {from: a, to: [b, 'c'], encryption: {protocol: tls, minimum: "1.2"}}  # kept"""],
         ["""  F-1: {from: a, via: [b, 'c'], encryption: {protocol: tls, minimum: "1.2"}}  # kept"""]),
        (Set(("zones", "z", "owner"), "o"), [], ["zones:", "  z:", "    owner: o"]),
    ],
)  # fmt: skip
def test_each_kind_of_change(change: Change, gone: list[str], come: list[str]) -> None:
    assert lines_of(TEXT, change) == (gone, come)


def test_line_ends_mark_and_last_line_stay() -> None:
    data = b"\xef\xbb\xbf" + TEXT.rstrip("\n").replace("\n", "\r\n").encode()
    changes = [Set(("flows", "F-2", "ticket"), "T"), Append(("reviews",), {"on": "2027-01-01"}), Remove(("name",))]
    made = edited(data, "map.yaml", changes)
    assert made.startswith(b"\xef\xbb\xbfcloison: 1   # the version\r\nflows:\r\n")
    assert made.count(b"\n") == made.count(b"\r\n") == data.count(b"\n") + 1
    assert made.endswith(b"- {on: 2026-01-01, by: me}\r\n  - {on: 2027-01-01}")


@pytest.mark.parametrize(
    ("text", "change", "line"),
    [
        ("cloison: 1\nflows:\n  A: &x {from: a}\n  B: *x\n", Set(("flows", "A", "from"), "b"), 3),
        ("cloison: 1\nflows:\n  A: &x {from: a}\n  B: *x\n", Set(("flows", "B", "from"), "b"), 4),
        ("cloison: 1\nflows:\n  A: {from: &x a}\n  B: {from: *x}\n", Set(("flows", "B", "from"), "b"), 4),
        ("cloison: 1\nflows:\n  A: {from: &x a}\n  B: {from: *x}\n", Remove(("flows", "A")), 3),
        ("cloison: 1\nflows:\n  A: {from: [a, # one\n    b]}\n", Set(("flows", "A", "from"), ["a", "c"]), 3),
        ("cloison: 1\nflows:\n  A: {from: | # no\n      x\n   }\n", Set(("flows", "A", "from"), "y"), 0),
        ("cloison: 1\nflows:\n  A:\n    to: | # why\n      x\n", Set(("flows", "A", "to"), "y"), 4),
        ("cloison: 1\rname: x\r", Set(("name",), "y"), 1),
        ("cloison: 1\nflows: {A: x}\n", Set(("flows", "A", "to"), "y"), 2),
    ],
)
def test_what_would_do_harm_is_refused_with_its_place(text: str, change: Change, line: int) -> None:
    with pytest.raises(MapError) as refused:
        edited(text.encode(), "map.yaml", [change])
    (finding,) = refused.value.findings
    assert finding.rule == ("edit-refused" if line else "syntax")
    assert not line or finding.spans[0].line == line


WORDS = ("alpha", "b-2", "x y", "no", "1.2", "2026-01-02", "it's", 'say "so"', "a: b", "a #b", "é", "10.0.0.0/8", "::1",
         "-", "[x", "{", "<t>", "null", "~", "", "  s", "tab\tin", "two\nlines", "\u202e", "a, b", "@at", "%p",
         "*s")  # fmt: skip
FIELDS = ("from", "to", "services", "ticket", "on", "encryption", "approved", "odd key")


def random_value(rng: random.Random, deep: int = 2) -> Any:
    kind = rng.choice(["text", "text", "list", "map"]) if deep else "text"
    if kind == "list":
        return [random_value(rng, deep - 1) for _ in range(rng.randint(2, 3))]
    if kind == "map":
        return {key: random_value(rng, deep - 1) for key in rng.sample(FIELDS, rng.randint(1, 3))}
    return rng.choice(WORDS)


def quoted(rng: random.Random, text: str) -> str:
    """Write a text in one of the ways that say it."""
    ways = [yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**6).strip()]
    if text.isprintable():
        ways.append("'" + text.replace("'", "''") + "'")
    if text and all(char.isalnum() or char in "-./" for char in text) and text[0].isalnum():
        ways += [text, text]
    return rng.choice(ways)


def comment(rng: random.Random) -> str:
    return f"  # note {rng.randint(0, 10**6)}" if rng.random() < 0.3 else ""


def in_braces(rng: random.Random, value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {in_braces(rng, one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(in_braces(rng, one) for one in value) + "]"
    return quoted(rng, value)


def written(rng: random.Random, value: Any, indent: int) -> list[str]:
    """Write what follows a key and its colon, as lines; the first goes on the key's own."""
    if isinstance(value, str) or rng.random() < 0.4:
        return [" " + in_braces(rng, value) + comment(rng)]
    space = " " * indent
    lines = [comment(rng)]
    for one in value.items() if isinstance(value, dict) else ((None, one) for one in value):
        if rng.random() < 0.2:
            lines.append(f"{space}# above {rng.randint(0, 10**6)}")
        if one[0] is None:
            lines.append(f"{space}- {in_braces(rng, one[1])}{comment(rng)}")
        else:
            first, *rest = written(rng, one[1], indent + 2)
            lines += [f"{space}{one[0]}:{first}", *rest]
    return lines


def random_map(rng: random.Random) -> tuple[dict[str, Any], list[tuple[str, list[str]]]]:
    """Return a map's values, and its lines: each with the entry that it belongs to."""
    values: dict[str, Any] = {"cloison": "1"}
    lines: list[tuple[str, list[str]]] = [("", ["# head", "cloison: 1"])]
    for section in ("zones", "flows", "assets"):
        entries = {f"{section[0].upper()}-{number}": {field: random_value(rng) for field in
                   rng.sample(FIELDS, rng.randint(1, 4))} for number in range(rng.randint(1, 4))}  # fmt: skip
        values[section] = entries
        lines.append(("", [f"{section}:{comment(rng)}"]))
        for name, entry in entries.items():
            first, *rest = written(rng, entry, 4)
            lines.append((name, [f"  {name}:{first}", *rest]))
        if rng.random() < 0.5:
            lines.append(("", ["", "# between"]))
    return values, lines


def random_change(rng: random.Random, values: dict[str, Any]) -> Change:
    section = rng.choice(["zones", "flows", "assets"])
    names = list(values[section])
    name = rng.choice(names) if names else ""
    kind = rng.random()
    if kind < 0.12 or not name:
        return Set((section, f"N-{rng.randint(0, 99)}"), {"from": random_value(rng), "to": "x"})
    if kind < 0.24:
        return Remove((section, name))
    entry = values[section][name]
    if kind < 0.45 and entry:
        return Remove((section, name, rng.choice(list(entry))))
    return Set((section, name, rng.choice([*entry, *FIELDS])), random_value(rng))


def apply(values: dict[str, Any], change: Change) -> None:
    *above, last = change.route
    for step in above:
        values = values[step]
    if isinstance(change, Set):
        values[last] = copy.deepcopy(change.value)
    else:
        values.pop(last, None)


def said(value: Any) -> Any:
    """Return a value as the language takes it: a list of one for its item, nothing for what is empty."""
    if isinstance(value, dict):
        return {key: said(one) for key, one in value.items()} or None
    if isinstance(value, list):
        return said(value[0]) if len(value) == 1 else [said(one) for one in value]
    return value


@pytest.mark.parametrize("seed", range(200))
def test_random_changes_of_random_maps(seed: int) -> None:
    rng = random.Random(seed)
    values, blocks = random_map(rng)
    newline = rng.choice(["\n", "\r\n"])
    text = newline.join(line for _, lines in blocks for line in lines) + newline * rng.randint(0, 1)
    read, problems = read_yaml(text.encode(), "map.yaml", {})
    assert not problems
    assert said(read.values) == said(values)
    changes = []
    for _ in range(rng.randint(1, 5)):
        change = random_change(rng, values)
        apply(values, change)
        changes.append(change)
    try:
        made = edited(text.encode(), "map.yaml", changes)
    except MapError as refused:  # a container whose comments would be lost
        for finding in refused.findings:
            assert finding.rule == "edit-refused"
            assert finding.message.say("en").startswith("A comment stands inside")
            name = finding.subject.id.split(".")[1]
            assert any("# note" in line or "# above" in line for one, lines in blocks if one == name for line in lines)
        return
    assert said(read_yaml(made, "map.yaml", {})[0].values) == said(values)
    touched = {change.route[1] for change in changes}
    after = made.decode().split(newline)
    at = 0  # the lines of every entry that no change names stand as they were, in their order
    for name, lines in blocks:
        if name not in touched:
            for line in lines:
                at = after.index(line, at) + 1
    removed = {change.route[1] for change in changes if isinstance(change, Remove) and len(change.route) == 2}
    for name, lines in blocks:  # of an entry that stays, a comment goes only with the value on whose line it stands
        if name in touched - removed:
            fields = {change.route[2] for change in changes if change.route[1:2] == (name,) and len(change.route) > 2}
            for line in lines:
                field = line.strip().partition(":")[0]
                if line.startswith("    ") and line[4:5] != " " and "# note" in line and field not in fields:
                    assert line in after


def test_a_table_that_loses_its_last_entry_is_still_one() -> None:
    made = edited(b"# head\nA: {from: x}\n", "t.yaml", [Remove(("A",))], below=True)
    assert made == b"# head\n{}\n"
    assert edited(made, "t.yaml", [Set(("B",), {"from": "x2"})], below=True) == b"# head\n{B: {from: x2}}\n"
    assert edited(b"A: {from: x}\n# tail", "t.yaml", [Remove(("A",))], below=True) == b"# tail\n{}\n"


def test_what_is_added_stands_below_the_comments_of_what_is_above() -> None:
    text = "cloison: 1\nflows:\n  A:\n    from: x\n\n    # of A\n  # of the section\n\n# of the map\n"
    made = edited(text.encode(), "map.yaml", [Set(("flows", "B"), {"from": "x"})]).decode()
    assert made == text.replace("    # of A\n", "    # of A\n  B:\n    from: x\n")
    made = edited(text.encode(), "map.yaml", [Set(("zones", "Z"), {"owner": "x"})]).decode()
    assert made == text.replace("  # of the section\n", "  # of the section\nzones:\n  Z:\n    owner: x\n")
    made = edited(text.rstrip().encode(), "map.yaml", [Append(("reviews",), {"on": "2026-01-01"})]).decode()
    assert made == text.replace("  # of the section\n", "  # of the section\nreviews:\n  - {on: 2026-01-01}\n").rstrip()


def test_the_only_field_between_braces_goes_with_its_comma() -> None:
    made = edited(b"cloison: 1\nflows:\n  A: {from: x ,}\n", "map.yaml", [Remove(("flows", "A", "from"))])
    assert made == b"cloison: 1\nflows:\n  A: {}\n"


@pytest.mark.parametrize("text", ["<<", "...", "=", "~", "0x1f", "1_000", "No", ".nan"])
def test_what_another_reader_takes_for_something_else_is_quoted(text: str) -> None:
    made = edited(b"cloison: 1\nflows:\n  A: {from: x}\n", "map.yaml", [Set(("flows", "A", "from"), text)])
    assert yaml.safe_load(made)["flows"]["A"]["from"] == text


def test_files_take_their_places_together(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "gone" / "b.yaml"
    first.write_bytes(b"old")
    first.chmod(0o640)
    with pytest.raises(OSError, match=r"gone.b\.yaml"):  # the file's own name, not a temporary one
        write_files({first: b"new", second: b"new"})
    assert first.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]
    write_files({first: b"new"}, {first: b"old"})
    assert first.read_bytes() == b"new"
    assert first.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_cannot_take_its_place_puts_the_others_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(1, "no links here")

    if not links:
        monkeypatch.setattr(Path, "hardlink_to", no_links)
    first, new, folder = tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "c.yaml"
    first.write_bytes(b"old")
    first.chmod(0o600)
    folder.mkdir()  # nothing replaces a folder, and it is the last
    with pytest.raises(OSError, match=r"c\.yaml"):
        write_files({first: b"new", new: b"new", folder: b"new"})
    assert (first.read_bytes(), first.stat().st_mode & 0o777) == (b"old", 0o600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.yaml", "c.yaml"]


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_bytes(b"mine")
    second.write_bytes(b"theirs")
    with pytest.raises(MapError) as refused:
        write_files({first: b"new", second: b"new"}, {first: b"mine", second: b"before"})
    (finding,) = refused.value.findings
    assert (finding.rule, finding.spans[0].file) == ("edit-refused", str(second))
    assert (first.read_bytes(), second.read_bytes()) == (b"mine", b"theirs")
    assert len([*tmp_path.iterdir()]) == 2
    with pytest.raises(MapError, match="changed by somebody else"):
        write_files({first: b"new"}, {first: None})  # it was not there when it was looked at
    assert first.read_bytes() == b"mine"


def test_a_file_that_is_read_only_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda path, mode: not (Path(path) == file and mode == os.W_OK))  # root may all
    with pytest.raises(PermissionError, match=r"a\.yaml"):
        write_files({file: b"new"})
    assert file.read_bytes() == b"old"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_file_keeps_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"old")
    os.chown(file, 1234, 5678)
    file.chmod(0o660)
    write_files({file: b"new"})
    assert (file.stat().st_uid, file.stat().st_gid, file.stat().st_mode & 0o777) == (1234, 5678, 0o660)
