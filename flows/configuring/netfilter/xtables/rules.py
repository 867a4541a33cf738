"""Rules of iptables-save -> rules of chains: each option's packets, targets, translations (iptables-extensions(8))."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from cloison.flows.configuration import Written
from cloison.flows.configuring.netfilter import values
from cloison.flows.configuring.netfilter.boxes import (
    NOTHING,
    WHOLE,
    WHOLE_V4,
    WHOLE_V6,
    Box,
    Match,
    Meeting,
    Part,
    TooManyError,
    both,
    box,
    doubted,
    one,
    without,
)
from cloison.flows.configuring.netfilter.chains import Rule, Verdict
from cloison.flows.configuring.netfilter.hooks import Everywhere
from cloison.flows.configuring.netfilter.interfaces import Names
from cloison.flows.configuring.netfilter.real import Nat
from cloison.flows.configuring.netfilter.states import (
    ABOUT_FLAGS,
    FLAGS,
    NOTRACK,
    STATES,
    Facts,
    directed,
    flagged,
    in_states,
)
from cloison.flows.configuring.netfilter.xtables.save import RawRule
from cloison.flows.configuring.netfilter.xtables.sets import Sets
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.space.addresses import V4, V6
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PORTED
from cloison.netmodel.space.refusal import RefusedError, refuse
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, ServiceSet

_ICMP_NAMES: Mapping[str, str] = {
    "ping": "8", "pong": "0", "network-unreachable": "3/0", "host-unreachable": "3/1", "protocol-unreachable": "3/2",
    "port-unreachable": "3/3", "fragmentation-needed": "3/4", "source-route-failed": "3/5", "network-unknown": "3/6",
    "host-unknown": "3/7", "network-prohibited": "3/9", "host-prohibited": "3/10", "communication-prohibited": "3/13",
    "ttl-exceeded": "11", "ttl-zero-during-transit": "11/0", "ttl-zero-during-reassembly": "11/1",
}  # fmt: skip
_ICMPV6_NAMES: Mapping[str, str] = {
    "no-route": "1/0", "communication-prohibited": "1/1", "address-unreachable": "1/3", "port-unreachable": "1/4",
    "router-solicitation": "133", "router-advertisement": "134", "neighbour-solicitation": "135",
    "neighbor-solicitation": "135", "neighbour-advertisement": "136", "neighbor-advertisement": "136",
    "redirect": "137", "ttl-exceeded": "3", "ttl-zero-during-transit": "3/0",
}  # fmt: skip
_VERDICTS: Mapping[str, Verdict] = {"ACCEPT": "accept", "DROP": "drop", "REJECT": "drop", "RETURN": "return"}
_SILENT = frozenset((
    "LOG", "NFLOG", "ULOG", "TRACE", "MARK", "CONNMARK", "CONNSECMARK", "SECMARK", "TCPMSS", "TOS", "DSCP", "TTL", "HL",
    "CLASSIFY", "CHECKSUM", "SET", "TEE", "AUDIT", "RATEEST", "HMARK", "IDLETIMER", "LED", "ECN", "TCPOPTSTRIP", "CT",
    "NOTRACK",
))  # fmt: skip
_REWRITES = frozenset(("DNPT", "SNPT", "TPROXY", "SYNPROXY"))
_REWRITTEN = say("its target changes or takes packets: {target}", "sa cible modifie ou prend les paquets : {target}")
_RELATED = say("a helper may open related conversations", "un assistant (helper) peut ouvrir des conversations liées")
_CT_NAT = say(
    "whether a conversation was translated is not told by real ends",
    "les extrémités réelles ne disent pas si la conversation a été traduite",
)
_EVERY_TYPE = IntervalSet(((0, 0xFFFF),))


class Reader:
    """Reads the rules of one device; ``table`` is the table of the chain at hand, ``v4`` its family."""

    def __init__(
        self, names: Names, sets: Sets, facts: Facts, meeting: Meeting, notes: Notes, everywhere: Everywhere
    ) -> None:
        self.names = names
        self.sets = sets
        self.facts = facts
        self.meeting = meeting
        self.notes = notes
        self.everywhere = everywhere

    def read(self, raw: RawRule, v4: bool, chains: Mapping[str, object]) -> list[Rule]:
        """Return what a rule is; it is counted, and what cannot be is noted as an error."""
        try:
            rule, doubt = _Line(self, raw, v4, chains).rule()
        except RefusedError as problem:
            self.notes.error(raw.written.span, problem.message)
            return []
        except (IndexError, ValueError):
            self.notes.error(raw.written.span, say("The rule breaks off", "La règle s’interrompt"))
            return []
        if doubt is not None:
            self.notes.leave(raw.written, doubt)
        elif rule is None:
            self.notes.harmless += 1
        else:
            self.notes.understood += 1
        return [] if rule is None else [rule]


class _Line:
    def __init__(self, reader: Reader, raw: RawRule, v4: bool, chains: Mapping[str, object]) -> None:
        self._reader = reader
        self._words = raw.words
        self._written = raw.written
        self._v4 = v4
        self._chains = chains
        self._at = 0
        self._universe = V4 if v4 else V6
        self._sources = self._destinations = self._universe
        self._services: ServiceSet = EVERY_SERVICE
        self._arriving: frozenset[str] | None = None
        self._leaving: frozenset[str] | None = None
        self._protocol: ServiceSet = EVERY_SERVICE
        self._protocols: tuple[int, ...] = ()
        self._rest: list[Match] = []
        self._doubt: Message | None = None
        self._target = self._goto = ""
        self._arguments: dict[str, str] = {}
        self._other_family = False

    def rule(self) -> tuple[Rule | None, Message | None]:
        words, most = self._words, len(self._words) - 1
        while self._at <= most:
            word = words[self._at]
            if word == "-m" and self._at < most and words[self._at + 1] in _MODULES:
                self._at += 2
            elif word in _HOSTS and self._at < most and words[self._at + 1][-3:] == "/32" and self._v4:
                self._host(words[self._at + 1], word == "-s")
            else:
                self._option()
        if self._other_family:
            return None, None
        match: Match = one(
            Box(self._sources, self._destinations, self._services, self._arriving, self._leaving), self._doubt
        )
        for part in self._rest:
            try:
                match = both(self._reader.meeting, match, part)
            except TooManyError:
                match = doubted(match, say("it would make too many boxes", "elle ferait trop de blocs"))
        return self._end(match)

    def _host(self, text: str, source: bool) -> None:
        base = text[:-3]
        if base.replace(".", "").isdecimal():
            self._at += 2
            self._meet_addresses(values.host(base, True), source)
        else:
            self._option()

    def _take(self) -> str:
        self._at += 1
        return self._words[self._at - 1]

    def _option(self) -> None:
        word = self._take()
        negated = word == "!"
        if negated:
            word = self._take()
        method = _OPTIONS.get(word)
        if method is None:
            self._unknown(word)
            return
        if self._at < len(self._words) and self._words[self._at] == "!":  # the order of old versions
            negated = True
            self._at += 1
        method(self, negated)

    def _unknown(self, word: str) -> None:
        if not self._target:
            self._doubt = self._doubt or say("{word} is not understood", "{word} n’est pas compris", word=word[:60])
        start = self._at
        while self._at < len(self._words) and self._words[self._at] != "!" and self._words[self._at] not in _OPTIONS:
            if self._words[self._at].startswith("--") and self._at > start:
                break
            self._at += 1
        self._arguments[word] = " ".join(self._words[start : self._at])

    def _and(self, services: ServiceSet) -> None:
        held = self._services
        if held is EVERY_SERVICE or (held is self._protocol and self._protocols):
            self._services = services  # they are of that protocol
        else:
            self._services = held & services

    def _addresses(self, negated: bool, source: bool) -> None:
        held, universe = EMPTY, self._universe
        for text in self._take().split(","):
            base, slash, length = text.partition("/")
            if ":" not in base and not base.replace(".", "").isdecimal():
                self._doubt = say(
                    "{name} is a name, not an address", "{name} est un nom, pas une adresse", name=base[:60]
                )
                held |= universe
                continue
            try:
                one_of = values.prefix(base, length, self._v4) if slash else values.span_of(base, base, self._v4)
                held = held | one_of if held else one_of
            except TooManyError:
                self._doubt = say("a mask makes too many ranges", "un masque fait trop de plages")
                held, negated = universe, False
        self._meet_addresses(universe - held if negated else held, source)

    def _meet_addresses(self, held: IntervalSet, source: bool) -> None:
        if source:
            self._sources = held if self._sources is self._universe else self._sources & held
        else:
            self._destinations = held if self._destinations is self._universe else self._destinations & held

    def _range(self, negated: bool, source: bool) -> None:
        low, _, high = self._take().partition("-")
        held = values.span_of(low, high or low, self._v4)
        self._meet_addresses((V4 if self._v4 else V6) - held if negated else held, source)

    def _interface(self, negated: bool, arriving: bool) -> None:
        name = wildcard(self._take())
        names = self._reader.names
        held = names.others(names.held(name)) if negated else names.held(name)
        if arriving:
            self._arriving = held
        else:
            self._leaving = held

    def _proto(self, negated: bool) -> None:
        word = self._take().lower()
        if word in ("all", "0"):
            return
        number = _protocol(word)
        services = _of_protocol(number)
        self._and(EVERY_SERVICE - services if negated else services)
        self._protocols = () if negated else (number,)
        self._protocol = services

    def _ports(self, negated: bool, source: bool | None) -> None:
        """Read ``--sport``, ``--dport``, and the lists of multiport, of which ``--ports`` may be either."""
        number = self._protocols[0] if self._protocols else 0
        if number not in PORTED:
            raise refuse("ports ask for a protocol that has them: -p tcp, udp...",
                         "des ports demandent un protocole qui en a : -p tcp, udp...")  # fmt: skip
        held = _of_ports(number, self._take(), source)
        self._and(ServiceSet.of((number, number)) - held if negated else held)

    def _icmp(self, negated: bool) -> None:
        text = self._take()
        number = ICMP if self._v4 else ICMPV6
        if number not in self._protocols:
            raise refuse("a type of ICMP asks for its protocol", "un type ICMP demande son protocole")
        whole = _of_protocol(number)
        if text in ("any", "255"):
            held = whole
        else:
            named = (_ICMP_NAMES if self._v4 else _ICMPV6_NAMES).get(text, text)
            types = values.ICMP_TYPES if self._v4 else values.ICMPV6_TYPES
            kind, slash, code = named.partition("/")
            at = values.number(kind, types, 255) << 8
            low, high = (at | int(code), at | int(code)) if slash else (at, at | 255)
            held = ServiceSet.of((number, number), (low, high))
        self._and(whole - held if negated else held)

    def _state(self, negated: bool) -> None:
        words = [word.lower() for word in self._take().split(",")]
        translated = [word for word in words if word in ("snat", "dnat")]
        known = [word for word in words if word not in translated]
        for word in known:
            if word not in STATES:
                raise refuse("{word} is no state; the nearest: {near}",
                             "{word} n’est pas un état ; les plus proches : {near}", word=word[:60],
                             near=nearest(word, STATES) or "—")  # fmt: skip
        chosen = [word for word in STATES if (word in known) != negated]
        found = in_states(chosen, self._reader.facts)
        if translated:
            found = doubted(found, _CT_NAT) if negated else (*found, Part(WHOLE, _CT_NAT))
        self._rest.append(found)

    def _direction(self, negated: bool) -> None:
        original = (self._take() == "ORIGINAL") != negated
        self._rest.append(directed(original, self._reader.facts, True))

    def _flags(self, negated: bool) -> None:
        mask, wanted = (_flag_bits(self._take()) for _ in range(2))
        self._flagged(lambda value: (value & mask == wanted) != negated)

    def _syn(self, negated: bool) -> None:
        mask = FLAGS["fin"] | FLAGS["syn"] | FLAGS["rst"] | FLAGS["ack"]
        self._flagged(lambda value: (value & mask == FLAGS["syn"]) != negated)

    def _flagged(self, test: Callable[[int], bool]) -> None:
        sure, may = flagged(test)
        found = [Part(box(services=sure))] if sure else []
        self._rest.append((*found, *([Part(box(services=may), ABOUT_FLAGS)] if may else ())))

    def _set(self, negated: bool) -> None:
        name, ends = self._take(), tuple(self._take().split(","))
        if name not in self._reader.sets.sets:
            raise refuse("there is no set {name} in the files: give what `ipset save` says too; the nearest: {near}",
                         "il n’y a pas d’ensemble {name} dans les fichiers : donnez aussi `ipset save` ; les plus "
                         "proches : {near}", name=name[:100],
                         near=nearest(name, self._reader.sets.sets) or "—")  # fmt: skip
        try:
            held = self._reader.sets.match(name, self._v4, ends)
            if negated:
                held = self._complement(held)
        except TooManyError:
            held = one(WHOLE, say("a set makes too many boxes", "un ensemble fait trop de blocs"))
        self._rest.append(held)

    def _complement(self, held: Match) -> Match:
        doubt = next((part.doubt for part in held if part.doubt is not None), None)
        names = self._reader.names.everything()
        cuts = [part.box for part in held if part.doubt is None]
        whole = WHOLE_V4 if self._v4 else WHOLE_V6
        return tuple(Part(item, doubt) for item in without(self._reader.meeting, whole, cuts, (names, names)))

    def _comment(self, negated: bool) -> None:
        own = self._written
        self._written = Written(own.span, own.text, self._take()[:200], own.hits)

    def _counters(self, negated: bool) -> None:
        self._written = replace(self._written, hits=int(self._take()))
        self._at += 1

    def _module(self, negated: bool) -> None:
        module = self._take()
        if module not in _MODULES:
            self._doubt = self._doubt or say(
                "the match {module} is not understood", "le critère {module} n’est pas compris", module=module[:60]
            )

    def _accounted(self, negated: bool) -> None:
        self._at += 1

    def _jump(self, negated: bool) -> None:
        self._target = self._take()

    def _go(self, negated: bool) -> None:
        self._goto = self._take()

    def _only(self, v4: bool) -> None:
        self._other_family = v4 != self._v4

    def _end(self, match: Match) -> tuple[Rule | None, Message | None]:
        doubt = next((part.doubt for part in match if part.doubt is not None), None)
        target, written = self._target, self._written
        if not match:
            match = NOTHING
        if self._goto:
            return Rule(match, "goto", written, self._goto), doubt
        if target in self._chains:
            return Rule(match, "jump", written, target), doubt
        if target in _VERDICTS:
            return Rule(match, _VERDICTS[target], written), doubt
        if not target or target in _SILENT:
            if target == "NOTRACK" or (target == "CT" and "--notrack" in self._arguments):
                return None, NOTRACK
            return None, _RELATED if "--helper" in self._arguments else None
        if target in ("DNAT", "SNAT", "NETMAP", "MASQUERADE", "REDIRECT"):
            return Rule(match, "accept", written, about=self._nat(target)), doubt
        return self._unknown_target(match, target)

    def _unknown_target(self, match: Match, target: str) -> tuple[Rule, Message]:
        if not target.isupper():
            raise refuse("there is no chain {name}; the nearest: {near}",
                         "il n’y a pas de chaîne {name} ; les plus proches : {near}", name=target[:60],
                         near=nearest(target, self._chains) or "—")  # fmt: skip
        why = say(_REWRITTEN.text.en, _REWRITTEN.text.fr, target=target[:60])
        rule = Rule(doubted(match, why), "unknown", self._written, about=why)
        if target in _REWRITES:
            self._reader.everywhere.rules.append(rule)
        return rule, why

    def _nat(self, target: str) -> Nat:
        ports = self._arguments.get("--to-ports", "").split(" ")[0]
        if target in ("MASQUERADE", "REDIRECT"):
            return Nat("source" if target == "MASQUERADE" else "redirect", EMPTY, _new_ports(ports))
        text = self._arguments.get({"DNAT": "--to-destination", "SNAT": "--to-source"}.get(target, "--to"), "")
        text = text.split(" ")[0]
        if target == "NETMAP":
            base, _, length = text.partition("/")
            return Nat("either", values.prefix(base, length or (32 if self._v4 else 128), self._v4))
        kind = "destination" if target == "DNAT" else "source"
        if text.startswith("["):
            address, _, ports = text[1:].partition("]")
            ports = ports.lstrip(":")
        elif self._v4:
            address, _, ports = text.partition(":")
        else:
            address, ports = text, ""
        low, _, high = address.partition("-")
        held = values.span_of(low, high or low, self._v4) if address else (V4 if self._v4 else V6)
        return Nat(kind, held, _new_ports(ports))  # type: ignore[arg-type]


@lru_cache(maxsize=256)
def _of_protocol(number: int) -> ServiceSet:
    return ServiceSet.of((number, number))


@lru_cache(maxsize=1024)
def _protocol(word: str) -> int:
    return values.number(word, values.L4, 255)


@lru_cache(maxsize=65_536)
def _of_ports(number: int, words: str, source: bool | None) -> ServiceSet:
    held = NO_SERVICE
    for text in words.split(","):
        low, colon, high = text.partition(":")
        ((first, last),) = values.numbers(low or 0, (high or 65535) if colon else low, values.PORTS, 0xFFFF).ranges
        if source is not False:
            held |= ServiceSet.of((number, number), source=(first, last))
        if source is not True:
            held |= ServiceSet.of((number, number), (first, last))
    return held


def _new_ports(text: str) -> IntervalSet:
    low, _, high = text.partition("/")[0].partition("-")
    return values.numbers(low, high or low, values.PORTS, 0xFFFF) if low else EMPTY


def _flag_bits(text: str) -> int:
    found = 0
    for word in text.lower().split(","):
        if word == "all":
            found |= 63
        elif word != "none":
            found |= values.number(word, FLAGS, 255)
    return found


def wildcard(name: str) -> str:
    """Return iptables' ``eth+`` as ``eth*``."""
    return name[:-1] + "*" if name.endswith("+") else name


