"""`nat` of an ASA since version 8.3: under an object, or with both ends (twice).

Source: Cisco ASA Series Firewall CLI Configuration Guide, "Network Address Translation". Access lists name real
addresses, so that nothing has to be brought to real ends; what is translated is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cloison.flows.configuration import Translation
from cloison.flows.configuring.cisco.asa_objects import Objects
from cloison.flows.configuring.cisco.groups import unknown
from cloison.flows.configuring.cisco.lists import UNREAD
from cloison.flows.configuring.cisco.statements import Statement
from cloison.flows.configuring.cisco.words import Cursor, host, is_number, port
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.space.addresses import ANY
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import TCP, UDP
from cloison.netmodel.space.refusal import RefusedError, refuse
from cloison.netmodel.space.services import ServiceSet

Services = tuple[tuple[ServiceSet, ServiceSet], ...]


@dataclass(slots=True)
class AsaNat:
    """Reads translations once objects and interfaces are known."""

    notes: Notes
    objects: Objects
    addresses: dict[str, IntervalSet]
    found: list[Translation] = field(default_factory=list)

    def under(self, name: str, line: Statement) -> None:
        """Read ``nat (inside,outside) static ...`` under an object."""
        try:
            inside = self.objects.networks.resolve(name).value
            pair, cursor = self._pair(line)
            kind = cursor.take()
            if kind not in ("static", "dynamic"):
                raise refuse("{word} is not understood here", "{word} n’est pas compris ici", word=kind[:60])
            outside = self._mapped(cursor, pair)
            self._add(kind, outside, inside, line, self._service(cursor))
            self.notes.understood += 1
        except RefusedError as refused:
            self.notes.error(line.span(len(line.words) - 1), refused.message)

    def twice(self, line: Statement) -> None:
        """Read ``nat (inside,outside) source static A B destination static C D``."""
        try:
            pair, cursor = self._pair(line)
            while cursor.peek() == "after-auto" or is_number(cursor.peek()):
                cursor.take()
            if cursor.take() != "source":
                raise refuse("The word source is missing", "Le mot source manque")
            kind = cursor.take()
            inside = self._real(cursor.take())
            outside = self._mapped(cursor, pair)
            if "inactive" in line.words[3:]:
                self.notes.harmless += 1
                return
            self._add(kind, outside, inside, line, ())
            if "destination" in cursor.words:
                cursor.at = cursor.words.index("destination") + 2
                mapped = cursor.peek()
                shown = self._mapped(cursor, pair[:1])
                real = self._real(cursor.take()) if cursor.peek() else self._real(mapped)
                if real != shown:
                    self.found.append(Translation("destination", shown, real, line.written("nat")))
            if "service" in cursor.words[cursor.at :]:
                self.notes.leave(line.written("nat"), UNREAD)
            self.notes.understood += 1
        except RefusedError as refused:
            self.notes.error(line.span(len(line.words) - 1), refused.message)

    def _add(self, kind: str, outside: IntervalSet, inside: IntervalSet, line: Statement, pairs: Services) -> None:
        if not outside or not inside or (outside == inside and not pairs):
            return  # an identity, or an interface whose address is told elsewhere
        word = "static" if kind == "static" else "source"
        self.found.append(
            Translation("static" if word == "static" else "source", outside, inside, line.written("nat"), pairs)
        )

    def _pair(self, line: Statement) -> tuple[tuple[str, ...], Cursor]:
        words = line.text.split(")", 1)
        names = words[0].partition("(")[2].replace(" ", "").split(",")
        if len(words) < 2 or len(names) != 2:
            raise refuse("The interfaces are missing", "Les interfaces manquent")
        for name in names:
            if name != "any" and name not in self.addresses and self.addresses:
                raise unknown(name, self.addresses)
        return tuple(names), Cursor(words[1].split())

    def _real(self, name: str) -> IntervalSet:
        if name == "any":
            return ANY
        return self.objects.networks.resolve(name).value

    def _mapped(self, cursor: Cursor, pair: tuple[str, ...]) -> IntervalSet:
        word = cursor.take()
        if word in ("interface", "pat-pool"):
            if word == "pat-pool":
                return self._mapped(cursor, pair)
            return self.addresses.get(pair[-1], EMPTY)
        if word == "any":
            return ANY
        if word in self.objects.networks.written:
            found = self.objects.networks.resolve(word).value
        else:
            found = host(self.objects.named(word), 0)
        return found

    def _service(self, cursor: Cursor) -> Services:
        if "service" not in cursor.words[cursor.at :]:
            return ()
        cursor.at = cursor.words.index("service") + 1
        number = {"tcp": TCP, "udp": UDP}.get(cursor.peek(), 0)
        if not number:
            raise refuse("Only tcp or udp may be here", "Seuls tcp ou udp peuvent être ici")
        cursor.take()
        inside, outside = port(cursor.take(), number), port(cursor.take(), number)
        return ((ServiceSet.of((number, number), (outside, outside)),
                 ServiceSet.of((number, number), (inside, inside))),)  # fmt: skip
