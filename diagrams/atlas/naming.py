"""Whether a text names something that its reader may not learn of."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

WORD = re.compile(r"[^\W_]+")
ADDRESS = re.compile(r"(?<![\w.:])(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*[0-9a-fA-F:])(/\d{1,3})?")
Net = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Naming:
    """The names of a map that a reader may know and those not, and the prefixes that are its own.

    ``names`` has them by their first word, the longest first; a ``loud`` one is known in capitals too.
    """

    names: Mapping[str, tuple[tuple[str, bool, bool], ...]] = field(default_factory=dict)  # name, foreign, loud
    signs: tuple[str, ...] = ()  # foreign names without a letter or a digit
    prefixes: tuple[Net, ...] = ()

    @classmethod
    def of(
        cls, known: Iterable[str], foreign: Iterable[str], loud: Collection[str], addresses: Iterable[str]
    ) -> Naming:
        """Return what tells texts that name one of the ``foreign`` names or an address outside ``addresses``."""
        names: dict[str, list[tuple[str, bool, bool]]] = {}
        signs = []
        for one, unknown in (*((one, False) for one in known), *((one, True) for one in foreign)):
            first = WORD.search(one)
            if first:
                names.setdefault(first.group().casefold(), []).append((one[first.start() :], unknown, one in loud))
            elif unknown and one.strip():
                signs.append(one)
        ordered = {word: tuple(sorted(found, key=lambda item: (-len(item[0]), item))) for word, found in names.items()}
        return cls(ordered, tuple(signs), tuple(net for text in addresses for net in _nets(text)))

    def allows(self, text: str) -> bool:
        """Return whether the text has no foreign name as words of it, outside the names that may be known.

        Of a name that may be known the parts are: ``front-acme`` may hold ``front``. A foreign address is one that
        lies in none of the prefixes.
        """
        if any(sign in text for sign in self.signs):
            return False
        past = 0
        for word in WORD.finditer(text):
            if word.start() < past:
                continue
            for name, foreign, loud in self.names.get(word.group().casefold(), ()):
                end = word.start() + len(name)
                found = text[word.start() : end]
                if found != name and not (loud and found.casefold() == name.casefold()):
                    continue
                if WORD.match(text, end) and WORD.match(name[-1]):
                    continue
                if foreign:
                    return False
                past = end
                break
        return all(self._own(found.group()) for found in ADDRESS.finditer(text))

    def _own(self, text: str) -> bool:
        return all(
            any(net.version == one.version and net.subnet_of(one) for one in self.prefixes)  # type: ignore[arg-type]
            for net in _nets(text)
        )


def _nets(text: str) -> list[Net]:
    try:
        return [ipaddress.ip_network(text, strict=False)]
    except ValueError:
        return []


NOTHING = Naming()
