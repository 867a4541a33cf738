"""What a line claims against what the wire shows: every decision written by hand."""

from __future__ import annotations

import pytest

from cloison.flows.judging.claims import Claim, refutation
from cloison.flows.wire import IN_CLEAR, OTHER, START_AB, START_BA, TEXT_AB, UPGRADED, WENT_ON, Wire, seen, wire_text
from cloison.netmodel.assurance.subjects.cryptography import known_profiles, profile_name
from cloison.netmodel.finding import Text
from cloison.netmodel.language.model import Encryption, Model

_T = Text("x", "x")
_WIRES = (
    Wire("http", _T, versions=((0x0101, "1.1"),)),
    Wire("smtp", _T, upgrades=True),
    Wire("snmp", _T, versions=((1, "1"), (2, "2c"), (3, "3"))),
    Wire("ssh", _T, encrypted=True, versions=((0x0105, "1.5"), (0x0163, "1.99"), (0x0200, "2.0"))),
    Wire("tls", _T, encrypted=True, versions=((0x0301, "1.0"), (0x0302, "1.1"), (0x0303, "1.2"), (0x0304, "1.3"))),
    Wire("ike", _T, encrypted=True, versions=((0x0100, "1"), (0x0200, "2"))),
    Wire("quic", _T, encrypted=True),
    Wire("smb", _T, versions=((0x0100, "1"), (0x0311, "3.1.1"))),
)
_NUMBER = {wire.name: number for number, wire in enumerate(_WIRES, 1)}
_TLS = Claim(frozenset(("tls",)), "tls", "1.2")


def _seen(ab: str = "", ba: str = "", state: int = 0, version: int = 0, cipher: int = 0, group: int = 0):
    sides = [OTHER if side == "other" else _NUMBER.get(side, 0) for side in (ab, ba)]
    return seen(_WIRES, *sides, state, version, cipher, group)


@pytest.mark.parametrize(
    ("claim", "shown", "reason"),
    [
        # as claimed
        (_TLS, _seen("tls", "tls", version=0x0303, cipher=0xC02F), ""),
        (_TLS, _seen("tls"), ""),  # the server's greeting was not kept
        (_TLS, _seen("quic"), ""),
        (Claim(frozenset(("ssh",)), "ssh"), _seen("ssh", "ssh", version=0x0200), ""),
        # in clear
        (_TLS, _seen("http", "http"), "cleartext"),
        (_TLS, _seen("", "http"), "cleartext"),
        (_TLS, _seen("other", state=START_AB | TEXT_AB), "cleartext"),
        (Claim(frozenset(("tls",))), _seen("http"), "cleartext"),  # the service alone says it
        # another protocol
        (_TLS, _seen("ssh", "ssh"), "wrong-protocol"),
        (_TLS, _seen("other", state=START_AB), "wrong-protocol"),
        (_TLS, _seen("other"), ""),  # not the true first bytes: nothing is said
        (_TLS, _seen("other", "tls", START_AB), ""),  # the other side speaks it
        (Claim(frozenset(("http",))), _seen("ssh"), "wrong-protocol"),
        (Claim(frozenset(("http",))), _seen("other", state=START_AB | TEXT_AB), ""),  # no encryption was claimed
        (Claim(frozenset(("kerberos",))), _seen("http"), "wrong-protocol"),
        (Claim(), _seen("http"), ""),  # nothing is claimed
        # weaker
        (_TLS, _seen("tls", "tls", version=0x0301, cipher=0x002F), "weak-encryption"),
        (Claim(frozenset(), "tls", "1.3"), _seen("tls", "tls", version=0x0303), ""),  # 1.2 or later: not known
        (Claim(frozenset(), "tls", "1.3"), _seen("tls", "tls", version=0x0303, cipher=0xC02F), "weak-encryption"),
        (Claim(frozenset(), "tls", "1.3"), _seen("tls", "tls", version=0x0304, cipher=0x1301), ""),
        (Claim(frozenset(), "ssh", "2.0"), _seen("ssh", "ssh", version=0x0163), "weak-encryption"),
        (Claim(frozenset(("snmp3",))), _seen("snmp", version=2), "weak-encryption"),
        (Claim(frozenset(("snmp3",))), _seen("snmp", version=3), ""),
        (Claim(frozenset(("smb",))), _seen("smb", "smb", version=0x0100), "weak-encryption"),
        (Claim(frozenset(("smb",))), _seen("smb", "smb", version=0x0311), ""),
        # what may go over to TLS
        (Claim(frozenset(("smtp",)), "tls"), _seen("smtp", "smtp"), ""),  # only the beginning was seen
        (Claim(frozenset(("smtp",)), "tls"), _seen("smtp", "smtp", UPGRADED), ""),
        (Claim(frozenset(("smtp",)), "tls"), _seen("smtp", "smtp", IN_CLEAR), "cleartext"),
        (Claim(frozenset(("smtp",)), "tls"), _seen("smtp", "smtp", WENT_ON), "cleartext"),
        (Claim(frozenset(("smtp",)), "tls", "1.2"), _seen("smtp", "smtp", UPGRADED, 0x0301, 0x002F), "weak-encryption"),
        (Claim(frozenset(("smtp",))), _seen("smtp", "smtp", IN_CLEAR), ""),  # declared in clear
        (_TLS, _seen("smtp", "smtp", UPGRADED), ""),
    ],
)  # fmt: skip
def test_a_claim_and_what_was_seen(claim: Claim, shown, reason: str) -> None:
    assert refutation(claim, shown) == reason