_MODULES = frozenset((
    "tcp", "udp", "udplite", "sctp", "dccp", "icmp", "icmp6", "multiport", "state", "conntrack", "iprange", "set",
    "comment", "nfacct",
))  # fmt: skip
_HOSTS = frozenset(("-s", "-d"))
_Option = Callable[[_Line, bool], None]
_OPTIONS: dict[str, _Option] = {
    **dict.fromkeys(("-s", "--source", "--src"), lambda line, no: line._addresses(no, True)),
    **dict.fromkeys(("-d", "--destination", "--dst"), lambda line, no: line._addresses(no, False)),
    **dict.fromkeys(("-i", "--in-interface"), lambda line, no: line._interface(no, True)),
    **dict.fromkeys(("-o", "--out-interface"), lambda line, no: line._interface(no, False)),
    **dict.fromkeys(("-p", "--protocol"), _Line._proto),
    **dict.fromkeys(("--sport", "--source-port", "--sports", "--source-ports"),
                    lambda line, no: line._ports(no, True)),
    **dict.fromkeys(("--dport", "--destination-port", "--dports", "--destination-ports"),
                    lambda line, no: line._ports(no, False)),
    "--ports": lambda line, no: line._ports(no, None),
    **dict.fromkeys(("--icmp-type", "--icmpv6-type"), _Line._icmp),
    **dict.fromkeys(("--state", "--ctstate"), _Line._state),
    "--ctdir": _Line._direction,
    "--tcp-flags": _Line._flags,
    "--syn": _Line._syn,
    "--src-range": lambda line, no: line._range(no, True),
    "--dst-range": lambda line, no: line._range(no, False),
    "--match-set": _Line._set,
    "--comment": _Line._comment,
    "--nfacct-name": _Line._accounted,
    **dict.fromkeys(("-c", "--set-counters"), _Line._counters),
    **dict.fromkeys(("-m", "--match"), _Line._module),
    **dict.fromkeys(("-j", "--jump"), _Line._jump),
    **dict.fromkeys(("-g", "--goto"), _Line._go),
    **dict.fromkeys(("-4", "--ipv4"), lambda line, no: line._only(True)),
    **dict.fromkeys(("-6", "--ipv6"), lambda line, no: line._only(False)),
}  # fmt: skip
