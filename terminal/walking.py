"""Deciding item by item at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cloison.terminal import language
from cloison.terminal.language import _
from cloison.terminal.reviewing import save

if TYPE_CHECKING:
    from cloison.flows.review import Review
    from cloison.flows.reviewing.items import Item


def walk(made: Review, items: Sequence[Item], by: tuple[str, ...], file: Path) -> Review:
    """Ask about one item after the other on the terminal; an empty answer leaves one for later, q leaves."""
    from cloison.diagrams.printable import no_command, printable
    from cloison.flows.review import points_of
    from cloison.flows.reviewing.deciding import decided
    from cloison.flows.reviewing.decisions import decision_word
    from cloison.flows.reviewing.said import item_said

    def ask(question: str) -> str | None:
        sys.stderr.write(question)
        sys.stderr.flush()
        line = sys.stdin.readline()
        return line.strip() if line else None

    about = points_of(made)
    told_before = made.decisions.points  # when it was opened, with captures perhaps
    for number, item in enumerate(items, 1):
        told = item_said(item, made.matter.network).say(language.LANG)
        lines = [f"[{number}/{len(items)}] {item.id}: {told} ({item.span})"]
        points = [message.say(language.LANG) for message in about.get(item.id, ())]
        lines += [f"    {point}" for point in ([told_before[item.id]] if told_before.get(item.id) else points)]
        sys.stderr.write("".join(no_command(printable(line)) + "\n" for line in lines))
        word = None
        while word is None:
            answer = ask(_("keep, change, remove, Enter for later, q to leave: ",
                           "maintenir, modifier, supprimer, Entrée pour plus tard, q pour quitter : "))  # fmt: skip
            if answer is None or answer == "q":
                return made
            if not answer:
                break
            word = decision_word(answer)
        if word is None:
            continue
        who = by
        while not who:
            answer = ask(_("by whom: ", "par qui : "))
            if answer is None:
                return made
            who = tuple(name for name in map(str.strip, answer.split(",")) if name)
        reason: str | None = ""
        while not reason:
            reason = ask(_("why: ", "pourquoi : "))
            if reason is None:
                return made
            if word == "keep":
                break
        made = decided(made, [item], word, who, reason or "")
        made = save(made, file, kept=True)
        by = who
    return made
