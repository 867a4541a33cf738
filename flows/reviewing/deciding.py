"""Decisions made: which items are meant, and the review with them decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from cloison.flows.review import Review
from cloison.flows.reviewing.decisions import WORDS, Decision, decision_word
from cloison.flows.reviewing.items import Item
from cloison.flows.reviewing.standing import Standing, standing
from cloison.netmodel.finding import Finding, MapError, Ref, input_error, say
from cloison.netmodel.language.names import nearest


def chosen(stand: Standing, patterns: Sequence[str], *, every: bool) -> tuple[Item, ...]:
    """Return the items that patterns name; without a pattern those that are undecided or were changed since.

    With ``every`` what is named in full is taken even if it is decided already; a pattern with ``*`` or ``?`` never
    undoes what somebody decided. Raises ``MapError`` for patterns that name nothing.
    """
    open_items = tuple(item for item, _, how in stand.items.values() if how in ("undecided", "changed"))
    if not patterns:
        return open_items
    found: list[Finding] = []
    names: set[str] = set()
    anew: set[str] = set()
    for pattern in patterns:
        fitting = {name for name in stand.items if fnmatchcase(name, pattern)}
        if pattern in stand.items:
            fitting = {pattern}  # a name may hold what would be a pattern
            anew |= fitting if every else set()
        if not fitting:
            near = nearest(pattern, tuple(stand.items))
            found.append(input_error(
                "unknown-name",
                say("--item: nothing is called {pattern}; nearest: {near}",
                    "--item : rien ne s’appelle {pattern} ; les plus proches : {near}", pattern=pattern, near=near)
                if near else
                say("--item: nothing is called {pattern}", "--item : rien ne s’appelle {pattern}", pattern=pattern),
                Ref("argument", "--item"),
            ))  # fmt: skip
        names |= fitting
    if found:
        raise MapError(tuple(found))
    names &= {item.id for item in open_items} | anew
    return tuple(item for item, _, _ in stand.items.values() if item.id in names)


def decided(made: Review, items: Sequence[Item], word: str, by: tuple[str, ...], why: str) -> Review:
    """Return the review with items decided so; raise ``MapError`` for no decision, nobody, or a missing reason."""
    meant = decision_word(word)
    found: list[Finding] = []

    def refuse(option: str, en: str, fr: str) -> None:
        found.append(input_error("argument", say(en, fr, word=word), Ref("argument", option)))

    if meant is None:
        words = ", ".join(text.en for text in WORDS.values()), ", ".join(text.fr for text in WORDS.values())
        refuse("--decision", f"--decision: {{word}} is none of {words[0]}",
               f"--decision : {{word}} n’est ni {words[1].replace(', ', ', ni ')}")  # fmt: skip
    if not any(by):
        refuse("--by", "--by: say who decides", "--by : dire qui décide")
    if meant != "keep" and not why.strip():
        refuse("--why", "--why: say why", "--why : dire pourquoi")
    if found or meant is None:
        raise MapError(tuple(found))
    more = [Decision(item.id, meant, by, why, item.state, item.span) for item in items]
    decisions = made.decisions.having(more)
    return replace(made, decisions=decisions, standing=standing(made.items, decisions))
