"""Why a text cannot be read as addresses or services."""

from __future__ import annotations

from cloison.netmodel.finding import Message, Value, say


class RefusedError(ValueError):
    """A text that is refused, with the message that says why; callers add the place and make it a finding."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.say("en"))
        self.message = message


def refuse(en: str, fr: str, **values: Value) -> RefusedError:
    """Return the refusal whose message is said in English and in French."""
    return RefusedError(say(en, fr, **values))
