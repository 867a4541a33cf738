"""IPFIX messages one after the other: exports as they were sent, and IPFIX files (RFC 7011, RFC 5655)."""

from __future__ import annotations

from cloison.captures.exporting.files import begin, begins, read_messages, together
from cloison.captures.records import RecordFormat
from cloison.netmodel.finding import Text

FORMAT = RecordFormat(
    name="ipfix",
    title=Text("IPFIX messages or file", "messages ou fichier IPFIX"),
    recognises=lambda head: begins(head) == 10,
    read=read_messages,
    broad=True,
    begin=begin,
    together=together,
)
