"""What is in doubt before a change and after it alike is the same thing twice, whatever it means.

A doubt that does not say what it hangs on (``Term.rests``) may hang on any statement that is not understood (a domain
name, a group of users): it is the same only where the texts are, but for rules that are understood, counters and
comments.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, islice, product

from cloison.flows.configuration import Action, Configuration, Stage, Term

Key = tuple[object, ...]
Meaning = Mapping[Key, Action | None]  # what a doubtful term does, nothing where it holds no packet

_MOST = 128  # meanings that are compared


_COUNTERS = re.compile(
    r"\[\d+:\d+\]|\bpackets \d+ bytes \d+|\s*(?:\(\d+ match(?:es)?\b[^)]*\)|\[match(?:es)?=\d+[^\]]*\]|\(hitcnt=\d+\))"
)


def beside(configuration: Configuration) -> tuple[str, ...]:
    """Return the lines of a configuration that are no rule that is understood, in their order."""
    stages = (*configuration.forward, *(configuration.input or ()), *(configuration.output or ()))
    terms = [term for stage in stages for term in stage.terms]
    known = {term.written.text for term in terms} - {term.written.text for term in terms if _doubtful(term)}
    lines = (_COUNTERS.sub("", line).strip() for line in configuration.text.splitlines() if line.strip() not in known)
    return tuple(line for line in lines if line and line[0] not in "#!")


def resolved(
    before: Sequence[Stage], after: Sequence[Stage], alike: bool
) -> Iterator[tuple[tuple[Stage, ...], tuple[Stage, ...]]] | None:
    """Return both configurations under every meaning of the doubts that they share; nothing where there are too many.

    ``alike`` says whether what is not understood is the same beside them; where it is not, only those that hang on what
    is the same are shared. The others stay in doubt.

    A packet's fate in a stage is decided by the first term that holds it. Where the two fates differ, one stage that
    denies it decides on one side, and on the other every stage that permits it: the meanings in which at most one doubt
    more than there are stages hold anything are enough.
    """
    old, new = (_doubts(stages) for stages in (before, after))
    shared = [key for key in old if old[key] == new[key] and (alike or key[2] is not None)]
    meanings = list(islice(_meanings(shared, max(len(before), len(after)) + 1), _MOST + 1))
    if len(meanings) > _MOST:
        return None
    return ((_with(before, meaning), _with(after, meaning)) for meaning in meanings)


def _meanings(shared: Sequence[Key], most: int) -> Iterator[Meaning]:
    for count in range(min(len(shared), most) + 1):
        for held in combinations(shared, count):
            for actions in product(*(_actions(key) for key in held)):
                yield dict.fromkeys(shared) | dict(zip(held, actions, strict=True))


def _actions(key: Key) -> tuple[Action, ...]:
    action = key[1]
    return ("permit", "deny") if action == "unknown" else ("permit",) if action == "permit" else ("deny",)


def _doubts(stages: Sequence[Stage]) -> Counter[Key]:
    return Counter(_key(stage, term) for stage in stages for term in stage.terms if _doubtful(term))


def same(before: Sequence[Stage], after: Sequence[Stage], alike: bool) -> bool:
    """Say whether stages are the same wherever they are written, whatever is in doubt in them."""
    settled = alike or all(term.rests is not None for stage in before for term in stage.terms if _doubtful(term))
    return settled and [_unplaced(stage) for stage in before] == [_unplaced(stage) for stage in after]


def _unplaced(stage: Stage) -> tuple[object, ...]:
    return (stage.state, stage.otherwise, *(_key(stage, term) for term in stage.terms))


def _doubtful(term: Term) -> bool:
    return not term.sure or term.action == "unknown"


def _key(stage: Stage, term: Term) -> Key:
    """Return what makes two terms the same; never where they are written, which a change moves."""
    rests = term.rests if _doubtful(term) else None
    text = _COUNTERS.sub("", term.written.text) if term.written.hits is not None else term.written.text
    return (stage.name, term.action, rests, term.sure, text, term.sources, term.destinations, term.services,
            term.arriving, term.leaving)  # fmt: skip


def _with(stages: Sequence[Stage], meaning: Meaning) -> tuple[Stage, ...]:
    found = []
    for stage in stages:
        terms = []
        for term in stage.terms:
            key = _key(stage, term) if _doubtful(term) else ()
            if key not in meaning:
                terms.append(term)
            elif (action := meaning[key]) is not None:
                terms.append(replace(term, action=action, sure=True))
        found.append(replace(stage, terms=tuple(terms)))
    return tuple(found)
