"""Parquet: AWS VPC flow logs, and any table of flows with named columns.

Source: :mod:`cloison.captures.logs.parquet`, :mod:`cloison.captures.logs.vpc`, :mod:`cloison.captures.logs.naming`.
"""

from __future__ import annotations

from cloison.captures.logs import naming, vpc
from cloison.captures.logs.parquet import MAGIC, Parquet
from cloison.captures.logs.rows import Points
from cloison.captures.logs.tables import Table
from cloison.captures.records import RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.netmodel.finding import Message, Text

_VPC = {"interface-id", "log-status", "pkt-srcaddr", "account-id", "flow-direction", "traffic-path"}


def _read(stream: Stream, sink: Sink) -> Message | None:
    with Parquet(stream, sink) as file:
        if file.problem is None:
            hyphened = {name.replace("_", "-"): name for name in file.names}
            if {"srcaddr", "dstaddr"} <= hyphened.keys() and _VPC & hyphened.keys():
                return stream.problem or _flow_log(file, hyphened, sink)
            return stream.problem or _table(file, sink)
    return stream.problem or file.problem


def _flow_log(file: Parquet, names: dict[str, str], sink: Sink) -> Message | None:
    if missing := vpc.lacking(names):
        file.leave()
        return missing
    points = Points(sink)
    wanted = {names.get(name, f"no {name}"): kind for name, kind in vpc.WANTED.items()}
    for table in file.tables(wanted, vpc.UNSET):
        columns = {name: table[names.get(name, f"no {name}")] for name in vpc.WANTED}
        vpc.give_flows(sink, Table(table.numbers, columns), points)
    return file.problem


def _table(file: Parquet, sink: Sink) -> Message | None:
    columns = naming.named(file.names)
    if isinstance(columns, Message):
        file.leave()
        return columns
    naming.say_unknown(sink, columns)
    points = Points(sink)
    kinds = columns.kinds({name: file.first(name) for name in columns.times})
    for table in file.tables(kinds, naming.UNSET):
        naming.give_rows(sink, table, columns, points)
    return file.problem


FORMAT = RecordFormat(
    name="parquet",
    title=Text("flow records in Parquet", "enregistrements de flux en Parquet"),
    recognises=lambda head: head.startswith(MAGIC),
    read=_read,
)
