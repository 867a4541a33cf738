"""One change of a value -> the least replacements of text that make it: comments, order and quotes stay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from cloison.netmodel.finding import Message, say
from cloison.netmodel.language.document import Raw
from cloison.netmodel.language.emit import entry, flow, key, literal, scalar
from cloison.netmodel.language.tree import Node

_REST = re.compile(r"[ \t]*(?:,[ \t]*)?(?:#[^\n]*)?\r?\n?")
_INNER = re.compile(r"(?:[ \t]*\r?\n)*( *)#[^\n]*\n?")  # a comment with a line of its own
_COMMA = re.compile(r"[ \t]*,")


class Splice(NamedTuple):
    """Characters ``begin`` to ``end`` give way to ``text``."""

    begin: int
    end: int
    text: str


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """Return a text with splices made that do not overlap; those at one place follow in their order."""
    pieces: list[str] = []
    at = 0
    for splice in sorted(splices, key=lambda one: one[:2]):
        pieces += text[at : splice.begin], splice.text
        at = splice.end
    return "".join((*pieces, text[at:]))


class RefusedEdit(Exception):  # noqa: N818 - a refusal
    """Why a change cannot be made here without harm; ``at`` is the character where."""

    def __init__(self, message: Message, at: int) -> None:
        super().__init__(message.say("en"))
        self.message, self.at = message, at


def special(node: Node) -> RefusedEdit:
    """Return the refusal of a node with an anchor, an alias or a tag."""
    return RefusedEdit(
        say(
            "“{mark}” stands here: an anchor, an alias or a tag is not edited, change it by hand",
            "« {mark} » est écrit ici : une ancre, un alias ou une étiquette n’est pas modifié, à changer à la main",
            mark=node.special,
        ),
        node.begin,
    )


def _comment(at: int) -> RefusedEdit:
    return RefusedEdit(
        say(
            "A comment stands inside what is to be replaced: change it by hand",
            "Un commentaire se trouve dans ce qui est à remplacer : à changer à la main",
        ),
        at,
    )


def _unusual(at: int) -> RefusedEdit:
    return RefusedEdit(
        say(
            "This is written in a way that is not edited: change it by hand",
            "Ceci est écrit d’une manière qui n’est pas modifiée : à changer à la main",
        ),
        at,
    )


class Surgery:
    """The replacements for changes of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"

    # ---- values

    def put(self, old: Node, new: Raw) -> Iterator[Splice]:
        """Yield what makes the value at ``old`` say ``new``: a text, a list or a mapping, none of them empty."""
        if _same(old.value(), new):
            return
        marked = old.marked()
        if marked is not None:
            raise special(marked)
        if isinstance(new, list) and len(new) == 1 and old.kind != "sequence":
            new = new[0]
        if isinstance(new, dict) and old.kind == "mapping":
            yield from self._put_mapping(old, new)
        elif isinstance(new, list) and old.kind == "sequence" and not old.style:
            yield from self._put_items(old, new)
        elif isinstance(new, list) and old.kind == "sequence":
            self._whole(old)
            yield Splice(old.begin, old.end, self._rewritten(old, new))
        elif old.kind == "scalar":
            yield self._scalar(old, new)
        else:
            self._whole(old)
            if old.style:
                yield Splice(old.begin, old.end, flow(new))
            else:  # from the colon on, for a block begins on a line of its own
                begin = len(self.text[: old.begin].rstrip(" \t\r\n-"))
                if self.text[begin - 1 : begin] != ":":
                    line = self.text[self.text.rfind("\n", 0, begin) + 1 : begin]
                    raise _comment(old.begin) if "#" in line else _unusual(old.begin)
                yield Splice(begin, old.end, " " + flow(new))

    def _scalar(self, old: Node, new: Raw) -> Splice:
        if old.style in ("|", ">") and "#" in self.text[old.begin : self.text.find("\n", old.begin)]:
            raise _comment(old.begin)
        if not isinstance(new, str):
            text = flow(new)
        elif old.style == "|":
            first = self.text[self.text.find("\n", old.begin) + 1 : old.end].lstrip("\r\n")
            indent = first[: len(first) - len(first.lstrip(" "))]
            text = literal(new, indent, self.newline) or scalar(new)
        else:
            number = not old.style and old.text.isdecimal() and new.isdecimal()
            text = new if number else scalar(new, old.style if old.style in ("'", '"') else "")
        if old.empty:
            if self.text[old.begin - 1 : old.begin] != ":":
                raise _unusual(old.begin)
            text = " " + text
        return Splice(old.begin, old.end, text)

    def _put_mapping(self, old: Node, new: dict[str, Raw]) -> Iterator[Splice]:
        gone = [place for place, name in enumerate(old.keys) if name.text not in new]
        added = {name: value for name, value in new.items() if old.child(name) < 0}
        if old.style and gone:
            self._whole(old)
            fields = [f"{self._source(one)}: {self._kept(old.items[place], new[one.text])}"
                      for place, one in enumerate(old.keys) if one.text in new]  # fmt: skip
            fields += [f"{key(name)}: {flow(value)}" for name, value in added.items()]
            yield Splice(old.begin, old.end, "{" + ", ".join(fields) + "}")
            return
        for place in gone:
            yield self.without(old, place)
        for place, one in enumerate(old.keys):
            if one.text in new:
                yield from self.put(old.items[place], new[one.text])
        if added:
            yield self.added(old, added)

    def _put_items(self, old: Node, new: list[Raw]) -> Iterator[Splice]:
        """Change a list whose items have lines of their own: those that stay keep theirs, comments with them."""
        before, after = ([_key(one) for one in items] for items in ([item.value() for item in old.items], new))
        column = old.begin - (self.text.rfind("\n", 0, old.begin) + 1)
        indent = " " * column
        for word, low, high, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if word == "equal":
                continue
            both = min(high - low, last - first)
            for step in range(both):
                yield from self.put(old.items[low + step], new[first + step])
            for item in old.items[low + both : high]:
                begin = self.text.rfind("\n", 0, item.begin) + 1
                if self.text[begin : item.begin].strip(" ") != "-":
                    raise _unusual(item.begin)
                yield Splice(begin, self.line_end(item.end), "")
            if first + both < last:
                lines = "".join(f"{indent}- {flow(one)}{self.newline}" for one in new[first + both : last])
                yield self._after(old.items[low + both - 1].end, lines) if low + both else self._before(old, lines)

    def _before(self, old: Node, lines: str) -> Splice:
        at = self.text.rfind("\n", 0, old.begin) + 1
        if self.text[at : old.begin].strip(" "):
            raise _unusual(old.begin)
        return Splice(at, at, lines)

    def _rewritten(self, old: Node, new: list[Raw]) -> str:
        written = {_key(item.value()): self._source(item) for item in old.items}
        return "[" + ", ".join(written.get(_key(one)) or flow(one) for one in new) + "]"

    def _kept(self, old: Node, new: Raw) -> str:
        if _same(old.value(), new):
            return self._source(old)
        return scalar(new, old.style) if isinstance(new, str) and old.style in ("'", '"') else flow(new)

    # ---- fields and entries

    def without(self, holder: Node, place: int) -> Splice:
        """Return what removes a key of a mapping and its value, with the comment on their own line."""
        name, item = holder.keys[place], holder.items[place]
        if item.whole and (marked := item.marked()) is not None:
            raise special(marked)
        end = max(item.end, name.end)
        if holder.style:
            return self._without_in_braces(holder, place, end)
        begin = self.text.rfind("\n", 0, name.begin) + 1
        if not self.text[begin : name.begin].strip(" "):
            return Splice(begin, self.line_end(end), "")
        if place + 1 == len(holder.keys):
            raise _unusual(name.begin)  # the only field of a list's item
        following = holder.keys[place + 1].begin
        if "#" in self.text[end:following]:
            raise _comment(end)
        return Splice(name.begin, following, "")

    def _without_in_braces(self, holder: Node, place: int, end: int) -> Splice:
        begin = holder.keys[place].begin
        if place + 1 < len(holder.keys):
            following = holder.keys[place + 1].begin
            if "#" in self.text[end:following]:
                raise _comment(end)
            return Splice(begin, following, "")
        if place:
            before = max(holder.items[place - 1].end, holder.keys[place - 1].end)
            if "#" in self.text[before:begin]:
                raise _comment(before)
            return Splice(before, end, "")
        comma = _COMMA.match(self.text, end)
        return Splice(begin, comma.end() if comma else end, "")

    def renamed(self, old: Node, name: str) -> Splice:
        """Return what gives a key another text, in the quotes that it has."""
        if old.special:
            raise special(old)
        return Splice(old.begin, old.end, scalar(name, old.style) if old.style else key(name))

    def added(self, holder: Node, fields: dict[str, Raw], *, entries: bool = False) -> Splice:
        """Return what adds fields, or ``entries``, after the last key of a mapping."""
        if holder.special:
            raise special(holder)
        if holder.style:
            text = ", ".join(f"{key(name)}: {flow(value)}" for name, value in fields.items())
            if not holder.keys:
                return Splice(holder.begin + 1, holder.begin + 1, text)
            at = max(holder.items[-1].end, holder.keys[-1].end)
            return Splice(at, at, ", " + text)
        column = holder.keys[0].begin - (self.text.rfind("\n", 0, holder.keys[0].begin) + 1)
        braces = not entries or bool(holder.items[-1].style)
        lines = "".join(entry(name, value, " " * column, self.newline, braces=braces)
                        for name, value in fields.items())  # fmt: skip
        return self._after(max(holder.items[-1].end, holder.keys[-1].end), lines, column if entries else None)

    def filled(self, head: Node, item: Node, fields: dict[str, Raw]) -> Splice:
        """Return what gives entries to a section that has none."""
        column = head.begin - (self.text.rfind("\n", 0, head.begin) + 1)
        lines = "".join(entry(name, value, " " * (column + 2), self.newline, braces=False)
                        for name, value in fields.items())  # fmt: skip
        return self._after(max(item.end, head.end + 1), lines)

    def section(self, holder: Node, name: str, fields: dict[str, Raw]) -> Splice:
        """Return what adds a section with its first entries."""
        if holder.style:
            return self.added(holder, {name: fields})
        lines = "".join(entry(one, value, "  ", self.newline, braces=False) for one, value in fields.items())
        return self._after(max(holder.items[-1].end, holder.keys[-1].end), f"{key(name)}:{self.newline}{lines}", 0)

    def listed(self, holder: Node, name: str, value: Raw) -> Splice:
        """Return what adds a list with its first item, under a key that may be there already."""
        place = holder.child(name)
        item = f"  - {flow(value)}{self.newline}"
        if holder.style and place < 0:
            return self.added(holder, {name: [value]})
        if place >= 0:
            return self._after(holder.keys[place].end + 1, item)
        return self._after(max(holder.items[-1].end, holder.keys[-1].end), f"{name}:{self.newline}{item}", 0)

    def appended(self, old: Node, value: Raw) -> Splice:
        """Return what adds an item at the end of a list, or to the one value that stands for a list."""
        if (marked := old.marked()) is not None:
            raise special(marked)
        if old.kind == "sequence" and not old.style:
            column = old.begin - (self.text.rfind("\n", 0, old.begin) + 1)
            return self._after(old.end, f"{' ' * column}- {flow(value)}{self.newline}")
        if old.kind == "sequence":
            at = old.items[-1].end if old.items else old.begin + 1
            return Splice(at, at, f"{', ' if old.items else ''}{flow(value)}")
        self._whole(old)
        if old.empty or not (old.style or old.kind == "scalar") or old.style in ("|", ">"):
            raise _unusual(old.begin)
        return Splice(old.begin, old.end, f"[{self._source(old)}, {flow(value)}]")

    # ---- places

    def line_end(self, at: int) -> int:
        """Return where the line that ``at`` is on ends, its break included; nothing but a comment may follow."""
        rest = _REST.match(self.text, at)
        end = rest.end() if rest else at
        if end != len(self.text) and self.text[end - 1 : end] != "\n":
            raise _unusual(at)
        return end

    def _after(self, at: int, lines: str, column: int | None = None) -> Splice:
        """Return what puts lines below those of ``at``, and below the comments there that begin right of a column."""
        end = self.line_end(at)
        while column is not None and (comment := _INNER.match(self.text, end)) and len(comment[1]) > column:
            end = comment.end()
        broken = end and self.text[end - 1] == "\n"
        return Splice(end, end, lines if broken else self.newline + lines.removesuffix(self.newline))

    def _source(self, node: Node) -> str:
        return self.text[node.begin : node.end]

    def _whole(self, node: Node) -> None:
        """Refuse to replace what holds a comment."""
        at = node.begin
        for leaf in _leaves(node):
            if "#" in self.text[at : leaf.begin]:
                raise _comment(at)
            if leaf.style in ("|", ">") and "#" in self.text[leaf.begin : self.text.find("\n", leaf.begin)]:
                raise _comment(leaf.begin)
            at = leaf.end
        if "#" in self.text[at : node.end]:
            raise _comment(at)


def _leaves(node: Node) -> Iterator[Node]:
    if node.kind in ("scalar", "alias"):
        yield node
    for place, item in enumerate(node.items):
        if node.keys:
            yield node.keys[place]
        yield from _leaves(item)


def _key(value: Raw) -> str:
    return repr(value)


def _same(old: Raw, new: Raw) -> bool:
    return old == new or (isinstance(new, list) and new == [old])
