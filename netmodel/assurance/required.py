"""Clauses that a run requires: each holds, does not, or could not be decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from cloison.netmodel.assurance.framework import STATUS_WORDS
from cloison.netmodel.compiling.problems import near
from cloison.netmodel.finding import Finding, MapError, Message, Ref, Text, input_error, say
from cloison.netmodel.report import Status, StatusWord

ACCEPTABLE: tuple[StatusWord, ...] = ("declared", "waived", "partial")  # what --accept may add
_HOLDS: tuple[StatusWord, ...] = ("conformant", "not-applicable")


@dataclass(frozen=True, slots=True)
class Required:
    """A clause that was required, and whether it holds."""

    status: Status
    holds: bool

    @property
    def undecided(self) -> bool:
        """Whether it does not hold for want of what would decide it."""
        return not self.holds and self.status.status == "not-evaluated"

    def said(self) -> Message:
        """Return in a sentence what became of the clause."""
        status = self.status
        word = STATUS_WORDS[status.status]
        if self.holds:
            return say("required {clause}: {status}", "exigé {clause} : {status}", clause=status.clause, status=word)
        reason = Text(status.reason.say("en"), status.reason.say("fr"))
        return say(
            "required {clause}: {status}, which is not enough: {reason}",
            "exigé {clause} : {status}, ce qui ne suffit pas : {reason}",
            clause=status.clause, status=word, reason=reason,
        )  # fmt: skip


def required(statuses: Sequence[Status], wanted: Sequence[str], accepted: Collection[str]) -> tuple[Required, ...]:
    """Return what became of the clauses ``wanted``, written CLAUSE or FRAMEWORK/CLAUSE.

    A clause holds when it is conformant or not applicable, or has a status that is ``accepted``. Raises ``MapError``
    with every clause that is none and every status that cannot be accepted, and the nearest ones.
    """
    known: dict[str, list[Status]] = {}
    for item in statuses:
        known.setdefault(item.clause, []).append(item)
        known.setdefault(f"{item.framework}/{item.clause}", []).append(item)
    refused = [*_unknown("--accept", accepted, ACCEPTABLE), *_unknown("--require", wanted, known)]
    if refused:
        raise MapError(tuple(refused))
    found = dict.fromkeys(id(item) for name in wanted for item in known[name])
    return tuple(
        Required(item, item.status in _HOLDS or item.status in accepted) for item in statuses if id(item) in found
    )


def known_words(accepted: Collection[str]) -> None:
    """Raise ``MapError`` for statuses that cannot be accepted: statuses are known words before any map is read."""
    refused = tuple(_unknown("--accept", accepted, ACCEPTABLE))
    if refused:
        raise MapError(refused)


def _unknown(option: str, words: Collection[str], known: Collection[str]) -> Iterator[Finding]:
    for word in dict.fromkeys(words):
        if word not in known:
            message = (
                say("--accept: “{word}” is none of {known}", "--accept : « {word} » n’est rien de {known}",
                    word=word, known=tuple(known))
                if option == "--accept"
                else say("--require: “{word}” is no clause", "--require : « {word} » n’est pas une exigence", word=word)
            )  # fmt: skip
            yield input_error("argument", message, Ref("argument", option), remedy=near(word, known))
