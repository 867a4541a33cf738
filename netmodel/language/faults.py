"""What can be wrong with a value, said once for YAML, tables and repeats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cloison.netmodel.finding import Finding, Message, Ref, Span, Text, input_error, say
from cloison.netmodel.language.document import Raw, Route
from cloison.netmodel.language.names import nearest

A_TEXT = Text("a text", "un texte")
A_LIST = Text("a list", "une liste")
A_MAPPING = Text("keys and values", "des clés et des valeurs")
_NOTHING = Text("nothing", "rien")
ENTRIES = Text("a mapping of names to entries", "une table de noms et d’entrées")
KEY = Text("key", "Mot-clé")
WORD = Text("word", "Mot")
SECTION = Text("section", "Nom de section")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a value: ``route`` leads to it from the value that was read; ``key`` means its key."""

    rule: str
    message: Message
    route: Route = ()
    key: bool = False


MOST_FAULTS = 5_000  # sought in one map: enough for whoever corrects them, and bounded for whoever sends them


class Wrong(Exception):  # noqa: N818 - a value is wrong, not the program
    """A value that cannot be read, with all its faults."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults

    def under(self, *route: str | int) -> Iterator[Fault]:
        """Yield the faults as seen from the value that holds this one at ``route``."""
        for fault in self.faults:
            yield Fault(fault.rule, fault.message, route + fault.route, fault.key)


def kind_of(value: Raw) -> Text:
    """Return what a value is, in words."""
    if value is None:
        return _NOTHING
    return A_MAPPING if isinstance(value, dict) else A_LIST if isinstance(value, list) else A_TEXT


def wrong_kind(value: Raw, expected: Text) -> Wrong:
    """Return the fault of a value of another kind."""
    if value is None:
        return Wrong(
            Fault(
                "no-value",
                say(
                    "A value is missing after this key: give one, or remove the key",
                    "Il manque une valeur après cette clé : donnez-en une, ou retirez la clé",
                ),
                key=True,
            )
        )
    return Wrong(
        Fault(
            "wrong-kind",
            say(
                "This should be {expected}, and is {found}",
                "Il faut ici {expected}, et c’est {found}",
                expected=expected,
                found=kind_of(value),
            ),
        )
    )


def unknown(word: str, known: tuple[str, ...], rule: str, what: Text, *, key: bool = False) -> Fault:
    """Return the fault of a word that is none of the known ones, with the nearest of them."""
    near = nearest(word, known)
    if near:
        message = say(
            "Unknown {what} “{word}”: did you mean {near}?",
            "{what} inconnu : « {word} » ; vouliez-vous dire {near} ?",
            what=what,
            word=word,
            near=near,
        )
    else:
        message = say(
            "Unknown {what} “{word}”: the known ones are {known}",
            "{what} inconnu : « {word} » ; sont connus : {known}",
            what=what,
            word=word,
            known=known,
        )
    return Fault(rule, message, key=key)


def more_errors(place: Span) -> Finding:
    """Return the finding that says that errors are no longer sought."""
    return input_error(
        "more-errors",
        say(
            "There are more than {most} errors: the rest will be sought once these are corrected",
            "Il y a plus de {most} erreurs : les autres seront cherchées une fois celles-ci corrigées",
            most=MOST_FAULTS,
        ),
        Ref("map", ""),
        Span(place.file, sheet=place.sheet),
    )
