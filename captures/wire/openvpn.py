"""OpenVPN over UDP and TCP: the opcodes of its network protocol (openvpn.net, "OpenVPN network protocol")."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.octets import be16, be32
from cloison.captures.recogniser import FOUND, INITIATOR, RESPONDER, TCP, UDP, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text

_PORT = 1194


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise a hard reset with key 0: bare, or authenticated on the usual port. Over TCP a length comes first."""
    if end - at >= 2 and be16(window, at) == length - 2:
        at += 2
        length -= 2
    if end - at < 14:
        return np.int64(0)
    opcode = np.int64(window[at])
    if opcode != 0x38 and opcode != 0x40 and opcode != 0x50:
        return np.int64(0)
    usual = source == _PORT or target == _PORT
    bare = length == 14 and window[at + 9] == 0 and be32(window, at + 10) == 0
    answer = length == 26 and window[at + 9] == 1  # the bare answer holds an acknowledgement and a session
    if not (bare or answer or (usual and length <= 1024)):
        return np.int64(0)
    return np.int64(FOUND | RESPONDER) if opcode == 0x40 else np.int64(FOUND | INITIATOR)


RECOGNISER = Recogniser(
    "openvpn",
    Text("OpenVPN", "OpenVPN"),
    (UDP, TCP),
    look,
    encrypted=True,
    begins=bytes((0, 1, 2, 3, 4, 0x38, 0x40, 0x50)),
)
