"""Chains that jump, become ordered terms: exactly, whatever returns and goes, within a bound on what it costs.

A term is decided by the first that holds a packet, so a ``return`` under a match is written as all that follows in the
calling chains, cut to that match, before the rest of the chain: packets of the match are decided there. A ``goto`` is
a jump of the same kind whose end is the end of the chain that went. Where something is in doubt, the same terms are
written without being sure.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cloison.flows.configuration import Action, Term, Written
from cloison.flows.configuring.netfilter.boxes import Box, Match, Meeting
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, Span, say
from cloison.netmodel.language.names import nearest

Verdict = Literal["accept", "drop", "unknown", "jump", "goto", "return", "none"]

MOST_DEEP = 128
"""The most chains that call one another; the kernel's own bounds are 16 (nftables) and some hundreds (iptables)."""
MOST_STEPS = 200_000
"""The most rules that are visited for one stage, and twenty visits a rule; above it the whole stage is undecided."""
MOST_EVER = 8_000_000
"""The most of these visits whatever the number of rules, so that no file fills the memory with terms."""

_ACTIONS: Mapping[str, Action] = {"accept": "permit", "drop": "deny", "unknown": "unknown"}


@dataclass(slots=True)
class Rule:
    """A rule of a chain: what it holds, and what becomes of that; ``about`` is kept for who asks (a translation)."""

    match: Match
    verdict: Verdict
    written: Written
    target: str = ""
    about: object = None


@dataclass(slots=True)
class Chain:
    """A chain: its rules in order, and what becomes of a packet that reaches the end of a base chain."""

    name: str
    written: Written
    rules: list[Rule] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Decided:
    """A rule that ends a packet's way through the chains, for the packets of one box."""

    rule: Rule
    box: Box
    doubt: Message | None

    def term(self) -> Term:
        """Return it as a term."""
        found = self.box
        return Term(
            _ACTIONS[self.rule.verdict], self.rule.written, found.sources, found.destinations, found.services,
            found.arriving, found.leaving, self.doubt is None and self.rule.verdict != "unknown", self._doubt(),
        )  # fmt: skip

    def _doubt(self) -> Message | None:
        if self.doubt is None and self.rule.verdict == "unknown":
            return self.rule.about if isinstance(self.rule.about, Message) else UNREAD
        return self.doubt


UNREAD = say("this rule is not understood", "cette règle n’est pas comprise")
GROWN = say(
    "its chains call and return so much that their terms are more than can be written",
    "ses chaînes s’appellent et reviennent tant que leurs termes dépassent ce qui peut être écrit",
)


@dataclass(frozen=True, slots=True)
class _Frame:
    chain: Chain
    at: int
    parent: _Frame | None


class _GrownError(Exception):
    pass


_Walk = Generator[Any, bool, bool]


