"""The protocol of a conversation, told from its first payloads by the recognisers of ``wire/``, in one compiled chain.

Of TCP, the true first bytes of a side are those after its SYN; before they come, what is seen may be recognised and
never counts against a protocol. What may go over to TLS is followed for some payloads more, and a ClientHello that goes
on in another segment is read on. Nothing else is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cloison.captures import wire
from cloison.captures.greetings import NUMBER_MASK, SAME, arena, hear, hear_offer, hear_on
from cloison.captures.packets import END, KEY, LENGTH, PAYLOAD, TCP, UDP
from cloison.captures.recogniser import (
    CIPHER,
    FIELD,
    FIRST,
    GROUP,
    IN_CLEAR,
    INITIATOR,
    RESPONDER,
    ROLE,
    VERSION,
    Recogniser,
)
from cloison.captures.records import ANSWER, CHOICE, CLEAR, GUESSED, LOOKED
from cloison.flows import wire as bits
from cloison.flows.compiled import Int, Kernel
from cloison.flows.table import ANSWER_AB, QUERY_AB, QUERY_BA
from cloison.netmodel.registry import load

# Words of a row from FROM on. SHOWN: protocol of A, of B << 8, bits of flows.wire << 16, payloads looked at of A << 24,
# of B << 32, SETTLED, STARTED and WAITING of A and B. CHOSEN: version, cipher << 16, group << 32. PACKET: number of the
# packet that told, below its line of :mod:`greetings`. EXPECTED: where the true first bytes are of A, of B << 32; of a
# side that is WAITING, where its ClientHello goes on.
SHOWN, CHOSEN, PACKET, EXPECTED = range(4)
WORDS = 4
SETTLED, STARTED, WAITING = 1 << 40, 1 << 42, 1 << 44  # << 1 for B
TRIES = 4  # payloads of a side that are looked at
MOST = 16  # of one that may go over to TLS, or whose ClientHello goes on
SHORTEST = 4  # bytes that tell anything

Look = Callable[[Any, Int, Int, Int, Int, Int, Int], Int]  # the last: recognisers that know the first byte, as bits

RECOGNISERS: tuple[Recogniser, ...] = tuple(load(wire, "RECOGNISER").values())
_NUMBER = 56  # shift of the recogniser's number in what the chain returns


def told() -> tuple[Any, Any, Any]:
    """Return what the kernel knows of the recognisers (int64[3, 256]), and where it keeps greetings.

    By their number: 1 it may go over to TLS, 2 it is TLS, 4 SSH. By the first byte of a payload: those to ask, as bits.
    By its hash: where the last offer of SSH lies, which is written as they come.
    """
    found = np.zeros((3, 256), dtype=np.int64)
    for number, entry in enumerate(RECOGNISERS, 1):
        found[0, number] = int(entry.upgrades) | int(entry.name == bits.TLS) << 1 | int(entry.name == bits.SSH) << 2
        found[1, list(entry.begins)] |= 1 << number
    return (found, *arena())


def _asking(transport: int) -> Look:
    """Return the function that asks the recognisers of a transport in their order, and says which one knows.

    Each of its links asks four: what a link calls is optimised again inside it, so that a link for each would take
    three times as long to compile.
    """
    entries = [(number, entry.look) for number, entry in enumerate(RECOGNISERS, 1) if transport in entry.transports]
    entries += [(0, _silent)] * (-len(entries) % 4)
    ask: Look = _nobody
    for first in reversed(range(0, len(entries), 4)):
        ask = _link(entries[first : first + 4], ask)
    return ask


def _nobody(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int, asked: Int) -> Int:
    return np.int64(0)


def _silent(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    return np.int64(0)


def _link(four: Sequence[tuple[int, Kernel]], otherwise: Look) -> Look:
    (a, is_a), (b, is_b), (c, is_c), (d, is_d) = four

    def ask(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int, asked: Int) -> Int:
        if asked & (1 << a):
            found = is_a(window, at, end, length, source, target)
            if found:
                return found | (a << _NUMBER)
        if asked & (1 << b):
            found = is_b(window, at, end, length, source, target)
            if found:
                return found | (b << _NUMBER)
        if asked & (1 << c):
            found = is_c(window, at, end, length, source, target)
            if found:
                return found | (c << _NUMBER)
        if asked & (1 << d):
            found = is_d(window, at, end, length, source, target)
            if found:
                return found | (d << _NUMBER)
        return otherwise(window, at, end, length, source, target, asked)

    return ask


assert SAME < 256
assert len(RECOGNISERS) < 63  # bits of a mask; more take another word
_over_tcp, _over_udp = _asking(TCP), _asking(UDP)


def begin(words: Any, side: Int, sequence: Int) -> None:
    """Note the SYN of a side (0 A, 1 B): where its first byte of payload will be."""
    words[0] = (words[0] & ~(WAITING << side)) | (STARTED << side)
    _expect(words, side, sequence + 1)


def _expect(words: Any, side: Int, sequence: Int) -> None:
    words[3] = (words[3] & (0xFFFFFFFF << (32 - 32 * side))) | ((sequence & 0xFFFFFFFF) << (32 * side))


def tell(
    window: Any, at: Int, end: Int, length: Int, sequence: Int, key: Int, words: Any, side: Int, alone: bool,
    number: Int, told: tuple[Any, Any, Any],
) -> Int:  # fmt: skip
    """Look at a payload of a side that is not settled, write what it tells, and return evidence as if the side were A.

    ``key`` is the packet's; ``alone``: the other side has not been seen; ``number``: the packet's in its source.
    """
    if end - at < SHORTEST and length >= SHORTEST:  # it was not kept
        return np.int64(0)
    shown = words[0]
    protocol = (key >> 24) & 0xFF
    tcp = protocol == TCP
    start = tcp and shown & (STARTED << side) != 0 and (words[3] >> (32 * side)) & 0xFFFFFFFF == sequence
    source, target = (key >> 48) & 0xFFFF, (key >> 32) & 0xFFFF
    knows, heard, index = told
    mine, other = (shown >> (8 * side)) & 0xFF, (shown >> (8 - 8 * side)) & 0xFF
    tries = ((shown >> (24 + 8 * side)) & 0xFF) + 1
    shown += 1 << (24 + 8 * side)
    if shown & (WAITING << side) != 0:
        waits = True
        if (words[3] >> (32 * side)) & 0xFFFFFFFF == sequence:
            waits = hear_on(window, at, end, length, words, heard, index)
            _expect(words, side, sequence + length)
        if not waits or tries >= MOST:
            shown = (shown & ~(WAITING << side)) | (SETTLED << side)
        words[0] = shown
        return np.int64(0)
    waits = False
    behind = knows[0, mine] & 4 != 0  # behind the banner of SSH, only what it offers is looked at
    asked = knows[1, window[at]]
    if behind:
        found = np.int64(0)
    elif tcp:
        found = _over_tcp(window, at, end, length, source, target, asked)
    else:
        found = _over_udp(window, at, end, length, source, target, asked)
    which = (found >> _NUMBER) & 0xFF
    state = np.int64(0)
    if start:
        state |= bits.START_AB << side
    upgrading = knows[0, mine] & 1 != 0 or knows[0, other] & 1 != 0
    if found:
        if upgrading and knows[0, which] & 2 != 0:
            state |= bits.UPGRADED
        elif mine == 0 or mine == bits.OTHER:
            shown = (shown & ~(0xFF << (8 * side))) | (which << (8 * side))
        if found & IN_CLEAR:
            state |= bits.IN_CLEAR
        _choose(words, found, number)
        if knows[0, which] & 2 != 0 and found & ROLE != 0:
            waits = hear(window, at, end, length, found & ROLE == INITIATOR, words, heard, index)
    elif mine == 0 and (start or tries >= TRIES):
        shown |= bits.OTHER << (8 * side)
        if start and _text(window, at, end):
            state |= bits.TEXT_AB << side
        if words[2] & NUMBER_MASK == 0:
            words[2] |= number
    upgrading = upgrading or knows[0, which] & 1 != 0
    if waits:
        shown |= WAITING << side
        _expect(words, side, sequence + length)
    elif behind or knows[0, which] & 4 != 0:
        if hear_offer(window, at, end, not behind, side, words, heard, index, knows[2]) or tries >= TRIES:
            shown |= SETTLED << side
    elif upgrading:
        if tries >= MOST:
            state |= bits.WENT_ON
        if tries >= MOST or state & bits.UPGRADED != 0:
            shown |= SETTLED << side
    elif found or start or tries >= TRIES:
        shown |= SETTLED << side
    words[0] = shown | (state << 16)
    role = found & ROLE
    if role == INITIATOR or (role == FIRST and alone):
        return np.int64(QUERY_AB)
    return np.int64(ANSWER_AB | QUERY_BA) if role == RESPONDER else np.int64(0)


def glimpse(window: Any, packets: Any, told: tuple[Any, Any, Any], wire: Any) -> None:
    """Write what the payload of each packet tells by itself, as the word WIRE of :mod:`records`, into ``wire`` (int64).

    They are samples: nothing says where in a stream of TCP one lies, so that not to be recognised says nothing.
    """
    knows = told[0]
    for i in range(len(packets)):
        at, end, length, key = packets[i, PAYLOAD], packets[i, END], packets[i, LENGTH], packets[i, KEY]
        wire[i] = 0
        if at == 0 or end - at < SHORTEST:
            continue
        protocol = (key >> 24) & 0xFF
        source, target = (key >> 48) & 0xFFFF, (key >> 32) & 0xFFFF
        asked = knows[1, window[at]]
        if protocol == TCP:
            found = _over_tcp(window, at, end, length, source, target, asked)
        elif protocol == UDP:
            found = _over_udp(window, at, end, length, source, target, asked)
        else:
            continue
        wire[i] = LOOKED
        if found:
            wire[i] |= (found >> _NUMBER) & 0xFF | found & CHOICE
            if found & ROLE == RESPONDER:
                wire[i] |= ANSWER
            if found & IN_CLEAR:
                wire[i] |= CLEAR
            if protocol == TCP:
                wire[i] |= GUESSED


def _choose(words: Any, found: Int, number: Int) -> None:
    """Keep version, cipher and group: the responder's word counts, else the highest version."""
    version = (found >> VERSION) & FIELD
    answer = found & ROLE == RESPONDER
    if words[2] & NUMBER_MASK == 0 or (answer and version != 0) or found & IN_CLEAR != 0:
        words[2] = (words[2] & ~NUMBER_MASK) | number
    if version == 0 or not (answer or version > words[1] & 0xFFFF):
        return
    words[1] = version | (((found >> CIPHER) & FIELD) << 16) | (((found >> GROUP) & FIELD) << 32)


def _text(window: Any, at: Int, end: Int) -> bool:
    for i in range(at, min(end, at + 32)):
        letter = window[i]
        if letter > 126 or (letter < 32 and letter != 9 and letter != 10 and letter != 13):
            return False
    return True
