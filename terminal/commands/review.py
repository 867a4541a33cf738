"""The annual review: the group of its commands."""

from __future__ import annotations

from cloison.terminal.command import Command
from cloison.terminal.language import _

COMMAND = Command(
    "review", _("The annual review: open it, decide, close it.", "La revue annuelle : l’ouvrir, décider, la clore.")
)
