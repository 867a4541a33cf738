"""ANSSI, « Recommandations de sécurité relatives à TLS », SDE-NT-35, version 1.2 (2020).

TLS 1.3 and 1.2; keys exchanged by ECDHE, DHE being tolerated; AES or ChaCha20, Camellia and ARIA being tolerated;
authenticated modes, CBC with SHA-2 being tolerated. Numbers: IANA, TLS Cipher Suites.
"""

from __future__ import annotations

from cloison.netmodel.assurance.profile import Profile
from cloison.netmodel.finding import Text

_TLS_13 = (0x1301, 0x1302, 0x1303, 0x1304)
_ECDHE_ECDSA = (
    0xC02B, 0xC02C, 0xC0AC, 0xC0AD, 0xCCA9,  # AES-GCM, AES-CCM, ChaCha20
    0xC023, 0xC024, 0xC086, 0xC087, 0xC072, 0xC073, 0xC05C, 0xC05D, 0xC048, 0xC049,  # tolerated
)  # fmt: skip
_ECDHE_RSA = (
    0xC02F, 0xC030, 0xCCA8,
    0xC027, 0xC028, 0xC08A, 0xC08B, 0xC076, 0xC077, 0xC060, 0xC061, 0xC04C, 0xC04D,
)  # fmt: skip
_DHE_RSA = (
    0x009E, 0x009F, 0xC09E, 0xC09F, 0xCCAA, 0x0067, 0x006B, 0xC07C, 0xC07D, 0x00BE, 0x00C4, 0xC052, 0xC053, 0xC044,
    0xC045,
)  # fmt: skip

PROFILE = Profile(
    "anssi-tls-2020",
    Text("ANSSI's recommendations for TLS, 2020", "Recommandations de l’ANSSI relatives à TLS, 2020"),
    "ANSSI SDE-NT-35 v1.2",
    {"tls": frozenset(("1.2", "1.3")), "dtls": frozenset(("1.2", "1.3")), "quic": frozenset(("1", "2"))},
    frozenset((*_TLS_13, *_ECDHE_ECDSA, *_ECDHE_RSA, *_DHE_RSA)),
)
