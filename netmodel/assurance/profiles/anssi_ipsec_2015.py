"""ANSSI, « Recommandations de sécurité relatives à IPsec pour la protection des flux réseau », DAT-NT-003, 1.1 (2015).

IKE version 2; AES in GCM, CCM, CTR or CBC; groups of 2048 bits or more, or elliptic curves of 256 bits or more (also
curves 25519 and 448, published after it). Numbers: IANA, IKEv2 transform types 1 and 4.
"""

from __future__ import annotations

from cloison.netmodel.assurance.profile import Profile
from cloison.netmodel.finding import Text

PROFILE = Profile(
    "anssi-ipsec-2015",
    Text("ANSSI's recommendations for IPsec, 2015", "Recommandations de l’ANSSI relatives à IPsec, 2015"),
    "ANSSI DAT-NT-003 v1.1",
    {"ike": frozenset(("2",)), "esp": frozenset()},
    frozenset((12, 13, 14, 15, 16, 18, 19, 20)),
    frozenset((14, 15, 16, 17, 18, 19, 20, 21, 28, 29, 30, 31, 32)),
)
