"""Export messages to their sets: where each begins and ends, and what the message's header says of its time.

Headers: RFC 3954 section 5.1 (v9), RFC 7011 section 3.1 (IPFIX), Cisco's NetFlow Services Solutions Guide (v1, v5, v7).
A set is what one template describes; the records of a message of a fixed layout are one set.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.octets import be16, be32
from cloison.flows.compiled import Int

# Columns of messages (int64), filled by who finds them: where one lies in the window, the number of its exporter,
# ns since 1970 when it was captured (0: not known).
M_AT, M_STOP, M_EXPORTER, M_TIME = range(4)
MESSAGE_WIDTH = 4

# Columns of sets (int64): where the set's content lies, its template's identifier or one of those below, the version,
# exporter and domain (v9: source id, v5: engine) of its message; the exporter's clock: ms since it began (-1: not
# told), ns since 1970; the message's sequence number and its number in the batch; one packet in so many was counted
# (0: not told); the capture's time.
(S_AT, S_STOP, S_ID, S_VERSION, S_EXPORTER, S_DOMAIN, S_UPTIME, S_TIME, S_SEQUENCE, S_MESSAGE, S_RATE,
 S_CAPTURED) = range(12)  # fmt: skip
SET_WIDTH = 12

FIXED = 1 << 16  # + version: records of a fixed layout
MALFORMED = 1 << 17  # + how many records of it cannot be read; this bit is no template's
HEADER = 0  # a message that was seen, with nothing in it
LONGEST = 65535  # bytes of a message
MOST_SETS = LONGEST // 4 + 2  # of one message
MOST_FIXED = 64  # records of a message of a fixed layout; an exporter sends 30
SECOND = 10**9


def split(window: Any, messages: Any, first: Int, count: Int, sets: Any) -> tuple[Int, Int]:
    """Write the sets of messages ``first`` to ``count``; return the message where it stopped, and how many sets.

    It stops before a message for whose sets there might be no room: ``sets`` has more than ``MOST_SETS`` rows.
    """
    used = np.int64(0)
    for m in range(first, count):
        at, stop = messages[m, 0], messages[m, 1]
        if len(sets) - used < (stop - at) // 4 + 2:
            return np.int64(m), used
        version = be16(window, at) if stop - at >= 2 else np.int64(0)
        used = _message(window, at, stop, version, messages, m, sets, used)
    return np.int64(count), used


def _message(window: Any, at: Int, stop: Int, version: Int, messages: Any, m: Int, sets: Any, used: Int) -> Int:
    head = 24 if version == 5 or version == 7 else 20 if version == 9 else 16
    if stop - at < head or not (version == 1 or version == 5 or version == 7 or version == 9 or version == 10):
        _row(sets, used, at, stop, MALFORMED + 1, version, messages, m, 0, -1, 0, 0, 0)
        return used + 1
    if version == 10:
        domain, uptime, sequence = be32(window, at + 12), np.int64(-1), be32(window, at + 8)
        time = be32(window, at + 4) * SECOND
        length = be16(window, at + 2)
        bad = length < 16 or length > stop - at
        if length >= 16:
            stop = min(stop, at + length)
    else:
        uptime, time = be32(window, at + 4), be32(window, at + 8) * SECOND
        bad = False
        domain, sequence = np.int64(0), np.int64(0)
        if version == 9:
            domain, sequence = be32(window, at + 16), be32(window, at + 12)
        else:
            time += be32(window, at + 12)
    if version == 1 or version == 5 or version == 7:
        number = be16(window, at + 2)
        longer = version == 1 and stop - at - head == 52 * number
        size = 52 if version == 7 or longer else 48
        rate = np.int64(0)
        if version != 1:
            sequence = be32(window, at + 16)
        if version == 5:
            domain, rate = be16(window, at + 20), be16(window, at + 22) & 0x3FFF
        whole = min(number, (stop - at - head) // size)
        if number > MOST_FIXED:  # a header that lies: nothing after it is believed
            whole, number = np.int64(0), np.int64(1)
        layout = FIXED + version + longer
        _row(sets, used, at + head, at + head + whole * size, layout, version, messages, m, domain, uptime, time,
             sequence, rate)  # fmt: skip
        used += 1
        if whole < number:
            _row(sets, used, at, at, MALFORMED + number - whole, version, messages, m, domain, uptime, time, sequence,
                 0)  # fmt: skip
            used += 1
        return used
    _row(sets, used, at, at, HEADER, version, messages, m, domain, uptime, time, sequence, 0)
    used += 1
    at += head
    while stop - at >= 4:
        number, length = be16(window, at), be16(window, at + 2)
        if number == 0 and length == 0 and version == 9:  # a message filled with zeros to its end
            return used
        known = number >= 256 or (number < 2 if version == 9 else number == 2 or number == 3)
        if length < 4 or length > stop - at:
            bad = True
            break
        if length > 4 or not known:
            identifier = number + 2 if number < 2 else number  # those of IPFIX: 2 templates, 3 options templates
            _row(sets, used, at + 4, at + length, identifier if known else MALFORMED + 1, version, messages, m, domain,
                 uptime, time, sequence, 0)  # fmt: skip
            used += 1
        at += length
    if bad:
        _row(sets, used, at, at, MALFORMED + 1, version, messages, m, domain, uptime, time, sequence, 0)
        used += 1
    return used


def _row(
    sets: Any, i: Int, at: Int, stop: Int, identifier: Int, version: Int, messages: Any, m: Int, domain: Int,
    uptime: Int, time: Int, sequence: Int, rate: Int,
) -> None:  # fmt: skip
    sets[i, 0] = at
    sets[i, 1] = stop
    sets[i, 2] = identifier
    sets[i, 3] = version
    sets[i, 4] = messages[m, 2]
    sets[i, 5] = domain
    sets[i, 6] = uptime
    sets[i, 7] = time
    sets[i, 8] = sequence
    sets[i, 9] = m
    sets[i, 10] = rate
    sets[i, 11] = messages[m, 3]


def walk(window: Any, start: Int, stop: Int, ended: bool, messages: Any) -> tuple[Int, Int, Int]:
    """Find the whole messages that follow each other; return their number, where it stopped, bytes wanted there.

    Bytes wanted is 0 when ``messages`` is full, -1 where no message can begin. Only IPFIX tells its length; v9 ends
    where what follows is no set: 2 to 255 are never sets of it, and a message begins with its version.
    """
    at = np.int64(start)
    number = 0
    while number < len(messages):
        if stop - at < 4:
            return number, at, 4
        version = be16(window, at)
        if version == 10:
            size = be16(window, at + 2)
            if size < 16:
                return number, at, -1
        elif version == 9:
            size = _nine(window, at, stop, ended)
        elif version == 5:
            size = 24 + 48 * be16(window, at + 2)
        elif version == 7:
            size = 24 + 52 * be16(window, at + 2)
        elif version == 1:
            size = 16 + 48 * be16(window, at + 2)
        else:
            return number, at, -1
        if size < 0:
            return number, at, -1
        if (version == 1 or version == 5 or version == 7) and be16(window, at + 2) > MOST_FIXED:
            return number, at, -1
        if stop - at < size:
            return number, at, size
        messages[number, 0] = at
        messages[number, 1] = at + size
        messages[number, 2] = 0
        messages[number, 3] = 0
        number += 1
        at += size
    return number, at, 0


def _nine(window: Any, begin: Int, stop: Int, ended: bool) -> Int:
    """Return the bytes of a v9 message, more than there are while its end is not seen, -1 when it has none."""
    at = begin + 20
    while at - begin <= LONGEST:
        if at > stop or (stop - at < 4 and not ended):
            return max(at, stop) - begin + 4
        if stop - at < 4:
            return stop - begin if at < stop else at - begin
        number, length = be16(window, at), be16(window, at + 2)
        if number == 0 and length == 0:  # zeros to the end of a datagram: the next message begins 00 09
            while at < stop and window[at] == 0:
                at += 1
                if at - begin > LONGEST:
                    return np.int64(-1)
            if at == stop and not ended:
                return at - begin + 4
            return at - begin if at == stop else at - 1 - begin
        if 2 <= number <= 255:
            return at - begin
        if length < 4:
            return np.int64(-1)
        at += length
    return np.int64(-1)


def tally(window: Any, at: Int, stop: Int, parts: Any, least: Int) -> tuple[Int, bool]:
    """Return how many whole records a set holds, and whether one more begins that does not fit.

    ``parts`` are bytes to keep, or -1 for a field that tells its own length (RFC 7011 section 7); ``least`` is the
    shortest record.
    """
    number = np.int64(0)
    while stop - at >= least:
        for part in parts:
            at = _past(window, at, stop, part)
            if at < 0:
                return number, True
        number += 1
    return number, False


def _past(window: Any, at: Int, stop: Int, part: Int) -> Int:
    """Return where a part of a record ends; -1 when it does not fit."""
    if part >= 0:
        at += part
    else:
        if stop - at < 1:
            return np.int64(-1)
        length = np.int64(window[at])
        at += 1
        if length == 255:
            if stop - at < 2:
                return np.int64(-1)
            length = be16(window, at)
            at += 2
        at += length
    return at if at <= stop else np.int64(-1)


def gather(window: Any, sets: Any, first: Int, last: Int, counts: Any, parts: Any, out: Any) -> Int:
    """Write the records of sets side by side into ``out`` (uint8), fields of their own length left out.

    ``counts`` are records of each set, as ``tally`` found them. Returns the bytes written.
    """
    used = np.int64(0)
    for i in range(first, last):
        at, stop = sets[i, 0], sets[i, 1]
        if len(parts) == 1 and parts[0] >= 0:
            used = _copied(window, at, parts[0] * counts[i], out, used)
            continue
        for _ in range(counts[i]):
            for part in parts:
                if part >= 0:
                    used = _copied(window, at, part, out, used)
                at = _past(window, at, stop, part)
    return used


def _copied(window: Any, at: Int, size: Int, out: Any, used: Int) -> Int:
    """Copy bytes that are known to be inside, and return where they end."""
    start, place = np.uint64(at), np.uint64(used)  # unsigned: the compiler needs no test, and copies many at once
    for k in range(np.uint64(size)):
        out[place + k] = window[start + k]
    return used + size
