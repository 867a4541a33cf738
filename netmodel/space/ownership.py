"""Whose an address is: VRFs, nested prefixes, the addresses of assets, and where no line is needed."""

from __future__ import annotations

from typing import NamedTuple


class Owner(NamedTuple):
    """Where a point lies. ``subnet``, ``asset`` and ``interface`` (a bare name) are empty where there is none."""

    zone: str
    subnet: str = ""
    asset: str = ""
    interface: str = ""
