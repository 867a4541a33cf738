"""What the texts of a table are read as, and the SQL that reads them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Kind(Enum):
    """What the text of a column is read as.

    ``TEXT`` stays text. ``WHOLE`` are integers of 64 bits, in decimal digits and nothing else. ``SECONDS``,
    ``MILLISECONDS`` and ``MICROSECONDS`` become ns, exactly (half a ns is rounded). ``TIME`` is ISO 8601 or RFC 3339
    (a date with slashes too), to ns since 1970; without a zone it is UTC. ``MOMENT`` is such a time, or seconds or
    milliseconds since 1970 (what is 100,000,000,000 or more would be a time after the year 5000 in seconds).
    """

    TEXT = "text"
    WHOLE = "whole"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    MICROSECONDS = "microseconds"
    TIME = "time"
    MOMENT = "moment"


TEXT, WHOLE, SECONDS, MILLISECONDS, MICROSECONDS, TIME, MOMENT = Kind


def _decimal(digits: int) -> str:
    """Return the SQL of a decimal number times ten to the power of ``digits``, in decimal arithmetic.

    Digits alone are read as an integer with an exponent, which is five times faster than to multiply.
    """
    scaled = f"TRY_CAST({{0}} AS DECIMAL(27, {digits})) * {10**digits}"
    return (
        f"CASE WHEN regexp_full_match({{0}}, '-?[0-9.]+') THEN TRY_CAST({{0}} || 'e{digits}' AS BIGINT) "
        f"WHEN regexp_full_match({{0}}, '-?[0-9.]+[eE][+-]?[0-9]+') THEN TRY_CAST(TRY({scaled}) AS BIGINT) END"
    )


def _time() -> str:
    """Return the SQL of a time: duckdb leaves a zone out of account in ns, so it is subtracted here."""
    form = r"\d{{4}}[/-]\d\d[/-]\d\d[T ]\d\d:\d\d:\d\d([.]\d+)?( ?(Z|UTC|[+-]\d\d:?\d\d))?"
    clock = "TRY_CAST(regexp_extract({0}, '^[^Z+U]{{19}}[.0-9]*') AS TIMESTAMP_NS)"
    minute = "60000000000 * ({0}[{1}] || '1')::BIGINT * (60 * {0}[{2}]::BIGINT + {0}[-2:]::BIGINT)"
    colon = minute.replace("{1}", "-6").replace("{2}", "-5:-4")
    plain = minute.replace("{1}", "-5").replace("{2}", "-4:-3")
    zone = (
        f"CASE WHEN {{0}}[-3] = ':' AND {{0}}[-6] IN ('+', '-') THEN {colon} "
        f"WHEN {{0}}[-5] IN ('+', '-') THEN {plain} ELSE 0 END"
    )
    return f"CASE WHEN regexp_full_match({{0}}, '{form}') THEN TRY(epoch_ns({clock}) - {zone}) END"


def _moment() -> str:
    milliseconds, number = "'[0-9]{{12,}}([.][0-9]*)?'", "'[0-9.]+([eE][+-]?[0-9]+)?'"
    return (
        f"CASE WHEN regexp_full_match({{0}}, {number}) THEN CASE WHEN regexp_full_match({{0}}, {milliseconds}) "
        f"THEN {_decimal(6)} ELSE {_decimal(9)} END ELSE {_time()} END"
    )


SQL: Mapping[Kind, str] = {  # of the text {0}: NULL where it is not of the kind
    TEXT: "{0}",
    WHOLE: "CASE WHEN TRY_CAST({0} AS BIGINT)::VARCHAR = {0} THEN TRY_CAST({0} AS BIGINT) END",
    SECONDS: _decimal(9),
    MILLISECONDS: _decimal(6),
    MICROSECONDS: _decimal(3),
    TIME: _time(),
    MOMENT: _moment(),
}
