"""Texts are read on every fill, and what is drawn is told apart without its colour (WCAG 2.1, 1.4.1 and 1.4.3)."""

from __future__ import annotations

from itertools import combinations

import pytest

from cloison.diagrams.layout.look import CELLS, EDGES, FAINT, INK, PAPER, PLANES, SEVERITY, SHADES, VERTICES, Look

FILLS = {f"{table}:{word}": seen for table, looks in (
    ("plane", PLANES), ("cell", CELLS), ("vertex", VERTICES), ("severity", SEVERITY), ("shade", SHADES),
) for word, seen in looks.items()}  # fmt: skip


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.1, definition)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_definition() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("seen", FILLS.values(), ids=FILLS)
def test_text_is_read_on_every_fill(seen: Look) -> None:
    assert contrast(INK, seen.fill) >= 4.5
    if seen in PLANES.values():
        assert contrast(FAINT, seen.fill) >= 4.5


@pytest.mark.parametrize("seen", [*EDGES.values(), *SEVERITY.values()], ids=[*EDGES, *SEVERITY])
def test_labels_of_edges_are_read_on_paper(seen: Look) -> None:
    assert contrast(seen.line, PAPER) >= 4.5


@pytest.mark.parametrize("looks", [VERTICES, EDGES, SEVERITY], ids=["vertices", "edges", "severities"])
def test_what_is_drawn_differs_by_shape_style_or_width(looks: dict[str, Look]) -> None:
    alike = [
        (one, other)
        for (one, here), (other, there) in combinations(looks.items(), 2)
        if (here.shape, here.style, here.width) == (there.shape, there.style, there.width)
    ]
    assert alike == []
