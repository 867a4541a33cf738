"""Raw sFlow datagrams one after the other, version 5 (sflow.org/sflow_version_5.txt)."""

from __future__ import annotations

from cloison.captures.exporting.files import begins_samples, read_samples
from cloison.captures.records import RecordFormat
from cloison.netmodel.finding import Text

FORMAT = RecordFormat(
    name="sflow",
    title=Text("sFlow datagrams (version 5)", "datagrammes sFlow (version 5)"),
    recognises=begins_samples,
    read=read_samples,
    broad=True,
)
