"""Linux nftables: one table with its sets, default deny at every hook, and the map's translations.

Sources: nft(8), <https://www.netfilter.org/projects/nftables/manpage.html>. A comment has at most 128 bytes
(``NFTNL_UDATA_COMMENT_MAXLEN``), the prefix of a log 127 (``NF_LOG_PREFIXLEN``), the name of an interface 15
(``IFNAMSIZ``); a string has no escapes, so that a quote cannot be in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cloison.flows.configuration import Hook
from cloison.flows.generating.matches import Match, Ranges, matches
from cloison.flows.generating.plan import Asked, Family, Plan, Target, Translated, inexpressible
from cloison.flows.generating.printed import commented, plain, slug
from cloison.flows.generating.translating import pairs
from cloison.netmodel.finding import Finding, MapError, Ref, Text, input_error, say
from cloison.netmodel.space.addresses import V4, V6, prefixes, show
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import ICMP

_COMMENT, _PREFIX = 120, 120
_NAME = re.compile(r"[A-Za-z0-9_.:@-]{1,15}", re.ASCII)
_PORTED = {6: "tcp", 17: "udp", 33: "dccp", 132: "sctp", 136: "udplite"}
_KEYWORD = {4: "ip", 6: "ip6"}
_HOOKS: dict[Hook, str] = {"input": "input", "forward": "forward", "output": "output"}


def _write(plan: Plan) -> dict[str, str]:
    errors = [*_unnamed(plan), *_unserved(plan)]
    if errors:
        raise MapError(tuple(errors))
    sets = _Sets(plan)
    chains = [line for hook in _HOOKS if hook == "forward" or plan.own for line in _chain(plan, hook, sets)]
    body = [*sets.lines(), *chains]
    head = [f"# {line}" for line in plan.head]
    out = [*head, "", "table inet cloison", "delete table inet cloison", "", "table inet cloison {"]
    out += [f"    {line}" if line else "" for line in [*body, *_translations(plan)]]
    while out[-1] == "":
        out.pop()
    return {"": "\n".join([*out, "}", ""])}


# ---------------------------------------------------------------- refusals


def _unnamed(plan: Plan) -> Iterator[Finding]:
    used = {name for item in plan.rules for name in (item.arriving, item.leaving)}
    used |= {item.leaving for item in plan.translations}
    for name in sorted(used - {""}):
        if not _NAME.fullmatch(name):
            message = say(
                "{name} cannot be an interface of Linux: at most 15 characters, letters, digits and _ . : @ -",
                "{name} ne peut pas être une interface de Linux : 15 caractères au plus, lettres, chiffres, _ . : @ -",
                name=name[:60],
            )  # fmt: skip
            yield input_error("inexpressible", message, Ref("asset", plan.device))


def _unserved(plan: Plan) -> Iterator[Finding]:
    """Yield the error of each line whose services a rule cannot hold: none, since nft matches every protocol."""
    for item in plan.rules:
        if not matches(item.services):
            yield inexpressible(item.line, say("it has no service", "elle n’a aucun service"), item.span)


# ---------------------------------------------------------------- sets


class _Sets:
    """Sets of addresses with names; the same addresses are one set, in the order of their first use."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._names: dict[IntervalSet, str] = {}

    def named(self, addresses: IntervalSet) -> str:
        """Return addresses as a rule writes them: one prefix, or the name of a set."""
        single = _elements(addresses)
        if len(single) == 1:
            return single[0]
        name = self._names.get(addresses)
        if name is None:
            words = slug(re.sub(r" \(IPv[46]\)$", "", self._plan.words(addresses)))
            family = "v4" if addresses <= V4 else "v6"
            taken = set(self._names.values())
            name = f"{family}_{len(self._names) + 1}"
            if words and words[0].isalpha() and f"{words}_{family}" not in taken:
                name = f"{words}_{family}"
            self._names[addresses] = name
        return f"@{name}"

    def lines(self) -> Iterator[str]:
        """Yield the declarations."""
        for addresses, name in self._names.items():
            yield f"set {name} {{"
            yield f"    type {'ipv4_addr' if addresses <= V4 else 'ipv6_addr'}"
            yield "    flags interval"
            comment = plain(self._plan.words(addresses), _COMMENT)
            yield f'    comment "{comment}"'
            yield "    elements = {"
            elements = _elements(addresses)
            for at in range(0, len(elements), 4):
                yield f"        {', '.join(elements[at : at + 4])}{',' if at + 4 < len(elements) else ''}"
            yield "    }"
            yield "}"
            yield ""


def _elements(addresses: IntervalSet) -> list[str]:
    found = []
    for low, high in addresses.ranges:
        one = prefixes(IntervalSet(((low, high),)))
        found.append(one[0] if len(one) == 1 else f"{show(low)}-{show(high)}")
    return found


# ---------------------------------------------------------------- chains


def _chain(plan: Plan, hook: Hook, sets: _Sets) -> Iterator[str]:
    yield f"chain {hook} {{"
    yield f"    type filter hook {hook} priority filter; policy drop;"
    for line in _preamble(plan, hook):
        yield f"    {line}"
    for item in plan.of(hook):
        for match in matches(item.services):
            yield f"    {_rule(item, match, sets)}"
    prefix = plain(f"{plan.device} {hook} drop: ", _PREFIX)
    yield f'    log prefix "{prefix} " counter drop comment "what no line authorises"'
    yield "}"
    yield ""


