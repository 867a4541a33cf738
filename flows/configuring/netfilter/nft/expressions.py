"""Expressions of nft's text as libnftables-json(5) has them: what rules look at, values, sets, flags."""

from __future__ import annotations

from typing import Any, NamedTuple

META = frozenset((
    "length", "protocol", "nfproto", "l4proto", "priority", "mark", "iif", "iifname", "iiftype", "oif", "oifname",
    "oiftype", "skuid", "skgid", "nftrace", "rtclassid", "ibrname", "obrname", "pkttype", "cpu", "iifgroup",
    "oifgroup", "cgroup", "random", "iifkind", "oifkind", "time", "day", "hour", "sdif", "sdifname", "ibrpvid",
    "ibrvproto", "secpath",
))  # fmt: skip
_BARE = META - {"length", "protocol", "nfproto", "l4proto", "priority", "random", "secpath"}
PAYLOADS = frozenset((
    "ip", "ip6", "tcp", "udp", "udplite", "dccp", "sctp", "th", "icmp", "icmpv6", "ah", "esp", "comp", "ether", "vlan",
    "arp", "igmp", "gre", "geneve", "vxlan", "gretap",
))  # fmt: skip
BEGIN = PAYLOADS | _BARE | {"meta", "ct", "numgen", "jhash", "symhash", "fib"}
_EXTENSIONS = frozenset(("frag", "hbh", "dst", "mh", "auth", "exthdr", "srh"))
OPS = frozenset(("==", "!=", "<", ">", "<=", ">=", "!"))
VERDICTS = frozenset(("accept", "drop", "continue", "return"))


_DEEPEST = 40


class Plain(NamedTuple):
    """A comparison with one value: what is looked at (``ip saddr``), and how many words it took."""

    key: str
    value: str
    words: int

    def match(self) -> dict[str, Any]:
        """Return it in the words of libnftables-json(5)."""
        first, _, name = self.key.partition(" ")
        left = {"meta": {"key": name}} if first == "meta" else {"payload": {"protocol": first, "field": name}}
        return {"op": "==", "left": left, "right": self.value}


class UnreadError(Exception):
    """A statement whose words are not understood."""


class Words:
    """The tokens of one rule or of a set's elements, read from the left."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1]

    def _accept(self, *words: str) -> bool:
        if self._peek() in words and self._at < len(self._tokens):
            self._at += 1
            return True
        return False

    def _expression(self) -> Any:
        parts = [self._masked()]
        while self._accept("."):
            parts.append(self._masked())
        return parts[0] if len(parts) == 1 else {"concat": parts}

    def _masked(self) -> Any:
        left = self._primary()
        while self._peek() in ("&", "|", "^", "<<", ">>"):
            op = self._take()
            left = {op: [left, self._flags() if self._accept("(") else self._word()]}
        return left

    def _primary(self) -> Any:
        word = self._take()
        if word == "(":
            self._depth += 1
            if self._depth > _DEEPEST:
                raise UnreadError
            inner = self._expression()
            if not self._accept(")"):
                raise UnreadError
            self._depth -= 1
            return inner
        if word == "meta":
            return {"meta": {"key": self._take()}}
        if word == "ct":
            return self._conntrack()
        if word in PAYLOADS:
            return self._payload(word)
        if word in _BARE:
            return {"meta": {"key": word}}
        if word.startswith("@") and self._accept(","):
            offset, _, length = self._take(), self._accept(","), self._take()
            return {"payload": {"base": word[1:], "offset": offset, "len": length}}
        if word == "fib":
            flags = [self._take()]
            while self._accept("."):
                flags.append(self._take())
            return {"fib": {"flags": flags, "result": self._take()}}
        if word in ("rt", "socket", "osf"):
            return {word: {"key": self._take()}}
        if word in _EXTENSIONS:
            return {"exthdr": {"name": word, "field": self._take()}}
        if word == "numgen":
            found = {"numgen": {"mode": self._take()}}
            while self._peek() in ("mod", "offset"):
                self._at += 2
            return found
        raise UnreadError

    def _conntrack(self) -> Any:
        word = self._take()
        if word not in ("original", "reply"):
            return {"ct": {"key": word}}
        key = self._take()
        return {"ct": {"key": f"{key} {self._take()}" if key in ("ip", "ip6") else key, "dir": word}}

    def _payload(self, protocol: str) -> Any:
        field = self._take()
        if field == "option":
            name = self._take()
            if self._peek() not in ("exists", "missing"):
                self._at += 1
            return {f"{protocol} option": {"name": name}}
        return {"payload": {"protocol": protocol, "field": field}}

    def _right(self) -> Any:
        found = self._concatenation()
        if self._peek() != ",":
            return found
        items = [found]
        while self._accept(","):
            items.append(self._concatenation())
        return items

    def _concatenation(self) -> Any:
        if self._accept("{"):
            return self._set()
        parts = [self._value()]
        while self._accept("."):
            parts.append(self._value())
        return parts[0] if len(parts) == 1 else {"concat": parts}

    def _value(self) -> Any:
        if self._accept("("):
            return self._flags()
        word = self._word()
        if self._peek() == "-" and self._at + 1 < len(self._tokens):
            self._at += 1
            return {"range": [word, self._word()]}
        if self._peek() == "|":
            items = [word]
            while self._accept("|"):
                items.append(self._word())
            return {"|": items}
        return word

    def _word(self) -> str:
        word = self._take()
        if word in (",", "{", "}", "(", ")", "=", ":", ".") or word in OPS or word in ("&", "|", "^", "<<", ">>"):
            raise UnreadError
        return word[1:-1] if word[0] == '"' else word

    def _flags(self) -> Any:
        items = [self._word()]
        while self._accept("|", ","):
            items.append(self._word())
        if not self._accept(")"):
            raise UnreadError
        return {"|": items}

    def _set(self) -> Any:
        items: list[Any] = []
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UnreadError
        while not self._accept("}"):
            key = self._concatenation()
            self._options()
            if self._accept(":"):
                items.append([key, self._data()])
                self._options()
            else:
                items.append(key)
            if not self._accept(",") and self._peek() != "}":
                raise UnreadError
        self._depth -= 1
        return {"set": items}

    def _options(self) -> None:
        """Pass over an element's time to live, comment and counter; others make the set undecided."""
        while True:
            if self._accept("timeout", "expires", "comment"):
                self._at += 1
            elif self._accept("counter"):
                self._counted()
            else:
                return

    def _counted(self) -> Any:
        if self._accept("packets"):
            packets = self._take()
            if self._accept("bytes"):
                self._at += 1
            return {"counter": {"packets": int(packets) if packets.isdecimal() else None}}
        if self._accept("name"):
            return {"counter": self._word()}
        return {"counter": None}

    def _data(self) -> Any:
        word = self._peek()
        if word in VERDICTS:
            return {self._take(): None}
        if word in ("jump", "goto"):
            return {self._take(): {"target": self._word()}}
        return self._concatenation()

    def _braces(self) -> None:
        if not self._accept("{"):
            raise UnreadError
        depth = 1
        while depth:
            word = self._take()
            depth += (word == "{") - (word == "}")
