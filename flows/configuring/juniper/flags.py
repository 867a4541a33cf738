"""``tcp-flags "(syn & !ack)"`` -> which packets of a TCP conversation have them: surely, perhaps, or never."""

from __future__ import annotations

import re
from typing import Final

from cloison.netmodel.space.services import CONTINUING, OPENING

_BITS: Final = {"fin": 1, "syn": 2, "rst": 4, "push": 8, "psh": 8, "ack": 16, "urgent": 32, "urg": 32}
_FIN, _SYN, _RST, _ACK = 1, 2, 4, 16
_TOKEN = re.compile(r"\s*(?:(?P<word>[a-z]+)|(?P<hex>0x[0-9a-f]{1,2})|(?P<sign>[()!&+|,]))", re.IGNORECASE)
_RANK = {"|": 1, "&": 2, "!": 3}
_MOST = 64

# what a TCP packet's flags may be: SYN alone (with PSH or URG) asks; one with ACK, or an RST without SYN, goes on
_ASKS = [bits for bits in range(64) if bits & (_SYN | _ACK | _RST | _FIN) == _SYN]
_GOES_ON = [bits for bits in range(64) if bits & _ACK or (bits & _RST and not bits & _SYN)]


def phases(text: str) -> tuple[int, int] | None:
    """Return the phases all of whose packets have the flags, and those some of which do; ``None`` if unreadable."""
    program = _postfix(text)
    if program is None:
        return None
    sure = perhaps = 0
    for phase, packets in ((OPENING, _ASKS), (CONTINUING, _GOES_ON)):
        held = [_holds(program, bits) for bits in packets]
        sure |= phase if all(held) else 0
        perhaps |= phase if any(held) else 0
    return sure, perhaps


def _postfix(text: str) -> list[int | str] | None:
    output: list[int | str] = []
    waiting: list[str] = []
    at, operand = 0, True
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or len(output) + len(waiting) > _MOST:
            return None
        at = found.end()
        sign = {"+": "&", ",": "|"}.get(found["sign"], found["sign"])
        if found["word"] or found["hex"]:
            bits = _BITS.get(found["word"].lower()) if found["word"] else int(found["hex"], 16)
            if bits is None or not operand or bits > 63:
                return None
            output.append(bits)
            operand = False
        elif sign in ("!", "("):
            if not operand:
                return None
            waiting.append(sign)
        elif sign == ")":
            while waiting and waiting[-1] != "(":
                output.append(waiting.pop())
            if not waiting or operand:
                return None
            waiting.pop()
        else:
            if operand:
                return None
            while waiting and waiting[-1] != "(" and _RANK[waiting[-1]] >= _RANK[sign]:
                output.append(waiting.pop())
            waiting.append(sign)
            operand = True
    if operand or "(" in waiting:
        return None
    return output + waiting[::-1]


def _holds(program: list[int | str], bits: int) -> bool:
    stack: list[bool] = []
    for item in program:
        if isinstance(item, int):
            stack.append(bits & item == item)
        elif item == "!":
            stack.append(not stack.pop())
        else:
            one, other = stack.pop(), stack.pop()
            stack.append(one and other if item == "&" else one or other)
    return stack[0]
