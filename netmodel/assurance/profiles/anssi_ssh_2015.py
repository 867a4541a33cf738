"""ANSSI, « Usage sécurisé d’(Open)SSH », NT_SSH (2015): version 2 of the protocol only.

Its algorithms are not looked at yet: they are in messages that each side sends after the first line.
"""

from __future__ import annotations

from cloison.netmodel.assurance.profile import Profile
from cloison.netmodel.finding import Text

PROFILE = Profile(
    "anssi-ssh-2015",
    Text("ANSSI's note on SSH, 2015: its version", "Note de l’ANSSI sur SSH, 2015 : sa version"),
    "ANSSI NT_SSH 2015",
    {"ssh": frozenset(("2.0",))},
)
