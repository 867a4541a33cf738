"""ANSSI, « Recommandations pour un usage sécurisé d’(Open)SSH », DAT-NT-007, version 1.3 (2015): version 2 only.

Its algorithms are not looked at yet: they are in messages that each side sends after the first line.
"""

from __future__ import annotations

from cloison.netmodel.assurance.profile import Profile
from cloison.netmodel.finding import Text

PROFILE = Profile(
    "anssi-ssh-2015",
    Text("ANSSI's note on SSH, 2015: its version", "Note de l’ANSSI sur SSH, 2015 : sa version"),
    "ANSSI DAT-NT-007 v1.3",
    {"ssh": frozenset(("2.0",))},
)
