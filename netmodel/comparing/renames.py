"""Entries that have another name and are the same: what identifies them is equal, and no other entry's is.

Parties, sites, carriers and VRFs have nothing that identifies them but their name, and are never taken for another.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cloison.netmodel.finding import Finding, Message, Ref, Value
from cloison.netmodel.language import model as m
from cloison.netmodel.network import Network

SECTIONS: Mapping[str, str] = {
    "parties": "party", "sites": "site", "carriers": "carrier", "vrfs": "vrf", "zones": "zone", "subnets": "subnet",
    "assets": "asset", "interconnections": "interconnection", "translations": "translation", "services": "service",
    "endpoints": "endpoint", "applications": "application", "groups": "group", "flows": "line", "policy": "rule",
}  # fmt: skip
_SHARED = ("zones", "subnets", "assets", "endpoints", "applications", "groups", "interconnections")  # one namespace
_APART = ("services", "translations", "flows", "policy")
# fields in which names of the one namespace stand; those of parties, sites and VRFs may be spelt alike
_NAMING = frozenset({
    "zone", "zones", "within", "between", "via", "through", "from", "to", "asset", "assets", "members", "without",
    "subnet", "subnets", "over", "ends", "watches", "on", "inside", "outside", "backends", "cluster", "compensating",
    "interconnections", "endpoints", "applications", "groups", "source_zone", "target_zone", "filtering",
})  # fmt: skip
_PASSES = 6  # names that follow from names that follow from names


@dataclass(frozen=True, slots=True)
class Renames:
    """For each section, the earlier name and the later one of an entry."""

    sections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, section: str) -> Mapping[str, str]:
        """Return the renames of a section."""
        return self.sections.get(section, {})

    def told(self, value: Any, key: str = "") -> Any:
        """Return the value of a field with each earlier name in it replaced by the later one."""
        return self._told(value, key) if any(self.sections.values()) else value

    def _told(self, value: Any, key: str) -> Any:
        if isinstance(value, str):
            return self._name(value, "" if key.startswith("labels.") else key.rpartition(".")[2])
        if isinstance(value, (list, tuple)):
            return [self._told(item, key) for item in value]
        if not isinstance(value, Mapping) or key == "labels":
            return value
        if "section" in value and "where" in value:  # a selection: an id in it is one of its section
            fields = {"id": value["section"]}
            where = {name: self._told(item, fields.get(name, name)) for name, item in value["where"].items()}
            return {**value, "where": where}
        return {name: self._told(item, key if name == "by" else name) for name, item in value.items()}

    def _name(self, value: str, key: str) -> str:
        if key in ("services", "service"):
            return self.of("services").get(value, value)
        if key not in _NAMING:
            return value
        base, slash, part = value.partition("/")
        later = next((self.of(section)[base] for section in _SHARED if base in self.of(section)), base)
        return f"{later}{slash}{part}"


def findings_told(findings: Iterable[Finding], renames: Renames) -> dict[str, str]:
    """Return, for the fingerprint of each finding of the earlier map, what it is under the later names."""
    later = {was: now for names in renames.sections.values() for was, now in names.items()}
    sections = {kind: section for section, kind in SECTIONS.items()}

    def told(value: Value, names: Mapping[str, str]) -> Value:
        if isinstance(value, tuple):
            return tuple(told(item, names) for item in value)  # type: ignore[return-value]
        if not isinstance(value, str):
            return value
        base, slash, part = value.partition("/")
        return f"{names.get(base, base)}{slash}{part}"

    found = {}
    for item in findings:
        subject, values = item.subject, item.message.values
        if later:
            names = renames.of(sections[subject.kind]) if subject.kind in sections else later
            subject = Ref(subject.kind, str(told(subject.id, names)))
            values = {name: told(value, later) for name, value in values.items()}
        same = subject == item.subject and values == item.message.values
        found[item.fingerprint] = item.fingerprint if same else replace(
            item, subject=subject, message=Message(item.message.text, values), fingerprint=""
        ).fingerprint  # fmt: skip
    return found


def renamed(old: Network, new: Network, content: Callable[[Any], Any], same: Callable[[Any], Any]) -> Renames:
    """Return the entries that were renamed; ``content`` gives an entry as plain values, ``same`` points of both maps.

    What follows from other renames counts: a subnet of a zone that was renamed is still in it.
    """
    found: dict[str, dict[str, str]] = {}
    for _ in range(_PASSES):
        known = Renames(found)
        more: dict[str, dict[str, str]] = {}
        for section in (*_SHARED, *_APART):
            before, after = getattr(old.model, section), getattr(new.model, section)
            gone = [name for name in before if name not in after and name not in found.get(section, {})]
            come = set(after) - set(before) - set(found.get(section, {}).values())
            if not gone or not come:
                continue
            mine = _unique((name, _identity(old, section, name, content, known, same)) for name in gone)
            theirs = _unique((name, _identity(new, section, name, content, Renames(), same)) for name in come)
            more[section] = {name: theirs[key] for key, name in mine.items() if key in theirs}
        if not any(more.values()):
            break
        for section, names in more.items():
            found.setdefault(section, {}).update(names)
    return Renames(found)


def _unique(pairs: Any) -> dict[Hashable, str]:
    names: dict[Hashable, list[str]] = {}
    for name, key in pairs:
        if key is not None:
            names.setdefault(key, []).append(name)
    return {key: held[0] for key, held in names.items() if len(held) == 1}


def _identity(
    network: Network, section: str, name: str, content: Callable[[Any], Any], known: Renames, same: Callable[[Any], Any]
) -> Hashable | None:
    """Return what tells an entry from all others but for its name; nothing where nothing does."""
    value = getattr(network.model, section)[name]
    points: Hashable = None
    if section == "zones":
        points = same((network, network.zones[name].points))
        if not network.zones[name].points:
            return None
    elif (section == "assets" and not _identified(value)) or (section == "applications" and not value.assets):
        return None
    told = known.told(content(value))
    return section, json.dumps(told, sort_keys=True, ensure_ascii=False, default=str), points


def _identified(asset: m.Asset) -> bool:
    """Say whether an asset has an address, a MAC or a serial number, which no two assets share."""
    return bool(asset.serial) or any(home.addresses or home.mac for home in asset.interfaces.values())
