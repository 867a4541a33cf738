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
    PORT,
    PROTOCOL,
    SOURCE_PORT,
    VLANS,
    VNI,
    Layer,
    chain,
    kinds,
    ordered,
)
from cloison.captures.packets import (
    BYTES,
    KEY,
    RECORD,
    RECORD_WIDTH,
    SOURCE_LO,
    TUNNEL,
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
    place[VNI] = 5
    return np.int64(LINK_TYPE + 1)


TOYS = (
    Layer("four", (*kinds(PROTOCOL, 253), *kinds(PORT, 9), *kinds(SOURCE_PORT, 9)), _skip_four, tunnel=True),
    Layer("under", (*kinds(LINK_TYPE, 147), *kinds(ETHERTYPE, 0x9998)), _skip_four),
    Layer("endless", kinds(ETHERTYPE, 0x9999), _itself),
    Layer("bridge", kinds(PROTOCOL, 254), _frame_of_vlan_7, tunnel=True),
)  # fmt: skip


def ip(source: int, protocol: int, payload: bytes) -> bytes:
    return struct.pack(">BBHIBBHII", 0x45, 0, 20 + len(payload), 0, 64, protocol, 0, source, 0x0A0000FE) + payload


def udp(port: int, payload: bytes, source: int = 40000) -> bytes:
    return struct.pack(">HHHH", source, port, 8 + len(payload), 0) + payload


def ethernet(kind: int, payload: bytes) -> bytes:
    return bytes(12) + struct.pack(">H", kind) + payload


CARRIED = ip(INNER, 17, udp(5000, b"what is carried"))
HEADER = b"head"


@pytest.fixture(params=["plain", "compiled"])
def decode(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[int, bytes], Any]:
    """Return what decodes one frame of a link type with the layers of the program and the toys."""
    if request.param == "compiled":  # the program's own chain first: what is kept of one is not the other's
        own = compiled(frames.parse)
        monkeypatch.setattr(frames, "parser", lambda fast: own)
        records = np.array([[0, 60, 60, 0, 1]], dtype=np.int64)
        list(frames.Decoder(True, 1).decode(np.zeros(60, dtype=np.uint8), records))
    every = ordered((*load(layers, "LAYER").values(), *TOYS))
    monkeypatch.setattr(frames, "LAYERS", every)
    monkeypatch.setattr(frames, "TUNNEL_LAYERS", sum(layer.tunnel for layer in every))
    monkeypatch.setattr(frames, "_follow", chain(every))
    parse = frames.parse if request.param == "plain" else compiled.__wrapped__(frames.parse)
    monkeypatch.setattr(frames, "parser", lambda fast: parse)

    def packets(link: int, frame: bytes) -> Any:
        window = np.frombuffer(frame, dtype=np.uint8).copy()
        records = np.zeros((1, RECORD_WIDTH), dtype=np.int64)
        records[0] = (0, len(frame), len(frame), 0, link)
        decoder = frames.Decoder(True, 1)
        with np.errstate(over="ignore"):
            ((_, found),) = decoder.decode(window, records)
        assert not found[:, RECORD].any()
        return found, decoder.tunnels.named()

    return packets


def test_what_a_layer_carries_is_a_packet_after_the_others(decode: Callable[[int, bytes], Any]) -> None:
    deep = ethernet(0x0800, ip(OUTER, 254, ethernet(0x0800, ip(OUTER + 1, 253, HEADER + CARRIED))))
    for link, frame, around in (
        (147, HEADER + CARRIED, ()),
        (1, ethernet(0x9998, HEADER + CARRIED), ()),
        (101, ip(OUTER, 253, HEADER + CARRIED), ("four",)),
        (101, ip(OUTER, 17, udp(9, HEADER + CARRIED)), ("four",)),
        (101, ip(OUTER, 17, udp(10, HEADER + CARRIED, source=9)), ("four",)),
        (1, deep, ("bridge", "four")),
    ):
        packets, tunnels = decode(link, frame)
        assert len(packets) == len(around) + 1
        assert packets[:, TUNNEL].tolist() == [*range(len(around) + 1)]
        assert (packets[:, WHAT] >= 0).all()
        assert packets[-1, SOURCE_LO] & 0xFFFFFFFF == INNER
        assert packets[-1, BYTES] == len(CARRIED)
        assert packets[-1, KEY] >> 32 & 0xFFFF == 5000
        assert tuple(tunnel.protocol for tunnel in tunnels) == around
        assert tuple(tunnel.within for tunnel in tunnels) == tuple(range(-1, len(around) - 1))


def test_a_layer_may_say_the_vlan_and_the_virtual_network(decode: Callable[[int, bytes], Any]) -> None:
    packets, (tunnel,) = decode(101, ip(OUTER, 254, ethernet(0x0800, CARRIED)))
    assert (packets[:, KEY] & 0xFFFFFF).tolist() == [0, 7 << 12]
    assert (tunnel.vni, tunnel.key) == (5, -1)
    assert tunnel.ends == (0xFFFF0A000001, 0xFFFF0A0000FE)


def test_what_claims_nothing_is_a_conversation_of_its_own(decode: Callable[[int, bytes], Any]) -> None:
    for frame in (ip(OUTER, 252, HEADER + CARRIED), ip(OUTER, 17, udp(10, HEADER + CARRIED))):
        (packet,), tunnels = decode(101, frame)
        assert packet[WHAT] >= 0
        assert packet[SOURCE_LO] & 0xFFFFFFFF == OUTER
        assert packet[BYTES] == len(frame)
        assert tunnels == ()


def test_layers_end(decode: Callable[[int, bytes], Any]) -> None:
    """As do lengths: what is cut inside the carried packet is counted under the reason of that packet."""
    (packet,), _ = decode(1, ethernet(0x9999, CARRIED))
    assert packet[WHAT] == reason("layer-depth")
    nested = CARRIED
    for _ in range(20):
        nested = ip(OUTER, 253, HEADER + nested)
    packets, tunnels = decode(1, ethernet(0x0800, nested))
    assert len(packets) == frames.MOST_PACKETS
    assert (packets[:-1, WHAT] >= 0).all()
    assert packets[-1, WHAT] == reason("layer-depth")
    assert len(tunnels) == frames.MOST_LAYERS - 1
    (packet,), _ = decode(1, ethernet(0x9998, HEADER))
    assert packet[WHAT] == reason("ip-malformed")


def test_two_layers_cannot_claim_one_kind() -> None:
    with pytest.raises(ValueError, match="bridge and four"):
        ordered((Layer("four", kinds(PORT, 9), _itself), Layer("bridge", ((PORT + 1, PORT + 9),), _itself)))
