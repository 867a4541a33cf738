"""Rules of nft's text as the statements of libnftables-json(5), so that both forms have one meaning."""

from __future__ import annotations

from typing import Any

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
_BEGIN = PAYLOADS | _BARE | {"meta", "ct", "numgen", "jhash", "symhash", "fib"}
_EXTENSIONS = frozenset(("frag", "hbh", "dst", "mh", "auth", "exthdr", "srh"))
_OPS = frozenset(("==", "!=", "<", ">", "<=", ">=", "!"))
_LISTED = frozenset(("ct state", "ct status", "ct label", "tcp flags"))
_VERDICTS = frozenset(("accept", "drop", "continue", "return"))


_DEEPEST = 40


class UnreadError(Exception):
    """A statement whose words are not understood."""


class Statement:
    """The tokens of one rule, read from the left."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self.comment = ""

    def read(self) -> list[Any]:
        """Return the rule's statements; from one that is not understood on, ``{"unread": its words}``."""
        found: list[Any] = []
        while self._at < len(self._tokens):
            start = self._at
            try:
                one = self._statement()
            except (UnreadError, IndexError):
                found.append({"unread": " ".join(self._tokens[start : start + 12])})
                return found
            if one is not None:
                found.append(one)
        return found

    def elements(self) -> list[Any]:
        """Return the elements of a set or map: ``{ a, b : c }``, or one word."""
        value = self._right()
        if self._at < len(self._tokens):
            raise UnreadError
        inner = value.get("set") if isinstance(value, dict) else [value]
        return inner if isinstance(inner, list) else [inner]

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

    def _statement(self) -> Any:
        word = self._peek()
        if word in _VERDICTS:
            self._at += 1
            return {word: None}
        method = _STATEMENTS.get(word)
        if method is not None:
            start = self._at
            self._at += 1
            found = method(self)
            if found is not _NOT_ONE:
                return found
            self._at = start
        return self._match()

    def _match(self) -> Any:
        left = self._expression()
        word = self._peek()
        if word == "vmap":
            self._at += 1
            return {"vmap": {"key": left, "data": self._right()}}
        if word == "set":
            self._at += 1
            return self._mangle(left)
        name = _name(left)
        op = self._take() if word in _OPS else ""
        if op == "=":
            raise UnreadError
        right = self._right()
        if name == "tcp flags" and self._accept("/"):
            mask = self._right()
            return {"match": {"op": op or "==", "left": {"&": [left, mask]}, "right": right}}
        if not op:
            listed = name in _LISTED and not (isinstance(right, dict) and "set" in right) and not _is_set(right)
            op = "in" if listed else "=="
        return {"match": {"op": op, "left": left, "right": right}}

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
        if word in (",", "{", "}", "(", ")", "=", ":", ".") or word in _OPS or word in ("&", "|", "^", "<<", ">>"):
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
        if word in _VERDICTS:
            return {self._take(): None}
        if word in ("jump", "goto"):
            return {self._take(): {"target": self._word()}}
        return self._concatenation()

    def _mangle(self, left: Any) -> Any:
        if isinstance(left, dict) and left.get("ct") == {"key": "helper"}:
            return {"ct helper": self._word()}
        if isinstance(left, dict) and left.get("ct") in ({"key": "timeout"}, {"key": "expectation"}):
            return {f"ct {left['ct']['key']}": self._word()}
        if self._peek() in _BEGIN:
            self._expression()
            if self._accept("map"):
                self._right()
        else:
            self._right()
        return {"mangle": {"key": left, "value": None}}

    def _nat(self, kind: str) -> Any:
        found: dict[str, Any] = {}
        if self._accept("ip", "ip6"):
            found["family"] = self._tokens[self._at - 1]
        self._accept("prefix", "interval")
        if self._accept("addr"):
            self._at += 2
        if self._accept("to"):
            if kind in ("masquerade", "redirect"):
                if not self._accept(":"):
                    raise UnreadError
                found["port"] = self._value()
            else:
                self._nat_address(found)
        while self._accept("random", "fully-random", "persistent", ","):
            continue
        return {kind: found or None}

    def _nat_address(self, found: dict[str, Any]) -> None:
        word = self._peek()
        if word in _BEGIN:
            key = self._expression()
            if not self._accept("map"):
                raise UnreadError
            found["addr"] = {"map": {"key": key, "data": self._right()}}
            return
        if self._accept("["):
            low = self._word()
            self._accept("]")
            if self._accept("-"):
                self._accept("[")
                low += "-" + self._word()
                self._accept("]")
            found["addr"] = low
        elif word != ":":
            found["addr"] = self._value()
        if self._accept(":"):
            found["port"] = self._value()

    def _jump(self, kind: str) -> Any:
        return {kind: {"target": self._word()}}

    def _reject(self) -> Any:
        if self._accept("with"):
            if self._accept("tcp"):
                self._accept("reset")
            elif self._accept("icmp", "icmpv6", "icmpx"):
                self._accept("type")
                self._at += 1
            else:
                raise UnreadError
        return {"reject": None}

    def _log(self) -> Any:
        while self._accept("prefix", "level", "group", "snaplen", "queue-threshold", "flags"):
            flags = self._tokens[self._at - 1] == "flags"
            word = self._take()
            if flags and word in ("tcp", "ip"):
                self._at += 1
                while self._accept(","):
                    self._at += 1
        return {"log": None}

    def _limit(self) -> Any:
        if self._accept("name"):
            self._at += 1
            return {"limit": None}
        if not self._accept("rate"):
            raise UnreadError
        self._accept("over")
        self._at += 1
        if self._peek() and "/" in self._peek():
            self._at += 1
        if self._accept("burst"):
            self._at += 2
        return {"limit": None}

    def _quota(self) -> Any:
        if self._accept("name"):
            self._at += 1
            return {"quota": None}
        self._accept("over", "until")
        self._at += 2
        if self._accept("used"):
            self._at += 2
        return {"quota": None}

    def _counter(self) -> Any:
        return self._counted()

    def _said(self) -> Any:
        self.comment = self._word()

    def _queue(self) -> Any:
        self._at = len(self._tokens)
        return {"queue": None}

    def _update(self, kind: str) -> Any:
        if not self._peek().startswith("@"):
            raise UnreadError
        name = self._take()
        self._braces()
        return {"set": {"op": kind, "set": name}}

    def _braces(self) -> None:
        if not self._accept("{"):
            raise UnreadError
        depth = 1
        while depth:
            word = self._take()
            depth += (word == "{") - (word == "}")

    def _meter(self) -> Any:
        self._at += 1
        if self._accept("size"):
            self._at += 1
        self._braces()
        return {"meter": None}

    def _connections(self) -> Any:
        if self._tokens[self._at : self._at + 1] != ["count"]:
            return _NOT_ONE
        self._at += 1
        self._accept("over")
        self._at += 1
        return {"ct count": None}

    def _flow(self) -> Any:
        if not self._accept("add", "offload"):
            raise UnreadError
        self._at += 1
        return {"flow": None}

    def _notrack(self) -> Any:
        return {"notrack": None}

    def _last(self) -> Any:
        if self._accept("used"):
            self._at += 1
        return {"last": None}