class Flattening:
    """The chains of one table, whose calls were checked by :func:`check_calls`."""

    def __init__(self, chains: Mapping[str, Chain], meeting: Meeting) -> None:
        self._chains = chains
        self._meeting = meeting
        self._found: list[Decided] = []
        self._steps = 0
        self._most = min(MOST_STEPS + 20 * sum(len(chain.rules) for chain in chains.values()), MOST_EVER)
        self._end = Rule((), "accept", Written(Span(""), ""))

    def flatten(self, base: Chain, end: Rule, whole: Box) -> tuple[Decided, ...] | None:
        """Return what decides every packet of ``whole`` in a base chain, in order; ``end`` is its policy.

        ``None`` when it grows beyond the bound.
        """
        self._found, self._steps, self._end = [], 0, end
        try:
            self._run(self._from_base(base, whole))
        except _GrownError:
            return None
        return tuple(self._found)

    def _run(self, first: _Walk) -> None:
        """Run walks that ask for walks; how deep they go is bounded by the steps, not by Python's own stack."""
        stack: list[_Walk] = [first]
        answer: bool | None = None
        while stack:
            try:
                asked = stack[-1].send(answer) if answer is not None else next(stack[-1])
            except StopIteration as done:
                stack.pop()
                answer = bool(done.value)
            else:
                stack.append(asked)
                answer = None

    def _from_base(self, base: Chain, whole: Box) -> _Walk:
        if not (yield self._walk(base, 0, whole, None, None)):
            yield self._resume(None, whole, None)
        return True

    def _walk(self, chain: Chain, start: int, box: Box, doubt: Message | None, frame: _Frame | None) -> _Walk:
        """Write what a chain decides in a box, from one rule on; answer whether every packet of it is decided."""
        meet, rules = self._meeting.meet, chain.rules
        for at in range(start, len(rules)):
            rule = rules[at]
            verdict = rule.verdict
            self._steps += 1 + (len(rule.match) >> 3)
            if self._steps > self._most:
                raise _GrownError
            for part in rule.match:
                here = meet(part.box, box)
                if here is None or verdict == "none":
                    continue
                unsure = part.doubt or doubt
                decided = True
                if verdict == "jump":
                    decided = yield self._walk(self._chains[rule.target], 0, here, unsure, _Frame(chain, at + 1, frame))
                elif verdict == "goto":
                    if not (yield self._walk(self._chains[rule.target], 0, here, unsure, frame)):
                        yield self._resume(frame, here, unsure)
                elif verdict == "return":
                    yield self._resume(frame, here, unsure)
                else:
                    self._found.append(Decided(rule, here, unsure))
                    decided = verdict != "unknown"
                if decided and part.doubt is None and here == box:
                    return True
        return False

    def _resume(self, frame: _Frame | None, box: Box, doubt: Message | None) -> _Walk:
        while frame is not None:
            if (yield self._walk(frame.chain, frame.at, box, doubt, frame.parent)):
                return True
            frame = frame.parent
        self._steps += 1
        self._found.append(Decided(self._end, box, doubt))
        return True


def check_calls(chains: Mapping[str, Chain], notes: Notes, most: int = MOST_DEEP) -> bool:
    """Say whether every jump of a table leads to a chain, in no circle and not too deep; note what does not."""
    good = True
    depths: dict[str, int] = {}
    for name in chains:
        good = _visit(name, chains, depths, notes, most) and good
    return good


def _visit(root: str, chains: Mapping[str, Chain], depths: dict[str, int], notes: Notes, most: int) -> bool:
    """Walk from one chain with a stack of its own, so that no depth of calls is one of Python's."""
    if root in depths:
        return True
    good, path, on_path = True, [(root, iter(_calls(chains[root])))], {root}
    while path:
        name, calls = path[-1]
        rule = next(calls, None)
        if rule is None:
            path.pop()
            on_path.discard(name)
            depths[name] = 1 + max((depths.get(item.target, 0) for item in _calls(chains[name])), default=0)
            if depths[name] == most + 1:
                good = False
                notes.error(chains[name].written.span, say(
                    "More than {most} chains call one another from {name} on",
                    "Plus de {most} chaînes s’appellent à partir de {name}", most=most, name=name))  # fmt: skip
        elif rule.target not in chains:
            good = False
            notes.error(rule.written.span, say(
                "There is no chain {name}; the nearest: {near}",
                "Il n’y a pas de chaîne {name} ; les plus proches : {near}",
                name=rule.target, near=nearest(rule.target, chains) or "—"), "unknown-name")  # fmt: skip
        elif rule.target in on_path:
            good = False
            notes.error(rule.written.span, say(
                "The chain {name} calls itself, directly or through others",
                "La chaîne {name} s’appelle elle-même, directement ou par d’autres", name=rule.target,
            ), "cycle")  # fmt: skip
        elif rule.target not in depths:
            on_path.add(rule.target)
            path.append((rule.target, iter(_calls(chains[rule.target]))))
    return good


def _calls(chain: Chain) -> list[Rule]:
    seen: dict[str, Rule] = {}
    for rule in chain.rules:
        if rule.verdict in ("jump", "goto"):
            seen.setdefault(rule.target, rule)
    return list(seen.values())
