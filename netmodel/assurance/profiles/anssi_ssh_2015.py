"""ANSSI, « Recommandations pour un usage sécurisé d’(Open)SSH », DAT-NT-007, version 1.3 (2015): version 2 only (R1);
AES with keys of 128, 192 or 256 bits in mode CTR, HMAC with SHA-1, SHA-256 or SHA-512 (R15).

None of its recommendations is about key exchanges: those are judged by the rules that were in force beside it, annex B1
of the RGS 2.0, version 2.03 (2014).
"""

from __future__ import annotations

from cloison.netmodel.assurance.profile import Profile, Ruling
from cloison.netmodel.assurance.subjects import ssh_algorithms as ssh
from cloison.netmodel.finding import Text

_R15 = "ANSSI DAT-NT-007 v1.3, R15"
_RGS = "RGS v2.0, annexe B1 v2.03"

PROFILE = Profile(
    "anssi-ssh-2015",
    Text("ANSSI's note on SSH, 2015, with the RGS of its time for key exchanges",
         "Note de l’ANSSI sur SSH, 2015, avec le RGS d’alors pour l’échange de clés"),
    f"ANSSI DAT-NT-007 v1.3; {_RGS}",
    {"ssh": frozenset(("2.0",))},
    rulings=(
        Ruling(ssh.AES_CTR, True, _R15, Text("AES in mode CTR", "AES en mode CTR")),
        Ruling((*ssh.AES_CBC, *ssh.AES_GCM), False, _R15,
               Text("no other mode than CTR", "pas d’autre mode que CTR")),
        Ruling((*ssh.CHACHA20, *ssh.BLOCKS_OF_64_BITS, *ssh.OTHER_BLOCKS_OF_128_BITS, *ssh.RC4, *ssh.NOTHING), False,
               _R15, Text("no other cipher than AES", "pas d’autre chiffrement qu’AES")),
        Ruling((*ssh.HMAC_SHA2, *ssh.HMAC_SHA1), True, _R15,
               Text("HMAC with SHA-1, SHA-256 or SHA-512", "HMAC avec SHA-1, SHA-256 ou SHA-512")),
        Ruling(ssh.HMAC_SHA1_96, None, _R15,
               Text("nothing is said of a tag cut short", "rien n’est dit d’un motif tronqué")),
        Ruling((*ssh.HMAC_MD5, *ssh.HMAC_RIPEMD160, *ssh.UMAC_64, *ssh.UMAC_128), False, _R15,
               Text("no HMAC with SHA-1, SHA-256 or SHA-512", "pas de HMAC avec SHA-1, SHA-256 ou SHA-512")),
        Ruling(ssh.MODULUS_OF_1024_BITS, False, f"{_RGS}, RègleLogp-1, RègleFact-1",
               Text("a modulus of 1024 bits, where 2048 are the least",
                    "un module de 1024 bits, là où 2048 sont le minimum")),
        Ruling(ssh.EXCHANGE_BY_SHA1, False, f"{_RGS}, RègleHash",
               Text("SHA-1 is named as not conforming", "SHA-1 est nommé comme non conforme")),
        Ruling(ssh.MODULUS_OF_2048_BITS, True, f"{_RGS}, RègleLogp-1",
               Text("a modulus of 2048 bits", "un module de 2048 bits"), until=2030),
        Ruling(ssh.MODULUS_OF_3072_BITS_OR_MORE, True, f"{_RGS}, RègleLogp-2",
               Text("a modulus of 3072 bits or more", "un module de 3072 bits ou plus")),
        Ruling(ssh.MODULUS_OF_THE_SERVER, None, f"{_RGS}, RègleLogp",
               Text("the server chooses the modulus, in a message that is not looked at",
                    "le serveur choisit le module, dans un message qui n’est pas regardé")),
        Ruling(ssh.NIST_CURVES, True, f"{_RGS}, RègleECp",
               Text("curves named as conforming", "courbes nommées comme conformes")),
        Ruling(ssh.CURVE_25519, None, f"{_RGS}, RègleECp",
               Text("not named; its order of 253 bits was enough to 2020 (200 bits), not after (256), and is again for "
                    "ANSSI-PG-083 (250)",
                    "non nommée ; son ordre de 253 bits suffisait jusqu’en 2020 (200 bits), plus ensuite (256), et "
                    "suffit de nouveau pour l’ANSSI-PG-083 (250)")),
        Ruling(ssh.CURVE_448, True, f"{_RGS}, RègleECp-2",
               Text("an order of 446 bits, where 256 are the least",
                    "un ordre de 446 bits, là où 256 sont le minimum")),
        Ruling((*ssh.HYBRID_ML_KEM, *ssh.HYBRID_NTRU_PRIME, *ssh.ML_KEM_ALONE), None, _RGS,
               Text("came after it", "venus après lui")),
    ),
)  # fmt: skip