def test_profiles_accept_what_the_recommendations_accept() -> None:
    tls = Claim(frozenset(), "tls", "", known_profiles()["anssi-tls-2020"])
    assert refutation(tls, _seen("tls", "tls", version=0x0304, cipher=0x1301)) == ""
    assert refutation(tls, _seen("tls", "tls", version=0x0303, cipher=0xC02F)) == ""
    assert (
        refutation(tls, _seen("tls", "tls", version=0x0303, cipher=0x009C)) == "weak-encryption"
    )  # no forward secrecy
    assert refutation(tls, _seen("tls", "tls", version=0x0302, cipher=0xC02F)) == "weak-encryption"
    ipsec = Claim(frozenset(), "ipsec", "", known_profiles()["anssi-ipsec-2015"])
    assert refutation(ipsec, _seen("ike", "ike", version=0x0200, cipher=20 | 32 << 8, group=19)) == ""
    assert refutation(ipsec, _seen("ike", "ike", version=0x0200, cipher=3, group=19)) == "weak-encryption"  # 3DES
    assert refutation(ipsec, _seen("ike", "ike", version=0x0200, cipher=12 | 32 << 8, group=2)) == "weak-encryption"
    assert refutation(ipsec, _seen("ike", "ike", version=0x0100)) == "weak-encryption"


def test_what_was_seen_in_words() -> None:
    assert seen(_WIRES, 0, 0, 0, 0, 0, 0) is None
    assert wire_text(None) == ""
    assert wire_text(_seen("tls", "tls", version=0x0303, cipher=0xC02F)) == "tls 1.2 0xc02f"
    assert wire_text(_seen("smtp", "", UPGRADED, 0x0304, 0x1301)) == "smtp, tls 1.3 0x1301"
    assert wire_text(_seen("other", "other", START_AB | START_BA)) == "unknown"
    assert wire_text(_seen("other", "", START_AB | TEXT_AB)) == "text"


_GOOD = ("ecdh-sha2-nistp256", "aes256-ctr", "hmac-sha2-256")


