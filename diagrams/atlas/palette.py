"""The colours of drawings on a dark page: the same hues, dark tints for surfaces and light tones for lines."""

from __future__ import annotations

import colorsys
from collections.abc import Iterator
from functools import cache

from cloison.diagrams.layout.look import CELLS, EDGES, FAINT, INK, PAPER, PLANES, SEVERITY, VERTICES

GREYS = ("#333333", "#808080", "#4d4d4d", "#b3b3b3", "#000000")
NIGHT = 0.115  # lightness of paper on a dark page
WORDS = {"#ffffff": "white", "#000000": "black"}  # as Graphviz writes them too


def dark(colour: str) -> str:
    """Return the colour ``#rrggbb`` for a dark page: its lightness turned round, paper becoming night."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    if light > 0.6:  # a surface: pale tints are told apart by hue, so that it is kept strong enough to be seen
        light = NIGHT + (1 - light) * 0.75
        saturation = min(saturation, 0.55)
    else:
        light = max(0.74, 1 - light * 0.8)
        saturation = min(saturation, 0.75)
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, light, saturation))


@cache
def recoloured() -> str:
    """Return the style that gives drawings their colours in both themes."""
    rules = []
    for colour in sorted({INK, FAINT, PAPER, *GREYS, *_used()}):
        for name in (colour, WORDS.get(colour, colour)):
            for side in ("fill", "stroke"):
                rules.append(f'.drawing [{side}="{name}"]{{{side}:light-dark({colour},{dark(colour)})}}')
    return "\n".join(dict.fromkeys(rules))


def _used() -> Iterator[str]:
    for words in (PLANES, CELLS, VERTICES, EDGES, SEVERITY):
        for look in words.values():
            yield from (look.fill, look.line)
