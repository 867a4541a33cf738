"""The conversations of an answer for machines: a sequence that holds none of them, and gives them by column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from cloison.flows.auditing.account import Audit
from cloison.flows.auditing.entries import address_text, carried, end_name
from cloison.flows.auditing.parts import PART, Part, in_order, part_of, wire_of
from cloison.flows.greeting import NOTHING_SAID, Greeting
from cloison.flows.judge import REASONS, SEVERITIES, VERDICTS
from cloison.flows.orient import ANSWERS, CERTAINTIES
from cloison.netmodel.space.protocols import PORTED, keyword, port_text

Array = npt.NDArray[Any]


class Listed(Sequence[Mapping[str, Any]]):
    """The JSON of some verdicts (i8), in the order of their first packets, made when it is asked for.

    ``claims`` says of each line whether it claims an encryption. ``columns`` is the quick way; one at a time, or by
    iteration, each is a dictionary.
    """

    def __init__(self, audit: Audit, rows: Array, claims: Mapping[str, bool]) -> None:
        self._audit = audit
        self._rows = in_order(audit, rows)
        self._claims = [bool(claims.get(line)) for line in audit.matrix.lines]

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Mapping[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Mapping[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [row for columns in self._of(self._rows[index]) for row in _rows(columns)]
        where = range(len(self))[index]
        (columns,) = self._of(self._rows[where : where + 1])
        return next(_rows(columns))

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for columns in self.columns():
            yield from _rows(columns)

    def columns(self) -> Iterator[dict[str, Any]]:
        """Yield the conversations some thousands at a time: one of them, with a list of values instead of each."""
        return self._of(self._rows)

    def _of(self, rows: Array) -> Iterator[dict[str, Any]]:
        for start in range(0, len(rows), PART):
            yield self._written(part_of(self._audit, rows[start : start + PART]))

    def _written(self, part: Part) -> dict[str, Any]:
        audit = self._audit
        claims = self._claims
        greetings = _greetings(audit, part)
        address = cache(address_text)
        shown = _pairs(
            part.wire,
            part.line,
            lambda wire, line: wire_of(audit.wires, wire) or ("not-evaluated" if line >= 0 and claims[line] else None),
        )
        return {
            "source": _pairs(part.source_hi, part.source_lo, address),
            "source_port": _pairs(
                part.service >> 16, part.source_port, lambda protocol, port: port if protocol in PORTED else None
            ),
            "destination": _pairs(part.target_hi, part.target_lo, address),
            "protocol": _words(part.service >> 16, keyword),
            "port": _words(part.service, port_text),
            "vrf": _words(part.vrf, lambda vrf: audit.network.vrfs[vrf] if vrf >= 0 else None),
            "from": _pairs(part.source_owner, part.source_inner, lambda *end: end_name(audit, *end) or None),
            "to": _pairs(part.target_owner, part.target_inner, lambda *end: end_name(audit, *end) or None),
            "verdict": _words(part.reason, lambda reason: VERDICTS[REASONS[reason][0]]),
            "reason": _words(part.reason, lambda reason: REASONS[reason][1] or None),
            "rule": _words(part.rule, lambda rule: audit.verdicts.rules[rule] if rule >= 0 else None),
            "severity": _words(part.severity, lambda severity: SEVERITIES[severity] or None),
            "line": _words(part.line, lambda line: audit.matrix.lines[line] if line >= 0 else None),
            "first": _moments(part.first),
            "last": _moments(part.last),
            "packets": part.packets.tolist(),
            "bytes": part.bytes.tolist(),
            "answered": _words(part.answered, lambda answered: ANSWERS[answered]),
            "orientation": _words(part.certainty, lambda certainty: CERTAINTIES[certainty]),
            "wire": [
                " ".join((text, *said.agreed(swapped))) if text and text.startswith("ssh ") else text
                for text, said, swapped in zip(shown, greetings, part.swapped.tolist(), strict=True)
            ],
            "server_name": [said.server_name or None for said in greetings],
            "alpn": [list(said.alpn) or None for said in greetings],
            "issuer_country": [said.issuer_country or None for said in greetings],
            "tunnel": _tuples(
                (part.file, part.vni, part.tunnel), lambda file, *ids: carried(audit.sources[file], *ids) or None
            ),
            "locations": [
                {"file": _words(part.file, lambda file: audit.sources[file].file), "packet": part.packet.tolist()}
            ],
        }


def _greetings(audit: Audit, part: Part) -> list[Greeting]:
    """Return what each conversation said in clear before it encrypted."""
    if not part.said.any():
        return [NOTHING_SAID] * len(part)

    def greeting(file: int, said: int) -> Greeting:
        kept = audit.sources[file].greetings if said else None
        return kept.of(said) if kept is not None else NOTHING_SAID

    return _pairs(part.file, part.said, greeting)


def _words(codes: Array, word: Callable[[int], Any]) -> list[Any]:
    """Return what each code means; each is asked for once."""
    least, most = (int(codes.min()), int(codes.max())) if len(codes) else (0, 0)
    if least == most:
        return [word(least)] * len(codes)
    known: dict[int, Any] = {}
    listed = codes.tolist()
    for code in set(listed):
        known[code] = word(code)
    return [known[code] for code in listed]


def _pairs(one: Array, other: Array, word: Callable[..., Any]) -> list[Any]:
    """Return what each pair of codes means; each is asked for once."""
    return _tuples((one, other), word)


def _tuples(columns: Sequence[Array], word: Callable[..., Any]) -> list[Any]:
    """Return what each tuple of codes means; each is asked for once."""
    tuples = list(zip(*(column.tolist() for column in columns), strict=True))
    known = {codes: word(*codes) for codes in set(tuples)}
    return [known[codes] for codes in tuples]


def _moments(times: Array) -> list[str]:
    """Return what :func:`cloison.flows.auditing.entries.moment` says of each time (i8)."""
    shown: list[str] = np.datetime_as_string((times // 1000).astype("M8[us]"), unit="us", timezone="UTC").tolist()
    return shown


def _rows(columns: dict[str, Any]) -> Iterator[dict[str, Any]]:
    names = [name for name in columns if name != "locations"]
    (places,) = columns["locations"]
    for values, file, packet in zip(
        zip(*(columns[name] for name in names), strict=True), places["file"], places["packet"], strict=True
    ):
        yield {**dict(zip(names, values, strict=True)), "locations": [{"file": file, "packet": packet}]}
