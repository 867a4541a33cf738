"""The statements of a Cisco device -> what each may bear on: a definition on what says its name, others on everything.

Sources: the Command References that the dialects name. A list, a group, a class, a policy, a zone and a time range do
nothing until something says their name, and a pair of zones does what the reader follows; only statements of exactly
these forms are taken for one. What applies a list to an interface or to a terminal line, and to no more, is followed
by the reader itself: it leads nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from cloison.flows.configuring.cisco.statements import Statement
from cloison.flows.configuring.cisco.words import is_number
from cloison.flows.configuring.surroundings import Surroundings

_HITS = re.compile(r"\s*(?:\(\d+ match(?:es)?\b[^)]*\)|\[match(?:es)?=\d+[^\]]*\]|\(hitcnt=\d+\))")
_ASIDE = frozenset({"resequence", "logging", "log-update", "persistent", "helper", "role-based", "match-local-traffic"})
_SHOWN = frozenset({("Extended", "IP"), ("Standard", "IP"), ("IPv6", "access"), ("IP", "access"), ("IPV4", "ACL"),
                    ("IPV6", "ACL")})  # fmt: skip
_TOLD = ("Building", "Current")  # of the file, not of the device
_LISTS = frozenset({"access-list", "access", "ACL"})
_ENTRIES = frozenset({"permit", "deny", "remark", "evaluate", "dynamic"})
_NOTES = frozenset({"remark", "description"})


def text_of(statement: Statement) -> str:
    """Return the text of a statement with all under it, without counters, remarks and descriptions."""
    lines = (line for line in (statement, *statement.walk()) if line.words[0] not in _NOTES)
    return "\n".join(f"{' ' * line.indent}{head_of(line)}" for line in lines)


def head_of(statement: Statement) -> str:
    """Return the text of a statement alone, without a counter."""
    return _HITS.sub("", statement.text)


def routers(into: Surroundings, tops: Iterable[Statement], nexus: bool) -> None:
    """Add what the statements of IOS or NX-OS bear on."""
    for top in tops:
        words = top.words
        if words[0] in _TOLD and "configuration" in top.text:
            continue
        name = _of_router(words, nexus)
        if words[0] == "zone-pair":
            name = words[2] if _pairs(top) else ""
        _add(into, top, name, _applies)
        for line in (top, *top.walk()):
            if line is not top and _ENTRIES.isdisjoint(line.words) and not _LISTS.isdisjoint(words[:4]):
                into.other(f"{head_of(top)} {head_of(line)}")  # it is about every entry of the list
            if "reflect" in line.words[:-1]:  # what `evaluate` lets pass, with what the list takes before it
                into.define(line.words[line.words.index("reflect") + 1], f"{head_of(line)} {name}")


def appliances(into: Surroundings, tops: Iterable[Statement]) -> None:
    """Add what the statements of an ASA bear on."""
    for top in _listed(tops):
        words = top.words
        if words[0].startswith((":", "Cryptochecksum")):
            continue
        name = ""
        if words[0] in ("object", "object-group") and len(words) > 2:
            # a translation under an object does something whether its name is said or not
            name = "" if any(line.words[0] == "nat" for line in top.walk()) else words[2]
        elif words[0] == "access-list":
            name = "" if _ENTRIES.isdisjoint(words[2:]) else words[1]
        elif words[0] == "time-range":
            name = words[1] if len(words) == 2 else ""
        _add(into, top, name, _grouped)


def _add(into: Surroundings, top: Statement, name: str, applies: Callable[[Statement, Statement], bool]) -> None:
    if name:
        into.define(name, text_of(top))
    else:
        mentions = (line.text for line in (top, *top.walk()) if not applies(top, line))
        into.other(text_of(top), "\n".join(mentions))


def _of_router(words: list[str], nexus: bool) -> str:
    """Return the name that a statement defines, nothing where it defines none or something else too."""
    count, two = len(words), words[:2]
    if words[0] == "object-group":
        named = count == 3 or (count == 4 and two[1] in ("ip", "ipv6"))
    elif two in (["ip", "access-list"], ["ipv6", "access-list"]):
        kinded = count == 4 and words[2] in ("standard", "extended")
        named = kinded or (count == 3 and words[2] not in _ASIDE and (nexus or two[0] == "ipv6"))
    elif words[0] == "access-list":
        return words[1] if count > 2 and is_number(words[1]) else ""
    elif words[0] in ("class-map", "policy-map"):
        named = count > 1
    elif two == ["zone", "security"]:
        named = count == 3
    elif words[0] == "time-range":
        named = count == 2
    else:
        named = count > 2 and (words[0], words[1]) in _SHOWN
    return words[-1] if named else ""


def _pairs(top: Statement) -> bool:
    words = top.words
    whole = len(words) == 7 and (words[1], words[3], words[5]) == ("security", "source", "destination")
    return whole and all(
        line.words[:3] == ["service-policy", "type", "inspect"] and len(line.words) == 4
        for line in top.walk() if line.words[0] not in _NOTES
    )  # fmt: skip


def _applies(top: Statement, line: Statement) -> bool:
    """Say whether a line applies a list where the reader follows it."""
    words = line.words[1:] if line.words[0] in ("ip", "ipv6") else line.words
    if top.words[0] == "interface" and line.words[0] in ("ip", "ipv6"):
        words = words[1:] if words[:1] == ["port"] else words
        return words[:1] in (["access-group"], ["traffic-filter"]) and len(words) == 3 and words[2] in ("in", "out")
    return top.words[:2] == ["line", "vty"] and words[:1] == ["access-class"] and len(words) == 3 and words[2] == "in"


def _grouped(top: Statement, line: Statement) -> bool:
    words = line.words
    if words[0] != "access-group":
        return False
    return words[2:] == ["global"] or (len(words) == 5 and words[2] in ("in", "out") and words[3] == "interface")


def _listed(tops: Iterable[Statement]) -> Iterator[Statement]:
    """Yield statements, of a dump of lists those under its headings."""
    waiting = list(tops)[::-1]
    while waiting:
        top = waiting.pop()
        words = top.words
        if words[0] == "access-list" and len(words) > 2 and (words[1] == "cached" or words[1].endswith(";")):
            waiting += top.children[::-1]
        else:
            yield top
