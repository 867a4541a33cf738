"""Which cryptographic profile a line follows: its own, or the one that the map gives to its protocol."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cloison.netmodel.assurance import profiles
from cloison.netmodel.assurance.profile import Profile
from cloison.netmodel.language.model import Encryption, Model
from cloison.netmodel.registry import load

# the words that a map uses for a protocol on the wire -> the family for which a map has one profile
FAMILIES: Mapping[str, str] = {
    "tls": "tls", "https": "tls", "dtls": "tls", "quic": "tls",
    "ipsec": "ipsec", "ike": "ipsec", "esp": "ipsec", "ssh": "ssh", "sftp": "ssh", "scp": "ssh",
}  # fmt: skip
WIRES: Mapping[str, frozenset[str]] = {
    "tls": frozenset(("tls", "dtls", "quic")),
    "ipsec": frozenset(("ike", "esp")),
    "ssh": frozenset(("ssh",)),
}


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
