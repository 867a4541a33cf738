"""What leaves a VPN tunnel of an ASA: it passes the lists unless `no sysopt connection permit-vpn` says otherwise.

Source: Cisco ASA Series VPN CLI Configuration Guide, "Configure IPsec and ISAKMP" (the list of a crypto map names the
protected packets as they leave; those that arrive are its mirror) and "General VPN Setup"; filters of group policies
may narrow what passes, so all of it is in doubt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cloison.flows.configuration import Term
from cloison.flows.configuring.cisco.stages import doubtful
from cloison.flows.configuring.cisco.statements import Statement
from cloison.flows.configuring.cisco.words import between
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import say
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.refusal import RefusedError

VPN = say(
    "what leaves a VPN tunnel on this interface passes the lists (sysopt connection permit-vpn)",
    "ce qui sort d’un tunnel VPN sur cette interface passe les listes (sysopt connection permit-vpn)",
)


@dataclass(slots=True)
class Tunnels:
    """Crypto maps and portals by interface, with the lists and pools that bound what they let in."""

    notes: Notes
    passes: bool = True
    bound: list[tuple[str, str, Statement]] = field(default_factory=list)  # interface, crypto map or none
    lists: dict[str, list[str]] = field(default_factory=dict)  # of a crypto map
    open: set[str] = field(default_factory=set)  # crypto maps for clients that have an address of a pool
    pools: IntervalSet = EMPTY

    def read(self, top: Statement) -> bool:
        """Read a statement; say whether it was one of these. Those of ``webvpn`` are read by others, too."""
        words = top.words
        if words == ["no", "sysopt", "connection", "permit-vpn"]:
            self.passes = False
        elif words[:2] == ["crypto", "map"] and words[-2:-1] == ["interface"]:
            self.bound.append((words[-1], words[2], top))
        elif words[:2] == ["crypto", "map"] and words[4:6] == ["match", "address"] and len(words) == 7:
            self.lists.setdefault(words[2], []).append(words[6])
        elif words[:2] == ["crypto", "map"] and "dynamic" in words[4:]:
            self.open.add(words[2])
        elif words[:3] == ["ip", "local", "pool"] and len(words) > 4 and "-" in words[4]:
            try:
                first, _, last = words[4].partition("-")
                self.pools |= between(first, last, 4)
            except RefusedError as refused:
                self.notes.error(top.span(4), refused.message)
        else:
            if words[0] == "webvpn":
                self.bound += [(line.words[1], "", line) for line in top.children
                               if line.words[0] == "enable" and len(line.words) > 1]  # fmt: skip
            return False
        self.notes.understood += 1
        return True

    def note(self) -> None:
        """Note each that may let packets pass the lists."""
        for name, _, statement in self.bound if self.passes else ():
            self.notes.leave(statement.written(name), VPN)

    def terms(self, terms_of: Callable[[str], list[Term] | None]) -> list[Term]:
        """Return the bounds of what may pass; ``terms_of`` gives the terms of a list, ``None`` if there is none."""
        found: list[Term] = []
        for name, chosen, statement in self.bound if self.passes else ():
            here = frozenset((name,))
            written = statement.written(name)
            known = [terms_of(listed) for listed in self.lists.get(chosen, ())]
            clients = not chosen or chosen in self.open
            if any(terms is None for terms in known) or not (known or clients) or (clients and not self.pools):
                found.append(doubtful(written, VPN, here, action="permit"))
                continue
            for term in (term for terms in known for term in terms or () if term.action != "deny"):
                found.append(Term("permit", written, term.destinations, term.sources, arriving=here, sure=False,
                                  doubt=VPN))  # fmt: skip
            if clients:
                found.append(Term("permit", written, sources=self.pools, arriving=here, sure=False, doubt=VPN))
        return found
