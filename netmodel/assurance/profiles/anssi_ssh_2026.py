"""ANSSI's rules of 2026, applied to SSH: « Règles et recommandations concernant le choix et le dimensionnement des
mécanismes cryptographiques », ANSSI-PG-083, version 3.00 (2026-03-20); « Transition post-quantique de SSHv2 »,
ANSSI-FT-116, version 1.0 (2026-02-02); and, of what both leave alone, « Recommandations pour un usage sécurisé
d’(Open)SSH », DAT-NT-007, version 1.3 (2015).

Rules are applied, recommendations (Reco...) are not: an exchange without a post-quantum part is accepted.
"""

from __future__ import annotations

from cloison.netmodel.assurance.profile import Profile, Ruling
from cloison.netmodel.assurance.subjects import ssh_algorithms as ssh
from cloison.netmodel.finding import Text

_R15 = "ANSSI DAT-NT-007 v1.3, R15"
_PG_083 = "ANSSI-PG-083 v3.00"
_FT_116 = "ANSSI-FT-116 v1.0"

PROFILE = Profile(
    "anssi-ssh-2026",
    Text("ANSSI's rules for cryptographic mechanisms, 2026, applied to SSH",
         "Règles de l’ANSSI sur les mécanismes cryptographiques, 2026, appliquées à SSH"),
    f"{_PG_083}; {_FT_116}; ANSSI DAT-NT-007 v1.3",
    {"ssh": frozenset(("2.0",))},
    rulings=(
        Ruling(ssh.AES_CTR, True, f"{_R15}; {_PG_083}, RègleModeChiff", Text("AES in mode CTR", "AES en mode CTR")),
        Ruling(ssh.AES_GCM, True, f"{_PG_083}, RègleModeChiff",
               Text("named as conforming", "nommé comme conforme")),
        Ruling(ssh.AES_CBC, False, f"{_R15}; {_PG_083}, RègleModeChiff",
               Text("CBC conforms with an initial value that nobody can predict; that of SSH is the last block sent "
                    "(RFC 4253 section 6.3), and the note asks for CTR",
                    "CBC est conforme avec une valeur initiale imprédictible ; celle de SSH est le dernier bloc envoyé "
                    "(RFC 4253, section 6.3), et la note demande CTR")),
        Ruling(ssh.CHACHA20, None, f"{_R15}; {_PG_083}, RègleChiffFlot",
               Text("ChaCha20 is named as conforming, Poly1305 is not named, and the note of 2015 asks for AES",
                    "ChaCha20 est nommé comme conforme, Poly1305 n’est pas nommé, et la note de 2015 demande AES")),
        Ruling(ssh.BLOCKS_OF_64_BITS, False, f"{_PG_083}, RègleTailleBlocSym",
               Text("blocks of 64 bits, where 128 are the least", "des blocs de 64 bits, là où 128 sont le minimum")),
        Ruling((*ssh.RC4, *ssh.OTHER_BLOCKS_OF_128_BITS, *ssh.NOTHING), False, _R15,
               Text("no other cipher than AES", "pas d’autre chiffrement qu’AES")),
        Ruling(ssh.HMAC_SHA2, True, f"{_R15}; {_PG_083}, RègleMAC",
               Text("HMAC with SHA-256 or SHA-512", "HMAC avec SHA-256 ou SHA-512")),
        Ruling((*ssh.HMAC_SHA1, *ssh.HMAC_SHA1_96), False, f"{_PG_083}, RègleMAC.1, RègleHachage",
               Text("a MAC needs a hash that conforms, and SHA-1 is named as not conforming (R15 of 2015 accepted it)",
                    "un MAC demande une fonction de hachage conforme, et SHA-1 est nommé comme non conforme (R15 "
                    "de 2015 l’acceptait)")),
        Ruling((*ssh.HMAC_MD5, *ssh.HMAC_RIPEMD160), False, f"{_R15}; {_PG_083}, RègleMAC.1, RègleHachage.1",
               Text("a MAC needs a hash that conforms, of 256 bits at least",
                    "un MAC demande une fonction de hachage conforme, d’au moins 256 bits")),
        Ruling(ssh.UMAC_64, False, f"{_R15}; {_PG_083}, RègleMAC.3",
               Text("a tag of 64 bits, where 96 are the least", "un motif de 64 bits, là où 96 sont le minimum")),
        Ruling(ssh.UMAC_128, False, _R15, Text("no HMAC", "pas de HMAC")),
        Ruling(ssh.MODULUS_OF_1024_BITS, False, f"{_PG_083}, RègleLogDiscretGFp.1, RègleFactorisation.1",
               Text("a modulus of 1024 bits, where 2048 are the least",
                    "un module de 1024 bits, là où 2048 sont le minimum")),
        Ruling(ssh.EXCHANGE_BY_SHA1, False, f"{_PG_083}, RègleHachage.1, .2",
               Text("SHA-1 is named as not conforming", "SHA-1 est nommé comme non conforme")),
        Ruling(ssh.MODULUS_OF_2048_BITS, True, f"{_PG_083}, RègleLogDiscretGFp.1",
               Text("a modulus of 2048 bits", "un module de 2048 bits"), until=2030),
        Ruling(ssh.MODULUS_OF_3072_BITS_OR_MORE, True, f"{_PG_083}, RègleLogDiscretGFp.2",
               Text("a modulus of 3072 bits or more", "un module de 3072 bits ou plus")),
        Ruling(ssh.MODULUS_OF_THE_SERVER, None, f"{_PG_083}, RègleLogDiscretGFp",
               Text("the server chooses the modulus, in a message that is not looked at",
                    "le serveur choisit le module, dans un message qui n’est pas regardé")),
        Ruling(ssh.NIST_CURVES, True, f"{_PG_083}, RègleCourbeElliptiqueGFp",
               Text("curves named as conforming", "courbes nommées comme conformes")),
        Ruling((*ssh.CURVE_25519, *ssh.CURVE_448), True, f"{_PG_083}, RègleCourbeElliptiqueGFp.1",
               Text("not named, but of a prime order of 253 and of 446 bits (RFC 7748), where 250 are the least",
                    "non nommées, mais d’ordre premier, de 253 et de 446 bits (RFC 7748), là où 250 sont le minimum")),
        Ruling(ssh.HYBRID_ML_KEM, True, f"{_PG_083}, section 2.2.2; {_FT_116}, section 3.2.1",
               Text("ML-KEM-768 or 1024 beside an elliptic curve", "ML-KEM-768 ou 1024 avec une courbe elliptique")),
        Ruling(ssh.HYBRID_NTRU_PRIME, None, f"{_FT_116}, section 3.2.1",
               Text("described and not ranked; ANSSI-PG-083 sets no size for NTRU Prime",
                    "décrit et non classé ; l’ANSSI-PG-083 ne fixe pas de taille pour NTRU Prime")),
        Ruling(ssh.ML_KEM_ALONE, False, f"{_PG_083}, RègleSécuAsym, section 2.2.2",
               Text("ML-KEM alone is named as not conforming", "ML-KEM seul est nommé comme non conforme")),
    ),
)  # fmt: skip
