"""When and by whom a line of a log was written: the headers of syslog, of the journal and of dmesg.

Source: RFC 3164, RFC 5424; Cisco's ``logging timestamp``; journalctl's short formats; ``dmesg -T``.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cloison.captures.records import Sink
from cloison.captures.stream import Stream
from cloison.netmodel.finding import say

_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400 * 10**9
_ISO = re.compile(
    rb"(?<!\d)(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(Z| UTC|[+-]\d\d:?\d\d)?(?!\d)"
)
_OLD = re.compile(
    rb"(?<![A-Za-z])(" + b"|".join(_MONTHS) + rb") {1,2}(\d{1,2})(?: (\d{4}))? (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?"
    rb"(?: (\d{4})\]| (UTC)\b)?(?!\d)"
)


class Headers:
    """Reads the headers of one log, and remembers what had to be assumed of them.

    A time without a year is the latest one that is no later than a day after the file was last written (where that is
    not known: than today); a time without a zone is UTC.
    """

    def __init__(self, stream: Stream) -> None:
        latest = (stream.modified or time.time_ns()) + _DAY
        self._latest = _EPOCH + timedelta(microseconds=latest // 1000)
        self.years = self.zones = self.without = 0  # lines without a year, a zone, a time

    def time(self, header: bytes) -> tuple[int, int] | None:
        """Return the last time that a header holds (ns since 1970 UTC) and where it ends; None when it holds none.

        A relay writes its own time before that of the device: the device's counts.
        """
        found, form = None, _ISO
        for form in (_ISO, _OLD):
            for match in form.finditer(header):
                if found is None or match.start() >= found.end():
                    found = match
        if found is None:
            self.without += 1
            return None
        if found.re is _ISO:
            year, month, day, hour, minute, second, rest, zone = found.groups()
            moment = _moment(int(year), int(month), int(day), int(hour), int(minute), int(second))
            self.zones += zone is None
            shift = _shift(zone)
        else:
            name, day, early, hour, minute, second, rest, late, zone = found.groups()
            year = early or late
            month = _MONTHS.index(name) + 1
            self.zones += zone is None
            shift = 0
            if year is None:
                self.years += 1
                moment = self._recent(month, int(day), int(hour), int(minute), int(second))
            else:
                moment = _moment(int(year), month, int(day), int(hour), int(minute), int(second))
        if moment is None or shift is None or moment < shift:
            self.without += 1
            return None
        return (moment - shift) * 10**9 + (int(rest.ljust(9, b"0")) if rest else 0), found.end()

    def _recent(self, month: int, day: int, hour: int, minute: int, second: int) -> int | None:
        most = int((self._latest - _EPOCH).total_seconds())
        for back in range(9):  # a 29th of February may be eight years away
            moment = _moment(self._latest.year - back, month, day, hour, minute, second)
            if moment is not None and moment <= most:
                return moment
        return None

    def say(self, sink: Sink) -> None:
        """Tell the sink what was assumed."""
        if self.years:
            sink.note(say(
                "{count} {count:line|lines} without a year: the latest year that is no later than {day} was taken",
                "{count} {count:ligne|lignes} sans année : la dernière qui ne dépasse pas le {day} a été retenue",
                count=self.years, day=self._latest.date()))  # fmt: skip
        if self.zones:
            sink.note(say("{count} {count:line|lines} without a time zone: their times were read as UTC",
                          "{count} {count:ligne|lignes} sans fuseau horaire : leurs heures ont été lues en UTC",
                          count=self.zones))  # fmt: skip
        if self.without:
            sink.note(say(
                "{count} {count:line|lines} without a date, which cannot be judged (dmesg: use -T; journalctl: a date)",
                "{count} {count:ligne|lignes} sans date, qui ne peuvent être jugées (dmesg : option -T ; journalctl :"
                " avec la date)", count=self.without))  # fmt: skip


@lru_cache(maxsize=1 << 12)
def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int | None:
    """Return the seconds since 1970 of a time in UTC, None when there is no such time or it is not believed."""
    if not 1970 <= year <= 2200:
        return None
    try:
        day_of = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)  # a leap second is the 60th
    except ValueError:
        return None
    return int((day_of - _EPOCH).total_seconds()) if second <= 60 else None


@lru_cache(maxsize=1 << 8)
def _shift(zone: bytes | None) -> int | None:
    """Return the seconds that a zone is ahead of UTC."""
    if zone is None or zone in (b"Z", b" UTC"):
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 15 or minutes > 59:
        return None
    return (hours * 3600 + minutes * 60) * (-1 if zone[:1] == b"-" else 1)
