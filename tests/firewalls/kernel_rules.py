"""Random rule sets of nft: every construct that the dialect calls understood, and some that it leaves undecided."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

V4 = tuple(
    atom for n in (1, 2, 3) for atom in (f"10.{n}.0.5", f"10.{n}.0.6", f"10.{n}.0.7-10.{n}.0.8", f"10.{n}.0.16/29")
)
V6 = tuple(atom for n in (1, 2, 3) for atom in (f"fd00:{n}::5", f"fd00:{n}::6", f"fd00:{n}::7-fd00:{n}::8"))
PORTS = ("22", "53", "80", "443", "8000-8010")
_WIDE4 = ("10.1.0.0/16", "10.2.0.0/15", "10.1.0.4/30", "10.2.0.6-10.3.0.6", "0.0.0.0/0")
_WIDE6 = ("fd00:1::/32", "fd00:2::/31", "fd00:1::4/126", "fd00:2::6-fd00:3::6")
_STATES = ("new", "established", "related", "invalid", "untracked")
_TYPES4 = ("echo-request", "echo-reply", "destination-unreachable", "time-exceeded")
_TYPES6 = ("echo-request", "echo-reply", "destination-unreachable", "packet-too-big")


class Nft:
    """One rule set out of a seed."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._table = "inet"

    def _some(self, items: Sequence[str], most: int = 3) -> str:
        return ", ".join(self._random.sample(items, self._random.randint(1, min(most, len(items)))))

    def _values(self, atoms: Sequence[str], wide: Sequence[str] = ()) -> str:
        choice = self._random.randrange(4)
        if choice == 0 and wide:
            return self._random.choice(wide)
        if choice == 1:
            return self._random.choice(atoms)
        return f"{{ {self._some(atoms)} }}"

    def _not(self) -> str:
        return "!= " if self._random.random() < 0.25 else ""

    def text(self) -> str:
        """Return the rule set."""
        random = self._random
        second = random.choice(("ip", "ip6", "inet"))
        chains = "".join(self._chain(f"u{at}", at, 4) for at in reversed(range(4)))
        text = f"""table inet main {{
  set hosts {{ type ipv4_addr; flags interval; elements = {{ {self._some(V4, 5)} }} ; }}
  set hosts6 {{ type ipv6_addr; flags interval; elements = {{ {self._some(V6, 5)} }} ; }}
  set ports {{ type inet_service; flags interval; elements = {{ {self._some(PORTS, 4)} }} ; }}
  set pairs {{ type ipv4_addr . inet_service; flags interval; elements = {{ {self._pairs()} }} ; }}
  set sides {{ type ifname; elements = {{ {self._some(('"lan0"', '"dmz0"', '"wan0"'), 2)} }} ; }}
  map verdicts {{ type inet_service : verdict; flags interval; elements = {{ {self._vmap(PORTS, 4)} }} ; }}
{chains}  chain forwarding {{
    type filter hook forward priority filter; policy {random.choice(("accept", "drop"))};
{self._rules(-1, random.randint(4, 9))}  }}
  chain incoming {{
    type filter hook input priority {random.choice(("filter", "filter - 5"))}; policy {
            random.choice(("accept", "drop"))
        };
{self._rules(-1, random.randint(2, 5))}  }}
}}
"""
        self._table = second
        text += f"""table {second} more {{
  chain early {{
    type filter hook prerouting priority {random.choice(("mangle", "raw + 150", "-50"))}; policy accept;
{self._rules(9, 2, refuse=True)}  }}
  chain late {{
    type filter hook forward priority {random.choice(("filter + 10", "security"))}; policy {
            random.choice(("accept", "accept", "drop"))
        };
{self._rules(9, random.randint(1, 4))}  }}
}}
"""
        self._table = "inet"
        return text

    def _chain(self, name: str, at: int, most: int) -> str:
        return f"  chain {name} {{\n{self._rules(at, self._random.randint(1, most))}  }}\n"

    def _rules(self, at: int, count: int, refuse: bool = False) -> str:
        return "".join(f"    {self._rule(at, refuse)}\n" for _ in range(count))

    def _pairs(self) -> str:
        return ", ".join(f"{host} . {port}" for host, port in zip(
            self._random.sample(V4, 4), self._random.sample(PORTS, 4), strict=True))  # fmt: skip

    def _verdict(self, at: int) -> str:
        random = self._random
        words = ["accept", "drop", "reject", "return", "accept", "drop"]
        if at < 3:
            words += [f"{word} u{random.randint(max(at + 1, 0), 3)}" for word in ("jump", "jump", "goto")]
        return random.choice(words)

    def _map_verdict(self) -> str:
        return self._random.choice(("accept", "drop", "return", "continue", "jump u3", "goto u3"))

    def _vmap(self, keys: Sequence[str], most: int) -> str:
        inside = [f"{key} : accept" if self._random.random() < 0.5 else f"{key} : drop"
                  for key in self._random.sample(keys, self._random.randint(1, most))]  # fmt: skip
        return ", ".join(inside)

    def _maps(self, at: int) -> str:
        random = self._random
        verdicts = [self._map_verdict() if at < 3 else random.choice(("accept", "drop", "continue", "return"))
                    for _ in range(3)]  # fmt: skip
        return random.choice((
            f"ct state vmap {{ established : accept, invalid : {verdicts[0]}, new : {verdicts[1]} }}",
            f'iifname vmap {{ "lan0" : {verdicts[0]}, "dmz0" : {verdicts[1]} }}',
            f"tcp dport vmap {{ 22 : {verdicts[0]}, 80-443 : {verdicts[1]}, 8000-8010 : {verdicts[2]} }}",
            f"meta l4proto vmap {{ tcp : {verdicts[0]}, icmp : {verdicts[1]}, esp : {verdicts[2]} }}",
            f'iifname . oifname vmap {{ "lan0" . "dmz0" : {verdicts[0]}, "wan0" . "lan0" : {verdicts[1]} }}',
            f"meta l4proto . th dport vmap {{ tcp . 80 : {verdicts[0]}, udp . 53 : {verdicts[1]} }}",
            *((f"ip saddr . tcp dport vmap {{ 10.1.0.5 . 80 : {verdicts[0]}, 10.2.0.0/29 . 22-53 : {verdicts[1]} }}",
               f"ip daddr vmap {{ 10.1.0.0/28 : {verdicts[0]}, 10.2.0.5-10.2.0.7 : {verdicts[1]} }}")
              if self._table != "ip6" else ()),
            *(("tcp dport vmap @verdicts", "udp dport vmap @verdicts") if at < 9 else ()),
        ))  # fmt: skip

    def _rule(self, at: int, refuse: bool) -> str:
        random = self._random
        matches = ""
        while not matches:
            matches = " ".join(self._compatible(random.choices((1, 2, 3), (4, 4, 1))[0], at))
        if refuse:
            return f"{matches} drop"
        extra = random.choice(("", "", "", "counter ", 'log prefix "x" ', "limit rate 1/hour log "))
        if extra.startswith("limit"):
            return matches + " " + extra  # guards a log only
        if random.random() < 0.15:
            return self._maps(at)
        doubts = ("meta mark 0x7 ", "fib saddr type unicast ", "limit rate 100/second ", "meta length > 9 ")
        doubt = random.choice(doubts)
        return f"{matches} {doubt if random.random() < 0.06 else ''}{extra}{self._verdict(at)}" + (
            f' comment "rule {random.randrange(99)}"' if random.random() < 0.2 else "")  # fmt: skip

    def _compatible(self, count: int, at: int) -> list[str]:
        """Return matches that nft takes together: one protocol, one family."""
        random = self._random
        family = random.choice({"ip": ("ip",), "ip6": ("ip6",)}.get(self._table, ("ip", "ip6", "")))
        layer = random.choice(("tcp", "tcp", "udp", "icmp", ""))
        kinds = random.sample(("source", "destination", "layer", "side", "state", "both"), count)
        if "both" in kinds and "layer" in kinds:
            kinds.remove("both")  # nft takes one protocol in a rule
        return [item for kind in kinds for item in self._match(kind, family, layer, at)]

    def _match(self, kind: str, family: str, layer: str, at: int) -> list[str]:
        random, no = self._random, self._not()
        named = at < 9
        if kind in ("source", "destination") and family:
            field = "saddr" if kind == "source" else "daddr"
            if named and random.random() < 0.2:
                return [f"{family} {field} {no}@hosts{'6' if family == 'ip6' else ''}"]
            if family == "ip" and random.random() < 0.15:
                return [f"ip {field} & 255.0.255.255 {random.choice(('==', '!='))} 10.0.0.{random.randint(5, 8)}"]
            return [f"{family} {field} {no}{self._values(*((V4, _WIDE4) if family == 'ip' else (V6, _WIDE6)))}"]
        if kind == "side":
            return [random.choice((f'iifname {no}"lan0"', f'oifname {no}"wan0"', f'iifname {no}{{ "lan0", "dmz0" }}',
                                   f'iifname {no}"dm*"', f'oifname {no}"d*"',
                                   f"iifname {no}@sides" if named else f'iif {no}"wan0"'))]  # fmt: skip
        if kind == "state":
            words = random.sample(_STATES, random.randint(1, 2))
            return [random.choice((f"ct state {','.join(words)}", f"ct state != {words[0]}",
                                   f"ct state {no}{{ {', '.join(words)} }}"))]  # fmt: skip
        if kind == "both" and family == "ip" and layer in ("tcp", "udp"):
            if named and random.random() < 0.5:
                return [f"ip {random.choice(('saddr', 'daddr'))} . {layer} dport {no}@pairs"]
            pairs = ", ".join(f"{host} . {port}" for host, port in zip(random.sample(V4, 2), random.sample(PORTS, 2),
                                                                      strict=True))  # fmt: skip
            return [f"ip daddr . {layer} dport {no}{{ {pairs} }}"]
        return self._layer(family, layer, no, named) if kind == "layer" else []

    def _layer(self, family: str, layer: str, no: str, named: bool) -> list[str]:
        random = self._random
        if layer in ("tcp", "udp"):
            choices = [f"{layer} dport {no}{self._values(PORTS)}", f"{layer} sport {random.choice(('<', '>='))} 1050",
                       f"{layer} sport {no}1000-1099",
                       f"meta l4proto {{ tcp, udp }} th dport {no}{self._values(PORTS)}",
                       f"{layer} dport > 400"]  # fmt: skip
            if named:
                choices.append(f"{layer} dport {no}@ports")
            if layer == "tcp":
                choices += [f"tcp flags & (fin|syn|rst|ack) {random.choice(('==', '!='))} syn",
                            "tcp flags syn / fin,syn,rst,ack", "tcp flags & (syn|fin) == (syn|fin)"]  # fmt: skip
            return [random.choice(choices)]
        if layer == "icmp" and family != "ip6" and self._table != "ip6":
            return [random.choice((f"icmp type {no}{{ {self._some(_TYPES4)} }}", f"icmp type {random.choice(_TYPES4)}",
                                   f"icmp code {no}1", f"ip protocol {no}icmp",
                                   "icmp type . icmp code { 3 . 1, 8 . 0 }"))]  # fmt: skip
        if layer == "icmp":
            return [f"icmpv6 type {no}{{ {self._some(_TYPES6)} }}"] if self._table != "ip" else []
        whole = [f"meta l4proto {no}{{ {self._some(('tcp', 'udp', 'esp', 'icmp', 'ipv6-icmp'))} }}",
                 f"meta l4proto {no}{random.choice(('tcp', 'pim', '50-60'))}", "ct direction original"]  # fmt: skip
        if self._table == "inet" and not family:
            whole += [f"meta nfproto {no}ipv4", "meta protocol ip6"]
        if family == "ip6" and self._table != "ip":
            whole.append(f"ip6 nexthdr {no}{{ tcp, 17 }}")
        return [random.choice(whole)]
