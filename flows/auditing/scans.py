"""Scans: many attempts of one source that nothing answered."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.parts import Part, parts
from cloison.flows.judge import SEVERITIES
from cloison.flows.judging.likeness import hash_of
from cloison.flows.orient import NO

Array = npt.NDArray[Any]

MANY = 32  # services of addresses that one source inside tries without any answer: more is a scan
_NOTE, _WARNING = SEVERITIES.index("note"), SEVERITIES.index("warning")


def scanners(audit: Audit, rows: Array) -> Array:
    """Return the hashes (u8) of the sources inside that tried more than ``MANY`` services of addresses in vain."""
    verdicts = audit.verdicts
    quiet = rows[(verdicts.severity[rows] == _WARNING) & (verdicts.answered[rows] == NO)]
    sources, tried = np.empty(len(quiet), dtype=np.uint64), np.empty(len(quiet), dtype=np.uint64)
    done = 0
    for part in parts(audit, quiet):
        here = slice(done, done + len(part))
        sources[here] = hash_of([part.source_hi, part.source_lo])
        tried[here] = hash_of([sources[here], part.target_hi, part.target_lo, part.service])
        done += len(part)
    _, first = np.unique(tried, return_index=True)
    found, count = np.unique(sources[first], return_counts=True)
    many: Array = found[count > MANY]
    return many


def scanning(part: Part, known: Array) -> Array:
    """Return bool: which conversations are part of a scan, by the scanners that are known."""
    found: Array = part.severity == _NOTE
    if len(known):
        quiet = (part.severity == _WARNING) & (part.answered == NO)
        found |= quiet & np.isin(hash_of([part.source_hi, part.source_lo]), known)
    return found
