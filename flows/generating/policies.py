"""Plans as policies of aerleon, and the texts that it makes of them.

aerleon (<https://github.com/aerleon/aerleon>, Apache-2.0) is an extra, and imported when it is first needed. It finds
addresses and ports by the names of definitions, so that each set of a plan gets one; of our names nothing reaches it
but letters, digits, dashes and, in comments, plain ASCII.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cloison.flows.generating.matches import Match, Ranges
from cloison.flows.generating.plan import Asked, Family, Plan, inexpressible
from cloison.flows.generating.printed import ascii_only, commented, slug
from cloison.netmodel.finding import Finding, MapError, Message, Ref, input_error, say
from cloison.netmodel.space.addresses import V4, V6, prefixes
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, TCP, UDP

Term = dict[str, Any]
COMMENT = 200

# the names that aerleon has for protocols
WORDS: Mapping[int, str] = {
    ICMP: "icmp", TCP: "tcp", UDP: "udp", ICMPV6: "icmpv6", 2: "igmp", 4: "ipip", 41: "ipv6", 46: "rsvp", 47: "gre",
    50: "esp", 51: "ah", 88: "eigrp", 89: "ospf", 103: "pim", 112: "vrrp", 132: "sctp",
}  # fmt: skip

_MISSING = say(
    "this dialect is written by aerleon, which is not installed: pip install 'cloison[generate]'",
    "ce dialecte est écrit par aerleon, qui n’est pas installé : pip install 'cloison[generate]'",
)


@dataclass(slots=True)
class Policy:
    """Filters that become one file, with the definitions of what they name."""

    plan: Plan
    filters: list[dict[str, Any]] = field(default_factory=list)
    _networks: dict[IntervalSet, str] = field(default_factory=dict)
    _services: dict[tuple[str, Ranges], str] = field(default_factory=dict)

    def network(self, addresses: IntervalSet) -> str:
        """Return the name of a set of addresses, empty for all of a family."""
        if addresses in (V4, V6):
            return ""
        name = self._networks.get(addresses)
        if name is None:
            name = self._networks[addresses] = f"N{len(self._networks) + 1}"
        return name

    def ports(self, protocol: str, ranges: Ranges) -> str:
        """Return the name of ports of a protocol."""
        key = (protocol, ranges)
        name = self._services.get(key)
        if name is None:
            name = self._services[key] = f"S{len(self._services) + 1}"
        return name

    def add(self, target: str, options: str, terms: Sequence[Term]) -> None:
        """Append a filter."""
        header = {"targets": {target: options}, "comment": "\n".join(ascii_only(line, 70) for line in self.plan.head)}
        self.filters.append({"header": header, "terms": list(terms)})

    def rendered(self) -> str:
        """Return the text of all filters; raises ``MapError`` without aerleon, and for what it refuses."""
        try:
            from absl import logging
            from aerleon import api
            from aerleon.lib import naming
        except ImportError:
            raise MapError((input_error("not-installed", _MISSING, Ref("argument", "--dialect")),)) from None
        networks = {
            name: {"values": [{"address": text} for text in prefixes(addresses)]}
            for addresses, name in self._networks.items()
        }
        services = {
            name: [{"protocol": protocol, "port": str(low) if low == high else f"{low}-{high}"} for low, high in ranges]
            for (protocol, ranges), name in self._services.items()
        }
        definitions = naming.Naming()
        definitions.ParseDefinitionsObject({"networks": networks, "services": services}, "")
        before = logging.get_verbosity()
        logging.set_verbosity(logging.FATAL)
        try:
            policies: Any = [{"filename": "policy", "filters": self.filters}]
            made = api.Generate(policies, definitions) or {}
        except Exception as problem:  # aerleon has no one kind of error
            raise MapError((input_error("inexpressible", _refused(problem), Ref("asset", self.plan.device)),)) from None
        finally:
            logging.set_verbosity(before)
        return "\n".join(str(text) for _, text in sorted(made.items()))


def _refused(problem: Exception) -> Message:
    why = str(problem)[:300] or type(problem).__name__
    return say("aerleon refuses it: {why}", "aerleon le refuse : {why}", why=why)


class Terms:
    """Makes terms out of rules; their names are never the same twice."""

    def __init__(self, policy: Policy, *, longest: int = 24) -> None:
        self._policy = policy
        self._longest = longest
        self._made = 0

    def of(self, item: Asked, match: Match, **more: Any) -> Term:
        """Return the term of one rule and one of its matches."""
        term: Term = {
            "name": self._name(item.line),
            "comment": ascii_only(commented(item.line, item.why), COMMENT),
            "restrict-address-family": "inet" if item.family == 4 else "inet6",
        }
        for word, addresses in (("source-address", item.sources), ("destination-address", item.destinations)):
            if name := self._policy.network(addresses):
                term[word] = name
        if match.protocol is not None:
            word = WORDS.get(match.protocol, str(match.protocol))
            term["protocol"] = word
            for side, ranges in (("source-port", match.sources), ("destination-port", match.ports)):
                if ranges:
                    term[side] = self._policy.ports(word, ranges)
            if match.kinds:
                term["icmp-type"] = [ICMP_WORDS[item.family][kind] for kind in sorted({k for k, _, _ in match.kinds})]
                codes = [str(code) for _, low, high in match.kinds if (low, high) != (0, 255)
                         for code in range(low, high + 1)]  # fmt: skip
                if codes:
                    term["icmp-code"] = codes
        return {**term, **more, "action": "accept"}

    def plain(self, name: str, action: str, **more: Any) -> Term:
        """Return a term that is of no line."""
        return {"name": self._name(name), **more, "action": action}

    def _name(self, text: str) -> str:
        self._made += 1
        number = str(self._made)
        return f"{slug(text, self._longest - len(number) - 1).replace('_', '-') or 'r'}-{number}"


ICMP_WORDS: Mapping[Family, Mapping[int, str]] = {
    4: {0: "echo-reply", 3: "unreachable", 4: "source-quench", 5: "redirect", 6: "alternate-address",
        8: "echo-request", 9: "router-advertisement", 10: "router-solicitation", 11: "time-exceeded",
        12: "parameter-problem", 13: "timestamp-request", 14: "timestamp-reply", 15: "information-request",
        16: "information-reply", 17: "mask-request", 18: "mask-reply", 31: "conversion-error", 32: "mobile-redirect"},
    6: {1: "destination-unreachable", 2: "packet-too-big", 3: "time-exceeded", 4: "parameter-problem",
        128: "echo-request", 129: "echo-reply", 130: "multicast-listener-query", 131: "multicast-listener-report",
        132: "multicast-listener-done", 133: "router-solicit", 134: "router-advertisement", 135: "neighbor-solicit",
        136: "neighbor-advertisement", 137: "redirect-message", 138: "router-renumbering",
        139: "icmp-node-information-query", 140: "icmp-node-information-response",
        141: "inverse-neighbor-discovery-solicitation", 142: "inverse-neighbor-discovery-advertisement",
        143: "version-2-multicast-listener-report", 144: "home-agent-address-discovery-request",
        145: "home-agent-address-discovery-reply", 146: "mobile-prefix-solicitation",
        147: "mobile-prefix-advertisement", 148: "certification-path-solicitation",
        149: "certification-path-advertisement", 151: "multicast-router-advertisement",
        152: "multicast-router-solicitation", 153: "multicast-router-termination"},
}  # fmt: skip


def wordless(
    items: Iterable[tuple[Asked, Match]], *, codes: bool, protocols: frozenset[int] = frozenset(WORDS)
) -> list[Finding]:
    """Return the errors of rules whose services a language, or aerleon, has no word for."""
    found: dict[tuple[str, str], Finding] = {}
    for item, match in items:
        problem: Message | None = None
        if match.protocol is not None and match.protocol not in protocols:
            problem = say("protocol {number} has no word in this dialect",
                          "le protocole {number} n’a pas de mot dans ce dialecte", number=match.protocol)  # fmt: skip
        elif any(kind not in ICMP_WORDS[item.family] for kind, _, _ in match.kinds):
            kind = next(kind for kind, _, _ in match.kinds if kind not in ICMP_WORDS[item.family])
            problem = say("type {number} of ICMP has no word in this dialect",
                          "le type {number} d’ICMP n’a pas de mot dans ce dialecte", number=kind)  # fmt: skip
        elif not codes and any((low, high) != (0, 255) for _, low, high in match.kinds):
            problem = say("this dialect has no codes of ICMP", "ce dialecte n’a pas de codes ICMP")
        elif match.ports[:1] == ((0, 0),) or any(low == 0 and high == 0 for low, high in match.sources):
            problem = say("port 0 has no word in this dialect", "le port 0 n’a pas de mot dans ce dialecte")
        if problem is not None:
            found.setdefault((item.line, problem.say("en")), inexpressible(item.line, problem, item.span))
    return list(found.values())
