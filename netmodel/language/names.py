"""Which names were probably meant by a word that is none of them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from difflib import SequenceMatcher

CLOSE = 0.6  # difflib's own cutoff: below it two words have too little in common
_LONGEST = 120  # characters; longer words are not mistypings of a name
_MOST = 20_000  # candidates compared; an error is explained in milliseconds even on the largest map


def nearest(word: str, candidates: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Return the ``most`` candidates that look most like ``word``, best first; ties in alphabetical order.

    Case does not count. At most 20,000 candidates whose length is near are compared.
    """
    if not word or len(word) > _LONGEST:
        return ()
    matcher: SequenceMatcher[str] = SequenceMatcher(autojunk=False)
    matcher.set_seq2(word.casefold())
    scored: list[tuple[float, str]] = []
    compared = 0
    for candidate in dict.fromkeys(candidates):
        if abs(len(candidate) - len(word)) > max(len(candidate), len(word)) * (1 - CLOSE) + 1:
            continue
        compared += 1
        if compared > _MOST:
            break
        matcher.set_seq1(candidate.casefold())
        if matcher.real_quick_ratio() >= CLOSE and matcher.quick_ratio() >= CLOSE:
            ratio = matcher.ratio()
            if ratio >= CLOSE:
                scored.append((-ratio, candidate))
    return tuple(candidate for _, candidate in heapq.nsmallest(most, scored))
