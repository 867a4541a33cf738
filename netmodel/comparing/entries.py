"""What two maps have written: entries added, removed, moved, renamed, and every field that differs.

Order means nothing but where it does (``via``, ``through``, what a VRF sees, the scale of sensitivity), and an address
is the same however it is written. What entries lend one another is compared too, by what compilation makes of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from cloison.netmodel.comparing.order import ORDERED, staged
from cloison.netmodel.comparing.renames import SECTIONS, Renames
from cloison.netmodel.finding import Ref, Span
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import parse, prefixes
from cloison.netmodel.space.refusal import RefusedError

Kind = Literal["added", "removed", "moved", "renamed", "changed"]

_LISTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "waivers": ("waiver", ("rule", "on")), "declarations": ("declaration", ("framework", "clause", "on")),
    "reviews": ("review", ("on",)),
}  # fmt: skip
_COMPUTED: Mapping[str, tuple[str, ...]] = {
    "zones": ("owner", "nature", "sensitivity", "domain", "system", "layer", "site", "public", "sensitive", "transit",
              "inside"),
    "assets": ("zones", "subnets", "owner", "functions", "forwards", "relay", "sensitive", "cluster"),
    "flows": ("owner", "nature", "sensitivity", "domain", "live"),
}  # fmt: skip
_PLACES: Mapping[str, tuple[str, ...]] = {"subnets": ("zone",), "assets": ("zones", "subnets", "site")}
_ADDRESSES = frozenset({"cidr", "addresses", "outside", "members"})
_LENT = frozenset({"transit", "sensitive"})  # where nothing is written, what is lent or no: compared as facts
_SHOWN = 200  # characters of a value


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs: its name with dots, what it is in each map, and where; ``lent`` says that no entry's own
    text differs there, but what is made of it."""

    name: str
    before: str
    after: str
    places: tuple[Span, Span]
    lent: bool = False


@dataclass(frozen=True, slots=True)
class EntryChange:
    """An entry of which the maps differ: itself as the newer has it, else the older; ``was`` is its earlier id."""

    kind: Kind
    subject: Ref
    place: Span
    was: str = ""
    fields: tuple[Change, ...] = ()


def entries(old: Network, new: Network, renames: Renames) -> tuple[EntryChange, ...]:
    """Return every entry of which two maps differ, section by section, in the order of their ids."""
    found: list[EntryChange] = []
    for section, kind in SECTIONS.items():
        found += _section(old, new, section, kind, renames)
    for section, (kind, key) in _LISTS.items():
        found += _list(old, new, section, kind, key)
    settings = [
        item for item in fields(old.model)
        if item.name not in SECTIONS and item.name not in _LISTS and item.name != "cloison"
    ]  # fmt: skip
    changed = [
        Change(name, before, after, (old.document.span(route), new.document.span(route)))
        for setting in settings
        for name, before, after, route in _differences(
            {setting.name: plain(getattr(old.model, setting.name))},
            {setting.name: plain(getattr(new.model, setting.name))},
        )
    ]  # fmt: skip
    if changed:
        place = new.document.span(("name",))
        found.append(EntryChange("changed", Ref("map", new.model.name), place, fields=tuple(changed)))
    return tuple(found)


def _section(old: Network, new: Network, section: str, kind: str, renames: Renames) -> Iterator[EntryChange]:
    before, after = getattr(old.model, section), getattr(new.model, section)
    earlier = {now: was for was, now in renames.of(section).items()}
    gone = [name for name in before if name not in after and name not in renames.of(section)]
    for name in sorted(after):
        was = earlier.get(name, name)
        if was not in before:
            yield EntryChange("added", Ref(kind, name), new.document.span((section, name), key=True))
            continue
        changes = tuple(_entry(old, new, section, (was, name), renames))
        places = _PLACES.get(section, ())
        how: Kind | None = "changed" if changes else None
        if any(item.name in places for item in changes):
            how = "moved"
        if was != name:
            how = "renamed"
        if how is not None:
            yield EntryChange(
                how, Ref(kind, name), new.document.span((section, name), key=True), was if was != name else "", changes
            )
    for name in sorted(gone):
        yield EntryChange("removed", Ref(kind, name), old.document.span((section, name), key=True))


