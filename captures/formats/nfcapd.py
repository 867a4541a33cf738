"""Files of nfdump's collectors (nfcapd, nfpcapd, sfcapd): layouts 1 and 2, of nfdump 1.6 and 1.7.

Counts of sampled flows are scaled by the collector when it stores them, and are not scaled again. nfdump's manual says
of its out counters that they are those of the reverse flow.
"""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Address, IPv6Address

import numpy as np

from cloison.captures import records as word
from cloison.captures.nfcapd.blocks import FRONT, Block, Blocks, believed, layout_of
from cloison.captures.nfcapd.columns import Columns, Decoded
from cloison.captures.nfcapd.places import (
    COUNTED,
    DONE,
    GROW,
    LIE,
    MALFORMED,
    NOT_IP,
    PLACES,
    STRANGE,
    THERE,
    TRAFFIC,
    UNKNOWN,
    WITHOUT_MAP,
    Known,
    walk,
)
from cloison.captures.records import BATCH, RecordFormat, Sink
from cloison.captures.stream import Stream
from cloison.flows.compiled import compiled
from cloison.netmodel.finding import Message, Text, say

SHORT = 1 << 16  # bytes of a file that is read sooner without compiled code than compiled code can be loaded
FIRST_BLOCKS, LARGE_BLOCK = 1, 3  # kinds of block of layout 1: of nfdump 1.5; of histograms
ARRAY_BLOCK = 4  # kind of block of layout 2: names of applications and interfaces
WAYS = {0: "ingress", 1: "egress"}
UNKNOWN_RATE = 2  # what is known of a rate that the file does not tell
MOST_RATES = 8  # that are said
NUMBERS = 1 << 16  # of exporters
ALL = (1 << 64) - 1
_REASONS = {MALFORMED: "record-malformed", WITHOUT_MAP: "record-without-template", UNKNOWN: "other-record",
            NOT_IP: "record-not-ip"}  # fmt: skip