_NOT_ONE: Any = object()
_STATEMENTS: dict[str, Any] = {
    "jump": lambda self: self._jump("jump"), "goto": lambda self: self._jump("goto"), "counter": Statement._counter,
    "log": Statement._log, "limit": Statement._limit, "quota": Statement._quota, "reject": Statement._reject,
    "comment": Statement._said, "queue": Statement._queue, "add": lambda self: self._update("add"),
    "update": lambda self: self._update("update"), "delete": lambda self: self._update("delete"),
    "meter": Statement._meter, "ct": Statement._connections, "flow": Statement._flow, "notrack": Statement._notrack,
    "last": Statement._last, "dnat": lambda self: self._nat("dnat"), "snat": lambda self: self._nat("snat"),
    "masquerade": lambda self: self._nat("masquerade"), "redirect": lambda self: self._nat("redirect"),
}  # fmt: skip


def _name(left: Any) -> str:
    if isinstance(left, dict):
        for kind in ("ct", "payload"):
            inner = left.get(kind)
            if isinstance(inner, dict):
                return f"ct {inner.get('key')}" if kind == "ct" else f"{inner.get('protocol')} {inner.get('field')}"
    return ""


def _is_set(right: Any) -> bool:
    return isinstance(right, str) and right.startswith("@")
