"""What TLS says in clear before it encrypts: messages written by hand, real certificates, and hostile ones."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from cloison.captures import read as reading
from cloison.captures.greetings import HELD_AT, LOST, Heard, arena, hear, issuer_country
from cloison.flows.greeting import NOTHING_SAID, Greeting

LAB = Path(__file__).resolve().parents[2] / "examples" / "lab"


def extension(kind: int, data: bytes) -> bytes:
    return kind.to_bytes(2, "big") + len(data).to_bytes(2, "big") + data


def record(message: int, body: bytes) -> bytes:
    """A handshake record of one message (RFC 8446 sections 4 and 5.1)."""
    inner = bytes([message]) + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + len(inner).to_bytes(2, "big") + inner


def client_hello(name: bytes, *offered: bytes, first: bytes = b"") -> bytes:
    server = b"\0" + len(name).to_bytes(2, "big") + name
    listed = b"".join(bytes([len(item)]) + item for item in offered)
    extensions = first
    extensions += extension(0, len(server).to_bytes(2, "big") + server) if name else b""
    extensions += extension(16, len(listed).to_bytes(2, "big") + listed) if offered else b""
    head = b"\x03\x03" + bytes(32) + b"\x04abcd" + b"\x00\x02\x13\x01" + b"\x01\x00"
    return record(1, head + len(extensions).to_bytes(2, "big") + extensions)


def server_flight(certificate: bytes, together: bool = False) -> bytes:
    """A ServerHello and a Certificate (RFC 5246 sections 7.4.1.3 and 7.4.2), in two records or in one."""
    chain = len(certificate).to_bytes(3, "big") + certificate
    one = record(2, b"\x03\x03" + bytes(32) + b"\x00" + b"\xc0\x2f" + b"\x00")
    other = record(11, len(chain).to_bytes(3, "big") + chain)
    if not together:
        return one + other
    inner = one[5:] + other[5:]
    return one[:3] + len(inner).to_bytes(2, "big") + inner


def heard_of(*payloads: bytes) -> tuple[Greeting, int]:
    """What the kernel keeps of one conversation's payloads; their array ends where they do, so that no byte behind
    them is read without an error."""
    words, kept = np.zeros(4, dtype=np.int64), arena()
    words[2] = 7
    for payload in payloads:
        window = np.frombuffer(payload, dtype=np.uint8)
        size = np.int64(len(window))
        hear(window, np.int64(0), size, size, payload[5:6] == b"\x01", words, *kept)
    assert words[2] & ((1 << HELD_AT) - 1) == 7
    return Heard(*kept).of(int(words[2]) >> HELD_AT), int(kept[1][0, LOST])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    if not shutil.which("openssl"):
        pytest.skip("needs openssl")
    folder = tmp_path_factory.mktemp("certificate")
    subject = ("-subj", "/O=Aster/C=DE/CN=it is self-signed, so this is the issuer too")
    subprocess.run(
        ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key", "-days", "2",
         "-outform", "DER", "-out", folder / "certificate", *subject),
        check=True,
        capture_output=True,
    )  # fmt: skip
    return (folder / "certificate").read_bytes()


def test_a_client_names_its_server_and_what_it_would_speak() -> None:
    hello = client_hello(b"www.example.org", b"h2", b"http/1.1")
    assert heard_of(hello) == (Greeting("www.example.org", ("h2", "http/1.1")), 0)
    padded = client_hello(b"www.example.org", b"h2", first=extension(21, bytes(700)) + extension(23, b""))
    assert heard_of(padded) == (Greeting("www.example.org", ("h2",)), 0)
    assert heard_of(client_hello(b"", b"dot")) == (Greeting("", ("dot",)), 0)
    assert heard_of(client_hello(b"")) == (NOTHING_SAID, 0)


def test_a_server_shows_the_country_of_its_issuer(certificate: bytes) -> None:
    assert issuer_country(certificate) == "DE"
    for together in (False, True):
        flight = server_flight(certificate, together)
        assert heard_of(client_hello(b"a.example"), flight) == (Greeting("a.example", (), "DE"), 0)
        assert heard_of(flight) == (Greeting("", (), "DE"), 0)


def test_what_is_cut_is_whole_or_absent(certificate: bytes) -> None:
    hello = client_hello(b"www.example.org", b"h2", b"http/1.1")
    for cut in range(6, len(hello)):
        said, _ = heard_of(hello[:cut])
        assert said.server_name in ("", "www.example.org")
        assert said.alpn in ((), ("h2", "http/1.1"))
    flight = server_flight(certificate)
    countries = [heard_of(flight[:cut])[0].issuer_country for cut in range(6, 420)]
    assert set(countries) == {"", "DE"}
    assert countries == sorted(countries)
    assert {issuer_country(certificate[:cut]) for cut in range(len(certificate))} == {"", "DE"}


def test_lengths_that_lie_read_nothing_beyond(certificate: bytes) -> None:
    source = random.Random(17)
    models = (client_hello(b"www.example.org", b"h2"), server_flight(certificate)[:400])
    for _ in range(3000):
        data = bytearray(source.choice(models))
        for _ in range(source.randrange(1, 6)):
            data[source.randrange(6, len(data))] = source.choice((0, 1, 0x7F, 0x80, 0xFF, source.randrange(256)))
        heard_of(bytes(data))  # an index beyond the payload would raise
        issuer_country(bytes(data[5:]))


def test_no_hostile_letter_comes_through() -> None:
    said, _ = heard_of(client_hello(b"a\x1b[31m\xff b\n\\", b"\0h2"))
    assert said == Greeting("a\\x1b[31m\\xff\\x20b\\x0a\\x5c", ("\\x00h2",))
    assert issuer_country(bytes.fromhex("300e300c020100300030060603550406") + b"\x13\x02\x1b[") == ""


def test_what_finds_no_room_is_counted() -> None:
    kept = np.zeros(20, dtype=np.uint8), np.zeros((3, 3), dtype=np.int64)
    rows = np.zeros((4, 4), dtype=np.int64)
    for row, name in zip(rows, (b"a.example", b"b.example", b"c", b"d"), strict=True):
        window = np.frombuffer(client_hello(name, b"h2"), dtype=np.uint8)
        hear(window, 0, len(window), len(window), True, row, *kept)
    heard = Heard(*kept)
    # 9 + 3 bytes of the first, 9 of the second would be 21; its protocols fit; the others have no line left
    assert [heard.of(int(row[2]) >> HELD_AT) for row in rows] == [
        Greeting("a.example", ("h2",)), Greeting("", ("h2",)), NOTHING_SAID, NOTHING_SAID,
    ]  # fmt: skip
    assert heard.lost == 1 + 2 + 2


@pytest.mark.parametrize("fast", [False, True])
def test_compiled_or_not_the_same_is_heard(fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SHORT", 0 if fast else 1 << 20)
    monkeypatch.setattr(reading, "_prepared", set())
    capture = reading.read([str(LAB / "core.pcap"), str(LAB / "edge.pcap")])
    said = set()
    for source, number in zip(capture.table.source.tolist(), capture.table.said.tolist(), strict=True):
        greetings = capture.sources[source].greetings
        assert greetings is not None
        said.add((source, greetings.of(number)))
    # the client at the edge speaks TLS 1.3, whose certificate is encrypted
    named = Greeting("console.aster.example", ("http/1.1",))
    ssh = {(source, greeting) for source, greeting in said if any(greeting.offers)}
    assert {source for source, _ in ssh} == {0}
    assert all(greeting.agreed(False) and not greeting.server_name for _, greeting in ssh)
    assert said - ssh == {
        (0, Greeting("console.aster.example", ("http/1.1",), "FR")), (0, NOTHING_SAID), (1, named), (1, NOTHING_SAID),
    }  # fmt: skip
