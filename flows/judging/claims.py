"""What a line claims of a conversation's protocol and encryption, and whether what was seen refutes it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from cloison.flows.wire import SSH, Seen
from cloison.netmodel.assurance.profile import Profile
from cloison.netmodel.assurance.subjects.cryptography import known_profiles, profile_name
from cloison.netmodel.facts import Line
from cloison.netmodel.network import Network
from cloison.netmodel.space.catalogue import CATALOGUE

CLEARTEXT, WEAK, WRONG, OUTSIDE = "cleartext", "weak-encryption", "wrong-protocol", "outside-tunnel"

# words of a map -> the protocols on the wire that are meant; any other word means itself
_MEANT: Mapping[str, frozenset[str]] = {
    "tls": frozenset(("tls", "dtls", "quic")),
    "https": frozenset(("tls", "quic")),
    "ipsec": frozenset(("ike", "esp")),
    "ike": frozenset(("ike", "esp")),
    "esp": frozenset(("ike", "esp")),
    "snmp3": frozenset(("snmp",)),
    "smb1": frozenset(("smb",)),
    "mdns": frozenset(("dns",)),
    "llmnr": frozenset(("dns",)),
}
_ENCRYPTED = frozenset(("tls", "dtls", "quic", "ssh", "ike", "esp", "wireguard", "openvpn"))
_TOLD_BY_FIRST_BYTES = frozenset(("tls", "ssh"))  # no other beginning is possible over TCP
_NO_ENCRYPTION = ("", "none", "aucun")
_SNMP_3, _SMB_2 = 3, 0x0202  # the first versions that can encrypt, or that are not obsolete


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed: the protocols that its services expect (none: nothing is said), an encryption, its minimum."""

    expected: frozenset[str] = frozenset()
    protocol: str = ""
    minimum: str = ""
    profile: Profile | None = None

    @property
    def encryption(self) -> frozenset[str]:
        """The protocols on the wire of the claimed encryption, those of its own conversation only."""
        return meant(self.protocol) & _ENCRYPTED

    @property
    def secure(self) -> bool:
        """Whether the conversation shall be encrypted by itself."""
        if self.encryption:
            return True
        return bool(self.expected) and all(meant(word) <= _ENCRYPTED for word in self.expected)

    @property
    def allowed(self) -> frozenset[str]:
        """Every protocol that would be as claimed; empty when nothing is."""
        return self.encryption.union(*(meant(word) for word in self.expected))


def meant(word: str) -> frozenset[str]:
    """Return the protocols on the wire that a map's word means."""
    return _MEANT.get(word, frozenset((word,)) if word not in _NO_ENCRYPTION else frozenset())


def claim_of(network: Network, line: Line, service: int) -> Claim:
    """Return what a line claims of a service (protocol << 16 | low field)."""
    protocol, low = service >> 16, service & 0xFFFF
    words = []
    for name, services in {item for each in (line.services, *line.endpoint_services.values()) for item in each}:
        if low in services.fields(protocol):
            words.append(_wire(network, name))
    encryption = line.flow.encryption
    return Claim(
        frozenset(words) if words and all(words) else frozenset(),
        encryption.protocol.lower() if encryption else "",
        encryption.minimum if encryption else "",
        known_profiles().get(profile_name(network.model, encryption)) if encryption else None,
    )


def refutation(claim: Claim, seen: Seen, agreed: Collection[str] = (), year: int = 0) -> str:
    """Return why what was seen is not what is claimed, the gravest reason; empty when it is not refuted.

    ``agreed`` are the names of the algorithms that both sides have to take, ``year`` when it was seen.
    """
    if not claim.allowed:
        return ""
    if claim.secure and _in_clear(claim, seen):
        return CLEARTEXT
    if not seen.wires:
        if claim.secure and seen.began and claim.allowed & _TOLD_BY_FIRST_BYTES:
            return CLEARTEXT if seen.text else WRONG
        return ""
    if any(wire.name not in claim.allowed and not (wire.upgrades and seen.upgraded) for wire in seen.wires):
        still_open = claim.secure and not seen.upgraded  # a beginning in clear that may still go over
        if not all(wire.name in claim.allowed or (wire.upgrades and still_open) for wire in seen.wires):
            return WRONG
    return WEAK if _weak(claim, seen, agreed, year) else ""


def _in_clear(claim: Claim, seen: Seen) -> bool:
    for wire in seen.wires:
        if wire.encrypted or (wire.upgrades and seen.upgraded):
            continue
        if wire.upgrades and not (seen.in_clear or seen.went_on):
            continue
        return True
    return False


def _weak(claim: Claim, seen: Seen, agreed: Collection[str], year: int) -> bool:
    if "snmp3" in claim.expected and any(wire.name == "snmp" for wire in seen.wires):
        return 0 < seen.version < _SNMP_3
    if "smb" in claim.expected and any(wire.name == "smb" for wire in seen.wires):
        return 0 < seen.version < _SMB_2
    wire = seen.decisive
    if wire is None or wire.name not in claim.allowed:
        return False
    version = wire.version(seen.version)
    at_least = wire.name in ("tls", "dtls") and version == "1.2" and not seen.cipher  # 1.2 or later
    if version and claim.minimum and not at_least:
        wanted = wire.strength(claim.minimum)
        if wanted > wire.strength(version):
            return True
    profile = claim.profile
    if profile is None or wire.name not in profile.protocols:
        return False
    accepted = profile.protocols[wire.name]
    if version and accepted and version not in accepted:
        return True
    if wire.name == SSH and any(profile.refuses(name, year) for name in agreed):
        return True
    cipher = seen.cipher & 0xFF if wire.name == "ike" else seen.cipher
    if cipher and profile.suites and cipher not in profile.suites:
        return True
    return bool(seen.group and profile.groups and seen.group not in profile.groups)


def _wire(network: Network, service: str) -> str:
    if service in network.model.services:
        return network.model.services[service].wire.lower()
    return CATALOGUE[service].wire if service in CATALOGUE else ""
