"""The digest that a review cites: a SHA-256 as the tool writes it, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloison.netmodel.finding import MapError
from cloison.netmodel.language.model import Review
from cloison.netmodel.language.read import read_map

HEX = "0123456789abcdef" * 4


def reviews(digest: str, tmp_path: Path) -> tuple[Review, ...]:
    path = tmp_path / "map.yaml"
    path.write_text(f"cloison: 1\nname: x\nreviews:\n  - {{on: 2026-02-10, by: [x], digest: {digest}}}\n")
    return read_map(path).model.reviews


@pytest.mark.parametrize(
    ("written", "read"),
    [(f'"sha256:{HEX}"', f"sha256:{HEX}"), (f"sha256:{HEX.upper()}", f"sha256:{HEX}"), ('""', "")],
)
def test_a_digest_is_read(written: str, read: str, tmp_path: Path) -> None:
    (review,) = reviews(written, tmp_path)
    assert review.digest == read


@pytest.mark.parametrize(
    "written",
    ["blah", HEX, f"sha256:{HEX[1:]}", f"sha256:{HEX}0", f"sha256:{HEX[1:]}g", f"sha512:{HEX}", '"sha256:"', "١" * 64],
)
def test_any_other_text_is_refused_at_its_place(written: str, tmp_path: Path) -> None:
    with pytest.raises(MapError) as caught:
        reviews(written, tmp_path)
    (found,) = caught.value.findings
    assert (found.rule, found.spans[0].line, found.spans[0].column) == ("bad-digest", 4, 39)
    assert "is no digest of a map: write “sha256:” and its 64 hexadecimal digits" in found.message.say("en")
    assert "n’est pas une empreinte de carte" in found.message.say("fr")
