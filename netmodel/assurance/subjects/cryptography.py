"""Which cryptographic profile a line follows, its own or its protocol's, and what is wrong with an encryption."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cloison.netmodel.assurance import profiles
from cloison.netmodel.assurance.profile import Profile
from cloison.netmodel.finding import Text
from cloison.netmodel.language.model import Encryption, Model
from cloison.netmodel.registry import load

# the words that a map uses for a protocol on the wire -> the family for which a map has one profile
FAMILIES: Mapping[str, str] = {
    "tls": "tls", "https": "tls", "dtls": "tls", "quic": "tls",
    "ipsec": "ipsec", "ike": "ipsec", "esp": "ipsec", "ssh": "ssh", "sftp": "ssh", "scp": "ssh",
}  # fmt: skip


@cache
def known_profiles() -> Mapping[str, Profile]:
    """Return the cryptographic profiles by name."""
    return load(profiles, "PROFILE")


def family_of(protocol: str) -> str:
    """Return tls, ipsec or ssh for a protocol as a map writes it; empty for any other."""
    return FAMILIES.get(protocol.lower(), "")


def profile_name(model: Model, encryption: Encryption) -> str:
    """Return the name of the profile that an encryption follows; empty where neither it nor the map names one."""
    if encryption.profile:
        return encryption.profile
    protocol = encryption.protocol.lower()
    return model.profiles.get(protocol) or model.profiles.get(family_of(protocol), "")


def problem_of(model: Model, encryption: Encryption) -> Text | None:
    """Return what is wrong with an encryption as it is written, or nothing.

    That is an obsolete protocol, a least version below what its profile accepts (without a profile, below the first
    that is not obsolete), or a profile that is of no use to it. An absent profile is no fault.
    """
    protocol = encryption.protocol.lower()
    if protocol in OBSOLETE:
        return Text(f"{protocol} is obsolete", f"{protocol} est obsolète")
    name = profile_name(model, encryption)
    profile = known_profiles().get(name)
    if name and profile is None:
        return Text(f"{name} is no profile that is known here", f"{name} n’est aucun profil connu ici")
    if not family_of(protocol):
        return None
    wire = _WIRES.get(protocol, protocol)
    accepted = _LEAST[wire]
    if profile is not None:
        if wire not in profile.protocols:
            return Text(f"{name} does not speak of {protocol}", f"{name} ne parle pas de {protocol}")
        accepted = profile.protocols[wire] or accepted
    if not encryption.minimum:
        return None
    least, wanted = min(map(_numbers, accepted)), _numbers(encryption.minimum)
    if not wanted or wanted < least:
        return Text(
            f"{protocol} {encryption.minimum} is below what is accepted",
            f"{protocol} {encryption.minimum} est en deçà de ce qui est accepté",
        )
    return None


# the protocol on the wire whose versions a map's word means, where it is not the word itself
_WIRES: Mapping[str, str] = {"https": "tls", "ipsec": "ike", "esp": "ike", "sftp": "ssh", "scp": "ssh"}
# the first version of each that is not obsolete: RFC 8996 (TLS, DTLS), RFC 9000, RFC 9395 (IKE), RFC 4253 (SSH)
_LEAST: Mapping[str, frozenset[str]] = {
    "tls": frozenset(("1.2",)), "dtls": frozenset(("1.2",)), "quic": frozenset(("1",)), "ike": frozenset(("2",)),
    "ssh": frozenset(("2.0",)),
}  # fmt: skip
OBSOLETE = frozenset(("ssl", "sslv2", "sslv3", "ssl2", "ssl3", "ssh1", "pptp"))


def _numbers(version: str) -> tuple[int, ...]:
    """Return a version as numbers, without the zeros at its end; nothing for what is no version."""
    parts = version.lower().removeprefix("v").split(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
        return ()
    numbers = [int(part) for part in parts]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
