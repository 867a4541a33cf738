"""What one policy became in several languages: each list read by its dialect, and every pair of them compared exactly.

Packets are all there are, from every address to every address: the two sides of the comparison are two VRFs that hold
everything. What two targets do differently is looked up among the differences that are known and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from cloison.flows.configuration import File, Stage
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.configuring.load import load, read
from cloison.flows.verifying.lowering import Space, lowered, narrowed, origin_of
from cloison.netmodel.sides import Sides, Unit
from cloison.netmodel.space.addresses import ANY, V4, V6, parse_address, points
from cloison.netmodel.space.intervals import EMPTY
from cloison.netmodel.space.policy import Difference, Rule, compare
from cloison.netmodel.space.protocols import ICMP
from cloison.netmodel.space.services import CONTINUING, EVERY_SERVICE, OPENING, ServiceSet

NAME = "sample_multitarget"
HOSTS = tuple(f"200.1.1.{last}" for last in range(1, 6))
PHASES = {"opening": OPENING, "continuing": CONTINUING}
FAMILIES = {"IPv4": V4, "IPv6": V6}
# ICMP that netfilter takes for a part of a conversation: queries begin one; answers and errors belong to one
TRACKED = {"opening": {8, 13, 15, 17}, "continuing": {8, 13, 15, 17, 0, 14, 16, 18, 3, 4, 5, 11, 12}}
NO_ICMP = EVERY_SERVICE - ServiceSet.of((ICMP, ICMP))


@dataclass(frozen=True, slots=True)
class Target:
    """One direction of the policy in one language; ``families`` are those of which its text says something."""

    name: str
    stages: tuple[Stage, ...]
    families: tuple[str, ...]

    @property
    def phases(self) -> tuple[str, ...]:
        """The phases that it asks: a list that lets the rest of a conversation pass is asked of the first packets."""
        return ("opening",) if any(stage.state == "implicit" for stage in self.stages) else tuple(PHASES)


@dataclass(slots=True)
class Pairs:
    """What the comparisons found."""

    equal: int = 0
    explained: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    rules: int = 0


def _blocks(text: str, heads: tuple[str, ...]) -> str:
    """Return the access lists of a text whose names are given, each from its head to ``exit``."""
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        if "access-list" in line and not line.startswith(("no ", " ")):
            inside = line.split()[-1] in heads
        if inside:
            kept.append(line)
    return "".join(kept)


def parts(file: File) -> Iterator[tuple[str, str, str]]:
    """Yield the direction, the name and the text of each part of a file, one list or filter a family."""
    suffix = file.name.rpartition(".")[2]
    if suffix == "acl":
        for direction, name in (("in", "edge-inbound"), ("out", "edge-outbound")):
            yield direction, f"{direction}.acl", _blocks(file.text, (name, f"ipv6-{name}"))
    elif suffix == "asa":
        for direction in ("in", "out"):
            lines = [line for line in file.text.splitlines() if f"access-list asa_{direction} " in line]
            yield direction, f"{direction}.asa", "\n".join(lines) + "\n"
    elif suffix == "jcl":
        first, second = file.text.split("\nfirewall {", 1)
        yield "in", "in.jcl", first
        yield "out", "out.jcl", "firewall {" + second
    elif suffix == "xacl":  # no dialect reads IOS-XR; with two of its words written as in IOS it is an IOS list
        text = file.text.replace("ipv4 access-list", "ip access-list extended").replace("y ipv4 ", "y ip ")
        yield "in", "in.xacl", text
    else:
        yield "in", file.name, file.text


def targets(folder: Path) -> Mapping[str, list[Target]]:
    """Return the targets of each direction."""
    found: dict[str, list[Target]] = {"in": [], "out": []}
    for suffix in ("acl", "asa", "ipt", "jcl", "nxacl", "xacl"):
        for direction, name, text in parts(load(folder / f"{NAME}.{suffix}")):
            configuration = read([File(name, text)])
            if suffix == "ipt":
                for way, stages in (("in", configuration.input), ("out", configuration.output)):
                    found[way].append(Target(suffix, tuple(stages or ()), ("IPv4",)))
            else:
                families = tuple(FAMILIES) if suffix in ("acl", "asa") else ("IPv4",)
                found[direction].append(Target(suffix, configuration.forward, families))
    return found


def everywhere() -> Sides:
    """Return the sides of a device that stands between everything and everything."""
    return Sides("all", (), EMPTY, tuple(Unit(vrf, vrf, points(vrf, ANY)) for vrf in (0, 1)), {}, (0, 1))


def rules(target: Target, family: str, phase: str) -> tuple[Rule, ...]:
    """Return a target's rules in one family and phase, from the first VRF to the second; nothing may be in doubt."""
    space = Space.of(everywhere(), "forward")
    here = points(0, FAMILIES[family])
    space.cells = tuple(cell for cell in space.cells if cell[0] <= here)
    found = lowered(space, target.stages, PHASES[phase])
    assert found.exact, f"{target.name}: something is in doubt"
    return found.lower


