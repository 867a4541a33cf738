"""What a statement that is not understood hangs on: itself, what it mentions, and all that has no name.

A text that defines a name bears on what mentions the name and on nothing else. Any other text bears on everything, and
so does what it mentions. A word is taken for a name wherever it stands, whatever its kind and case: too much is in,
never too little. A name that nothing defines adds nothing, so that a definition of it that comes or goes is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from json import dumps

_MOST = 4_000_000  # names that are followed, and words that are looked at, all statements together


@dataclass(slots=True)
class Surroundings:
    """The text of a configuration, by name; ``fill`` adds all of it, when the first question is asked."""

    fill: Callable[[Surroundings], None]
    _pieces: list[tuple[str, str, str]] = field(default_factory=list)
    _named: dict[str, str] = field(default_factory=dict)
    _told_by: dict[str, str] = field(default_factory=dict)  # with what has no name and says it, in their order
    _links: dict[str, frozenset[str]] = field(default_factory=dict)
    _own: dict[str, str] = field(default_factory=dict)
    _met: dict[frozenset[str], str | None] = field(default_factory=dict)  # by the names that a text says
    _always: str = ""
    _steps: int = 0
    _ready: bool = False

    def define(self, name: str, text: str) -> None:
        """Add a text that bears on nothing but what mentions a name; one name may have several."""
        self._pieces.append((_name(name), text, text))

    def other(self, text: str, mentions: str | None = None) -> None:
        """Add a text that may bear on everything; ``mentions`` is the part of it whose words count as names."""
        self._pieces.append(("", text, text if mentions is None else mentions))

    def under(self, text: str, within: str = "") -> str | None:
        """Return a digest of what decides the meaning of a statement, ``None`` where it would take too long to find.

        Two statements, of two configurations, of which this is equal mean the same. ``within`` is the head of the
        block in which it stands: its words count as no names.
        """
        if not self._ready:
            self.fill(self)
            self._prepare()
        said = self._names(text)
        if said not in self._met:
            names = self._reach(said)
            self._met[said] = self._told(names) if self._steps <= _MOST else None
        told = self._met[said]
        return None if told is None else _digest(self._always, within, text, told)

    def _prepare(self) -> None:
        """Put together the texts of each name, in their order; one without a name is with all names it mentions."""
        texts: dict[str, list[str]] = {name: [] for name, _, _ in self._pieces if name}
        own: dict[str, list[str]] = {name: [] for name in texts}
        always: list[str] = []
        mentioned: list[str] = []
        for name, text, mentions in self._pieces:
            if name:
                texts[name].append(text)
                own[name].append(text)
                continue
            always.append(text)
            for word in words(text) & texts.keys():
                texts[word].append(text)
            mentioned.append(mentions)
        self._pieces.clear()
        self._named = {name: _joined(found) for name, found in own.items()}
        self._told_by = {name: _joined(found) for name, found in texts.items() if len(found) > len(own[name])}
        self._always = _digest(_joined(always), self._told(self._reach(self._names(_joined(mentioned)))))
        self._ready = True

    def _names(self, text: str) -> frozenset[str]:
        return frozenset(word for word in words(text) if word in self._named)

    def _reach(self, names: frozenset[str]) -> frozenset[str]:
        """Return names with all that their texts lead to."""
        known = set(names)
        waiting = list(known)
        self._steps += 1
        while waiting and self._steps <= _MOST:
            name = waiting.pop()
            if name not in self._links:
                self._links[name] = self._names(self._named[name])
            more = self._links[name] - known
            self._steps += 1 + len(self._links[name])
            known |= more
            waiting += more
        return frozenset(known)

    def _told(self, names: frozenset[str]) -> str:
        for name in names - self._own.keys():
            self._own[name] = _digest(self._told_by.get(name, self._named[name]))
        return _digest(*(part for name in sorted(names) for part in (name, self._own[name])))


def words(text: str) -> frozenset[str]:
    """Return the words of a text that may be names, in any case, quotes left aside."""
    return frozenset(_name(word) for word in text.split())


def whole(text: str) -> str:
    """Return a name or a value, which may be of several words, as one word that is no other's."""
    return dumps(text).replace(" ", "\\u0020")


def _name(word: str) -> str:
    return word.strip("\"'").casefold()


def _joined(texts: list[str]) -> str:
    return "\n".join(texts)


def _digest(*parts: str) -> str:
    whole = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()
