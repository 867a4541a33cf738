"""The policies of a VDOM as terms: those that virtual addresses lead through, then all others, in order.

A packet that a virtual address translated meets only the policies that name it (and those that match translated
packets); one that was sent to the same real address directly meets only the others. Between two real ends there is a
conversation when either is let through, so what the first list permits stands before the second.

Source: Fortinet, FortiOS CLI Reference, ``config firewall policy``; Technical Tip "DENY policy for Virtual IP firewall
policy" (``match-vip``, on by default for a denying policy since 7.2.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cloison.flows.configuration import Action, Term, Translation, Written
from cloison.flows.configuring.bounds import Bounds, exactly, rule
from cloison.flows.configuring.carving import carved, meet
from cloison.flows.configuring.fortinet.bearing import text_of
from cloison.flows.configuring.fortinet.objects import written
from cloison.flows.configuring.fortinet.scope import Scope
from cloison.flows.configuring.fortinet.tree import Node
from cloison.flows.configuring.surroundings import whole
from cloison.netmodel.finding import Message, Span, say
from cloison.netmodel.space.addresses import V4, V6
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE, ServiceSet

_MATCH_VIP = (7, 2, 3)
_UNDERSTOOD = frozenset({
    "srcintf", "dstintf", "srcaddr", "dstaddr", "srcaddr4", "dstaddr4", "srcaddr6", "dstaddr6", "srcaddr-negate",
    "dstaddr-negate", "srcaddr6-negate", "dstaddr6-negate", "service", "service-negate", "action", "status", "schedule",
    "nat", "ippool", "poolname", "poolname6", "match-vip", "intf",
})  # fmt: skip
_HARMLESS = frozenset({
    "name", "uuid", "comments", "label", "global-label", "logtraffic", "logtraffic-start", "log-http-transaction",
    "utm-status", "inspection-mode", "profile-type", "profile-group", "profile-protocol-options", "ssl-ssh-profile",
    "av-profile", "webfilter-profile", "dnsfilter-profile", "emailfilter-profile", "dlp-sensor", "dlp-profile",
    "file-filter-profile", "ips-sensor", "application-list", "voip-profile", "ips-voip-filter", "icap-profile",
    "cifs-profile", "waf-profile", "ssh-filter-profile", "sctp-filter-profile", "videofilter-profile",
    "virtual-patch-profile", "casb-profile", "diameter-filter-profile", "telemetry-profile", "capture-packet",
    "auto-asic-offload", "np-acceleration", "wanopt", "webcache", "traffic-shaper", "traffic-shaper-reverse",
    "per-ip-shaper", "fixedport", "tcp-mss-sender", "tcp-mss-receiver", "session-ttl", "anti-replay",
    "tcp-session-without-syn", "delay-tcp-npu-session", "diffserv-forward", "diffserv-reverse", "diffserv-copy",
    "diffservcode-forward", "diffservcode-rev", "custom-log-fields", "replacemsg-override-group", "send-deny-packet",
    "block-notification", "timeout-send-rst", "firewall-session-dirty", "schedule-timeout", "geoip-match",
    "geoip-anycast", "vpntunnel", "outbound", "natoutbound", "natinbound", "natip", "permit-stun-host",
    "radius-mac-auth-bypass",
    "dynamic-shaping", "passive-wan-health-measurement", "vlan-cos-fwd", "vlan-cos-rev", "email-collect",
    "webproxy-forward-server", "webproxy-profile", "http-policy-redirect", "ssh-policy-redirect",
    "captive-portal-exempt", "port-preserve", "port-random", "match-vip-only", "ssl-mirror", "ssl-mirror-intf",
    "auth-path", "auth-cert", "auth-redirect-addr", "ztna-policy-redirect", "pcp-outbound", "virtual-host",
    "eif-check", "eif-learn", "dsri", "policy-offload", "scan-botnet-connections", "tags", "vlan-cos",
})  # fmt: skip
_NARROWS = frozenset({
    "users", "groups", "fsso", "fsso-groups", "fsso-agent-for-ntlm", "rsso", "ntlm", "ntlm-guest", "devices",
    "custom-devices", "src-vendor-mac", "tos", "tos-mask", "tos-negate", "application", "app-category", "app-group",
    "url-category", "reputation-minimum", "reputation-direction", "reputation-minimum6", "vlan-filter", "sgt",
    "sgt-check", "policy-expiry", "policy-expiry-date", "policy-expiry-date-utc", "disclaimer", "ztna-status",
    "ztna-ems-tag", "ztna-ems-tag-secondary", "ztna-geo-tag", "ztna-device-ownership", "ztna-tags-match-logic",
    "network-service-dynamic", "network-service-src-dynamic", "learning-mode", "identity-based", "endpoint-compliance",
    "rtp-nat", "rtp-addr", "inbound", "ha-mgmt-intf-only", "virtual-patch", "decrypted-traffic-mirror",
})  # fmt: skip
_OFF: tuple[list[str], ...] = ([], ["disable"], ["0"], ["0x00"], [""])

# a virtual address's name, empty for all of them, and a term that its packets meet
Led = tuple[str, Term]


@dataclass(slots=True)
class _Policy:
    node: Node
    scope: Scope
    written: Written
    action: Action
    doubt: Message | None
    wide: bool
    arriving: frozenset[str] | None
    leaving: frozenset[str] | None

    def rests(self) -> str | None:
        """Return what a doubt about it hangs on."""
        return self.scope.around.under(text_of(self.node), whole(self.scope.vdom))


def forward(scope: Scope, version: tuple[int, ...]) -> tuple[list[Term], list[Term], list[Translation]]:
    """Return what virtual addresses are let through, the terms of all policies, and the sources that they hide."""
    virtual: list[Led] = []
    plain: list[Term] = []
    hidden: list[Translation] = []
    for table in ("firewall policy", "firewall consolidated policy", "firewall policy6"):
        only6 = table.endswith("6")
        for node in scope.entries(table).values():
            policy = _policy(node, scope, ("srcintf", "dstintf"))
            if policy is None:
                continue
            for v6 in (True,) if only6 else (False, True):
                _family(policy, v6, only6, version, virtual, plain, hidden)
    return list(_through(virtual)), plain, hidden


def local_in(scope: Scope) -> list[Term]:
    """Return the terms of the policies for the device itself."""
    terms: list[Term] = []
    for table, v6 in (("firewall local-in-policy", False), ("firewall local-in-policy6", True)):
        for node in scope.entries(table).values():
            policy = _policy(node, scope, ("intf", ""))
            if policy is not None:
                ends = _ends(policy, v6, v6)
                if ends is not None:
                    terms += rule(policy.action, policy.written, *ends, policy.arriving, None, policy.doubt,
                                  policy.rests)  # fmt: skip
    return terms


def _policy(node: Node, scope: Scope, sides: tuple[str, str]) -> _Policy | None:
    notes = scope.notes
    notes.understood += 1
    where = written(node, "policy")
    if node.value("status") == "disable":
        notes.understood += node.size
        return None
    doubt, wide = _doubts(node, scope, where)
    known: dict[str, Action] = {"accept": "permit", "deny": "deny", "ipsec": "permit"}
    word = node.value("action", "deny")
    action = known.get(word, "unknown")
    if word not in ("accept", "deny"):
        doubt = say("its action is {word}", "son action est {word}", word=word)
        notes.leave(where, doubt)
    schedule = node.value("schedule", "always")
    holds, when = scope.when(schedule, node.at("schedule"))
    if when is not None:
        doubt = when
        notes.leave(where, when)
    if not holds:
        return None
    arriving = scope.ports.of(node.named(sides[0]) or (("any", node.span),))
    leaving = scope.ports.of(node.named(sides[1]) or (("any", node.span),)) if sides[1] else None
    for side in sides:
        if side and side not in node.settings and sides[1]:
            notes.error(node.span, say("policy {id} has no {side}", "la règle {id} n’a pas de {side}",
                                       id=node.name, side=side))  # fmt: skip
    return _Policy(node, scope, where, action, doubt, wide, arriving, leaving)


def _doubts(node: Node, scope: Scope, where: Written) -> tuple[Message | None, bool]:
    """Count the settings of a policy; return what narrows it unknown to us, and whether it may hold anything."""
    doubt: Message | None = None
    wide = False
    for key, setting in node.settings.items():
        if key in _UNDERSTOOD:
            scope.notes.understood += 1
        elif key in _HARMLESS or key.startswith("internet-service"):
            scope.notes.harmless += 1
        elif key in _NARROWS:
            if setting.values in _OFF or (key == "tos-mask" and node.values("tos") in _OFF):
                scope.notes.harmless += 1
                continue
            doubt = say("it depends on {key}", "elle dépend de {key}", key=key)
            scope.notes.leave(where, doubt)
        elif key in ("nat46", "nat64") and setting.values == ["disable"]:
            scope.notes.harmless += 1
        else:
            doubt, wide = say("{key} is not understood", "{key} n’est pas compris", key=key), True
            scope.notes.leave(where, doubt)
    return doubt, wide


def _ends(
    policy: _Policy, v6: bool, only6: bool
) -> tuple[Bounds[IntervalSet], Bounds[IntervalSet], Bounds[ServiceSet]] | None:
    """Return the two ends and the services of a policy in one address family, ``None`` where it says nothing of it."""
    node, scope = policy.node, policy.scope
    family = V6 if v6 else V4
    if policy.wide:
        return exactly(family), exactly(family), exactly(EVERY_SERVICE)
    suffix = "6" if v6 and not only6 else ""
    ends: list[Bounds[IntervalSet]] = []
    for side in ("src", "dst"):
        service = f"internet-service{'6' if v6 else ''}{'-src' if side == 'src' else ''}"
        if node.value(service) == "enable":
            why = say("an Internet service: its addresses are not in the file",
                      "un service d’Internet : ses adresses ne sont pas dans le fichier")  # fmt: skip
            scope.notes.leave(policy.written, why)
            ends.append(Bounds(EMPTY, family, why))
            continue
        names = _names(node, f"{side}addr", suffix)
        if not names:
            return None
        if side == "dst":
            names = tuple(item for item in names if scope.virtual(v6, item[0]) is None)
        found = scope.addresses(v6, names)
        ends.append(_negated(policy, f"{side}addr", suffix, found, family))
    internet = node.value(f"internet-service{'6' if v6 else ''}") == "enable"
    names = node.named("service")
    if internet:
        wanted: Bounds[ServiceSet] = Bounds(NO_SERVICE, EVERY_SERVICE, ends[1].doubt)
    elif not names:
        scope.notes.error(
            node.span, say("policy {id} has no service", "la règle {id} n’a pas de service", id=node.name)
        )
        return None
    else:
        wanted = scope.asked(names)
        if node.value("service-negate") == "enable":
            wanted = wanted.negated(EVERY_SERVICE)
    return ends[0], ends[1], wanted


def _names(node: Node, key: str, suffix: str) -> tuple[tuple[str, Span], ...]:
    return node.named(key + suffix) or (node.named(key + "4") if not suffix else ())


def _negated(
    policy: _Policy, key: str, suffix: str, found: Bounds[IntervalSet], family: IntervalSet
) -> Bounds[IntervalSet]:
    node = policy.node
    own = node.value(f"{key}{suffix}-negate")
    if own == "enable":
        return found.negated(family)
    if suffix and not own and node.value(f"{key}-negate") == "enable":
        why = say("whether {key}-negate turns IPv6 around depends on the version",
                  "que {key}-negate inverse aussi IPv6 dépend de la version", key=key)  # fmt: skip
        policy.scope.notes.leave(policy.written, why)
        return Bounds(EMPTY, family, why)
    return found


def _family(
    policy: _Policy, v6: bool, only6: bool, version: tuple[int, ...], virtual: list[Led], plain: list[Term],
    hidden: list[Translation],
) -> None:  # fmt: skip
    node, scope = policy.node, policy.scope
    ends = _ends(policy, v6, only6)
    if ends is None:
        return
    sources, destinations, wanted = ends
    suffix = "6" if v6 and not only6 else ""
    names = _names(node, "dstaddr", suffix)
    named = [item for name, _ in names for item in scope.virtual(v6, name) or ()]
    doubt = policy.doubt
    if named and node.value(f"dstaddr{suffix}-negate") == "enable":
        doubt = say("it excludes a virtual address", "elle exclut une adresse virtuelle")
        scope.notes.leave(policy.written, doubt)
        destinations, named = exactly(V6 if v6 else V4), []
    for item in named:
        arriving = meet(policy.arriving, item.arriving)
        for term in rule(
            policy.action, policy.written, sources.within(item.sources), item.inside, wanted.within(item.services),
            arriving, policy.leaving, doubt, policy.rests,
        ):  # fmt: skip
            virtual.append((item.written.text, term))
    terms = list(rule(
        policy.action, policy.written, sources, destinations, wanted, policy.arriving, policy.leaving, doubt,
        policy.rests,
    ))  # fmt: skip
    plain += terms
    if node.value("action") == "ipsec":  # its tunnel may bring the other side in, too
        plain += rule(
            "permit", policy.written, destinations, sources, exactly(EVERY_SERVICE), policy.leaving, policy.arriving,
            doubt, policy.rests,
        )  # fmt: skip
    if policy.action == "permit" and node.value("nat") == "enable":
        hidden += _hidden(policy, sources, v6)
    elif policy.action == "deny" and terms and scope.vips:
        virtual += (("", term) for term in _translated(policy, terms, version))


def _through(virtual: list[Led]) -> Iterator[Term]:
    """Yield what each virtual address is let through: of two that lead to one real end, either may be."""
    own: dict[str, list[tuple[int, Term]]] = {}
    for at, (name, term) in enumerate(virtual):
        own.setdefault(name, []).append((at, term))
    every = own.pop("", [])
    for terms in own.values():
        least = IntervalSet.union([part for _, term in terms for part in term.destinations.ranges])
        shared = [item for item in every if item[1].destinations.overlaps(least)]
        yield from carved(term for _, term in sorted([*terms, *shared], key=lambda item: item[0]))


def _translated(policy: _Policy, terms: list[Term], version: tuple[int, ...]) -> Iterator[Term]:
    """Yield the terms of a denying policy as translated packets meet them."""
    said = policy.node.value("match-vip")
    if said == "enable" or (not said and version >= _MATCH_VIP):
        yield from terms
    elif not said and not version:
        why = say("whether it holds what a VIP translated depends on the version, which the file does not say",
                  "qu’elle vaille pour ce qu’une VIP a traduit dépend de la version, absente du fichier")  # fmt: skip
        for term in terms:
            yield replace(term, sure=False, doubt=term.doubt or why)


def _hidden(policy: _Policy, sources: Bounds[IntervalSet], v6: bool) -> Iterator[Translation]:
    scope, node = policy.scope, policy.node
    family = V6 if v6 else V4
    if node.value("ippool") == "enable":
        outside = pools(scope, node.named("poolname6" if v6 else "poolname"))
    else:
        leaving = policy.leaving if policy.leaving is not None else frozenset(scope.ports.found)
        outside = IntervalSet.union(
            [part for name in sorted(leaving) for part in scope.ports.found[name].addresses.ranges]
        )
    yield Translation("source", outside & family, sources.upper, policy.written)


def pools(scope: Scope, names: tuple[tuple[str, Span], ...]) -> IntervalSet:
    """Return the addresses of pools; those that the file does not define have none."""
    known = scope.pools
    return IntervalSet.union([part for name, _ in names if name in known for part in known[name].ranges])