def _entry(old: Network, new: Network, section: str, names: tuple[str, str], renames: Renames) -> Iterator[Change]:
    before, after = getattr(old.model, section)[names[0]], getattr(new.model, section)[names[1]]
    told = set()
    if before != after:
        written = plain(before)
        for name, was, now, route in _differences(written, plain(after), renames.told(written)):
            told.add(name.partition(".")[0])
            places = (old.document.span((section, names[0], *route)), new.document.span((section, names[1], *route)))
            yield Change(name, was, now, places)
        if "between" not in told and staged(after) and renames.told(before.between[0], "between") != after.between[0]:
            places = (old.document.span((section, names[0], "between")),
                      new.document.span((section, names[1], "between")))  # fmt: skip
            yield Change("between", shown(before.between), shown(after.between), places)
    if section not in _COMPUTED:
        return
    one_facts, other_facts = _facts(old, section)[names[0]], _facts(new, section)[names[1]]
    for name in _COMPUTED[section]:
        one, other = getattr(one_facts, name), getattr(other_facts, name)
        if one == other:
            continue
        one, other = _sorted(one), _sorted(other)
        if one != other and name not in told and _sorted(renames.told(one, name)) != other:
            there = old.document.span((section, names[0]), key=True)
            places = (there, new.document.span((section, names[1]), key=True))
            yield Change(name, shown(one), shown(other), places, lent=True)


def _facts(network: Network, section: str) -> Mapping[str, Any]:
    return network.line if section == "flows" else getattr(network, section)


def _sorted(value: Any) -> Any:
    return sorted(value) if isinstance(value, (list, tuple, frozenset)) else value


def _list(old: Network, new: Network, section: str, kind: str, key: tuple[str, ...]) -> Iterator[EntryChange]:
    def keyed(network: Network) -> dict[str, tuple[int, Any]]:
        found: dict[str, tuple[int, Any]] = {}
        for place, item in enumerate(getattr(network.model, section)):
            name = " ".join(str(getattr(item, part)) for part in key if getattr(item, part))
            while name in found:
                name += "′"
            found[name] = place, item
        return found

    before, after = keyed(old), keyed(new)
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield EntryChange("added", Ref(kind, name), new.document.span((section, after[name][0])))
        elif name not in after:
            yield EntryChange("removed", Ref(kind, name), old.document.span((section, before[name][0])))
        else:
            (there, was), (here, now) = before[name], after[name]
            changes = tuple(
                Change(field, one, other,
                       (old.document.span((section, there, *route)), new.document.span((section, here, *route))))
                for field, one, other, route in _differences(plain(was), plain(now))
            )  # fmt: skip
            if changes:
                yield EntryChange("changed", Ref(kind, name), new.document.span((section, here)), fields=changes)


def _differences(
    before: Any, after: Any, told: Any = None, route: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Yield the name, both texts and the route of every field that differs; ``told`` is the earlier value as the later
    map would name things."""
    told = before if told is None else told
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _differences(before.get(key), after.get(key), told.get(key), (*route, key))
        return
    last = next((part for part in reversed(route) if part), "")
    if canonical(told, last) != canonical(after, last):
        yield ".".join(route), shown(before), shown(after), route


def plain(value: Any) -> Any:
    """Return a value of the model as plain ones, without what is a default, under the names that the map gives."""
    from pydantic import TypeAdapter

    if not is_dataclass(value):
        return dict(value) if isinstance(value, Mapping) else value
    kind: Any = type(value)
    if kind not in _SERIALIZERS:
        _SERIALIZERS[kind] = TypeAdapter(kind).serializer
    return _SERIALIZERS[kind].to_python(value, mode="json", by_alias=True, exclude_defaults=True)


_SERIALIZERS: dict[type, Any] = {}


def canonical(value: Any, key: str) -> Any:
    """Return a value of a field in one form, whatever the order and the writing that mean nothing."""
    if isinstance(value, (list, tuple)):
        items = [canonical(item, "" if key in ORDERED else key) for item in value]
        return items if key in ORDERED else sorted(items, key=_text)
    if isinstance(value, Mapping):
        return {name: canonical(item, name) for name, item in value.items()}
    if isinstance(value, str) and key in _ADDRESSES:
        try:
            return " ".join(prefixes(parse(value)))
        except RefusedError:
            return value
    return None if value == "" or (value is False and key in _LENT) else value


def shown(value: Any) -> str:
    """Return a value as people read it: empty where there is none."""
    if value is None or value in ("", (), []):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        text = ", ".join(f"{name}: {shown(item)}" for name, item in value.items())
    elif isinstance(value, (list, tuple)):
        text = ", ".join(f"[{shown(item)}]" if isinstance(item, (list, tuple)) else shown(item) for item in value)
    else:
        text = str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
