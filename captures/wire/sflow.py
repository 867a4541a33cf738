"""sFlow version 5: sflow.org/sflow_version_5.txt."""

from __future__ import annotations

from typing import Any

import numpy as np

from cloison.captures.exporting.marks import sflow as told
from cloison.captures.recogniser import FOUND, INITIATOR, UDP, VERSION, Recogniser
from cloison.flows.compiled import Int
from cloison.netmodel.finding import Text


def look(window: Any, at: Int, end: Int, length: Int, source: Int, target: Int) -> Int:
    """Recognise an export datagram, which only its exporter sends."""
    version = told(window, at, end, length)
    return np.int64(FOUND | INITIATOR) | (version << VERSION) if version else np.int64(0)


RECOGNISER = Recogniser("sflow", Text("sFlow", "sFlow"), (UDP,), look, versions={5: "5"}, begins=b"\x00", records=True)