def _preamble(plan: Plan, hook: Hook) -> Iterator[str]:
    """Yield what needs no line: conversations that were let in and their errors, the link's own control."""
    if hook == "input":
        yield 'iifname "lo" accept comment "the device to itself"'
    elif hook == "output":
        yield 'oifname "lo" accept comment "the device to itself"'
    yield 'ct state established,related accept comment "conversations that were let in, and their errors"'
    if hook == "forward":
        return
    kinds = "nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert"
    listeners = "mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report"
    yield f'icmpv6 type {{ {kinds} }} accept comment "neighbour discovery (RFC 4861)"'
    yield f'icmpv6 type {{ {listeners} }} accept comment "multicast listeners (RFC 3810)"'
    if plan.redundant:
        yield 'meta l4proto vrrp accept comment "redundancy (RFC 9568)"'


def _rule(item: Asked, match: Match, sets: _Sets) -> str:
    words: list[str] = []
    if item.arriving:
        words.append(f'iifname "{item.arriving}"')
    if item.leaving:
        words.append(f'oifname "{item.leaving}"')
    words += _ends(item.family, item.sources, item.destinations, sets)
    words += _service(match)
    words += ["counter", "accept", f'comment "{plain(commented(item.line, item.why), _COMMENT)}"']
    return " ".join(words)


def _ends(family: Family, sources: IntervalSet, destinations: IntervalSet, sets: _Sets) -> Iterator[str]:
    whole = V4 if family == 4 else V6
    if sources == whole and destinations == whole:
        yield f"meta nfproto ipv{family}"
    if sources != whole:
        yield f"{_KEYWORD[family]} saddr {sets.named(sources)}"
    if destinations != whole:
        yield f"{_KEYWORD[family]} daddr {sets.named(destinations)}"


def _service(match: Match) -> Iterator[str]:
    if match.protocol is None:
        return
    word = _PORTED.get(match.protocol)
    if match.kinds:
        yield from _icmp(match)
    elif word is None or not (match.ports or match.sources):
        yield f"meta l4proto {match.protocol if word is None else word}"
    else:
        if match.sources:
            yield f"{word} sport {_numbers(match.sources)}"
        if match.ports:
            yield f"{word} dport {_numbers(match.ports)}"


def _icmp(match: Match) -> Iterator[str]:
    word = "icmp" if match.protocol == ICMP else "icmpv6"
    if all((low, high) == (0, 255) for _, low, high in match.kinds):
        yield f"{word} type {_numbers(_spans(kind for kind, _, _ in match.kinds))}"
    else:
        pairs = (f"{kind} . {low}" if low == high else f"{kind} . {low}-{high}" for kind, low, high in match.kinds)
        yield f"{word} type . {word} code {{ {', '.join(pairs)} }}"


def _spans(numbers: Iterable[int]) -> Ranges:
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def _numbers(ranges: Ranges) -> str:
    words = [str(low) if low == high else f"{low}-{high}" for low, high in ranges]
    return words[0] if len(words) == 1 else f"{{ {', '.join(words)} }}"


# ---------------------------------------------------------------- translations


def _translations(plan: Plan) -> Iterator[str]:
    to = [line for item in plan.translations if item.kind != "source" for line in _to(item)]
    out = [line for item in plan.translations if item.kind != "destination" for line in _from(item)]
    for name, priority, lines in (("prerouting", "dstnat", to), ("postrouting", "srcnat", out)):
        if lines:
            yield f"chain {name} {{"
            yield f"    type nat hook {name} priority {priority}; policy accept;"
            yield from (f"    {line}" for line in lines)
            yield "}"
            yield ""


def _pairs(item: Translated) -> Iterator[tuple[str, str]]:
    return ((show(outside), show(inside)) for outside, inside in pairs(item))


def _to(item: Translated) -> Iterator[str]:
    word, comment = _KEYWORD[item.family], plain(item.id, _COMMENT)
    for outside, inside in _pairs(item):
        for there, here in item.services or ((None, None),):
            for match in matches(there) if there is not None else (Match(None),):
                port = ""
                if there != here and here is not None:
                    low, _ = matches(here)[0].ports[0]
                    port = f":{low}"
                target = f"[{inside}]{port}" if port and item.family == 6 else f"{inside}{port}"
                words = [f"{word} daddr {outside}", *_service(match), f"dnat {word} to {target}"]
                yield f'{" ".join(words)} comment "{comment}"'


def _from(item: Translated) -> Iterator[str]:
    word, comment = _KEYWORD[item.family], plain(item.id, _COMMENT)
    way = f'oifname "{item.leaving}" '
    if item.kind == "static":
        for outside, inside in _pairs(item):
            yield f'{way}{word} saddr {inside} snat {word} to {outside} comment "{comment}"'
        return
    low, high = item.outside.ranges[0]
    pool = show(low) if low == high else f"{show(low)}-{show(high)}"
    elements = _elements(item.inside)
    held = elements[0] if len(elements) == 1 else f"{{ {', '.join(elements)} }}"
    yield f'{way}{word} saddr {held} snat {word} to {pool} comment "{comment}"'


TARGET = Target("nftables", Text("Linux nftables", "nftables de Linux"), "nftables", _write, translates=True)
