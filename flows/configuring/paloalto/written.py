"""The two written forms of PAN-OS, XML and ``set`` commands, as one tree of elements.

Source: Palo Alto Networks, PAN-OS CLI Quick Start ("Find a command", ``set cli config-output-format set``) and PAN-OS
XML API guide (the configuration's XPath).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cloison.flows.configuration import File, Tick
from cloison.flows.configuring.notes import Notes
from cloison.flows.configuring.xml import Element, first_tag
from cloison.flows.configuring.xml import parse as parse_xml
from cloison.netmodel.finding import say

_MARKS = ("<devices>", "<shared>", "<vsys>", "<device-group>", "<rulebase>")
_SET = re.compile(
    r"^set (?:[^\n]{0,300} )?(?:(?:pre-|post-)?rulebase (?:security|nat|default-security-rules) |deviceconfig system |"
    r"network interface (?:ethernet|aggregate-ethernet|loopback|tunnel|vlan) |"
    r"address \S+ (?:ip-netmask|ip-range|ip-wildcard|fqdn) )",
    re.MULTILINE,
)
_TOKEN = re.compile(r'\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([^\s"]+))')

# what a word of a command is: a list of named entries (with what an entry holds), members, or a container
_MEMBERS = "members"
_LIST = "*"
_Schema = Mapping[str, Any]
_LAYERS = ("layer3", "layer2", "virtual-wire", "tap", "external", "tunnel")
_RULE: _Schema = {
    "source": _MEMBERS, "destination": _MEMBERS, "from": _MEMBERS, "to": _MEMBERS, "service": _MEMBERS,
    "application": _MEMBERS, "source-user": _MEMBERS, "category": _MEMBERS, "hip-profiles": _MEMBERS,
    "source-hip": _MEMBERS, "destination-hip": _MEMBERS, "tag": _MEMBERS,
    "source-translation": {
        "static-ip": {}, "dynamic-ip": {"translated-address": _MEMBERS},
        "dynamic-ip-and-port": {"translated-address": _MEMBERS, "interface-address": {}},
    },
    "destination-translation": {}, "dynamic-destination-translation": {}, "target": {}, "profile-setting": {},
}  # fmt: skip
_RULES: _Schema = {"rules": {_LIST: _RULE}}
_RULEBASE: _Schema = {
    "security": _RULES, "nat": {"rules": {_LIST: {**_RULE, "service": None}}}, "default-security-rules": _RULES,
}  # fmt: skip
_OBJECTS: _Schema = {
    "address": {_LIST: {"tag": _MEMBERS}},
    "address-group": {_LIST: {"static": _MEMBERS, "dynamic": {}, "tag": _MEMBERS}},
    "service": {_LIST: {"protocol": {"tcp": {"override": {}}, "udp": {"override": {}}, "sctp": {}}, "tag": _MEMBERS}},
    "service-group": {_LIST: {"members": _MEMBERS, "tag": _MEMBERS}},
    "external-list": {_LIST: {}}, "region": {_LIST: {}}, "schedule": {_LIST: {}}, "tag": {_LIST: {}},
    "zone": {_LIST: {"network": dict.fromkeys(_LAYERS, _MEMBERS)}},
    "import": {"network": {"interface": _MEMBERS}},
    "rulebase": _RULEBASE, "pre-rulebase": _RULEBASE, "post-rulebase": _RULEBASE,
}  # fmt: skip
_LAYER3: _Schema = {"ip": {_LIST: {}}, "ipv6": {"address": {_LIST: {}}}}
_UNITS: _Schema = {"units": {_LIST: _LAYER3}, **_LAYER3}
_PORT: _Schema = {_LIST: {"layer3": _UNITS}}
_NETWORK: _Schema = {
    "interface": {"ethernet": _PORT, "aggregate-ethernet": _PORT, "loopback": _UNITS, "tunnel": _UNITS, "vlan": _UNITS},
    "profiles": {"interface-management-profile": {_LIST: {"permitted-ip": {_LIST: {}}}}},
    "ike": {"gateway": {_LIST: {}}}, "dhcp": {}, "dns-proxy": {_LIST: {}},
    "virtual-router": {_LIST: {"protocol": {"bgp": {}, "ospf": {}}}},
}  # fmt: skip
_ROOT: _Schema = {
    **_OBJECTS, "vsys": {_LIST: _OBJECTS}, "shared": _OBJECTS, "network": _NETWORK,
    "device-group": {_LIST: _OBJECTS}, "deviceconfig": {"system": {}},
}  # fmt: skip
_LEAVES = frozenset({
    "action", "rule-type", "disabled", "negate-source", "negate-destination", "description", "log-setting",
    "log-start", "log-end", "nat-type", "translated-address", "translated-port", "bi-directional", "port",
    "source-port", "ip-netmask", "ip-range", "ip-wildcard", "fqdn", "schedule",
})  # fmt: skip


def recognises(file: File) -> bool:
    """Say whether a file is a PAN-OS configuration, in either form."""
    if first_tag(file.text) in ("config", "response"):
        return any(mark in file.text for mark in _MARKS)
    return not file.text.lstrip().startswith("<") and _SET.search(file.text) is not None


def tree(file: File, notes: Notes, tick: Tick) -> Element | None:
    """Return the configuration's element of a file, ``None`` after an error in ``notes``."""
    if not file.text.lstrip().startswith("<"):
        return _commands(file, notes, tick)
    root = parse_xml(file, notes, tick)
    if root is None or root.tag == "config":
        return root
    found = root.child("result", "config")
    if found is None:
        notes.error(file.span(root.line, root.column), say(
            "The answer holds no config element", "La réponse n’a pas d’élément config"))  # fmt: skip
    return found


