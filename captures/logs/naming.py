"""Which column of a table is which field of a record, by the names that people and tools give them; and their records.

Names are compared without case, accents and separators. Of a field's groups of names the first that is there counts;
two columns of one group are an ambiguity, which is refused and never guessed. Numeric times are seconds, milliseconds,
microseconds or nanoseconds since 1970, as the first one is large enough for; texts are ISO 8601, UTC without a zone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cloison.captures import records as word
from cloison.captures.logs.columns import addresses, flags, give, icmp, numbered, ported, protocol
from cloison.captures.logs.kinds import MICROSECONDS, MILLISECONDS, SECONDS, TEXT, TIME, WHOLE, Kind
from cloison.captures.logs.rows import Points, whole
from cloison.captures.logs.tables import Table, Values
from cloison.captures.records import Sink
from cloison.flows.table import REFUSED_AB
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.space.protocols import TCP

Array = npt.NDArray[np.int64]

EARLIEST = 315_532_800 * 10**9  # 1980: a smaller time is in another unit than the others
UNSET = ("", "-", "NULL", "null", "N/A", "n/a", "NaN", "nan", "None", "none")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Names of each field: groups of them, the surest first.
NAMES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "source": (
        _words("srcip srcaddr srcaddress srcipaddr srcipaddress srcipv4 srcipv6 sourceip sourceaddr sourceaddress"
               " sourceipaddr sourceipaddress sourceipv4address sourceipv6address ipsrc ipsource sa sip saddr"
               " ipv4srcaddr ipv6srcaddr adressesource adresseipsource adrsource adresseipsrc idorigh origip clientip"
               " clientaddress ipclient"),
        _words("src source"),
    ),
    "target": (
        _words("dstip dstaddr dstaddress dstipaddr dstipaddress dstipv4 dstipv6 destip destaddr destaddress"
               " destipaddress destinationip destinationaddr destinationaddress destinationipaddr"
               " destinationipaddress destinationipv4address destinationipv6address ipdst ipdest ipdestination da dip"
               " daddr ipv4dstaddr ipv6dstaddr adressedestination adresseipdestination adressedest adressecible"
               " adrdestination adresseipdst adresseipdest idresph respip serverip serveraddress ipserveur"),
        _words("dst dest destination"),
    ),
    "source port": (
        _words("srcport sourceport sport sp spt l4srcport sourcetransportport portsource portsrc portsrce idorigp"
               " origport clientport portclient tcpsrcport udpsrcport"),
    ),
    "target port": (
        _words("dstport destport destinationport dport dp dpt l4dstport destinationtransportport portdestination"
               " portdest portdst portcible idrespp respport serverport portserveur"),
        _words("port"),
    ),
    "protocol": (
        _words("protocol proto pr prot protocole protocoleip ipprotocol ipproto protocolidentifier"),
        _words("networkiananumber ianaprotocol protocolnumber protonumber transport networktransport l4proto"
               " protocoletransport"),
    ),
    "first": (
        _words("first start starttime firstseen firstswitched flowstart flowstarttime flowstartseconds"
               " flowstartmilliseconds flowstartmicroseconds flowstartnanoseconds timestart datestart startdate stime"
               " tsstart begin began begintime eventstart debut datedebut heuredebut datededebut heurededebut"
               " premierpaquet premier timefirst timefirstseen firstpacket"),
        _words("timestamp ts time horodatage datetime date dateheure eventtime receivetime"),
    ),
    "last": (
        _words("last end endtime lastseen lastswitched flowend flowendtime flowendseconds flowendmilliseconds"
               " flowendmicroseconds flowendnanoseconds timeend dateend enddate etime ltime te tsend eventend fin"
               " datefin heurefin datedefin heuredefin dernierpaquet dernier timelast timelastseen lastpacket"),
    ),
    "duration": (_words("duration dur td duree flowduration durationseconds dureesecondes"),),
    "packets": (
        _words("packetssent packetsab srcpackets sourcepackets srcpkts spkts origpkts inpackets inpkts ipkt"
               " clientpackets pktstoserver forwardpackets paquetsenvoyes paquetsemis paquetsaller"),
        _words("packets pkts pkt packetcount packetdeltacount packettotalcount dpkts paquets nbpaquets"
               " nombredepaquets nombrepaquets"),
    ),
    "bytes": (
        _words("bytessent bytesab srcbytes sourcebytes sbytes origipbytes inbytes ibyt clientbytes bytestoserver"
               " forwardbytes octetsenvoyes octetsemis octetsaller"),
        _words("bytes octets byt bytecount octetdeltacount octettotalcount doctets nboctets nombredoctets"
               " nombreoctets"),
    ),
    "packets back": (
        _words("packetsreceived packetsba dstpackets destinationpackets dstpkts dpackets resppkts outpackets outpkts"
               " opkt serverpackets pktstoclient reversepackets paquetsrecus paquetsretour packetsrcvd"),
    ),
    "bytes back": (
        _words("bytesreceived bytesba dstbytes destinationbytes dbytes respipbytes outbytes obyt serverbytes"
               " bytestoclient reversebytes octetsrecus octetsretour bytesrcvd"),
    ),
    "flags": (_words("flags tcpflags flg tcpcontrolbits cumulativetcpflags drapeaux drapeauxtcp flagstcp"),),
    "action": (_words("action verdict decision disposition"),),
    "icmp type": (_words("icmptype typeicmp icmptypeipv4 icmptypeipv6"),),
    "icmp code": (_words("icmpcode codeicmp icmpcodeipv4 icmpcodeipv6"),),
    "point": (
        _words("exporter exporterip exporteraddress exportateur sensor sensorname capteur probe sonde observer"
               " observername observateur device devicename equipement router routeur reporter"),
    ),
    "vlan": (_words("vlan vlanid srcvlan vlansource"),),
}  # fmt: skip
_NEEDED = {
    "source": Text("source address", "adresse source"), "target": Text("destination address", "adresse de destination"),
    "protocol": Text("protocol", "protocole"), "first": Text("time", "date"),
}  # fmt: skip
_TIMES = ("first", "last")
_WHOLE = frozenset({"packets", "bytes", "packets back", "bytes back", "icmp type", "icmp code", "vlan"})
_FLAGS = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16, "URG": 32, "ECE": 64, "CWR": 128}
_REFUSED = re.compile(r"drop|reject|den(?:y|ied)|block|discard|refus|rejet|bloqu|interdit")


@lru_cache(maxsize=1 << 12)
def plain(name: str) -> str:
    """Return a name without case, accents and separators."""
    letters = unicodedata.normalize("NFKD", name[:200]).lower()
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())


@dataclass(frozen=True, slots=True)
class Named:
    """The columns of a table by their fields, and the names of those that are no field."""

    fields: Mapping[str, str]
    unknown: tuple[str, ...]

    def kinds(self, first: Mapping[str, str]) -> dict[str, Kind]:
        """Return what each column is read as; ``first`` has the first value of the columns that hold times."""
        return {name: _kind(field, first.get(name, "")) for field, name in self.fields.items()}

    @property
    def times(self) -> tuple[str, ...]:
        """The columns that hold times."""
        return tuple(name for field, name in self.fields.items() if field in _TIMES)


def named(names: Sequence[str]) -> Named | Message:
    """Return which columns are which fields, or why that cannot be told: two of one name, or one that is missing."""
    fields: dict[str, str] = {}
    clashes: list[str] = []
    for field, groups in NAMES.items():
        for group in groups:
            found = [name for name in names if plain(name) in group]
            if len(found) > 1:
                clashes.append(" = ".join(name[:60] for name in found[:4]))
            if found:
                fields[field] = found[0]
                break
    if clashes:
        return say("several columns have the same meaning, rename or remove all but one: {columns}",
                   "plusieurs colonnes ont le même sens, n’en gardez qu’une : {columns}",
                   columns=tuple(clashes))  # fmt: skip
    if missing := tuple(words for field, words in _NEEDED.items() if field not in fields):
        return say("its columns have no {missing}: it cannot be judged",
                   "ses colonnes n’ont pas de {missing} : il ne peut être jugé", missing=missing)  # fmt: skip
    used = set(fields.values())
    return Named(fields, tuple(name for name in names if name not in used))


def is_flows(names: Sequence[str]) -> bool:
    """Return whether some columns name both ends of a flow: then it is a table of flows, whatever else it lacks."""
    known = {plain(name) for name in names}
    return all(any(known & set(group) for group in NAMES[field]) for field in ("source", "target"))


def say_unknown(sink: Sink, columns: Named) -> None:
    """Tell the sink which columns were not read."""
    if columns.unknown:
        shown = tuple(name[:60] for name in columns.unknown[:20])
        sink.note(say("{count} {count:column was|columns were} not read: {names}",
                      "{count} {count:colonne n’a pas été lue|colonnes n’ont pas été lues} : {names}",
                      count=len(columns.unknown), names=shown))  # fmt: skip


def give_rows(sink: Sink, table: Table, columns: Named, points: Points) -> None:
    """Give the rows of a table to the sink, or leave them: each is in one of both."""
    every = _Rows(table, columns)
    source, target = addresses(every["source"]), addresses(every["target"])
    transport = numbered(every["protocol"], protocol)
    first, last, duration = every["first"], every["last"], every["duration"].within(0, 1 << 60)
    source_port, target_port = numbered(every["source port"], _port), numbered(every["target port"], _port)
    counts = [every[name].within(0, 1 << 62) for name in ("packets", "bytes", "packets back", "bytes back")]
    told, vlan = numbered(every["flags"], _flags), every["vlan"].within(0, 4095)
    kind, code = every["icmp type"].within(0, 255), every["icmp code"].within(0, 255)
    wrong = ~(source.known & target.known & transport.known & first.known) | (first.values < EARLIEST)
    for values in (last, duration, source_port, target_port, *counts, vlan, kind, code):
        wrong |= values.wrong
    with_ports, message = ported(transport.values), icmp(transport.values)
    low = target_port.values & 0xFFFF
    high = target_port.values >> 16  # 1 + what follows a point
    wrong |= with_ports & ~(source_port.known & target_port.known & (high <= 1) & (source_port.values >> 16 <= 1))
    wrong |= last.known & (last.values < EARLIEST)
    # of ICMP: its own columns; type.code; type * 256 + code, where 0 may as well mean that nothing is known
    own = kind.known & code.known
    type_code = np.where(own, kind.values << 8 | code.values, np.where(high > 0, low << 8 | (high - 1) & 0xFF, low))
    wrong |= message & ~own & (high > 0) & ((low > 255) | (high > 256))
    if count := int(np.count_nonzero(told.wrong)):
        sink.note(say("{count} {count:row has|rows have} TCP flags that cannot be read: they were judged without",
                      "{count} {count:ligne a|lignes ont} des drapeaux TCP illisibles : jugées sans eux",
                      count=count))  # fmt: skip
    bare = ~wrong & message & ~own & (target_port.values == 0)
    if count := int(np.count_nonzero(bare)):
        sink.leave("transport-truncated", count)
    end = np.where(last.known, last.values, np.where(duration.known, first.values + duration.values, first.values))
    words = {
        word.SOURCE_HI: source.high, word.SOURCE_LO: source.low, word.TARGET_HI: target.high,
        word.TARGET_LO: target.low, word.SOURCE_PORT: np.where(with_ports, source_port.values & 0xFFFF, 0),
        word.TARGET_PORT: np.where(message, type_code, np.where(with_ports, low, 0)), word.PROTOCOL: transport.values,
        word.FIRST: first.values, word.LAST: end, word.PACKETS: counts[0].values, word.BYTES: counts[1].values,
        word.BACK_PACKETS: counts[2].values, word.BACK_BYTES: counts[3].values,
        word.FLAGS: np.where(told.known & (transport.values == TCP), told.values, -1), word.VLANS: vlan.values << 12,
        word.TELLS: _told(every["action"]), word.POINT: _points(every["point"], points),
    }  # fmt: skip
    give(sink, table.numbers[~bare], {row: values[~bare] for row, values in words.items()}, wrong=wrong[~bare])


class _Rows:
    """The columns of a table by their fields; a field that has none is known in no row."""

    def __init__(self, table: Table, columns: Named) -> None:
        self._table = table
        self._fields = columns.fields

    def __getitem__(self, field: str) -> Values:
        if field in self._fields:
            values = self._table[self._fields[field]]
            return _thousandth(values) if field in _WHOLE else values
        never = np.zeros(len(self._table), dtype=bool)
        text = _kind(field, "") == TEXT
        return Values(np.full(len(never), "", dtype=object) if text else never.astype(np.int64), never, never)


def _points(column: Values, points: Points) -> Array:
    """Return the point of each row: what several recorders tell of one conversation never adds up."""
    return np.array([points(name) for name in column.values.tolist()], dtype=np.int64)


def _told(action: Values) -> Array:
    refused = numbered(action, lambda text: int(_REFUSED.search(text.lower()) is not None)).values
    return refused * REFUSED_AB


@lru_cache(maxsize=1 << 16)
def _port(text: str) -> int | None:
    """Return a port; ``type.code`` and ``443.0`` have what follows the point, plus one, above it."""
    low, point, rest = text.replace("/", ".").partition(".")
    one, other = whole(low, 65535), whole(rest, 255)
    if one is None or (point and other is None):
        return None
    return one | (other + 1) << 16 if other is not None else one


def _flags(text: str) -> int | None:
    number = whole(text, 0xFFFF)
    if number is None and re.fullmatch(r"0[xX][0-9A-Fa-f]{1,4}", text):
        number = int(text, 16)
    if number is None:
        names = [name for name in re.split(r"[^A-Za-z]+", text.upper()) if name]
        known = [_FLAGS.get(name, 0) for name in names]
        number = sum(set(known)) if known and all(known) else flags(text) if len(text) <= 16 else None
    return None if number is None else number & 0xFF


def _thousandth(column: Values) -> Values:
    """Return the whole numbers of a column of thousandths; some tools write 7 as 7.0 where another row has none."""
    whole = column.known & (column.values % 1000 == 0)
    return Values(np.where(whole, column.values // 1000, 0), whole, column.wrong | (column.known & ~whole))


def _kind(field: str, text: str) -> Kind:
    """Return what a column is read as; times by the first of them."""
    if field in _WHOLE:
        return MICROSECONDS
    if field == "duration":
        return SECONDS
    if field not in _TIMES:
        return TEXT
    number = re.match(r"\d{1,19}(?=(?:\.\d*)?$)", text)
    if number is None:
        return TIME
    for kind, digits in ((SECONDS, 11), (MILLISECONDS, 14), (MICROSECONDS, 17)):
        if len(number[0]) <= digits:
            return kind
    return WHOLE
