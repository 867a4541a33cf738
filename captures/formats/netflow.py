"""Raw NetFlow messages one after the other: v1, v5, v7 and v9 (RFC 3954; Cisco's NetFlow Services Solutions Guide)."""

from __future__ import annotations

from cloison.captures.exporting.files import begin, begins, read_messages, together
from cloison.captures.records import RecordFormat
from cloison.netmodel.finding import Text

FORMAT = RecordFormat(
    name="netflow",
    title=Text("NetFlow messages (v1, v5, v7, v9)", "messages NetFlow (v1, v5, v7, v9)"),
    recognises=lambda head: begins(head) in (1, 5, 7, 9),
    read=read_messages,
    broad=True,
    begin=begin,
    together=together,
)