def _commands(file: File, notes: Notes, tick: Tick) -> Element:
    root = Element("config", {}, 1, 1)
    index: dict[tuple[int, str], Element] = {}
    lines = file.text.split("\n")
    for number, line in enumerate(lines, 1):
        if number % 65536 == 0:
            tick(number, len(lines))
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        words = _words(text) if '"' in text else text.split()
        if words is None:
            notes.error(file.span(number), say(
                "A quote is never closed: the line is broken or cut short",
                "Un guillemet n’est jamais fermé : la ligne est rompue ou tronquée"))  # fmt: skip
        elif _never_closed(words):
            notes.error(file.span(number), say(
                "A bracket is never closed: the line is broken or cut short",
                "Un crochet n’est jamais fermé : la ligne est rompue ou tronquée"))  # fmt: skip
        elif words[0] != "set" or len(words) < 2:
            notes.error(file.span(number), say(
                "{word} is no set command: this is a script, or no configuration",
                "{word} n’est pas une commande set : c’est un script, ou pas une configuration",
                word=words[0][:60]))  # fmt: skip
        else:
            _command(root, words, number, index)
    return root


def _words(text: str) -> list[str] | None:
    words: list[str] = []
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return words if not text[at:].strip() else None
        quoted = token.group(1)
        words.append(re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else token.group(2))
        at = token.end()
    return words


def _command(root: Element, words: list[str], line: int, index: dict[tuple[int, str], Element]) -> None:
    node, at = root, 1
    schema: Any = _ROOT
    while at < len(words):
        word = words[at]
        at += 1
        if _LIST in schema and word not in schema:
            node = _held(node, "entry", line, index, word)
            schema = schema[_LIST]
            continue
        kind = schema.get(word)
        inner = _held(node, word, line, index)
        if isinstance(kind, Mapping):
            node, schema = inner, kind
            continue
        values, at = _values(words, at, schema)
        if kind == _MEMBERS or len(values) > 1 or (at > 1 and words[at - 1] == "]"):
            for name in values:
                _held(inner, "member", line, index, name).text = name
        else:
            inner.text = values[0] if values else ""


def _never_closed(words: list[str]) -> bool:
    """Say whether a list begins that does not end."""
    return "[" in words and "]" not in words[len(words) - words[::-1].index("[") :]


def _values(words: list[str], at: int, schema: _Schema) -> tuple[list[str], int]:
    """Return the values of a setting from ``at`` on, and where the next setting of the command begins."""
    if at < len(words) and words[at] == "[":
        end = next((place for place in range(at, len(words)) if words[place] == "]"), len(words))
        return words[at + 1 : end], end + 1
    end = at + 1
    while end < len(words) and words[end] not in schema and words[end] not in _LEAVES:
        end += 1
    end = min(end, len(words))
    return words[at:end], end


def _held(node: Element, tag: str, line: int, index: dict[tuple[int, str], Element], name: str = "") -> Element:
    key = (id(node), f"{tag} {name}")
    found = index.get(key)
    if found is None:
        found = index[key] = Element(tag, {"name": name} if tag == "entry" else {}, line, 1)
        node.children.append(found)
    return found
