"""Linux nftables: what ``nft list ruleset`` and ``nft -j list ruleset`` say, and files such as ``/etc/nftables.conf``.

Sources: nft(8) and libnftables-json(5), <https://www.netfilter.org/projects/nftables/manpage.html>; the order of hooks
is the kernel's (:mod:`cloison.flows.configuring.netfilter.hooks`).
"""

from __future__ import annotations

import re

from cloison.flows.configuration import Dialect, File
from cloison.flows.configuring.netfilter.nft.device import read
from cloison.flows.configuring.netfilter.nft.dump import is_dump
from cloison.netmodel.finding import Text

_LINE = re.compile(
    r"^[ \t]*(?:(?:(?:add|create)[ \t]+)?table[ \t]+"
    r"(?:(?:ip6?|inet|arp|bridge|netdev)[ \t]+)?[\"$\w./-]+[ \t]*(?:\{|$|;)"
    r"|flush[ \t]+ruleset\b|(?:add|insert)[ \t]+(?:rule|chain)[ \t]+(?:ip6?|inet|arp|bridge|netdev)[ \t])",
    re.ASCII | re.MULTILINE,
)
_LOOKED_AT = 200_000


def _recognises(file: File) -> bool:
    return is_dump(file.text) or _LINE.search(file.text, 0, _LOOKED_AT) is not None


DIALECT = Dialect(
    "nftables",
    Text("Linux nftables", "nftables de Linux"),
    _recognises,
    read,
    understood=(
        Text("tables of ip, ip6 and inet; base chains of filter, nat and route at every hook, by priority; policies",
             "tables ip, ip6 et inet ; chaînes de base filter, nat et route à chaque point, par priorité ; politiques"),
        Text("verdicts: accept, drop, reject, jump, goto, return, continue, and maps of them (vmap)",
             "verdicts : accept, drop, reject, jump, goto, return, continue, et leurs tables (vmap)"),
        Text("ip/ip6 saddr, daddr, protocol, nexthdr; masks; tcp/udp/udplite/dccp/sctp/th sport, dport; icmp/icmpv6 "
             "type, code; meta iif(name), oif(name), nfproto, protocol, l4proto",
             "ip/ip6 saddr, daddr, protocol, nexthdr ; masques ; tcp/udp/udplite/dccp/sctp/th sport, dport ; "
             "icmp/icmpv6 type, code ; meta iif(name), oif(name), nfproto, protocol, l4proto"),
        Text("ct state, ct direction; tcp flags as far as they tell opening packets from others",
             "ct state, ct direction ; tcp flags, en ce qu’ils distinguent l’ouverture du reste"),
        Text("sets, maps, intervals, concatenations, negations, elements with comments, counters and times to live "
             "(as they stand)",
             "ensembles, tables (maps), intervalles, concaténations, négations, éléments avec commentaires, compteurs "
             "et durées de vie (tels quels)"),
        Text("dnat, snat, masquerade, redirect, with maps and prefixes",
             "dnat, snat, masquerade, redirect, avec maps et préfixes"),
        Text("commands: define, add, create, insert, delete, flush",
             "commandes : define, add, create, insert, delete, flush"),
    ),
    harmless=(
        Text("counter, log, comment, limits that guard a log only, sets of marks, priorities, TTL and DSCP",
             "counter, log, comment, limites qui ne gardent qu’un journal, marques, priorités, TTL et DSCP posés"),
        Text("counters, quotas, limits, timeouts and flow tables that are declared; arp and bridge tables",
             "compteurs, quotas, limites, délais et tables de flux déclarés ; tables arp et bridge"),
    ),
    undecided=(
        Text("limit, quota, ct count, meter, sets that rules change",
             "limit, quota, ct count, meter, ensembles que des règles modifient"),
        Text("marks, fib, socket, rt, numgen, times, users, other fields of packets, ct status, ct original",
             "marques, fib, socket, rt, numgen, heures, utilisateurs, autres champs, ct status, ct original"),
        Text("queue, synproxy, tproxy, rewritten ports and addresses, flow offload, notrack, helpers",
             "queue, synproxy, tproxy, ports et adresses réécrits, flow offload, notrack, assistants (helpers)"),
        Text("filters at ingress and egress; rules whose words are not known",
             "filtres en ingress et egress ; règles aux mots inconnus"),
        Text("filters before a translation of destinations, or after one of sources, where real ends do not tell",
             "filtres avant une traduction de destination ou après celle de source (extrémités réelles muettes)"),
    ),
)  # fmt: skip
