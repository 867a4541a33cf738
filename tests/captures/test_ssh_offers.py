"""What SSH offers before it encrypts: messages written by hand, hostile ones, and those of a real client and server."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from captures_forge import SECOND, START, pcap
from scapy.layers.inet import IP, TCP
from scapy.packet import Raw

from cloison.captures import read as reading
from cloison.captures.greetings import HELD_AT, LINES, LOST, USED, Heard, arena, hear_offer
from cloison.captures.telling import CHOSEN, PACKET, SETTLED, SHOWN, TRIES, WORDS, begin, tell, told
from cloison.flows.compiled import compiled
from cloison.flows.greeting import NOTHING_SAID, Greeting, Offer

BANNER = b"SSH-2.0-Tool_1.0\r\n"
KEY = 30000 << 48 | 22 << 32 | 6 << 24
NEW = Offer(
    ("curve25519-sha256", "ext-info-c"), (("aes256-ctr", "aes128-ctr"), ("aes256-ctr",)), (("hmac-sha2-256",),) * 2
)
OLD = Offer(("curve25519-sha256",), (("3des-cbc", "aes128-ctr"),) * 2, (("hmac-md5", "hmac-sha2-256"),) * 2)

NEW_WAYS = (NEW.ciphers, NEW.macs)
GOOD = Offer(OLD.exchanges, (("aes128-ctr", "3des-cbc"),) * 2, OLD.macs)
ENDS = ("192.0.2.1", "192.0.2.2")
LAB = Path(__file__).resolve().parents[2] / "examples" / "lab"


def listed(names: tuple[str, ...]) -> bytes:
    text = ",".join(names).encode()
    return len(text).to_bytes(4, "big") + text


def kexinit(offer: Offer, cookie: bytes = bytes(16)) -> bytes:
    """SSH_MSG_KEXINIT in its packet (RFC 4253 sections 6 and 7.1): eight octets of padding behind it."""
    lists = [offer.exchanges, ("ssh-ed25519",), *offer.ciphers, *offer.macs, ("none",), ("none",), (), ()]
    payload = b"\x14" + cookie + b"".join(map(listed, lists)) + b"\0" + bytes(4)
    return (1 + len(payload) + 8).to_bytes(4, "big") + b"\x08" + payload + bytes(8)


def told_by(*segments: tuple[int, bytes], fast: bool = False) -> tuple[Greeting, Any]:
    """What one conversation's payloads tell, each of a side (0 A, 1 B); each window ends where its payload does."""
    words, knows, sequence = np.zeros(WORDS, dtype=np.int64), told(), [1001, 2001]
    ask = compiled(tell) if fast else tell
    for side in (0, 1):
        begin(words, np.int64(side), np.int64(sequence[side] - 1))
    for number, (side, data) in enumerate(segments, 1):
        if data and not words[SHOWN] & (SETTLED << side):
            window = np.frombuffer(data, dtype=np.uint8).copy()
            size = np.int64(len(data))
            ask(window, np.int64(0), size, size, np.int64(sequence[side]), np.int64(KEY), words, np.int64(side), False,
                np.int64(number), knows)  # fmt: skip
        sequence[side] += len(data)
    return Heard(*knows[1:]).of(int(words[PACKET]) >> HELD_AT), words


@pytest.mark.parametrize("fast", [False, True])
def test_both_offers_are_kept_and_agreed_on(fast: bool) -> None:
    apart = [(0, BANNER), (1, BANNER), (0, kexinit(OLD)), (1, kexinit(NEW))]
    together = [(0, BANNER + kexinit(OLD)), (1, BANNER + kexinit(NEW))]
    for segments in (apart, together):
        greeting, words = told_by(*segments, fast=fast)
        assert greeting == Greeting(offers=(OLD, NEW))
        assert words[SHOWN] >> 40 & 3 == 3  # nothing more is looked at
        assert words[CHOSEN] == 0x0200
        assert words[SHOWN] >> 16 & 0xFF == 3  # both true beginnings, and no more is said of them
    assert greeting.agreed(False) == ()  # of the way back they have no cipher in common
    # else the client's first that the server has; neither the server's order counts nor what only one has
    both = Greeting(offers=(OLD, Offer(NEW.exchanges, (("aes256-ctr", "aes128-ctr", "3des-cbc"),) * 2, NEW.macs)))
    assert both.agreed(False) == ("curve25519-sha256", "3des-cbc", "hmac-sha2-256")
    assert both.agreed(True) == ("curve25519-sha256", "aes128-ctr", "hmac-sha2-256")
    assert Greeting(offers=(OLD, None)).agreed(False) == ()


