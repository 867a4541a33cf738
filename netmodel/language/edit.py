"""Changes to the YAML of a map by span: everything else keeps its bytes, comments, order, quotes and shorthands.

The result is read again and has to say exactly what was wanted; what cannot be changed without harm is refused with
its place.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from cloison.netmodel.finding import Finding, MapError, Message, Ref, Span, input_error, say
from cloison.netmodel.language.document import Raw, Route
from cloison.netmodel.language.events import read_yaml
from cloison.netmodel.language.files import utf8
from cloison.netmodel.language.surgery import RefusedEdit, Splice, Surgery, special, spliced
from cloison.netmodel.language.tree import Node, tree

_BOM = b"\xef\xbb\xbf"
_BREAKS = re.compile("\r(?!\n)|[\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Set:
    """Give a value to what a route leads to: it is changed where it is, else added last where it belongs.

    The route ends at an entry or at a field, however deep. A value is a text, a list or a mapping of them, all texts
    as YAML would have them; none is empty.
    """

    route: Route
    value: Raw


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove an entry or a field, with the comment on its own line."""

    route: Route


@dataclass(frozen=True, slots=True)
class Append:
    """Add an item at the end of a list: ``("reviews",)``."""

    route: Route
    value: Raw


@dataclass(frozen=True, slots=True)
class Rename:
    """Give another key to an entry or a field, which keeps its place, its comments and what it says."""

    route: Route
    key: str


Change: TypeAlias = Set | Remove | Append | Rename


def edited(data: bytes, file: str, changes: Sequence[Change], *, below: bool = False) -> bytes:
    """Return the bytes of a YAML file with the changes made, in their order.

    ``below`` says that the file holds the entries of one section without its key; routes then begin at an entry.
    Raises :class:`MapError` with every change that is refused and why; ``file`` names the file in them.
    """
    bare = utf8(data, file)
    before, problems = read_yaml(bare, file, {})
    if problems:
        raise MapError(tuple(problems))
    text = bare.decode("utf-8")
    odd = _BREAKS.search(text)
    if odd is not None:
        raise MapError((_refusal(file, text, (), RefusedEdit(say(
            "The file has line ends other than LF and CRLF: it is not edited",
            "Le fichier a d’autres fins de ligne que LF et CRLF : il n’est pas modifié"), odd.start())),))  # fmt: skip
    wanted: Raw = before.values
    for change in changes:
        wanted = _applied(wanted, change.route, change)
    refused: list[Finding] = []
    pending = list(changes)
    while pending:
        text, pending = _round(text, file, pending, below, refused)
    if refused:
        raise MapError(tuple(refused))
    if below and not wanted:  # a table without an entry is still one
        text += ("" if text.endswith("\n") or not text else "\n") + "{}\n"
    made = text.encode("utf-8")
    after, problems = read_yaml(made, file, {})
    if problems or _bare(after.values) != _bare(wanted):
        raise MapError((edit_error(file, say(
            "The changes of this file cannot be made without changing what else it says: make them by hand",
            "Les changements de ce fichier ne peuvent pas être faits sans changer le reste : à faire à la main"),
            Span(file)),))  # fmt: skip
    return (_BOM if data.startswith(_BOM) else b"") + made


def edit_error(file: str, message: Message, *places: Span) -> Finding:
    """Return the finding of a change that is refused."""
    return input_error("edit-refused", message, Ref("file", file), *places)


def _refusal(file: str, text: str, route: Route, refused: RefusedEdit) -> Finding:
    line = text.count("\n", 0, refused.at) + 1
    column = refused.at - (text.rfind("\n", 0, refused.at) + 1) + 1
    subject = Ref("edit", ".".join(map(str, route))) if route else Ref("file", file)
    return input_error("edit-refused", refused.message, subject, Span(file, line, column))


def _round(
    text: str, file: str, changes: Sequence[Change], below: bool, refused: list[Finding]
) -> tuple[str, list[Change]]:
    """Make as many changes as do not touch one another, one an entry; return the text and the changes that are left."""
    depth = 1 if below else 2
    root = tree(text, [change.route for change in changes], below)
    surgery = Surgery(text)
    splices: list[Splice] = []
    left: list[Change] = []
    touched: set[Route] = set()
    shaped: dict[Route, str] = {}  # sections whose entries come or go: how
    for change in changes:
        entry, section = change.route[:depth], change.route[: depth - 1]
        structural = _structural(root, change, depth)
        if entry in touched or section in touched or shaped.get(section, structural) != structural:
            left.append(change)
            touched.add(entry)  # what follows on the same entry waits too
            continue
        touched.add(entry)
        if structural:
            shaped[section] = structural
        if structural == "alone":
            touched.add(section)
        try:
            splices += _splices(surgery, root, change, depth)
        except RefusedEdit as refusal:
            refused.append(_refusal(file, text, change.route, refusal))
    return spliced(text, splices), left


def _structural(root: Node | None, change: Change, depth: int) -> str:
    """Say how a change shapes its section: ``add``, ``remove``, ``alone`` where nothing may change with it."""
    if isinstance(change, Append):
        return "alone"
    holder = _at(root, change.route[: depth - 1]) if root else None
    if holder is None or holder.kind != "mapping" or holder.style:
        return "alone"
    if len(change.route) <= depth and isinstance(change, Remove):
        return "remove"
    return "add" if holder.child(str(change.route[depth - 1])) < 0 else ""


def _at(root: Node, route: Route) -> Node | None:
    node: Node | None = root
    for step in route:
        if node is None:
            return None
        if node.kind == "sequence" and isinstance(step, int):
            node = node.items[step] if step < len(node.items) else None
        else:
            place = node.child(str(step))
            node = node.items[place] if place >= 0 else None
    return node


