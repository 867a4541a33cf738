"""Cells of tables as text."""

from __future__ import annotations

from cloison.netmodel.finding import Lang, Message, Text, Value


def cell_said(cell: Value | Message | None, lang: Lang) -> str:
    """Return a cell's text in ``lang``, as it is; nothing for None."""
    if cell is None:
        return ""
    if isinstance(cell, Message):
        return cell.say(lang)
    return Message(Text("{it}", "{it}"), {"it": cell}).say(lang)
