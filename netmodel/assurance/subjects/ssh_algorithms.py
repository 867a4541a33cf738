"""The names of SSH's algorithms, by what a recommendation can say of them.

RFC 4253 section 6, RFC 4344 and 4345 (ciphers), RFC 5647 (GCM), RFC 6668 (HMAC with SHA-2); RFC 4253 section 8, RFC
4419 and 8268 (Diffie-Hellman), RFC 4432 (RSA), RFC 4462 (GSS-API, with Kerberos 5), RFC 5656 (elliptic curves), RFC
8731 (curves 25519 and 448), RFC 9941 (Streamlined NTRU Prime), RFC 10042 (ML-KEM); OpenSSH, and the manuals of Tectia,
for names with an ``@``.
"""

from __future__ import annotations

AES_CTR = ("aes128-ctr", "aes192-ctr", "aes256-ctr")
AES_CBC = ("aes128-cbc", "aes192-cbc", "aes256-cbc", "rijndael-cbc@lysator.liu.se")
AES_GCM = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "AEAD_AES_128_GCM", "AEAD_AES_256_GCM")
CHACHA20 = ("chacha20-poly1305@openssh.com",)
BLOCKS_OF_64_BITS = (
    "des-cbc", "des-cbc@ssh.com", "3des-cbc", "3des-ctr", "blowfish-cbc", "blowfish-ctr", "cast128-cbc", "cast128-ctr",
    "idea-cbc", "idea-ctr",
)  # fmt: skip
RC4 = ("arcfour", "arcfour128", "arcfour256")
OTHER_BLOCKS_OF_128_BITS = (
    "serpent128-cbc", "serpent192-cbc", "serpent256-cbc", "serpent128-ctr", "serpent192-ctr", "serpent256-ctr",
    "twofish-cbc", "twofish128-cbc", "twofish192-cbc", "twofish256-cbc", "twofish128-ctr", "twofish192-ctr",
    "twofish256-ctr",
)  # fmt: skip
NOTHING = ("none",)

HMAC_SHA2 = ("hmac-sha2-256", "hmac-sha2-512", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com")
HMAC_SHA1 = ("hmac-sha1", "hmac-sha1-etm@openssh.com")
HMAC_SHA1_96 = ("hmac-sha1-96", "hmac-sha1-96-etm@openssh.com")
HMAC_MD5 = ("hmac-md5", "hmac-md5-96", "hmac-md5-etm@openssh.com", "hmac-md5-96-etm@openssh.com")
HMAC_RIPEMD160 = ("hmac-ripemd160", "hmac-ripemd160@openssh.com", "hmac-ripemd160-etm@openssh.com")
UMAC_64 = ("umac-64@openssh.com", "umac-64-etm@openssh.com")
UMAC_128 = ("umac-128@openssh.com", "umac-128-etm@openssh.com")

_KERBEROS = "toWM5Slw5Ew8Mqkay+al2g=="
MODULUS_OF_1024_BITS = ("diffie-hellman-group1-sha1", f"gss-group1-sha1-{_KERBEROS}", "rsa1024-sha1")
EXCHANGE_BY_SHA1 = (
    "diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1", f"gss-group14-sha1-{_KERBEROS}",
    f"gss-gex-sha1-{_KERBEROS}",
)  # fmt: skip
MODULUS_OF_2048_BITS = ("diffie-hellman-group14-sha256", "diffie-hellman-group14-sha256@ssh.com")
MODULUS_OF_3072_BITS_OR_MORE = (
    "diffie-hellman-group15-sha512", "diffie-hellman-group16-sha512", "diffie-hellman-group17-sha512",
    "diffie-hellman-group18-sha512", "diffie-hellman-group15-sha256@ssh.com", "diffie-hellman-group15-sha384@ssh.com",
    "diffie-hellman-group16-sha384@ssh.com", "diffie-hellman-group16-sha512@ssh.com",
    "diffie-hellman-group18-sha512@ssh.com",
)  # fmt: skip
MODULUS_OF_THE_SERVER = ("diffie-hellman-group-exchange-sha256",)
NIST_CURVES = ("ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521")
CURVE_25519 = ("curve25519-sha256", "curve25519-sha256@libssh.org")
CURVE_448 = ("curve448-sha512",)
HYBRID_ML_KEM = ("mlkem768x25519-sha256", "mlkem768nistp256-sha256", "mlkem1024nistp384-sha384")
HYBRID_NTRU_PRIME = ("sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com")
ML_KEM_ALONE = ("mlkem512-sha256", "mlkem768-sha256", "mlkem1024-sha384")
