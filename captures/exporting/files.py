"""Files of export messages back to back, without lengths, exporters or times of capture.

A message of IPFIX tells its length and one of v1, v5 or v7 its records; one of v9 ends where the next message begins,
which no set can be mistaken for (``sets.walk``); an sFlow datagram ends after its last sample.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.exporting import marks, samples, sets
from cloison.captures.exporting.exports import Exports
from cloison.captures.exporting.lending import Borrowing, Lending
from cloison.captures.exporting.sets import MESSAGE_WIDTH
from cloison.captures.octets import be16, be32
from cloison.captures.records import Reading, Sink
from cloison.captures.stream import Stream
from cloison.flows.compiled import Kernel, compiled
from cloison.netmodel.finding import Message, say

Array = npt.NDArray[Any]

VERSIONS = (1, 5, 7, 9, 10)
MESSAGES = 1 << 11  # that are found at once
SHORT = 1 << 16  # bytes of a file that is read sooner without compiled code than compiled code can be loaded


def begins(head: bytes) -> int:
    """Return the version of the message with which a file begins (1, 5, 7, 9 or 10), 0 when it begins with none.

    The message must be whole and sound, and another one, or nothing, must follow it. A message has 64 KiB at most, so
    that ``head`` is either the whole file or holds all of it.
    """
    window = np.frombuffer(head, dtype=np.uint8)
    messages = np.zeros((2, MESSAGE_WIDTH), dtype=np.int64)
    if len(head) < 20 or int(be16(window, 0)) not in VERSIONS:
        return 0
    version = int(be16(window, 0))
    found, at, wanted = map(int, sets.walk(window, 0, len(head), True, messages))
    if not found or (wanted == -1 and found == 1):
        return 0
    size = int(messages[0, 1])
    told = marks.ipfix if version == 10 else marks.netflow
    if not int(told(window, 0, size, size)):
        return 0
    return version if len(head) - at < 2 or int(be16(window, at)) in VERSIONS else 0


def begin(head: bytes) -> int:
    """Return when the first message of a file was exported, in ns since 1970; within its second, by its number."""
    window = np.frombuffer(head, dtype=np.uint8)
    seconds, number = (4, 8) if int(be16(window, 0)) == 10 else (8, 12)
    return int(be32(window, seconds)) * 10**9 + int(be32(window, number)) % 10**9


def together() -> Reading:
    """Return a reader of the files of one run, in the order of time: what one says may hold in the next."""
    lending = Lending()
    return lambda stream, sink, file: read_messages(stream, sink, Borrowing(lending, file))


def read_messages(stream: Stream, sink: Sink, borrowing: Borrowing | None = None) -> Message | None:
    """Read NetFlow and IPFIX messages to the end of a stream; return why only a part could be read, if so."""
    fast = _fast(stream)
    exports = Exports(sink, fast=fast, borrowing=borrowing)
    walk: Kernel = compiled(sets.walk) if fast else sets.walk
    messages = np.zeros((MESSAGES, MESSAGE_WIDTH), dtype=np.int64)
    problem: Message | None = None
    number = 0
    while True:
        found, at, wanted = map(int, walk(stream.window, stream.start, stream.stop, stream.ended, messages))
        exports.take(stream.window, messages, found)
        number += found
        stream.start = at
        if wanted == 0:
            continue
        if wanted == -1:
            problem = _damaged(number, stream)
        elif stream.refill(wanted) or _more(stream, walk, messages):
            continue
        elif stream.stop > stream.start:
            problem = _cut(number, stream)
        break
    exports.finish()
    return stream.problem or problem


def _more(stream: Stream, walk: Kernel, messages: Array) -> bool:
    """Return whether the end of the stream, now known, makes a message whole that was not."""
    found, _, _ = walk(stream.window, stream.start, stream.stop, True, messages[:1])
    return int(found) > 0


def begins_samples(head: bytes) -> bool:
    """Return whether a file begins with an sFlow datagram, and another one follows where it ends."""
    window = np.frombuffer(head, dtype=np.uint8)
    size = int(samples.extent(window, 0, len(head)))
    if len(head) < 28 or size < 0:
        return False
    if size > len(head) or not int(marks.sflow(window, 0, size, size)):
        return False
    return size == len(head) or int(samples.extent(window, size, len(head))) > 0


def read_samples(stream: Stream, sink: Sink) -> Message | None:
    """Read sFlow datagrams to the end of a stream; return why only a part could be read, if so."""
    fast = _fast(stream)
    exports = Exports(sink, fast=fast)
    extent: Kernel = compiled(samples.extent) if fast else samples.extent
    problem: Message | None = None
    number = 0
    while True:
        size = int(extent(stream.window, stream.start, stream.stop))
        if size < 0:
            problem = _damaged(number, stream)
            break
        if stream.stop - stream.start < size:
            if stream.refill(size):
                continue
            problem = _cut(number, stream) if stream.stop > stream.start else None
            break
        exports.datagram(stream.window[stream.start : stream.start + size].tobytes(), "")
        stream.start += size
        number += 1
    exports.finish()
    if number:
        sink.note(
            say("sFlow datagrams tell no date: times count from the start of each agent",
                "les datagrammes sFlow ne donnent pas de date : les heures partent du démarrage de chaque agent")
        )  # fmt: skip
    return stream.problem or problem


def _fast(stream: Stream) -> bool:
    return not 0 < stream.size <= SHORT or bool(stream.compression)


def _damaged(number: int, stream: Stream) -> Message:
    return say("no message can begin at byte {offset}, after {number} {number:message|messages}: what comes before was "
               "judged",
               "aucun message ne peut commencer à l’octet {offset}, après {number} {number:message|messages} : ce qui "
               "précède a été jugé", offset=stream.offset + stream.start, number=number)  # fmt: skip


def _cut(number: int, stream: Stream) -> Message:
    return say("it is cut inside message {number}, at byte {offset}: what comes before was judged",
               "il est tronqué dans le message {number}, à l’octet {offset} : ce qui précède a été jugé",
               number=number + 1, offset=stream.offset + stream.start)  # fmt: skip
