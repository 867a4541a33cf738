"""MQTT: the CONNECT packet of MQTT 3.1, 3.1.1 and 5.0 (section 3.1). Version: 3, 4 or 5."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.octets import be16, be32
from cloison.captures.recogniser import FOUND, IN_CLEAR, INITIATOR, TCP, VERSION, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_NAME, _OLD_NAME = 0x4D515454, 0x4D514973  # "MQTT", and the beginning of "MQIsdp"


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise CONNECT: its remaining length in one to four bytes, the protocol's name and its level."""
    if end - at < 9 or window[at] != 0x10:
        return np.int64(0)
    place = at + 1
    for _ in range(4):
        if place >= end:
            return np.int64(0)
        place += 1
        if window[place - 1] & 0x80 == 0:
            break
    if end - place < 7:
        return np.int64(0)
    size, name = be16(window, place), be32(window, place + 2)
    if not ((size == 4 and name == _NAME) or (size == 6 and name == _OLD_NAME and end - place >= 9)):
        return np.int64(0)
    level = np.int64(window[place + 2 + size])
    return np.int64(FOUND | INITIATOR | IN_CLEAR) | (level << VERSION) if 3 <= level <= 5 else np.int64(0)


RECOGNISER = Recogniser(
    "mqtt",
    Text("MQTT in clear", "MQTT en clair"),
    (TCP,),
    look,
    versions={3: "3.1", 4: "3.1.1", 5: "5.0"},
    begins=b"\x10",
)
