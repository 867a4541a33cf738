"""A page on paper: the PDF of a page that was written for print, with nothing fetched and the same bytes each time."""

from __future__ import annotations

import logging
from typing import Any

from cloison.netmodel.finding import MapError, Ref, input_error, say


def paper(page: bytes) -> bytes:
    """Return the PDF of an HTML page in UTF-8; raise ``MapError`` where what lays it out is not installed.

    Whatever a page names outside itself is refused. WeasyPrint (BSD-3) lays it out with Pango.
    """
    try:
        from weasyprint import HTML
    except (ImportError, OSError):  # OSError: the library is there, and Pango is not
        raise MapError((input_error(
            "no-paper",
            say("a page becomes a PDF by WeasyPrint and Pango, which are not installed: pip install 'cloison[pdf]'",
                "une page devient un PDF par WeasyPrint et Pango, qui ne sont pas installés : "
                "pip install 'cloison[pdf]'"),
            Ref("output", "pdf"),
        ),)) from None  # fmt: skip
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # of style that paper has no use for
    made: bytes = HTML(string=page.decode("utf-8"), url_fetcher=_refused).write_pdf()
    return made


def _refused(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"a page fetches nothing: {url[:80]}")
