"""The European Union as SecNumCloud 3.2 means it (19.2): its member states, and nothing else.

Countries are written in two letters (ISO 3166-1). The European Economic Area and Switzerland are not of the Union.
Outermost regions of France that have codes of their own are of it (Treaty on the Functioning of the European Union,
articles 349 and 355). ``EL`` is how the Union itself writes Greece.
"""

from __future__ import annotations

MEMBERS = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))  # fmt: skip
_ALSO = frozenset(("EL", "GF", "GP", "MF", "MQ", "RE", "YT"))


def in_union(country: str) -> bool | None:
    """Tell whether a country is in the European Union; nothing where it is not written in two letters."""
    code = country.strip().upper()
    if len(code) != 2 or not code.isalpha():
        return None
    return code in MEMBERS or code in _ALSO