def why(direction: str, family: str, phase: str, one: Target, other: Target, only: tuple[Difference, ...]) -> str:
    """Return why one target permits what another does not; nothing where that is not known."""
    texts = {deciding.written.text for item in only for deciding in origin_of(item.rule) if deciding.written}
    if one.name == "asa" and texts == {f"access-list asa_in extended permit tcp any host {host}" for host in HOSTS}:
        return "the generator has no word of ASA for tcp-established, and permits all of TCP to the five addresses"
    if one.name == "asa" and family == "IPv6" and texts == {"access-list asa_out extended permit ip any any"}:
        return "the generator writes no IPv6 for ASA, and its last line permits any of both families"
    if direction == "out" and other.name == "ipt" and family == "IPv4":
        ours, theirs = rules(one, family, phase), rules(other, family, phase)
        same = compare(narrowed(ours, NO_ICMP), narrowed(theirs, NO_ICMP)).result == "equal"
        if same and permitted_types(one, phase) == set(range(256)) and permitted_types(other, phase) == TRACKED[phase]:
            return "the generator asks netfilter for three states, which leave out ICMP of no conversation"
    return ""


def permitted_types(target: Target, phase: str) -> set[int]:
    """Return the types of ICMP that a target permits between two hosts that no entry speaks of."""
    ends = parse_address("8.8.1.1"), parse_address("8.8.8.8")
    return {
        kind for kind in range(256)
        if fate(target.stages, Probe(*ends, ICMP, kind << 8, 0, PHASES[phase])).word == "permit"
    }  # fmt: skip


def pairs(folder: Path) -> Pairs:
    """Compare every pair of targets in each direction, family and phase of which both say something."""
    found = Pairs()
    for direction, known in targets(folder).items():
        made = {(target.name, family, phase): rules(target, family, phase)
                for target in known for family in target.families for phase in target.phases}  # fmt: skip
        found.rules += sum(len(item) for item in made.values())
        for one, other in combinations(known, 2):
            for family in (name for name in one.families if name in other.families):
                for phase in (name for name in one.phases if name in other.phases):
                    _pair(found, direction, family, phase, (one, other), made)
    return found


def _pair(
    found: Pairs, direction: str, family: str, phase: str, both: tuple[Target, Target],
    made: Mapping[tuple[str, str, str], tuple[Rule, ...]],
) -> None:  # fmt: skip
    one, other = both
    said = compare(made[one.name, family, phase], made[other.name, family, phase])
    place = f"{direction}, {family}, {phase}: {one.name} and {other.name}"
    if said.result == "undecided":
        found.faults.append(f"{place}: {said.reason}")
    elif said.result == "equal":
        found.equal += 1
    for target, beside, only in ((one, other, said.only_left), (other, one, said.only_right)):
        if only:
            reason = why(direction, family, phase, target, beside, only)
            if reason:
                found.explained[f"{place}: {reason}"] = len(only)
            else:
                found.faults.append(f"{place}: {len(only)} rules of {target.name} alone permit {only[0].witness}")