def test_a_cipher_that_proves_integrity_needs_no_mac() -> None:
    gcm = Offer(("curve25519-sha256",), (("aes256-gcm@openssh.com",), ("aes256-ctr",)), (("hmac-md5",), ("hmac-sha1",)))
    assert Greeting(offers=(gcm, gcm)).agreed(False) == (
        "curve25519-sha256", "aes256-gcm@openssh.com", "aes256-ctr", "hmac-sha1",
    )  # fmt: skip


def test_marks_among_key_exchanges_are_none() -> None:
    """RFC 8308 and strict key exchange: both sides may write the other's mark, in bad faith."""
    marks = ("ext-info-c", "ext-info-s", "kex-strict-c-v00@openssh.com", "kex-strict-s-v00@openssh.com")
    client = Offer((*marks, "diffie-hellman-group14-sha1"), NEW.ciphers, NEW.macs)
    server = Offer((*marks, "curve25519-sha256", "diffie-hellman-group14-sha1"), NEW.ciphers, NEW.macs)
    greeting, _ = told_by((0, BANNER + kexinit(client)), (1, BANNER + kexinit(server)))
    assert greeting.agreed(False)[0] == greeting.agreed(True)[0] == "diffie-hellman-group14-sha1"
    assert Greeting(offers=(Offer(marks, *NEW_WAYS), Offer(marks, *NEW_WAYS))).agreed(False) == ()


def test_what_is_cut_is_kept_whole_or_not_at_all() -> None:
    whole = kexinit(NEW)
    needed = len(whole) - 8 - 4 - 1 - 4 - 4 - 8 - 8  # padding, reserved, follows, languages, compressions: not needed
    for kept in range(len(whole) + 1):
        greeting, words = told_by((0, BANNER), (0, whole[:kept]))
        assert greeting == (Greeting(offers=(NEW, None)) if kept >= needed else NOTHING_SAID), kept
        assert bool(words[SHOWN] & SETTLED) == (kept >= needed)
        greeting, _ = told_by((0, BANNER + whole[:kept]))
        assert greeting == (Greeting(offers=(NEW, None)) if kept >= needed else NOTHING_SAID), kept


def test_a_side_that_offers_nothing_is_looked_at_no_longer_than_others() -> None:
    _, words = told_by((0, BANNER), *[(0, b"encrypted bytes")] * 10)
    assert words[SHOWN] >> 24 & 0xFF == TRIES
    assert words[SHOWN] & 0xFF == told_by((0, BANNER))[1][SHOWN] & 0xFF
    # nor is what comes after a banner taken for another protocol, or for content in clear
    _, words = told_by((0, BANNER), (0, b"GET / HTTP/1.1\r\n"), (0, b"PASS secret\r\n"))
    assert words[SHOWN] & 0xFF00FF == told_by((0, BANNER))[1][SHOWN] & 0xFF00FF


