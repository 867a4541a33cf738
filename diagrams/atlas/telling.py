"""What a page may tell: every name as it is, or, for sharing, neutral ones that stay the same all over the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Protocol

from cloison.diagrams.atlas.naming import Naming
from cloison.diagrams.cells import cell_said
from cloison.diagrams.printable import clipped, printable
from cloison.diagrams.words import DOMAINS, FUNCTIONS, KINDS, NATURES, SENSITIVITIES
from cloison.netmodel.finding import Lang, Message, Text, Value
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import parse
from cloison.netmodel.space.catalogue import CATALOGUE
from cloison.netmodel.space.refusal import RefusedError

LONGEST = 2000  # characters of a free text
WORDS: Mapping[str, Text] = {
    "parties": Text("party", "partie"),
    "zones": Text("zone", "zone"),
    "subnets": Text("subnet", "sous-réseau"),
    "assets": Text("asset", "bien"),
    "endpoints": Text("endpoint", "interface"),
    "groups": Text("group", "groupe"),
    "interconnections": Text("interconnection", "interconnexion"),
    "carriers": Text("carrier", "support"),
    "sites": Text("site", "site"),
    "vrfs": Text("vrf", "vrf"),
    "services": Text("service", "service"),
    "applications": Text("application", "application"),
    "translations": Text("translation", "traduction"),
    "flows": Text("line", "ligne"),
}
ADDRESS = Text("addresses", "adresses")
HIDDEN = "…"
OWN = frozenset(
    word for table in (DOMAINS, FUNCTIONS, KINDS, NATURES, SENSITIVITIES) for text in table.values()
    for word in (text.en, text.fr)
)  # fmt: skip
KEPT = re.compile(r"(tcp|udp|sctp|icmp|icmpv6|ip)(/[\d/-]+)?|[+×]? ?\d+|default|any|global|")
LIKE_ONE = re.compile(r"[0-9a-fA-F]*[:.][0-9a-fA-F:.]*(/\d{1,3})?")
PARTS = re.compile(r"( / |, | · | \+|/\*|/)")


# fields that refer to a rule, a clause or a word of the language
REFERENCES = frozenset({"clause", "rule", "country", "frameworks", "kind", "protocol", "vocabulary"})


class Teller(Protocol):
    """Says names, addresses and texts of a map; each returned text is printable."""

    lang: Lang
    redacted: bool

    def name(self, text: str) -> str:
        """Return an id, or ``ASSET/INTERFACE``."""

    def address(self, text: str) -> str:
        """Return a prefix or an address."""

    def free(self, text: str) -> str:
        """Return a text that people wrote."""

    def said(self, what: Value | Message | None) -> str:
        """Return a message, or the cell of a table, in the page's language."""


class Plain:
    """Tells everything as it is."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self.redacted = False

    def name(self, text: str) -> str:
        """Return the id."""
        return printable(text)

    def address(self, text: str) -> str:
        """Return the prefix."""
        return printable(text)

    def free(self, text: str) -> str:
        """Return the text, clipped."""
        return clipped(text, LONGEST)

    def said(self, what: Value | Message | None) -> str:
        """Return the message with its values."""
        return clipped(cell_said(what, self.lang), LONGEST)


class Neutral:
    """Tells neutral names: ``zone-3`` for a zone, always the same; what it does not know is not told at all.

    The program's own words, built-in services, numbers and dates are told.
    """

    def __init__(self, network: Network, lang: Lang) -> None:
        self.lang = lang
        self.redacted = True
        self._names: dict[str, str] = {}
        self._addresses: dict[str, str] = {}
        for section, word in WORDS.items():
            for number, name in enumerate(getattr(network.model, section), 1):
                self._names.setdefault(name, f"{word.say(lang)}-{number}")
        for facts in network.assets.values():
            for number, name in enumerate(facts.asset.interfaces, 1):
                self._names[f"{facts.id}/{name}"] = f"{self._names[facts.id]}/{number}"
        for site, item in network.model.sites.items():
            for number, room in enumerate(item.rooms, 1):
                self._names[f"{site}/{room}"] = f"{self._names[site]}/{number}"
        theirs = {text for text in (*self._names, *written(network.model)) if not KEPT.fullmatch(text)}
        self._naming = Naming.of((), theirs - OWN - CATALOGUE.keys(), (), ())

    def name(self, text: str) -> str:
        """Return the neutral name of an id; of one that is not of the map, nothing but that it is there."""
        return self._token(text)

    def address(self, text: str) -> str:
        """Return a neutral name of a prefix, the same wherever the prefix is written."""
        if text not in self._addresses:
            self._addresses[text] = f"{ADDRESS.say(self.lang)}-{len(self._addresses) + 1}"
        return self._addresses[text]

    def free(self, text: str) -> str:
        """Return that there is a text."""
        return HIDDEN if text else ""

    def said(self, what: Value | Message | None) -> str:
        """Return the program's own words, with neutral names in them."""
        if what is None:
            return ""
        if isinstance(what, Message):
            return Message(what.text, {name: self._value(value) for name, value in what.values.items()}).say(self.lang)
        return cell_said(self._value(what), self.lang)

    def _value(self, value: Value | Message) -> Value:
        if isinstance(value, Message):
            return self.said(value)
        if isinstance(value, tuple):
            return tuple(self._text(item) for item in value)
        if isinstance(value, (str, Text)):
            return self._text(value)
        if isinstance(value, (bool, int, float, date)):
            return value
        return HIDDEN

    def _text(self, text: str | Text) -> str:
        if isinstance(text, Text):
            if text.en != text.fr:  # the program's own, unless what people wrote was put into it
                return text.say(self.lang) if self._naming.allows(f"{text.en} {text.fr}") else HIDDEN
            text = text.en
        whole = self._token(text)
        if whole != HIDDEN:
            return whole
        return "".join(part if PARTS.fullmatch(part) else self._token(part) for part in PARTS.split(text))

    def _token(self, text: str) -> str:
        if text in self._names:
            return self._names[text]
        if KEPT.fullmatch(text) or text in CATALOGUE or text in OWN:
            return text
        return self.address(text) if _is_address(text) else HIDDEN


def written(value: object) -> Iterator[str]:
    """Yield every text of a model that is no word of the map language: ids, names, what people wrote."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from (*written(key), *written(item))
    elif isinstance(value, (tuple, list, frozenset)):
        for item in value:
            yield from written(item)
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in REFERENCES and "Literal" not in str(field.type):
                yield from written(getattr(value, field.name))


def _is_address(text: str) -> bool:
    if not LIKE_ONE.fullmatch(text):
        return False
    try:
        parse(text)
    except RefusedError:
        return False
    return True


def teller(network: Network, lang: Lang, *, redacted: bool) -> Teller:
    """Return what tells all, or neutral names alone."""
    return Neutral(network, lang) if redacted else Plain(lang)
