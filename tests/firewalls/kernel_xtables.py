"""Random rules of iptables, ip6tables and ipset: every construct that the dialect calls understood."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

_V4 = tuple(atom for n in (1, 2, 3) for atom in (f"10.{n}.0.5", f"10.{n}.0.6", f"10.{n}.0.8/30", f"10.{n}.0.0/16"))
_V6 = tuple(atom for n in (1, 2, 3) for atom in (f"fd00:{n}::5", f"fd00:{n}::6", f"fd00:{n}::8/126", f"fd00:{n}::/32"))
_PORTS = ("22", "53", "80", "443", "8000:8010", "9999")
_SIDES = ("lan0", "dmz0", "wan0", "d+", "+")
_STATES = ("NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED")
SETS = {
    "hosts": "hash:ip", "nets": "hash:net", "pairs": "hash:ip,port", "netport": "hash:net,port",
    "netnet": "hash:net,net", "ports": "bitmap:port range 0-10000", "all": "list:set", "links": "hash:net,iface",
}  # fmt: skip
"""Sets by name with their types; a kernel may lack some of the types."""


class Xtables:
    """Sets, and rules of both families, out of a seed."""

    def __init__(self, random: Random, sets: Sequence[str] = tuple(SETS)) -> None:
        self._random = random
        self._v4 = True
        self._sets = sets

    @property
    def _atoms(self) -> Sequence[str]:
        return _V4 if self._v4 else _V6

    def _host(self) -> str:
        number = self._random.randint(5, 9)
        side = self._random.randint(1, 3)
        return f"10.{side}.0.{number}" if self._v4 else f"fd00:{side}::{number}"

    def _net(self) -> str:
        return self._random.choice([atom for atom in self._atoms if "/" in atom])

    def _port(self) -> str:
        return self._random.choice(("tcp:22", "tcp:80", "udp:53", "udp:443", "tcp:8005",
                                    "icmp:8/0" if self._v4 else "icmpv6:128/0"))  # fmt: skip

    def sets(self) -> str:
        """Return the sets of both families, as ``ipset restore`` takes them."""
        random, lines = self._random, []
        for self._v4 in (True, False):
            tail, family = ("4", "inet") if self._v4 else ("6", "inet6")
            lines += [f"create hosts{tail} hash:ip family {family}", f"create nets{tail} hash:net family {family}",
                      f"create pairs{tail} hash:ip,port family {family}",
                      f"create netport{tail} hash:net,port family {family}",
                      f"create netnet{tail} hash:net,net family {family}",
                      f"create ports{tail} bitmap:port range 0-10000", f"create all{tail} list:set",
                      f"create links{tail} hash:net,iface family {family}"]  # fmt: skip
            lines += [f"add hosts{tail} {item}" for item in {self._host() for _ in range(4)}]
            lines += [f"add nets{tail} {item}{random.choice(('', '', ' nomatch'))}"
                      for item in sorted({random.choice(self._atoms) for _ in range(4)})]  # fmt: skip
            for name, make, count in (("pairs", lambda: f"{self._host()},{self._port()}", 6),
                                      ("netport", lambda: f"{self._net()},{self._port()}", 3),
                                      ("netnet", lambda: f"{self._net()},{self._net()}", 3)):  # fmt: skip
                lines += [f"add {name}{tail} {item}" for item in sorted({make() for _ in range(count)})]
            lines += [f"add ports{tail} {item}" for item in (22, 80)]
            lines += [f"add links{tail} {self._net()},{random.choice(('lan0', 'wan0'))}"]
            lines += [f"add all{tail} {name}{tail}" for name in random.sample(("hosts", "nets"), random.randint(1, 2))]
        kept = [line for line in lines if line.split()[1][:-1] in self._sets]
        return "\n".join(kept) + "\n"

    def text(self, v4: bool) -> str:
        """Return the tables of one family."""
        self._v4, random = v4, self._random
        policy = random.choice(("ACCEPT", "DROP"))
        chains = "".join(f":u{at} - [0:0]\n" for at in range(4))
        rules = "".join(self._rule(f"u{at}", at) for at in range(4) for _ in range(random.randint(1, 4)))
        rules += "".join(self._rule("FORWARD", -1) for _ in range(random.randint(4, 9)))
        rules += "".join(self._rule("INPUT", -1) for _ in range(random.randint(1, 4)))
        early = "".join(self._rule("PREROUTING", 9) for _ in range(1))
        late = "".join(self._rule("FORWARD", 9) for _ in range(2))
        return f"""*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
{early}{late}COMMIT
*filter
:INPUT {random.choice(("ACCEPT", "DROP"))} [0:0]
:FORWARD {policy} [0:0]
:OUTPUT ACCEPT [0:0]
{chains}{rules}COMMIT
"""

    def _no(self) -> str:
        return "! " if self._random.random() < 0.25 else ""

    def _target(self, at: int) -> str:
        random = self._random
        if at == 9:
            return random.choice(("-j DROP", "-j ACCEPT", "-j RETURN"))
        words = ["-j ACCEPT", "-j DROP", "-j REJECT", "-j RETURN", "-j ACCEPT", "-j LOG", ""]
        if at < 3:
            words += [f"-{kind} u{random.randint(max(at + 1, 0), 3)}" for kind in ("j", "j", "g")]
        return random.choice(words)

    def _rule(self, chain: str, at: int) -> str:
        random = self._random
        layer = random.choice(("tcp", "tcp", "udp", "icmp", ""))
        kinds = ["source", "destination", "layer", "in", "state", "set", "range"]
        if chain in ("FORWARD",):
            kinds.append("out")
        found, has_layer = [], False
        for kind in random.sample(kinds, random.choices((1, 2, 3), (4, 4, 1))[0]):
            if kind == "layer":
                has_layer = True
            found.append(self._match(kind, layer))
        text = " ".join(item for item in found if item)
        if has_layer and layer:
            text = self._layer(layer) + " " + text
        if random.random() < 0.06:
            text += random.choice((" -m mark --mark 0x7", " -m limit --limit 9/sec", " -m addrtype --src-type UNICAST"))
        if random.random() < 0.15:
            text += f' -m comment --comment "rule {random.randrange(99)}"'
        return f"-A {chain} {text} {self._target(at)}\n"

    def _match(self, kind: str, layer: str) -> str:
        random, no = self._random, self._no()
        if kind in ("source", "destination"):
            return f"{no}-{kind[0]} {random.choice(self._atoms)}"
        if kind == "in":
            return f"{no}-i {random.choice(_SIDES[:4])}"
        if kind == "out":
            return f"{no}-o {random.choice(_SIDES[:4])}"
        if kind == "state":
            words = ",".join(random.sample(_STATES, random.randint(1, 2)))
            return f"-m conntrack {no}--ctstate {words}" if random.random() < 0.7 else f"-m state {no}--state {words}"
        if kind == "range":
            first, last = ("10.2.0.6", "10.3.0.6") if self._v4 else ("fd00:2::6", "fd00:3::6")
            return f"-m iprange {no}--{random.choice(('src', 'dst'))}-range {first}-{last}"
        if kind == "set":
            name = random.choice(self._sets)
            end = random.choice(("src", "dst"))
            two = {"pairs": f"{end},dst", "netport": f"{end},dst", "netnet": "src,dst", "links": f"{end},src"}
            ends = two.get(name, end)
            return f"-m set {no}--match-set {name}{'4' if self._v4 else '6'} {ends}"
        return ""

    def _layer(self, layer: str) -> str:
        random, no = self._random, self._no()
        if layer == "icmp":
            name, option = ("icmp", "icmp-type") if self._v4 else ("ipv6-icmp", "icmpv6-type")
            module = "icmp" if self._v4 else "icmp6"
            kind = random.choice(("8", "0", "3/1", "11") if self._v4 else ("128", "129", "1/1", "3"))
            return f"-p {name} -m {module} {no}--{option} {kind}"
        if random.random() < 0.2:
            return f"{no}-p {layer}"
        ports = ",".join(random.sample(_PORTS, random.randint(1, 3)))
        choices = [f"-m {layer} {no}--dport {random.choice(_PORTS)}", f"-m {layer} {no}--sport 1000:1099",
                   f"-m multiport {no}--dports {ports}", f"-m multiport {no}--ports {ports}"]  # fmt: skip
        if layer == "tcp":
            choices += [f"-m tcp {no}--tcp-flags FIN,SYN,RST,ACK SYN", f"-m tcp {no}--tcp-flags SYN,FIN SYN,FIN"]
        return f"-p {layer} {random.choice(choices)}"