def test_the_same_offer_is_kept_once_whatever_its_cookie() -> None:
    kept, same = arena(), np.zeros(256, dtype=np.int64)
    rows = np.zeros((100, 4), dtype=np.int64)
    for number, words in enumerate(rows):
        for side, offer in enumerate((OLD, NEW)):
            window = np.frombuffer(kexinit(offer, bytes([number] * 16)), dtype=np.uint8)
            assert hear_offer(window, np.int64(0), np.int64(len(window)), False, np.int64(side), words, *kept, same)
    heard = Heard(*kept)
    assert {heard.of(int(words[2]) >> HELD_AT) for words in rows} == {Greeting(offers=(OLD, NEW))}
    assert kept[1][0].tolist()[: LOST + 1] == [
        sum(len(kexinit(offer)) - 22 - 8 - 4 - 1 - 4 - 4 - 8 - 8 for offer in (OLD, NEW)), 100, 0,
    ]  # fmt: skip
    assert (USED, LINES) == (0, 1)


def test_what_finds_no_room_is_counted() -> None:
    small = np.zeros(10, dtype=np.uint8), np.zeros((3, 5), dtype=np.int64)
    window = np.frombuffer(kexinit(NEW), dtype=np.uint8)
    words = np.zeros(4, dtype=np.int64)
    assert hear_offer(window, 0, len(window), False, 0, words, *small, np.zeros(256, dtype=np.int64))
    heard = Heard(*small)
    assert (heard.lost, heard.of(int(words[2]) >> HELD_AT)) == (1, NOTHING_SAID)


def test_lengths_that_lie_raise_nothing() -> None:
    source = random.Random(6)
    for _ in range(3000):
        data = bytearray(kexinit(NEW))
        for _ in range(source.randrange(1, 5)):
            data[source.randrange(len(data))] = source.choice((0, 1, 0x2C, 0x7F, 0x80, 0xFF))
        greeting, _ = told_by((0, BANNER), (0, bytes(data[: source.randrange(1, len(data) + 1)])))
        assert greeting.agreed(False) == ()


