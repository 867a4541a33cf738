"""What every spreadsheet shares: the sheet of findings, and an archive without the time of its making."""

from __future__ import annotations

import io
import re
import zipfile

from cloison.diagrams.grouping import SEVERITY, waiver_said, zones_said
from cloison.diagrams.proof import steps_said
from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.report import Report

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time that a ZIP archive can tell
STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
FINDINGS = Text("findings", "constats")
HEADS = (
    Text("rule", "règle"), Text("severity", "gravité"), Text("clauses", "exigences"), Text("zones", "zones"),
    Text("message", "message"), Text("place", "emplacement"), Text("proof", "preuve"), Text("remedy", "remède"),
    Text("graph", "graphe"), Text("waiver", "dérogation"), Text("fingerprint", "empreinte"),
)  # fmt: skip



def finding_rows(report: Report, lang: Lang) -> list[tuple[str, ...]]:
    """Return a row for each finding, in the order of :data:`HEADS`."""
    return [
        (
            one.rule,
            SEVERITY[one.severity].say(lang),
            ", ".join(one.clauses),
            zones_said(report.zones.get(one.fingerprint, ())),
            one.message.say(lang),
            ", ".join(map(str, one.spans)),
            " | ".join(steps_said(one.witness, lang)),
            one.remedy.say(lang) if one.remedy else "",
            one.graph,
            waiver_said(one, lang),
            one.fingerprint,
        )
        for one in report.findings
    ]


def timeless(archive: bytes) -> bytes:
    """Return the archive with no time of its making in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for item in sorted(old.infolist(), key=lambda item: (item.filename != "[Content_Types].xml", item.filename)):
            content = old.read(item.filename)
            if item.filename == "docProps/core.xml":
                content = STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", content)
            entry = zipfile.ZipInfo(item.filename, EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(entry, content)
    return made.getvalue()