# What each edition says of an algorithm: DAT-NT-007 v1.3 (R15) with annex B1 of the RGS, v2.03; and ANSSI-PG-083 v3.00
# with ANSSI-FT-116 v1.0.
@pytest.mark.parametrize(
    ("algorithm", "by_2015", "by_2026"),
    [
        ("aes128-ctr", True, True),
        ("aes256-gcm@openssh.com", False, True),
        ("aes128-cbc", False, False),
        ("rijndael-cbc@lysator.liu.se", False, False),
        ("chacha20-poly1305@openssh.com", False, None),
        ("3des-cbc", False, False),
        ("arcfour256", False, False),
        ("twofish256-ctr", False, False),
        ("none", False, False),
        ("hmac-sha2-512", True, True),
        ("hmac-sha2-256-etm@openssh.com", True, True),
        ("hmac-sha1", True, False),
        ("hmac-sha1-etm@openssh.com", True, False),
        ("hmac-sha1-96", None, False),
        ("hmac-md5-96-etm@openssh.com", False, False),
        ("umac-64-etm@openssh.com", False, False),
        ("umac-128@openssh.com", False, False),
        ("diffie-hellman-group1-sha1", False, False),
        ("diffie-hellman-group14-sha1", False, False),
        ("diffie-hellman-group-exchange-sha1", False, False),
        ("diffie-hellman-group-exchange-sha256", None, None),
        ("diffie-hellman-group14-sha256", True, True),
        ("diffie-hellman-group16-sha512", True, True),
        ("diffie-hellman-group18-sha512", True, True),
        ("ecdh-sha2-nistp521", True, True),
        ("curve25519-sha256", None, True),
        ("curve25519-sha256@libssh.org", None, True),
        ("sntrup761x25519-sha512@openssh.com", None, None),
        ("mlkem768x25519-sha256", None, True),
        ("mlkem768-sha256", None, False),
        ("new-cipher@vendor.example", None, None),  # named by nobody
    ],
)
def test_what_ssh_agreed_on(algorithm: str, by_2015: bool | None, by_2026: bool | None) -> None:
    shown = _seen("ssh", "ssh", version=0x0200)
    for name, accepted in (("anssi-ssh-2015", by_2015), ("anssi-ssh-2026", by_2026)):
        profile = known_profiles()[name]
        rulings = [ruling for ruling in profile.rulings if algorithm in ruling.names]
        assert [ruling.accepted for ruling in rulings] == ([accepted] if rulings else [])
        assert rulings or accepted is None
        claim = Claim(frozenset(), "ssh", "", profile)
        for agreed in ((algorithm, *_GOOD), (*_GOOD, algorithm)):
            assert refutation(claim, shown, agreed, 2026) == ("weak-encryption" if accepted is False else ""), name
    assert refutation(Claim(frozenset(), "ssh", "2.0"), shown, (algorithm,), 2026) == ""  # no profile is claimed
    assert refutation(_TLS, _seen("tls", "tls", version=0x0303, cipher=0xC02F), (algorithm,), 2026) == ""


def test_a_modulus_of_2048_bits_serves_to_the_end_of_2030() -> None:
    shown, agreed = _seen("ssh", "ssh", version=0x0200), ("diffie-hellman-group14-sha256", *_GOOD[1:])
    for name in ("anssi-ssh-2015", "anssi-ssh-2026"):
        claim = Claim(frozenset(), "ssh", "", known_profiles()[name])
        found = [refutation(claim, shown, agreed, year) for year in (2014, 2030, 2031)]
        assert found == ["", "", "weak-encryption"]


def test_a_profile_says_one_thing_of_an_algorithm_and_by_which_document() -> None:
    for profile in known_profiles().values():
        names = [name for ruling in profile.rulings for name in ruling.names]
        assert len(names) == len(set(names))
        assert all(ruling.source and ruling.why.en != ruling.why.fr for ruling in profile.rulings)


def test_a_line_that_names_no_profile_follows_that_of_the_map() -> None:
    model = Model(cloison=1, name="m", profiles={"tls": "anssi-tls-2020", "snmp3": "ours"})
    for encryption, name in (
        (Encryption("tls"), "anssi-tls-2020"),
        (Encryption("HTTPS"), "anssi-tls-2020"),
        (Encryption("tls", profile="own"), "own"),
        (Encryption("snmp3"), "ours"),
        (Encryption("ssh"), ""),
    ):
        assert profile_name(model, encryption) == name
