"""What a dialect says of its files while it reads them: statements counted, those left in doubt, and errors."""

from __future__ import annotations

from dataclasses import dataclass, field

from cloison.flows.configuration import Left, Written
from cloison.netmodel.finding import Finding, MapError, Message, Ref, Span, input_error, say

_MOST_ERRORS = 200


@dataclass(slots=True)
class Notes:
    """A notebook for one reading; ``raise_all`` ends it if anything was an error."""

    understood: int = 0
    harmless: int = 0
    undecided: list[Left] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)
    _more: int = 0

    def leave(self, written: Written, why: Message) -> None:
        """Write down a statement that is not understood."""
        self.undecided.append(Left(written, why))

    def error(self, span: Span, message: Message, rule: str = "configuration-syntax") -> None:
        """Write down a reason why the file cannot be used."""
        if len(self.errors) < _MOST_ERRORS:
            self.errors.append(input_error(rule, message, Ref("configuration", span.file), span))
        else:
            self._more += 1

    def raise_all(self) -> None:
        """Raise ``MapError`` with every error, if there is one."""
        if not self.errors:
            return
        found = sorted(self.errors, key=lambda item: item.spans)
        if self._more:
            file = self.errors[0].spans[0].file
            message = say(
                "and {count} more {count:error|errors}", "et {count} {count:autre erreur|autres erreurs}",
                count=self._more,
            )  # fmt: skip
            found.append(input_error("configuration-syntax", message, Ref("configuration", file), Span(file)))
        raise MapError(tuple(found))