def _splices(surgery: Surgery, root: Node | None, change: Change, depth: int) -> list[Splice]:
    if root is None:
        return []
    *above, last = change.route
    holder, reached = root, 0
    for step in above:
        if holder.special:
            raise special(holder)
        found = _at(holder, (step,))
        if found is None or found.empty:
            break
        holder, reached = found, reached + 1
    if holder.special:
        raise special(holder)
    if isinstance(change, Append):
        target = _at(holder, (last,))
        if target is None or target.empty:
            return [surgery.listed(holder, str(last), change.value)]
        return [surgery.appended(target, change.value)]
    if isinstance(change, Remove):
        if reached < len(above) or holder.kind != "mapping" or holder.child(str(last)) < 0:
            return []
        return [surgery.without(holder, holder.child(str(last)))]
    if isinstance(change, Rename):
        if reached < len(above) or holder.kind != "mapping" or holder.child(str(last)) < 0:
            return []
        return [surgery.renamed(holder.keys[holder.child(str(last))], change.key)]
    value: Raw = change.value
    for step in reversed(change.route[reached + 1 :]):
        value = {str(step): value}
    key = str(change.route[reached])
    if holder.kind != "mapping":
        raise RefusedEdit(say(
            "A value stands here, and fields were to be set in it: change it by hand",
            "Une valeur se trouve ici, alors que des champs devaient y être écrits : à changer à la main"),
            holder.begin)  # fmt: skip
    place = holder.child(key)
    if place < 0:
        if reached == depth - 2:  # the section itself is new
            return [surgery.section(holder, key, value)]
        return [surgery.added(holder, {key: value}, entries=reached == depth - 1)]
    if holder.items[place].empty and reached == depth - 2:
        return [surgery.filled(holder.keys[place], holder.items[place], value)]
    return list(surgery.put(holder.items[place], value))


def _applied(values: Any, route: Route, change: Change) -> Raw:
    """Return raw values with a change made; what is not on its route is shared."""
    step, rest = route[0], route[1:]
    if isinstance(values, list):
        return [_applied(one, rest, change) if place == step else one for place, one in enumerate(values)]
    made = dict(values) if isinstance(values, dict) else {}
    if rest:
        if not isinstance(change, Remove | Rename) or step in made:
            made[step] = _applied(made.get(step), rest, change)
    elif isinstance(change, Remove):
        made.pop(step, None)
    elif isinstance(change, Rename):
        return {change.key if name == step else name: one for name, one in made.items()}
    elif isinstance(change, Append):
        held = made.get(step)
        made[step] = [*([] if held is None else held if isinstance(held, list) else [held]), change.value]
    else:
        made[step] = change.value
    return made


def _bare(value: Raw) -> Raw:
    """Return a value without what says nothing: a list of one is its item, a mapping without keys is nothing."""
    if isinstance(value, dict):
        return {key: _bare(one) for key, one in value.items()} or None
    if isinstance(value, list):
        return _bare(value[0]) if len(value) == 1 else [_bare(one) for one in value]
    return value


def write_files(contents: Mapping[Path, bytes], seen: Mapping[Path, bytes | None] | None = None) -> None:
    """Replace files by their new bytes, all of them or none; what a link leads to is replaced, not the link.

    Permissions stay, and the owner where the system lets; a new file has those that any program would give it.
    ``seen`` are the bytes that files were read with, None for one that was not there: where one holds others by now,
    nothing is written and :class:`MapError` is raised. Raises :class:`OSError` with the file's name where one cannot be
    written, being read-only included.
    """
    made: dict[Path, Path] = {}
    kept: dict[Path, Path] = {}
    try:
        for path, data in contents.items():
            target = path.resolve()
            try:
                made[target] = _beside(target, data)
            except OSError as problem:
                problem.filename = str(path)
                raise
        changed = [
            path for path, before in (seen or {}).items()
            if (path.read_bytes() if path.exists() else None) != before
        ]  # fmt: skip
        if changed:
            raise MapError(tuple(edit_error(str(path), say(
                "The file was changed by somebody else meanwhile, and nothing was written: begin again",
                "Le fichier a été changé par quelqu’un d’autre entre-temps, et rien n’a été écrit : recommencez",
            ), Span(str(path))) for path in changed))  # fmt: skip
        for target, new in made.items():
            if target.exists():
                kept[target] = _aside(target, new)
            new.replace(target)
    except BaseException:
        for target, new in made.items():
            if target in kept:
                kept[target].replace(target)
            elif not new.exists():
                target.unlink(missing_ok=True)
        raise
    finally:
        for left in (*made.values(), *kept.values()):
            left.unlink(missing_ok=True)


def _beside(target: Path, data: bytes) -> Path:
    """Write what is to take the place of a file into one beside it."""
    there = target.stat() if target.exists() else None
    if there is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    with os.fdopen(descriptor, "wb") as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
            if there is not None and (there.st_uid, there.st_gid) != (os.geteuid(), os.getegid()):
                with suppress(PermissionError):
                    os.fchown(descriptor, there.st_uid, there.st_gid)
            os.fchmod(descriptor, there.st_mode & 0o7777 if there is not None else 0o666 & ~_mask())
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    return Path(name)


def _aside(target: Path, new: Path) -> Path:
    """Give a file a second name, or a copy where the file system has no links, under which it can be put back."""
    kept = new.with_name(f"{new.name}.old")
    try:
        kept.hardlink_to(target)
    except OSError:
        shutil.copy2(target, kept)
    return kept


def _mask() -> int:
    """Return the permissions that new files are not given; the system tells them only where they are set anew."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
