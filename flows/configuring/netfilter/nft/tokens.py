"""The words of nft's language, with their places; variables are put in where they are used."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from cloison.flows.configuration import File
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Span, say
from cloison.netmodel.language.names import nearest

_TOKEN = re.compile(
    r"[ \t\r\f\v]+|\\\n|(?P<compat># xt_\w+)|#[^\n]*"
    r'|(?P<string>"[^"\n]*")|(?P<bad>")|(?P<mark>[{}(),;\n\[\]]|[=!<>]=|<<|>>|[=!<>&|^])'
    r'|(?P<word>(?:[^\s"#{}(),;=!<>&|^\[\]\\]|\\(?!\n))+)'
)
_PLAIN = re.compile(r'(?:[^"{}()#$\\;\n]|"[^"\n]*")*+')
_PLAIN_WORD = re.compile(r'"[^"\n]*"|[,\[\]]|[=!<>]=|<<|>>|[=!<>&|^]|[^\s"#{}(),;=!<>&|^\[\]\\]+')
MOST_EXPANDED = 2_000_000
"""The most words that variables may put in, over a whole file."""

Token = tuple[str, int]
"""A word, quotes kept, and its offset in the file."""


class Lines:
    """Offsets of a file as lines and columns."""

    def __init__(self, file: File) -> None:
        self.file = file
        self._starts = [0, *(found.end() for found in re.finditer("\n", file.text))]

    def span(self, offset: int) -> Span:
        """Return the place of an offset."""
        line = bisect_right(self._starts, offset)
        return self.file.span(line, offset - self._starts[line - 1] + 1)

    def text(self, start: int, end: int) -> str:
        """Return what is written between two offsets, white space joined, cut at 400 characters."""
        return " ".join(self.file.text[start : min(end, start + 1000)].split())[:400]


class Tokens:
    """A file's tokens, one ahead; ``\\n`` and ``;`` end statements."""

    def __init__(self, lines: Lines, notes: Notes) -> None:
        self.lines = lines
        self.notes = notes
        self.variables: dict[str, list[str]] = {}
        self._expanded = 0
        self._tokens = self._scan(lines.file.text)
        self._ahead: Token | None = next(self._tokens, None)
        self.at = 0  # where the last token began

    def peek(self) -> str:
        """Return the next token, empty at the end of the file."""
        return self._ahead[0] if self._ahead else ""

    def take(self) -> str:
        """Return the next token and go on."""
        if self._ahead is None:
            return ""
        text, self.at = self._ahead
        self._ahead = next(self._tokens, None)
        return text

    def skip(self, marks: str = "\n;") -> None:
        """Pass over ends of lines and statements."""
        while self._ahead and self._ahead[0] in marks:
            self.take()

    def error(self, en: str, fr: str, at: int | None = None, **values: str) -> None:
        """Note an error where the last token was."""
        self.notes.error(self.lines.span(self.at if at is None else at), say(en, fr, **values))

    def statement(self) -> tuple[list[str], int, int] | None:
        """Return the tokens to the end of a statement, variables put in, with where it begins and ends.

        ``None`` when the file ends within braces; that is noted.
        """
        plain = self._plain()
        if plain is not None:
            return plain
        found: list[str] = []
        start, opened, end = self._ahead[1] if self._ahead else self.at, [0], 0
        depth = 0
        while self._ahead:
            text, at = self._ahead
            if depth == 0 and text in "\n;}":
                break
            self.take()
            if text in ("{", "("):
                depth += 1
                opened.append(at)
            elif text in ("}", ")") and depth:
                depth -= 1
                opened.pop()
            end = at + len(text)
            if text == "\n" or not text:
                continue
            if text[0] == "$":
                found += self.variable(text[1:])
            else:
                found.append(text)
        if depth > 0:
            self.error("{mark} is never closed", "{mark} n’est jamais fermé", opened[-1],
                       mark=self.lines.file.text[opened[-1]])  # fmt: skip
            return None
        return found, start, end

    def _plain(self) -> tuple[list[str], int, int] | None:
        """Return the statement that is the rest of a line of words alone: most rules are."""
        if self._ahead is None or self._ahead[0] in "\n;}":
            return None
        text, start = self.lines.file.text, self._ahead[1]
        line = _PLAIN.match(text, start)
        end = line.end() if line else start
        if end <= start or text[end : end + 1] != "\n":
            return None
        words = _PLAIN_WORD.findall(text, start, end)
        if not words:
            return None
        last = words[-1]
        if ":" in text[start:end]:
            words = [part for word in words for part in _pieces(word)]
            last = words[-1]
        self.at = text.rfind(last, start, end)
        self._tokens = self._scan(text, end)
        self._ahead = next(self._tokens, None)
        return words, start, self.at + len(last)

    def variable(self, name: str) -> list[str]:
        """Return what a variable stands for; an unknown one is noted."""
        found = self.variables.get(name)
        if found is None:
            self.error("There is no variable {name}; the nearest: {near}",
                       "Il n’y a pas de variable {name} ; les plus proches : {near}",
                       name=name[:100], near=", ".join(nearest(name, self.variables)) or "—")  # fmt: skip
            return ["0"]
        self._expanded += len(found)
        if self._expanded > MOST_EXPANDED:
            if self._expanded - len(found) <= MOST_EXPANDED:
                self.error("Variables put in more than {most} words", "Les variables insèrent plus de {most} mots",
                           most=str(MOST_EXPANDED))  # fmt: skip
            return ["0"]
        return found

    def _scan(self, text: str, start: int = 0) -> Iterator[Token]:
        for found in _TOKEN.finditer(text, start):
            kind = found.lastgroup
            if kind is None:
                continue
            word, at = found.group(), found.start()
            if kind == "word" and ":" in word and word != ":":
                yield from _parted(word, at)
            elif kind == "compat":  # what nft 0.9 says of an iptables match; the rest of the line is its rule
                yield from (("xt", at), ("match", at), (word[5:], at))
            elif kind == "bad":
                self.notes.error(self.lines.span(at), say("a quote is never closed", "un guillemet n’est jamais fermé"))
            else:
                yield word, at


def _pieces(word: str) -> tuple[str, ...]:
    if ":" in word and word[0] != '"' and word != ":":
        return tuple(piece for piece, _ in _parted(word, 0))
    return (word,)


def _parted(word: str, at: int) -> Iterator[Token]:
    """Yield ``80:accept`` and ``1.2.3.4:80`` as three tokens; an address of IPv6, or of Ethernet, is one."""
    if word.count(":") == 1:
        first, _, last = word.partition(":")
        if first:
            yield first, at
        yield ":", at + len(first)
        if last:
            yield last, at + len(first) + 1
    elif word[-1] == ":" and word[-2] != ":":
        yield word[:-1], at
        yield ":", at + len(word) - 1
    else:
        yield word, at
