"""``nft -j list ruleset``: the objects of libnftables-json(5), one after the other, with their places."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from cloison.flows.configuration import File, Written
from cloison.flows.configuring.netfilter.nft.matching import NamedSet
from cloison.flows.configuring.netfilter.nft.ruleset import FAMILIES, HOOKS, RawChain, RawRule, Ruleset, priority
from cloison.flows.configuring.netfilter.nft.tokens import Lines
from cloison.netmodel.finding import say

_BEGIN = re.compile(r'\s*\{\s*"nftables"\s*:\s*\[', re.ASCII)
_SPACE = re.compile(r"[\s,]*", re.ASCII)
_END = re.compile(r"\s*\]\s*\}\s*", re.ASCII)
_KNOWN = frozenset(("metainfo", "counter", "quota", "limit", "ct helper", "ct timeout", "ct expectation", "flowtable",
                    "secmark", "synproxy"))  # fmt: skip


def is_dump(text: str) -> bool:
    """Say whether a text begins as a dump in JSON."""
    return _BEGIN.match(text) is not None


class Dump:
    """One file's objects."""

    def __init__(self, file: File, ruleset: Ruleset) -> None:
        self._file = file
        self._lines = Lines(file)
        self._ruleset = ruleset

    def read(self) -> None:
        """Take every object; errors are noted."""
        for start, end, item in self._objects():
            if not isinstance(item, dict) or len(item) != 1:
                self._refuse(start, "an object of one name")
                continue
            kind, inner = next(iter(item.items()))
            if kind in ("add", "create") and isinstance(inner, dict) and len(inner) == 1:
                kind, inner = next(iter(inner.items()))
            elif kind == "flush" and isinstance(inner, dict) and "ruleset" in inner:
                self._ruleset.tables.clear()
                continue
            if kind in _KNOWN:
                self._ruleset.notes.harmless += kind != "metainfo"
                if kind == "ct helper" and isinstance(inner, dict):
                    table = self._ruleset.table(str(inner.get("family")), str(inner.get("table")))
                    table.helpers[str(inner.get("name"))] = str(inner.get("protocol"))
            elif not isinstance(inner, dict) or inner.get("family") not in FAMILIES:
                self._refuse(start, f"{kind[:40]} of a known family")
            else:
                self._take(kind, inner, start, end)

    def _take(self, kind: str, inner: dict[str, Any], start: int, end: int) -> None:
        family, span = inner["family"], self._lines.span(start)
        if kind == "table":
            table = self._ruleset.table(family, str(inner.get("name")))
            table.dormant = "dormant" in str(inner.get("flags", ""))
        elif kind == "chain":
            self._chain(inner, start, end)
        elif kind in ("set", "map"):
            holder = self._ruleset.known_table(family, str(inner.get("table")), span)
            if holder:
                name = str(inner.get("name"))
                elements = inner.get("elem", [])
                held = NamedSet(name, elements if isinstance(elements, list) else [elements], is_map=kind == "map")
                held.changes = "dynamic" in str(inner.get("flags", ""))
                holder.sets[name] = held
        elif kind == "element":
            found = self._ruleset.known_set(family, str(inner.get("table")), str(inner.get("name")), span)
            if found:
                more = inner.get("elem", [])
                found.elements += more if isinstance(more, list) else [more]
        elif kind == "rule":
            chain = self._ruleset.known_chain(family, str(inner.get("table")), str(inner.get("chain")), span)
            if chain:
                statements = inner.get("expr")
                name = str(inner.get("comment", ""))[:200] or f"handle {inner.get('handle', '?')}"
                written = Written(span, self._lines.text(start, end), name)
                chain.rules.append(RawRule(statements if isinstance(statements, list) else None, written))
        else:
            self._refuse(start, kind[:40])

    def _chain(self, inner: dict[str, Any], start: int, end: int) -> None:
        holder = self._ruleset.known_table(inner["family"], str(inner.get("table")), self._lines.span(start))
        if holder is None:
            return
        written = Written(self._lines.span(start), self._lines.text(start, end), str(inner.get("name")))
        chain = holder.chains.setdefault(str(inner.get("name")), RawChain(str(inner.get("name")), written))
        if "hook" not in inner:
            return
        number = priority(str(inner.get("prio", "")))
        chain.kind, chain.hook = str(inner.get("type")), str(inner["hook"])
        chain.priority, chain.policy, chain.closing = number or 0, str(inner.get("policy", "accept")), written
        if (chain.kind not in ("filter", "nat", "route") or chain.hook not in HOOKS or number is None
                or chain.policy not in ("accept", "drop")):  # fmt: skip
            self._refuse(start, "a base chain of known type, hook, priority and policy")

    def _objects(self) -> Iterator[tuple[int, int, Any]]:
        text, decoder = self._file.text, json.JSONDecoder()
        begun = _BEGIN.match(text)
        at = begun.end() if begun else 0
        while True:
            space = _SPACE.match(text, at)
            at = space.end() if space else at
            if _END.fullmatch(text, at):
                return
            try:
                item, end = decoder.raw_decode(text, at)
            except (ValueError, RecursionError) as problem:
                why = problem.msg if isinstance(problem, json.JSONDecodeError) else type(problem).__name__
                at = problem.pos if isinstance(problem, json.JSONDecodeError) else at
                self._ruleset.notes.error(self._lines.span(min(at, len(text))), say(
                    "The JSON breaks off or is broken here: {why}", "Le JSON s’interrompt ou est cassé ici : {why}",
                    why=why))  # fmt: skip
                return
            yield at, end, item
            at = end

    def _refuse(self, at: int, what: str) -> None:
        self._ruleset.notes.error(self._lines.span(at), say(
            "{what} was expected, as `nft -j list ruleset` has it",
            "on attendait {what}, comme le donne `nft -j list ruleset`", what=what))  # fmt: skip
