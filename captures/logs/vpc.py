"""What a record of an AWS flow log says, from whatever file it comes: text or Parquet.

A record counts what one interface sent or received in one direction. Where a gateway or a load balancer stands between,
``pkt-srcaddr`` and ``pkt-dstaddr`` are the real ends. ``tcp-flags`` holds ACK only with SYN: 2 is a SYN without ACK, 18
a SYN-ACK, whatever else passed; so it is told as such, and not as the flags of all packets.

Source: Amazon VPC User Guide, "Flow log records" (versions 2 to 5), and those of transit gateways (version 6).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt

from cloison.captures import records as word
from cloison.captures.logs.columns import PORT, Addresses, addresses, give, icmp, numbered, protocol
from cloison.captures.logs.kinds import SECONDS, TEXT, WHOLE, Kind
from cloison.captures.logs.rows import Points, lower
from cloison.captures.logs.tables import Table, Values
from cloison.captures.records import Sink
from cloison.flows.table import ANSWERED, FIN_AB, FLAGS_AB, FLAGS_BA, REFUSED_AB, RST_AB
from cloison.netmodel.finding import Message, say

# the fields that are read; every other field of a flow log is passed over
WANTED: Mapping[str, Kind] = {
    "srcaddr": TEXT, "dstaddr": TEXT, "pkt-srcaddr": TEXT, "pkt-dstaddr": TEXT, "srcport": WHOLE, "dstport": WHOLE,
    "protocol": TEXT, "start": SECONDS, "end": SECONDS, "packets": WHOLE, "bytes": WHOLE, "action": TEXT,
    "log-status": TEXT, "tcp-flags": WHOLE, "interface-id": TEXT, "flow-direction": TEXT, "tgw-attachment-id": TEXT,
}  # fmt: skip
DEFAULT = (  # version 2, where no header says otherwise
    "version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes",
    "start", "end", "action", "log-status",
)  # fmt: skip
UNSET = ("", "-")


def lacking(names: Collection[str]) -> Message | None:
    """Return what is missing among the fields of a flow log, if its records cannot be judged without."""
    groups = (("srcaddr", "pkt-srcaddr"), ("dstaddr", "pkt-dstaddr"), ("srcport",), ("dstport",), ("protocol",),
              ("start", "end"))  # fmt: skip
    missing = tuple(group[0] for group in groups if not set(group) & set(names))
    if not missing:
        return None
    return say("the flow log was made without the fields {missing}: it cannot be judged",
               "le journal de flux a été produit sans les champs {missing} : il ne peut être jugé",
               missing=missing)  # fmt: skip


def give_flows(sink: Sink, table: Table, points: Points) -> None:
    """Give the records of a table of ``WANTED`` columns, or leave them: each row is in one of both."""
    status = table["log-status"].values
    skipped, silent = status == "SKIPDATA", status == "NODATA"
    for reason, rows in (("record-lost", skipped), ("other-record", silent)):
        if count := int(np.count_nonzero(rows)):
            sink.leave(reason, count)
    table = table.only(~(skipped | silent))
    if not len(table):
        return
    source = _real(table["pkt-srcaddr"], table["srcaddr"])
    target = _real(table["pkt-dstaddr"], table["dstaddr"])
    transport = numbered(table["protocol"], protocol)
    ports = table["srcport"].within(*PORT), table["dstport"].within(*PORT)
    first, last = table["start"], table["end"]
    began = np.where(first.known, first.values, last.values)
    counts = [table[name].within(0, (1 << 62)) for name in ("packets", "bytes")]
    columns = (*ports, first, last, *counts, table["tcp-flags"].within(0, 255))
    wrong = ~source.known | ~target.known | ~transport.known | ~(first.known | last.known) | (began < 0)
    for column in columns:
        wrong |= column.wrong
    # an ICMP message is logged without its type
    bare = ~wrong & icmp(transport.values) & (ports[0].values == 0) & (ports[1].values == 0)
    ported = ~icmp(transport.values) & ~(ports[0].known & ports[1].known) & np.isin(transport.values, (6, 17, 132))
    wrong |= ported
    if count := int(np.count_nonzero(bare)):
        sink.leave("transport-truncated", count)
    up = lower(source, target, ports[0].values, ports[1].values)
    give(
        sink,
        table.numbers[~bare],
        {
            row: values[~bare]
            for row, values in {
                word.SOURCE_HI: source.high, word.SOURCE_LO: source.low, word.TARGET_HI: target.high,
                word.TARGET_LO: target.low, word.SOURCE_PORT: ports[0].values, word.TARGET_PORT: ports[1].values,
                word.PROTOCOL: transport.values, word.FIRST: began, word.LAST: np.where(last.known, last.values, began),
                word.PACKETS: counts[0].values, word.BYTES: counts[1].values,
                word.TELLS: _told(table, transport.values == 6), word.POINT: _points(table, up, points),
            }.items()
        },
        wrong=wrong[~bare],
    )  # fmt: skip


def _real(real: Values, seen: Values) -> Addresses:
    """Return the addresses of the packets, or those of the interface where the packets' are not logged."""
    one, other = addresses(real), addresses(seen)
    return Addresses(
        np.where(one.known, one.high, other.high),
        np.where(one.known, one.low, other.low),
        one.known | (other.known & ~one.wrong),
        one.wrong | other.wrong,
    )


def _told(table: Table, tcp: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    flags = np.where(tcp & table["tcp-flags"].known, table["tcp-flags"].values, 0)
    asked, answered = (flags & 0x12) == 0x02, (flags & 0x12) == 0x12
    tells = np.zeros(len(flags), dtype=np.int64)
    for rows, bits in (
        (asked, FLAGS_AB), (answered, FLAGS_BA | ANSWERED), ((flags & 4) != 0, RST_AB), ((flags & 1) != 0, FIN_AB),
    ):  # fmt: skip
        tells[rows] |= bits
    tells[table["action"].values == "REJECT"] |= REFUSED_AB
    return tells


def _points(table: Table, up: npt.NDArray[np.bool_], points: Points) -> npt.NDArray[np.int64]:
    """Return the points: an interface, and where the direction is logged the way on which its conversation passes it.

    A packet may come in and go out by one interface (a gateway, an appliance) and must not count twice; but a request
    that goes out and the answer that comes in are of one point. So it is not the direction that tells points apart, but
    the direction together with the order of the ends (``up``: the source is the lower one).
    """
    interface, attachment, direction = (
        table[name].values.tolist() for name in ("interface-id", "tgw-attachment-id", "flow-direction")
    )
    found = (
        points(one or other, "" if not way else "outwards" if (way == "egress") == low else "inwards")
        for one, other, way, low in zip(interface, attachment, direction, up.tolist(), strict=True)
    )
    return np.fromiter(found, dtype=np.int64, count=len(interface))
