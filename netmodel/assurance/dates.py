"""Dates as clauses speak of them."""

from __future__ import annotations

from datetime import date


def a_year_after(day: date) -> date:
    """Return the same day of the next year; of 29 February, 1 March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)
