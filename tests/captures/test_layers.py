"""Layers that carry others: a file more is a kind more, compiled or not, and what claims nothing changes nothing."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cloison.captures import frames, layers
from cloison.captures.layer import (
    BEGIN,
    ETHERTYPE,
    LINK_TYPE,
    PLACE_WIDTH,
    PORT,
    PROTOCOL,
    VLANS,
    Layer,
    chain,
    kinds,
)
from cloison.captures.packets import (
    BYTES,
    KEY,
    PACKET_WIDTH,
    RECORD_WIDTH,
    SOURCE_LO,
    WHAT,
    reason,
)
from cloison.flows.compiled import Int, compiled
from cloison.netmodel.registry import load

IPV4 = ETHERTYPE + 0x0800
OUTER, INNER = 0x0A000001, 0xC0000201


def _skip_four(window: Any, kind: Int, place: Any) -> Int:
    """A header of four bytes before IPv4, as in many encapsulations."""
    place[BEGIN] += 4
    return np.int64(IPV4)


def _itself(window: Any, kind: Int, place: Any) -> Int:
    return kind


def _frame_of_vlan_7(window: Any, kind: Int, place: Any) -> Int:
    place[VLANS] = 7 << 12
    return np.int64(LINK_TYPE + 1)


TOYS = (
    Layer("four", (*kinds(LINK_TYPE, 147), *kinds(ETHERTYPE, 0x9998), *kinds(PROTOCOL, 253), *kinds(PORT, 9)),
          _skip_four),
    Layer("endless", kinds(ETHERTYPE, 0x9999), _itself),
    Layer("bridge", kinds(PROTOCOL, 254), _frame_of_vlan_7),
)  # fmt: skip


def ip(source: int, protocol: int, payload: bytes) -> bytes:
    return struct.pack(">BBHIBBHII", 0x45, 0, 20 + len(payload), 0, 64, protocol, 0, source, 0x0A0000FE) + payload


def udp(port: int, payload: bytes) -> bytes:
    return struct.pack(">HHHH", 40000, port, 8 + len(payload), 0) + payload


def ethernet(kind: int, payload: bytes) -> bytes:
    return bytes(12) + struct.pack(">H", kind) + payload


CARRIED = ip(INNER, 17, udp(5000, b"what is carried"))
HEADER = b"head"


@pytest.fixture(params=["plain", "compiled"])
def decode(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[int, bytes], Any]:
    """Return what decodes one frame of a link type with the layers of the program and the toys."""
    monkeypatch.setattr(frames, "_follow", chain((*load(layers, "LAYER").values(), *TOYS)))
    parse = frames.parse if request.param == "plain" else compiled.__wrapped__(frames.parse)

    def one(link: int, frame: bytes) -> Any:
        window = np.frombuffer(frame, dtype=np.uint8).copy()
        records = np.zeros((1, RECORD_WIDTH), dtype=np.int64)
        records[0] = (0, len(frame), len(frame), 0, link)
        packets = np.zeros((1, PACKET_WIDTH), dtype=np.int64)
        parse(window, records, 1, packets, np.zeros(PLACE_WIDTH, dtype=np.int64))
        return packets[0]

    return one


def test_what_a_layer_carries_is_what_counts(decode: Callable[[int, bytes], Any]) -> None:
    for link, frame in (
        (147, HEADER + CARRIED),
        (1, ethernet(0x9998, HEADER + CARRIED)),
        (101, ip(OUTER, 253, HEADER + CARRIED)),
        (101, ip(OUTER, 17, udp(9, HEADER + CARRIED))),
        (1, ethernet(0x0800, ip(OUTER, 254, ethernet(0x0800, ip(OUTER, 253, HEADER + CARRIED))))),
    ):
        packet = decode(link, frame)
        assert packet[WHAT] >= 0
        assert packet[SOURCE_LO] & 0xFFFFFFFF == INNER
        assert packet[BYTES] == len(CARRIED)
        assert packet[KEY] >> 32 & 0xFFFF == 5000


def test_a_layer_may_say_the_vlan(decode: Callable[[int, bytes], Any]) -> None:
    assert decode(101, ip(OUTER, 254, ethernet(0x0800, CARRIED)))[KEY] & 0xFFFFFF == 7 << 12


def test_what_claims_nothing_is_a_conversation_of_its_own(decode: Callable[[int, bytes], Any]) -> None:
    for frame in (ip(OUTER, 252, HEADER + CARRIED), ip(OUTER, 17, udp(10, HEADER + CARRIED))):
        packet = decode(101, frame)
        assert packet[WHAT] >= 0
        assert packet[SOURCE_LO] & 0xFFFFFFFF == OUTER
        assert packet[BYTES] == len(frame)


def test_layers_end(decode: Callable[[int, bytes], Any]) -> None:
    """As do lengths: what is cut inside the carried packet is counted under the reason of that packet."""
    assert decode(1, ethernet(0x9999, CARRIED))[WHAT] == reason("layer-depth")
    nested = CARRIED
    for _ in range(20):
        nested = ip(OUTER, 253, HEADER + nested)
    assert decode(101, nested)[WHAT] == reason("layer-depth")
    assert decode(1, ethernet(0x9998, HEADER))[WHAT] == reason("ip-malformed")


def test_two_layers_cannot_claim_one_kind() -> None:
    with pytest.raises(ValueError, match="bridge and four"):
        chain((Layer("four", kinds(PORT, 9), _itself), Layer("bridge", ((PORT + 1, PORT + 9),), _itself)))