class _Reader:
    """What is known of a file while its blocks are read."""

    def __init__(self, stream: Stream, sink: Sink) -> None:
        self.problem: Message | None = None
        self.blocks = Blocks(stream)
        self._sink = sink
        self._walk = compiled(walk) if not 0 < stream.size <= SHORT or stream.compression else walk
        self._columns = Columns(self.blocks.room, self.blocks.little)
        self._known = Known.of_format()
        self._places = np.zeros((PLACES, BATCH - 24), dtype=np.int64)  # 24: its rows share no cache sets
        self._counts = np.zeros(COUNTED, dtype=np.int64)
        self._noted: Counter[str] = Counter()
        self._scaled: set[int] = set()  # rates of records that were scaled, 0 one that is not known

    def read(self) -> Message | None:
        """Read all blocks and return why only a part could be read, if so."""
        blocks, sink = self.blocks, self._sink
        while (block := blocks.next()) is not None:
            if block.stop == FRONT:
                self._counts[MALFORMED] += believed(block.records) if block.records else 0
            elif blocks.layout == 1 and block.kind == FIRST_BLOCKS:
                self._noted["old"] += 1
                self._counts[MALFORMED] += believed(block.records)
            elif block.kind != (LARGE_BLOCK if blocks.layout == 1 else ARRAY_BLOCK):
                self._take(block)
            sink.tick()
        self._counts[MALFORMED] += blocks.lost
        for kind, reason in _REASONS.items():
            if self._counts[kind]:
                sink.leave(reason, int(self._counts[kind]))
        self._notes()
        return blocks.problem or self.problem

    def _take(self, block: Block) -> None:
        room, little, at, stop = self.blocks.room, self.blocks.little, FRONT, block.stop
        before = int(self._counts[TRAFFIC])
        while True:
            found, at, why = (
                int(value) for value in self._walk(room, at, stop, little, self._known, self._places, self._counts)
            )
            if found:
                self._add(self._columns.decode(self._places[:, :found], int(self._counts[THERE])))
            if why == GROW:
                self._known = self._known.grown()
            elif why in (DONE, LIE):
                break
        if why == LIE:
            self._counts[MALFORMED] += 1
            self._lie(block, int(self._counts[TRAFFIC]) - before)

    def _lie(self, block: Block, read: int) -> None:
        self.problem = self.problem or say(
            "in block {number} a record has a length that cannot be: what follows it in the block, of {records} "
            "records that it announces, was not judged",
            "dans le bloc {number}, un enregistrement a une longueur impossible : ce qui le suit dans le bloc, sur les "
            "{records} enregistrements annoncés, n’a pas été jugé",
            number=block.number, records=block.records,
        )  # fmt: skip
        self._counts[MALFORMED] += max(believed(block.records) - read - 1, 0)

    def _add(self, found: Decoded) -> None:
        noted, batch = self._noted, found.batch
        who = np.where(found.who > 0, found.who + NUMBERS, found.exporter)
        for value, rows in _parts(who << 41 | (found.direction + 1) << 32 | found.vrf):
            way, vrf = (value >> 32 & 0x1FF) - 1, value & 0xFFFFFFFF
            point = self._sink.point(*self._name(value >> 41), WAYS.get(way, ""), *filter(None, [vrf]))
            batch[word.POINT][rows] = point
        if found.scaled.any():
            noted["scaled"] += int(found.scaled.sum())
            batch[word.SAMPLED] = np.where(found.scaled, np.maximum(found.rate, UNKNOWN_RATE), 1)
            for rate in np.unique(found.rate[found.scaled])[: MOST_RATES - len(self._scaled)].tolist():
                self._scaled.add(rate if rate > 1 else 0)
        noted["unscaled"] += int((~found.scaled & (found.rate > 1)).sum())
        for name in ("anonymised", "back", "event"):
            noted[name] += int(getattr(found, name).sum())
        left = found.bare | found.binding
        if left.any():
            self._counts[NOT_IP] += int(found.bare.sum())
            self._counts[UNKNOWN] += int((found.binding & ~found.bare).sum())
            batch = batch[:, ~left]
        if batch.shape[1]:
            self._sink.add(batch)

    def _name(self, who: int) -> tuple[object, ...]:
        if who < NUMBERS:
            return (who,)
        high, low, identifier = self._known.exporters[who - NUMBERS].tolist()
        address = (high & ALL) << 64 | low & ALL
        return str(IPv4Address(address) if address <= 0xFFFFFFFF else IPv6Address(address)), identifier

    def _notes(self) -> None:
        noted, note = self._noted, self._sink.note
        if noted["scaled"]:
            rates = ", ".join(f"1:{rate}" for rate in sorted(self._scaled - {0}))
            note(say("{number} of its records {number:is|are} of sampled flows ({rates}): the collector had multiplied "
                     "their counts",
                     "{number} de ses enregistrements {number:vient|viennent} de flux échantillonnés ({rates}) : le "
                     "collecteur en avait multiplié les comptes",
                     number=noted["scaled"], rates=rates or "?"))  # fmt: skip
        if noted["unscaled"]:
            note(say("{number} of its records {number:comes|come} from exporters that sample, and their counts were "
                     "stored as they came: they are not scaled",
                     "{number} de ses enregistrements {number:vient|viennent} d’exporteurs qui échantillonnent, leurs "
                     "comptes étant rangés tels quels : ils ne sont pas mis à l’échelle",
                     number=noted["unscaled"]))  # fmt: skip
        if noted["back"]:
            note(say("{number} of its records {number:has|have} out counters, read as nfdump defines them: what the "
                     "target sent. An exporter that puts there what it sent on makes its flows look answered",
                     "{number} de ses enregistrements {number:a|ont} des compteurs sortants, lus comme nfdump les "
                     "définit : ce que la cible a envoyé. Un exporteur qui y met ce qu’il a relayé fait croire à des "
                     "réponses", number=noted["back"]))  # fmt: skip
        if noted["event"]:
            note(say("{number} of its records {number:is an event|are events} of a firewall or of a translation, which "
                     "may count no packets",
                     "{number} de ses enregistrements {number:est un événement|sont des événements} de pare-feu ou de "
                     "traduction, parfois sans compte de paquets", number=noted["event"]))  # fmt: skip
        if noted["anonymised"] or self.blocks.anonymised:
            note(say("its addresses are anonymised: they are not those of the network",
                     "ses adresses sont anonymisées : ce ne sont pas celles du réseau"))  # fmt: skip
        if self._counts[STRANGE]:
            note(say("extension {number} of its records is not known: it and what follows it in them was not read",
                     "l’extension {number} de ses enregistrements est inconnue : ni elle ni ce qui l’y suit n’a été lu",
                     number=int(self._counts[STRANGE])))  # fmt: skip
        if noted["old"]:
            note(say("{number} of its blocks {number:is|are} of nfdump 1.5, which is not read: nfdump 1.6 converts "
                     "them",
                     "{number} de ses blocs {number:est|sont} de nfdump 1.5, qui n’est pas lu : nfdump 1.6 les "
                     "convertit", number=noted["old"]))  # fmt: skip


def _parts(values: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Return each value and the rows that have it."""
    if (values == values[0]).all():
        return [(int(values[0]), np.arange(len(values)))]
    different, inverse = np.unique(values, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    cuts = np.flatnonzero(np.diff(inverse[order])) + 1
    return list(zip(different.tolist(), np.split(order, cuts), strict=True))


def _read(stream: Stream, sink: Sink) -> Message | None:
    problem = _Reader(stream, sink).read()
    return stream.problem or problem


FORMAT = RecordFormat(
    name="nfcapd",
    title=Text("collector file of nfdump (nfcapd)", "fichier de collecteur de nfdump (nfcapd)"),
    recognises=lambda head: layout_of(head) is not None,
    read=_read,
)
