"""Every recogniser on messages written by hand from its protocol's document, and on those of all the others."""

from __future__ import annotations

import random

import numpy as np
import pytest

from cloison.captures.packets import TCP, UDP
from cloison.captures.recogniser import FIELD, FIRST, IN_CLEAR, INITIATOR, RESPONDER, ROLE, VERSION
from cloison.captures.telling import RECOGNISERS, _over_tcp, _over_udp, told

KNOWS = told()[0]
CLIENT = 50123
ANYBODY = 0


def h(text: str) -> bytes:
    return bytes.fromhex(text)


def sized(data: bytes) -> bytes:
    """A NetBIOS session message (RFC 1002 section 4.3.1)."""
    return len(data).to_bytes(4, "big") + data


DNS = h("1234 0100 0001 0000 0000 0000 03 777777 07 6578616d706c65 00 0001 0001")
IKE_2 = h("0102030405060708 0000000000000000 21 20 22 08 00000000 0000001c")
TLS_HELLO = h("16 0301 0031 01 00002d 0303") + bytes(32) + h("00 0002 c02f 01 00 0000")
SERVER_HELLO = h("16 0303 002a 02 000026 0303") + bytes(32) + h("00 c02f 00")
QUIC = (h("c3 00000001 08 0102030405060708 00 00 449e") + bytes(1200))[:1200]
SMB_2 = sized(b"\xfeSMB" + h("4000 0000 00000000 0000 0100") + h("00000000") + bytes(44) + bytes(40))
MYSQL = b"\x0a8.0.36\0" + bytes(60)

