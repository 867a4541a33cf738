"""Make the pictures of the pages about the atlas: ``python tests/diagrams/atlas_screenshots.py`` (needs Chromium)."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from atlas_pages import ROOT, browser, page, tab

NUAGE, BROKEN = Path("examples", "nuage"), Path("examples", "nuage-broken")  # as one who stands there sees them
SHOTS = (
    ("overview", NUAGE, "light", "overview"),
    ("lines", BROKEN, "light", "line:ADM-02"),
    ("matrix", BROKEN, "dark", "matrix"),
)


def main(folder: Path) -> None:
    """Write ``atlas-NAME.png`` of each language into its folder of pages."""
    with tempfile.TemporaryDirectory() as place, browser() as opened:
        for lang in ("en", "fr"):
            for name, map_, scheme, route in SHOTS:
                file = Path(place) / f"{name}-{lang}.html"
                file.write_bytes(page(map_, "fr" if lang == "fr" else "en", room=80))
                with tab(opened, file, scheme=scheme, size=(1280, 760)) as shown:
                    shown.open()
                    shown.go(route)
                    shown.page.evaluate("document.activeElement.blur()")
                    shown.page.screenshot(path=folder / lang / f"atlas-{name}.png")


if __name__ == "__main__":
    os.chdir(ROOT)
    main(ROOT / "docs")
