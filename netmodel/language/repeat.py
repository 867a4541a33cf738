"""``repeat``: fragments of a map, written once and made for each selected entry.

Only entries written outside any ``repeat`` are selected, rows of tables included. ``<t>`` is the selected entry's
name, ``<t.vni>`` its label or field of that name, in keys and in values. Several loop variables give their product.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cloison.netmodel.finding import Finding, Message, Ref, Span, input_error, say
from cloison.netmodel.language.document import Document, Made, Part, Raw, Route
from cloison.netmodel.language.faults import ENTRIES, KEY, MOST_FAULTS, Fault, Wrong, more_errors, unknown, wrong_kind
from cloison.netmodel.language.joining import join_entry
from cloison.netmodel.language.normal import select
from cloison.netmodel.language.placeholders import Chosen, Missing, filler, missing, one_word, renamer
from cloison.netmodel.language.shapes import SECTIONS, Record

MOST_MADE = 500_000  # entries of all repeats together

ID = "id"  # selects an entry by its name
_VARIABLE = re.compile(r"[^\W\d][\w-]*")
# the section that a field's words name, where dots follow references
_LEADS_TO: Mapping[str, str] = {
    "owner": "parties", "zone": "zones", "within": "zones", "site": "sites", "vrf": "vrfs", "sees": "vrfs",
    "asset": "assets", "assets": "assets", "members": "assets", "backends": "assets", "services": "services",
    "service": "services", "between": "zones",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Fragment:
    """One item of a ``repeat``: the part that holds it, its place there, its variables and its sections."""

    part: int
    at: Route
    variables: Mapping[str, Sequence[tuple[Chosen, Span]]]
    sections: Mapping[str, Mapping[str, Raw]]


def unfold(
    raw: Mapping[str, Raw], parts: Sequence[Part], repeats: Sequence[tuple[int, Raw]], found: list[Finding]
) -> tuple[dict[str, Raw], Document, list[Route]]:
    """Return the map with every fragment made, its document, and the routes that were given two values.

    ``repeats`` are the values of the key ``repeat``, each with the number of its part. Faults are added to ``found``.
    """
    outside = Document(raw, tuple(parts))
    fragments = [fragment for number, value in repeats for fragment in _fragments(number, value, raw, outside, found)]
    unfolded = {key: value for key, value in raw.items() if key != "repeat"}
    made: dict[tuple[str, str], tuple[Made, ...]] = {}
    conflicts: list[Route] = []
    total = 0
    for fragment in fragments:
        for section in fragment.sections:
            unfolded[section] = dict(unfolded.get(section) or {})
    for fragment in fragments:
        size = sum(map(len, fragment.sections.values()))
        for choice in fragment.variables.values():
            size *= len(choice)
        total += size
        if total > MOST_MADE:
            found.append(
                _error(
                    "too-large",
                    say(
                        "Repeats make more than {most} entries",
                        "Les répétitions fabriquent plus de {most} entrées",
                        most=MOST_MADE,
                    ),
                    outside,
                    fragment.part,
                    fragment.at,
                )
            )
            break
        _make(fragment, unfolded, made, conflicts, outside, found)
    if len(found) > MOST_FAULTS:
        found.append(more_errors(outside.span(())))
    return unfolded, Document(unfolded, tuple(parts), made), conflicts


def _error(
    rule: str, message: Message, document: Document, part: int, at: Route, *more: Span, key: bool = False
) -> Finding:
    place = document.marks[part].locate(at, key=key, rename=str)[1]
    return input_error(rule, message, Ref("repeat", ".".join(map(str, at[1:]))), place, *more)


def _fragments(
    part: int, value: Raw, raw: Mapping[str, Raw], document: Document, found: list[Finding]
) -> Iterator[_Fragment]:
    for index, item in enumerate(value if isinstance(value, list) else [] if value is None else [value]):
        at: Route = ("repeat", index)
        variables: dict[str, Sequence[tuple[Chosen, Span]]] = {}
        sections: dict[str, Mapping[str, Raw]] = {}
        good = True

        def fail(wrong: Wrong, at: Route = at) -> None:
            found.extend(
                _error(fault.rule, fault.message, document, part, at + fault.route, key=fault.key)
                for fault in wrong.faults
            )

        if not isinstance(item, dict) or not isinstance(item.get("for"), dict) or not item["for"]:
            found.append(
                _error(
                    "missing-field",
                    say(
                        "A repeat says for what it is made, as for: {{t: {{parties: {{kind: tenant}}}}}}",
                        "Une répétition dit pour quoi elle est faite, comme for: {{t: {{parties: {{kind: tenant}}}}}}",
                    ),
                    document,
                    part,
                    at,
                )
            )
            continue
        for name, selection in item["for"].items():
            try:
                variables[name] = _select(name, selection, raw, document)
            except Wrong as wrong:
                fail(Wrong(*wrong.under("for", name)))
                good = False
        for section, entries in item.items():
            if section == "for":
                continue
            try:
                if section not in SECTIONS:
                    raise Wrong(unknown(section, ("for", *SECTIONS), "unknown-key", KEY, key=True))
                if not isinstance(entries, dict):
                    raise wrong_kind(entries, ENTRIES)
                sections[section] = entries
            except Wrong as wrong:
                fail(Wrong(*wrong.under(section)))
        if good:
            yield _Fragment(part, at, variables, sections)


def _select(name: str, selection: Raw, raw: Mapping[str, Raw], document: Document) -> Sequence[tuple[Chosen, Span]]:
    if not _VARIABLE.fullmatch(name):
        raise Wrong(
            Fault(
                "bad-name",
                say(
                    "“{name}” cannot be a loop variable: begin with a letter",
                    "« {name} » ne peut pas être une variable de boucle : commencez par une lettre",
                    name=name,
                ),
                key=True,
            )
        )
    chosen = select(selection)
    section, where = chosen["section"], chosen["where"]
    shape = SECTIONS[section]
    for path in where:
        head = path.split(".")[0]
        if isinstance(shape, Record) and head not in shape.fields and path != ID:
            raise Wrong(*Wrong(unknown(head, (ID, *shape.fields), "unknown-key", KEY, key=True)).under(section, path))
    entries = raw.get(section)
    picked = [
        (Chosen(id_, entry if isinstance(entry, dict) else {}), document.span((section, id_), key=True))
        for id_, entry in (entries.items() if isinstance(entries, dict) else ())
        if all(
            wanted & ({id_} if path == ID else set(_words(entry, path.split("."), raw)))
            for path, wanted in ((path, set(words)) for path, words in where.items())
        )
    ]
    if not picked:
        raise Wrong(
            Fault("empty-selection", say("This selection selects nothing", "Cette sélection ne sélectionne rien"))
        )
    return picked


def _words(value: Raw, path: list[str], raw: Mapping[str, Raw]) -> Iterator[str]:
    """Yield the words that a dotted path leads to from an entry."""
    if isinstance(value, list):
        for one in value:
            yield from _words(one, path, raw)
    elif not path:
        if isinstance(value, str):
            yield value
    elif isinstance(value, dict):
        head, *rest = path
        below = value.get(head)
        if rest and not isinstance(below, dict) and head in _LEADS_TO:
            entries = raw.get(_LEADS_TO[head])
            for name in below if isinstance(below, list) else [below]:
                if isinstance(entries, dict) and isinstance(name, str):
                    yield from _words(entries.get(name), rest, raw)
        else:
            yield from _words(below, rest, raw)


def _make(
    fragment: _Fragment,
    unfolded: dict[str, Raw],
    made: dict[tuple[str, str], tuple[Made, ...]],
    conflicts: list[Route],
    outside: Document,
    found: list[Finding],
) -> None:
    names = tuple(fragment.variables)
    fillers = [
        (section, key, filler(key), filler(entry))
        for section, entries in fragment.sections.items()
        for key, entry in entries.items()
    ]
    for choice in itertools.product(*fragment.variables.values()):
        binding = {name: chosen for name, (chosen, _) in zip(names, choice, strict=True)}
        rename = renamer(binding)
        origin = choice[0][1]
        places = [place for _, place in choice]
        if len(found) > MOST_FAULTS:
            return
        for section, key, fill_key, fill in fillers:
            at = (*fragment.at, section, key)
            try:
                name, entry = one_word(key, fill_key(binding)), fill(binding)
            except Missing:
                found += (
                    _error("repeat", message, outside, fragment.part, fragment.at + route, *places, key=in_key)
                    for route, in_key, message in missing({section: {key: fragment.sections[section][key]}}, binding)
                )
                continue
            made[section, name] = (*made.get((section, name), ()), Made(fragment.part, at, rename, key, origin))
            entries = unfolded[section]
            if name in entries:
                entries[name] = join_entry(entries[name], entry, (section, name), conflicts)
            else:
                entries[name] = entry