# protocol, transport, ports of its sender and of the other side, payload, who sends it, its version, in clear for good
MESSAGES = [
    ("dns", UDP, CLIENT, 53, DNS, INITIATOR, 0, False),
    ("dns", UDP, 53, CLIENT, DNS[:2] + h("8180") + DNS[4:], RESPONDER, 0, False),
    ("dns", TCP, CLIENT, 53, len(DNS).to_bytes(2, "big") + DNS, INITIATOR, 0, False),
    ("dtls", UDP, CLIENT, 4433,
     h("16 feff 0000 000000000000 0037 01 00002b 0000 000000 00002b fefd") + bytes(41), INITIATOR, 0, False),
    ("esp", UDP, 4500, 4500, h("c1c2c3c4 00000001") + bytes(range(64)), ANYBODY, 0, False),
    ("ftp", TCP, 21, CLIENT, b"220 FTP server ready\r\n", RESPONDER, 0, False),
    ("http", TCP, CLIENT, 80, b"GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n", INITIATOR, 0, False),
    ("http", TCP, 443, CLIENT, b"HTTP/1.1 200 OK\r\n\r\n", RESPONDER, 0x0101, False),
    ("http", TCP, CLIENT, 80, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", INITIATOR, 0x0200, False),
    ("ike", UDP, 500, 500, IKE_2, INITIATOR, 0x0200, False),
    ("ike", UDP, 4500, 4500, bytes(4) + IKE_2, INITIATOR, 0x0200, False),
    ("ike", UDP, 500, 500, h("0102030405060708 0000000000000000 01 10 02 00 00000000 0000001c"), INITIATOR, 0x0100,
     False),
    ("imap", TCP, 143, CLIENT, b"* OK IMAP4rev1 ready\r\n", RESPONDER, 0, False),
    ("ipfix", UDP, CLIENT, 4739, h("000a 001c 69300000 00000001 00000000 0002 000c 0100 0001 0008 0004"), INITIATOR, 0,
     False),
    ("ldap", TCP, CLIENT, 389, h("300c 020101 6007 020103 0400 8000"), INITIATOR, 0, False),  # anonymous bind
    ("ldap", TCP, CLIENT, 389, h("3012 020101 600d 020103 0403 636e3d 8003 616263"), INITIATOR, 0, True),
    ("modbus", TCP, CLIENT, 502, h("0001 0000 0006 01 03 0000 000a"), ANYBODY, 0, True),
    ("mqtt", TCP, CLIENT, 1883, h("10 10 0004 4d515454 04 02 003c 0004 61626364"), INITIATOR, 4, True),
    ("mysql", TCP, 3306, CLIENT, len(MYSQL).to_bytes(3, "little") + b"\0" + MYSQL, RESPONDER, 0, False),
    ("netflow", UDP, CLIENT, 2055, h("0005 0001 0000ea60 69300000 00000000 00000001 0000 0000") + bytes(48), INITIATOR,
     5, False),
    ("netflow", UDP, CLIENT, 2055,
     h("0009 0001 0000ea60 69300000 00000001 00000000 0000 000c 0100 0001 0008 0004"), INITIATOR, 9, False),
    ("ntp", UDP, CLIENT, 123, b"\x23" + bytes(47), INITIATOR, 4, False),
    ("ntp", UDP, 123, CLIENT, b"\x1c\x02" + bytes(46), RESPONDER, 3, False),
    ("openvpn", UDP, CLIENT, 1194, h("38 0102030405060708 00 00000000"), INITIATOR, 0, False),
    ("pop3", TCP, 110, CLIENT, b"+OK POP3 ready\r\n", RESPONDER, 0, False),
    ("postgresql", TCP, CLIENT, 5432, h("00000008 04d2162f"), INITIATOR, 0, False),  # it asks for TLS
    ("postgresql", TCP, CLIENT, 5432, h("00000010 00030000") + b"user\0a\0\0", INITIATOR, 0, True),
    ("quic", UDP, CLIENT, 443, QUIC, FIRST, 1, False),
    ("rdp", TCP, CLIENT, 3389, h("0300 0013 0e e0 0000 0000 00 01 00 0800 03000000"), INITIATOR, 0, False),
    ("rdp", TCP, 3389, CLIENT, h("0300 0013 0e d0 0000 1234 00 02 00 0800 00000000"), RESPONDER, 0, True),  # no TLS
    ("redis", TCP, CLIENT, 6379, b"*1\r\n$4\r\nPING\r\n", INITIATOR, 0, True),
    ("sflow", UDP, CLIENT, 6343, h("00000005 00000001 0a000001 00000000 00000001 000003e8 00000001"
                                   "00000002 00000004 00000000"), INITIATOR, 5, False),
    ("smb", TCP, CLIENT, 445, sized(b"\xffSMB\x72" + bytes(28)), INITIATOR, 0, False),
    ("smb", TCP, CLIENT, 445, SMB_2, INITIATOR, 0, False),
    ("smtp", TCP, 25, CLIENT, b"220 mail.example ESMTP\r\n", RESPONDER, 0, False),
    ("snmp", UDP, CLIENT, 161,
     h("3029 020101 0406 7075626c6963 a01c 0204 01020304 020100 020100 300e 300c 0608 2b06010201010100 0500"), ANYBODY,
     2, False),
    ("ssh", TCP, 22, CLIENT, b"SSH-2.0-OpenSSH_9.2\r\n", ANYBODY, 0x0200, False),
    ("ssh", TCP, 22, CLIENT, b"SSH-1.99-Cisco-1.25\n", ANYBODY, 0x0163, False),
    ("syslog", UDP, CLIENT, 514, b"<13>Nov 27 09:00:00 host app: text", INITIATOR, 0, True),
    ("syslog", TCP, CLIENT, 601, b"23 <34>1 - - - - - - hello", INITIATOR, 0, True),
    ("telnet", TCP, 23, CLIENT, h("fffd18 fffd20"), ANYBODY, 0, True),
    ("telnet", TCP, 23, CLIENT, h("fffb01"), ANYBODY, 0, True),
    ("telnet", TCP, 23, CLIENT, h("fffb01") + b"\r\nlogin: ", ANYBODY, 0, True),
    ("telnet", TCP, 23, CLIENT, h("fffa18 00 787465726d fff0"), ANYBODY, 0, True),
    ("tftp", UDP, CLIENT, 69, b"\0\x01boot.bin\0octet\0", INITIATOR, 0, True),
    ("tls", TCP, CLIENT, 443, TLS_HELLO, INITIATOR, 0, False),
    ("tls", TCP, 443, CLIENT, SERVER_HELLO, RESPONDER, 0x0303, False),
    ("vnc", TCP, 5900, CLIENT, b"RFB 003.008\n", ANYBODY, 0x0308, False),
    ("wireguard", UDP, CLIENT, 51820, h("01000000 05060708") + bytes(range(140)), INITIATOR, 0, False),
]  # fmt: skip


def asked(transport: int, source: int, target: int, data: bytes, kept: int | None = None) -> tuple[str, int]:
    """Which protocol is told by a payload of which so many bytes were kept, and what is said of it."""
    window = np.frombuffer(data[:kept], dtype=np.uint8)
    look = _over_tcp if transport == TCP else _over_udp
    end = np.int64(len(window))
    found = int(look(window, np.int64(0), end, np.int64(len(data)), source, target, int(KNOWS[1, window[0]])))
    return (RECOGNISERS[(found >> 56) - 1].name if found else "", found)


def test_every_recogniser_has_a_message() -> None:
    assert {message[0] for message in MESSAGES} == {entry.name for entry in RECOGNISERS}


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: f"{message[0]}-{message[2]}-{len(message[4])}")
def test_a_message_tells_its_protocol(message: tuple[str, int, int, int, bytes, int, int, bool]) -> None:
    name, transport, source, target, data, role, version, in_clear = message
    told_name, found = asked(transport, source, target, data)
    assert told_name == name
    assert found & ROLE == role
    assert (found >> VERSION) & FIELD == version
    assert bool(found & IN_CLEAR) == in_clear


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: f"{message[0]}-{message[2]}-{len(message[4])}")
def test_what_was_not_kept_is_not_read_and_tells_nothing_else(
    message: tuple[str, int, int, int, bytes, int, int, bool],
) -> None:
    """The window ends where the payload does: a byte behind it could not be read."""
    name, transport, source, target, data, *_ = message
    for kept in range(1, min(len(data), 300)):
        assert asked(transport, source, target, data, kept)[0] in ("", name), kept


def test_noise_is_rarely_taken_for_a_protocol() -> None:
    """Random bytes on ports of no protocol: nothing raises, and almost nothing is recognised."""
    source = random.Random(4)
    wrong: dict[str, int] = {}
    for _ in range(20_000):
        data = source.randbytes(source.randrange(1, 200))
        for transport in (TCP, UDP):
            name, _ = asked(transport, 40001, 40002, data)
            if name:
                wrong[name] = wrong.get(name, 0) + 1
    assert sum(wrong.values()) <= 40, wrong  # 1 in 1000


def test_one_command_of_telnet_in_what_is_encrypted_tells_nothing() -> None:
    for rest in (h("9c41d07e55"), b"ab\x9c", h("fffb"), b""):
        data = h("fffd18") + rest + bytes(0 if rest else 1)
        assert asked(TCP, 443, CLIENT, data)[0] == "", data


def test_lengths_that_lie_raise_nothing() -> None:
    source = random.Random(5)
    for _ in range(20_000):
        name, transport, port, target, data, *_ = source.choice(MESSAGES)
        changed = bytearray(data[: source.randrange(1, min(len(data), 200) + 1)])
        for _ in range(source.randrange(1, 4)):
            changed[source.randrange(len(changed))] = source.choice((0, 1, 0x7F, 0x80, 0xFF, source.randrange(256)))
        asked(transport, port, target, bytes(changed), None)
        assert name
