"""Rules of nft's text as the statements of libnftables-json(5), so that both forms have one meaning."""

from __future__ import annotations

from typing import Any

from cloison.flows.configuring.netfilter.nft.expressions import BEGIN, OPS, VERDICTS, Plain, UnreadError, Words

_ADDRESSES = ("saddr", "daddr")
_PORTS = ("sport", "dport")
_PLAIN_FIELDS: dict[str, dict[str, str]] = {
    **{word: {name: f"{word} {name}" for name in _ADDRESSES} for word in ("ip", "ip6")},
    **{word: {name: f"{word} {name}" for name in _PORTS} for word in ("tcp", "udp", "sctp", "th")},
    "meta": {name: f"meta {name}" for name in ("iif", "oif", "iifname", "oifname", "l4proto", "nfproto")},
    "iif": {}, "oif": {}, "iifname": {}, "oifname": {},
}  # fmt: skip
_NO_VALUES = frozenset(("vmap", "set"))
_GO_ON = frozenset(("-", "|", ".", ","))
_LISTED = frozenset(("ct state", "ct status", "ct label", "tcp flags"))


class Statement(Words):
    """The tokens of one rule, read from the left."""

    def __init__(self, tokens: list[str]) -> None:
        super().__init__(tokens)
        self.comment = ""

    def read(self) -> list[Any]:
        """Return the rule's statements; from one that is not understood on, ``{"unread": its words}``."""
        found: list[Any] = []
        tokens = self._tokens
        while self._at < len(tokens):
            start = self._at
            plain = _plain(tokens, start)
            if plain is not None:
                found.append(plain)
                self._at += plain.words
                continue
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

    def _statement(self) -> Any:
        word = self._peek()
        if word in VERDICTS:
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
        op = self._take() if word in OPS else ""
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

    def _mangle(self, left: Any) -> Any:
        if isinstance(left, dict) and left.get("ct") == {"key": "helper"}:
            return {"ct helper": self._word()}
        if isinstance(left, dict) and left.get("ct") in ({"key": "timeout"}, {"key": "expectation"}):
            return {f"ct {left['ct']['key']}": self._word()}
        if self._peek() in BEGIN:
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
        if word in BEGIN:
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

    def _compat(self) -> Any:
        return {"xt": {"type": self._take(), "name": self._word()}}

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
    "last": Statement._last,
    "xt": Statement._compat, "dnat": lambda self: self._nat("dnat"), "snat": lambda self: self._nat("snat"),
    "masquerade": lambda self: self._nat("masquerade"), "redirect": lambda self: self._nat("redirect"),
}  # fmt: skip


def _plain(tokens: list[str], at: int) -> Plain | None:
    """Return a comparison with one value, which is most of what rules are, without building its expression."""
    fields = _PLAIN_FIELDS.get(tokens[at])
    if fields is None:
        return None
    if fields:
        at += 1
        key = fields.get(tokens[at], "") if at < len(tokens) else ""
    else:
        key = "meta " + tokens[at]
    if not key or at + 1 >= len(tokens):
        return None
    value = tokens[at + 1]
    first = value[0]
    if not (first == '"' or first.isalnum()) or value in _NO_VALUES:
        return None
    if at + 2 < len(tokens) and tokens[at + 2] in _GO_ON:
        return None
    return Plain(key, value[1:-1] if first == '"' else value, 3 if fields else 2)


def _name(left: Any) -> str:
    if isinstance(left, dict):
        for kind in ("ct", "payload"):
            inner = left.get(kind)
            if isinstance(inner, dict):
                return f"ct {inner.get('key')}" if kind == "ct" else f"{inner.get('protocol')} {inner.get('field')}"
    return ""


def _is_set(right: Any) -> bool:
    return isinstance(right, str) and right.startswith("@")