@pytest.mark.parametrize("fast", [False, True])
def test_a_real_client_and_server(fast: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They agree on what their options allow, and the client says what they agreed on."""
    daemon, client = shutil.which("sshd", path="/usr/sbin:/usr/bin"), shutil.which("ssh")
    if not daemon or not client or not shutil.which("ssh-keygen"):
        assert "CLOISON_CI" not in os.environ
        pytest.skip("needs OpenSSH")
    subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"), check=True)
    (tmp_path / "config").write_text(
        f"HostKey {tmp_path / 'key'}\nUsePAM no\nPidFile none\nCiphers aes128-cbc,aes256-ctr\n"
        "KexAlgorithms diffie-hellman-group14-sha256,curve25519-sha256\nMACs hmac-sha1,hmac-sha2-512\n"
    )
    (tmp_path / "known").touch()
    sent: list[tuple[int, bytes]] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = threading.Thread(target=_relayed, args=(listener, [daemon, "-i", "-f", str(tmp_path / "config")], sent))
        relay.start()
        done = subprocess.run(
            (client, "-vv", "-F", "none", "-p", str(listener.getsockname()[1]), "-o", "BatchMode=yes",
             "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={tmp_path / 'known'}",
             "-o", "Ciphers=aes256-ctr,aes128-cbc", "-o", "MACs=hmac-sha2-256,hmac-sha2-512",
             "-o", "KexAlgorithms=curve25519-sha256,diffie-hellman-group14-sha256", "nobody@127.0.0.1", "true"),
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
        relay.join(30)
    assert "kex: algorithm: curve25519-sha256" in done.stderr, done.stderr
    assert "kex: server->client cipher: aes256-ctr MAC: hmac-sha2-512" in done.stderr
    ports, sequence, packets = (40000, 22), [1000, 2000], []
    for side, flags in ((0, "S"), (1, "SA")):
        packets.append(_segment(side, ports, sequence[side] - 1, flags, b""))
    for side, data in sent:
        for at in range(0, len(data), 1400):
            packets.append(_segment(side, ports, sequence[side], "PA", data[at : at + 1400]))
            sequence[side] += len(data[at : at + 1400])
    monkeypatch.setattr(reading, "SHORT", 0 if fast else 1 << 20)
    monkeypatch.setattr(reading, "_prepared", set())
    file = tmp_path / "ssh.pcap"
    file.write_bytes(pcap([(number, bytes(packet)) for number, packet in enumerate(packets)], link=101))
    capture = reading.read([str(file)])
    greetings = capture.sources[0].greetings
    assert greetings is not None
    assert greetings.of(int(capture.table.said[0])).agreed(False) == (
        "curve25519-sha256",
        "aes256-ctr",
        "hmac-sha2-512",
    )


GROUP1 = Offer(("ext-info-c", "diffie-hellman-group1-sha1", "curve25519-sha256"), GOOD.ciphers, GOOD.macs)


@pytest.mark.parametrize("server_first", [False, True])
@pytest.mark.parametrize(
    ("client", "exchange", "cipher", "reason"),
    [
        (OLD, "curve25519-sha256", "3des-cbc", "weak-encryption"),
        (GOOD, "curve25519-sha256", "aes128-ctr", None),
        (GROUP1, "diffie-hellman-group1-sha1", "aes128-ctr", "weak-encryption"),
    ],
)
def test_a_weak_choice_refutes_the_profile_of_a_line(
    client: Offer, exchange: str, cipher: str, reason: str | None, server_first: bool, tmp_path: Path
) -> None:
    """The server has the weak algorithms last: the client's order decides, whoever was seen first."""
    server = Offer((*NEW.exchanges, "diffie-hellman-group1-sha1"), (("aes128-ctr", "3des-cbc"),) * 2, NEW.macs)
    ends, ports = ("10.11.0.22", "10.20.0.11"), (40000, 22)
    told = [(0, BANNER + kexinit(client)), (1, BANNER + kexinit(server))]
    packets = [_segment(1, ports, 1999, "SA", b"", ends)]
    if not server_first:
        packets.insert(0, _segment(0, ports, 999, "S", b"", ends))
    packets += [_segment(side, ports, 1000 * (side + 1), "PA", data, ends) for side, data in told]
    (tmp_path / "ssh.pcap").write_bytes(
        pcap([(START + number * SECOND, bytes(packet)) for number, packet in enumerate(packets)], link=101)
    )
    text = (LAB / "map.yaml").read_text("utf-8")
    assert "encryption: {protocol: ssh}" in text
    (tmp_path / "map.yaml").write_text(
        text.replace("encryption: {protocol: ssh}", "encryption: {protocol: ssh, profile: anssi-ssh-2015}"), "utf-8"
    )
    done = subprocess.run(
        (sys.executable, "-m", "cloison.cli", "audit", tmp_path / "map.yaml", "--all", "--format", "json", "--probe",
         f"ids-core={tmp_path / 'ssh.pcap'}"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    (item,) = json.loads(done.stdout)["conversations"]
    assert (item["source"], item["wire"]) == (ends[0], f"ssh 2.0 {exchange} {cipher} hmac-sha2-256")
    assert (item["reason"], item["verdict"]) == (reason, "illegitimate" if reason else "authorised")


def _segment(
    side: int, ports: tuple[int, int], sequence: int, flags: str, data: bytes, ends: tuple[str, str] = ENDS
) -> Any:
    return IP(src=ends[side], dst=ends[1 - side]) / TCP(
        sport=ports[side], dport=ports[1 - side], seq=sequence, flags=flags
    ) / Raw(data)  # fmt: skip


def _relayed(listener: socket.socket, command: list[str], sent: list[tuple[int, bytes]]) -> None:
    """Serve one connection by a program of two sockets, and keep what each side sends, in its pieces."""
    outside, _ = listener.accept()
    inside, theirs = socket.socketpair()
    with outside, inside, subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL) as served:
        theirs.close()

        def copied(side: int, one: socket.socket, other: socket.socket) -> None:
            try:
                while data := one.recv(1 << 16):
                    sent.append((side, data))
                    other.sendall(data)
                other.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        back = threading.Thread(target=copied, args=(1, inside, outside))
        back.start()
        copied(0, outside, inside)
        back.join(20)
        served.wait(20)
