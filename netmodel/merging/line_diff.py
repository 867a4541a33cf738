"""Two versions of a text -> its unified diff, in a time that does not grow with the square of the changes."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher

MOST = 2_000  # lines that are compared with one another, each with each


class _Anchored(SequenceMatcher[str]):
    """A matcher of lines that takes those which are there once on both sides, in the same order, for the same."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        super().__init__(None, old, new, autojunk=False)
        self.old, self.new = old, new

    def get_matching_blocks(self) -> list[Match]:
        """Return the stretches that are the same, and the empty one at the end."""
        old, new = self.old, self.new
        blocks: list[Match] = []
        begin = first = 0
        for at, to in (*_anchors(old, new), (len(old), len(new))):
            if old[begin:at] == new[first:to]:
                blocks.append(Match(begin, first, at - begin))
            elif at - begin <= MOST and to - first <= MOST:
                inner = SequenceMatcher(None, old[begin:at], new[first:to], autojunk=False)
                blocks += (Match(begin + one.a, first + one.b, one.size) for one in inner.get_matching_blocks())
            blocks.append(Match(at, to, int(at < len(old))))
            begin, first = at + 1, to + 1
        joined: list[Match] = []
        for one in blocks:
            if joined and joined[-1].a + joined[-1].size == one.a and joined[-1].b + joined[-1].size == one.b:
                joined[-1] = Match(joined[-1].a, joined[-1].b, joined[-1].size + one.size)
            elif one.size:
                joined.append(one)
        return [*joined, Match(len(old), len(new), 0)]


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the longest series of lines that are there once on both sides, by their places on each."""
    counts = Counter(old), Counter(new)
    places = {line: at for at, line in enumerate(new) if counts[1][line] == 1}
    once = [(at, places[line]) for at, line in enumerate(old) if counts[0][line] == 1 and line in places]
    ends: list[int] = []  # the least place in the new at which a series of each length ends
    last: list[int] = []  # whose pair that is
    before: list[int] = []
    for number, (_, to) in enumerate(once):
        length = bisect_left(ends, to)
        before.append(last[length - 1] if length else -1)
        ends[length:length + 1], last[length:length + 1] = [to], [number]
    series: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        series.append(once[number])
        number = before[number]
    return series[::-1]


def unified(file: str, old: Sequence[str], new: Sequence[str], around: int = 1) -> Iterator[str]:
    """Yield the lines of the unified diff of a file, with some lines around each change."""
    begun = False
    for group in _Anchored(old, new).get_grouped_opcodes(around):
        if not begun:
            yield f"--- {file}"
            yield f"+++ {file}"
            begun = True
        yield f"@@ -{_range(group[0][1], group[-1][2])} +{_range(group[0][3], group[-1][4])} @@"
        for word, begin, end, first, last in group:
            if word == "equal":
                yield from (f" {line}" for line in old[begin:end])
                continue
            yield from (f"-{line}" for line in old[begin:end])
            yield from (f"+{line}" for line in new[first:last])


def _range(begin: int, end: int) -> str:
    """Return a range of lines as unified diffs have it: an empty one begins at the line before it."""
    length = end - begin
    if length == 1:
        return str(begin + 1)
    return f"{begin + bool(length)},{length}"
