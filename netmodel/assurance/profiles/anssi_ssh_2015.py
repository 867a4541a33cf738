"""ANSSI, « Recommandations pour un usage sécurisé d’(Open)SSH », DAT-NT-007, version 1.3 (2015): version 2 only, AES to
encrypt, HMAC with SHA-1 or SHA-2 against changes.

Refused are the ciphers and MACs of RFC 4253 section 6, RFC 4345 and OpenSSH that are of other families. Those that came
after it or whose mode it leaves to be argued (CBC, GCM, ChaCha20), and all key exchanges, are left undecided.
"""

from __future__ import annotations

from cloison.netmodel.assurance.profile import Profile
from cloison.netmodel.finding import Text

_CIPHERS = (
    "none", "des-cbc", "des-cbc@ssh.com", "3des-cbc", "3des-ctr", "arcfour", "arcfour128", "arcfour256", "blowfish-cbc",
    "blowfish-ctr", "cast128-cbc", "cast128-ctr", "idea-cbc", "idea-ctr", "serpent128-cbc", "serpent192-cbc",
    "serpent256-cbc", "twofish-cbc", "twofish128-cbc", "twofish192-cbc", "twofish256-cbc",
)  # fmt: skip
_MACS = ("none", "hmac-md5", "hmac-md5-96", "hmac-md5-etm@openssh.com", "hmac-md5-96-etm@openssh.com")

PROFILE = Profile(
    "anssi-ssh-2015",
    Text("ANSSI's note on SSH, 2015: its version, ciphers and MACs",
         "Note de l’ANSSI sur SSH, 2015 : sa version, son chiffrement et son intégrité"),
    "ANSSI DAT-NT-007 v1.3",
    {"ssh": frozenset(("2.0",))},
    refused=frozenset((*_CIPHERS, *_MACS)),
)  # fmt: skip
