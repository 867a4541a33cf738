"""Captures of any size for the benches, the same bytes at every run.

Ethernet, 15 % IPv6, 30 % VLAN, TCP with handshakes, UDP, DNS and echo; some tens of thousands of conversations are open
at once. Packets are cut at 128 bytes, or all of full size and whole. Written by one compiled loop, window by window:
``python bench/traffic.py FILE PACKETS [CONVERSATIONS] [full]``, where ``-`` is standard output.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

import numba
import numpy as np

SNAP = 128
FULL = 1518  # bytes of an Ethernet frame with a tag
PER_CONVERSATION = 25
OPEN_AT_ONCE = 1 << 16
BLOCK = 1 << 14  # packets written at once
START = 1_767_225_600  # 2026-01-01T00:00:00Z
PER_SECOND = 50_000  # a multiple of 1000


def write_capture(out: BinaryIO, packets: int, conversations: int = 0, *, full: bool = False) -> None:
    """Write a pcap of that many packets and conversations (25 packets each when they are not told)."""
    conversations = conversations or max(packets // PER_CONVERSATION, 1)
    snap = FULL if full else SNAP
    seen = np.zeros(conversations, dtype=np.uint8)
    block = np.zeros(BLOCK * (snap + 16), dtype=np.uint8)
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snap, 1))
    for first in range(0, packets, BLOCK):
        size = _fill(block, first, min(first + BLOCK, packets), packets, conversations, seen, snap)
        out.write(block[:size].data)


@numba.njit(cache=True)
def _mixed(value: Any) -> Any:
    bits = np.uint64(value) * np.uint64(0x9E3779B97F4A7C15)
    bits ^= bits >> np.uint64(29)
    bits *= np.uint64(0xBF58476D1CE4E5B9)
    return np.int64((bits ^ (bits >> np.uint64(32))) & np.uint64(0x7FFFFFFFFFFFFFFF))


@numba.njit(cache=True)
def _put(block: Any, at: Any, value: Any, size: Any, big: Any) -> None:
    for byte in range(size):
        shift = 8 * (size - 1 - byte) if big else 8 * byte
        block[at + byte] = (value >> shift) & 0xFF


@numba.njit(cache=True)
def _fill(block: Any, first: Any, stop: Any, packets: Any, conversations: Any, seen: Any, snap: Any) -> Any:
    at = 0
    for number in range(first, stop):
        dice = _mixed(number + 1)
        # Conversations open one after the other; each packet belongs to one that is open, rather to a recent one.
        newest = number * conversations // packets
        if number == 0 or newest != (number - 1) * conversations // packets:
            one = newest
        else:
            back = (dice & 0xFFFF) * ((dice >> 16) & 0xFFFF) // OPEN_AT_ONCE
            one = max(newest - back, 0)
        facts = _mixed(one + 7919)
        six = facts % 100 < 15
        tagged = (facts >> 8) % 100 < 30
        sort = (facts >> 16) % 100  # below 75 TCP, below 97 UDP, the rest echo
        client, server = (facts >> 24) & 0x3FFF, (facts >> 38) & 0x3FF
        count = seen[one]
        seen[one] = min(count + 1, 255)
        back_way = count == 1 or (count > 2 and (dice >> 40) & 1 == 1)
        size = 40 + (dice >> 44) % 1400 if (dice >> 60) & 1 else 60
        if snap == FULL:
            size = 1500
        head = 40 if six else 20
        size = max(size, head + 20)
        frame = 14 + (4 if tagged else 0) + size
        kept = min(frame, snap)
        stamp = number // (PER_SECOND // 1000) * 1000 + number % (PER_SECOND // 1000) * 20
        _put(block, at, START + stamp // 1000000, 4, False)
        _put(block, at + 4, stamp % 1000000, 4, False)
        _put(block, at + 8, kept, 4, False)
        _put(block, at + 12, frame, 4, False)
        at += 16
        begin = at
        for byte in range(kept):
            block[at + byte] = 0
        block[at + 5] = block[at + 11] = 1
        at += 12
        if tagged:
            _put(block, at, 0x81000000 + 100 + (facts >> 48) % 20, 4, True)
            at += 4
        _put(block, at, 0x86DD if six else 0x0800, 2, True)
        at += 2
        protocol = 6 if sort < 75 else 17 if sort < 97 else 58 if six else 1
        if six:
            _put(block, at, 0x60000000, 4, True)
            _put(block, at + 4, size - 40, 2, True)
            block[at + 6], block[at + 7] = protocol, 64
            _put(block, at + (24 if back_way else 8), 0x20010DB800100000, 8, True)
            _put(block, at + (32 if back_way else 16), client + 1, 8, True)
            _put(block, at + (8 if back_way else 24), 0x20010DB800200000, 8, True)
            _put(block, at + (16 if back_way else 32), server + 1, 8, True)
        else:
            block[at], block[at + 8], block[at + 9] = 0x45, 64, protocol
            _put(block, at + 2, size, 2, True)
            _put(block, at + (16 if back_way else 12), 0x0A000000 + client + 1, 4, True)
            _put(block, at + (12 if back_way else 16), 0x0A800000 + server + 1, 4, True)
        at += head
        port = 32768 + one % 28000
        service = 443 if sort < 40 else 22 if sort < 60 else 5432 if sort < 75 else 53 if sort < 90 else 514
        if sort >= 97:
            block[at] = (129 if back_way else 128) if six else (0 if back_way else 8)
            _put(block, at + 4, port, 2, True)
        else:
            _put(block, at + (2 if back_way else 0), port, 2, True)
            _put(block, at + (0 if back_way else 2), service, 2, True)
            if sort < 75:
                block[at + 12] = 0x50
                block[at + 13] = 2 if count == 0 else 0x12 if count == 1 else 0x10
                if size > head + 28:  # TLS records, a banner of SSH, whatever a database says
                    if service == 443:
                        _put(block, at + 20, 0x1703030000000000 | (dice & 0xFFFF), 8, True)
                    elif service == 22 and count < 5:
                        _put(block, at + 20, 0x5353482D322E302D, 8, True)
                    else:
                        _put(block, at + 20, dice & 0x7FFFFFFFFFFFFFFF, 8, True)
            else:
                _put(block, at + 4, size - head, 2, True)
                if service == 53 and back_way:
                    block[at + 10] = 0x80
        at = begin + kept
    return at


def main(path: str, packets: str, conversations: str = "0", full: str = "") -> None:
    """Write one capture."""
    with sys.stdout.buffer if path == "-" else Path(path).open("wb") as out:
        write_capture(out, int(packets), int(conversations), full=bool(full))


if __name__ == "__main__":
    main(*sys.argv[1:])
