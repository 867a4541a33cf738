"""Sections of iptables-save -> the configuration of one device, both families together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cloison.flows.configuration import Configuration, File, Left, Tick, Written
from cloison.flows.configuring.netfilter.boxes import ALL, WHOLE_V4, WHOLE_V6, Meeting, Part
from cloison.flows.configuring.netfilter.chains import Chain, Rule, check_calls
from cloison.flows.configuring.netfilter.hooks import CONNTRACK, Base, Everywhere, assemble
from cloison.flows.configuring.netfilter.interfaces import Names
from cloison.flows.configuring.netfilter.states import Facts
from cloison.flows.configuring.netfilter.xtables.rules import Reader, wildcard
from cloison.flows.configuring.netfilter.xtables.save import TABLES, RawChain, Save, Section
from cloison.flows.configuring.netfilter.xtables.sets import Sets
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, say
from cloison.netmodel.space.services import ServiceSet

_PRIORITIES = {"raw": -300, "mangle": -150, "nat": -100, "filter": 0, "security": 50}
_FORWARDS = "FORWARD"
_READ: list[str] = []  # of a rule whose words are no longer needed
_TOLD = frozenset((
    "-i", "-o", "--in-interface", "--out-interface", "--helper", "--add-set", "--del-set", "--map-set"
))  # fmt: skip
_LEGACY = say(
    "tables of the other kind (legacy) are there too, and are not in this file",
    "des tables de l’autre espèce (legacy) existent aussi, et ne sont pas dans ce fichier",
)
_OTHER = {
    True: say("no file says anything of IPv4", "aucun fichier ne dit rien d’IPv4"),
    False: say("no file says anything of IPv6", "aucun fichier ne dit rien d’IPv6"),
}
_NO_POLICY = say(
    "the file does not say the policy of {chain}", "le fichier ne dit pas la politique de {chain}", chain=""
)


def read(files: Sequence[File], tick: Tick) -> Configuration:
    """Return the configuration of one device's files; raises ``MapError``."""
    notes = Notes()
    save = Save(notes)
    for file in files:
        save.read(file)
    if not notes.errors and not any(section.table == "filter" for section in save.sections):
        notes.error(files[0].span(0), say("There is no table `filter`: nothing can be concluded",
                                          "Il n’y a pas de table `filter` : rien ne peut en être conclu"))  # fmt: skip
    _check_once(save, notes)
    notes.raise_all()
    found = _Device(save, notes).configuration(tick)
    notes.raise_all()
    return found


def _check_once(save: Save, notes: Notes) -> None:
    seen: dict[tuple[str, bool | None, bool], Section] = {}
    for section in save.sections:
        key = (section.table, section.v4, "nf_tables" in section.header)
        if key in seen:
            notes.error(section.written.span, say(
                "The table {name} of this family is there twice", "La table {name} de cette famille est là deux fois",
                name=section.table))  # fmt: skip
        seen[key] = section


class _Device:
    def __init__(self, save: Save, notes: Notes) -> None:
        self._save = save
        self._notes = notes
        self._meeting = Meeting()
        self._everywhere = Everywhere()

    def configuration(self, tick: Tick) -> Configuration:
        names, facts = self._told()
        reader = Reader(names, Sets(self._save.sets, names, self._meeting), facts, self._meeting, self._notes,
                        self._everywhere)  # fmt: skip
        total = sum(len(chain.rules) for section in self._save.sections for chain in section.chains.values())
        done, bases = 0, []
        for section in self._save.sections:
            chains: dict[str, Chain] = {}
            own = {name: None for name in section.chains if name not in TABLES[section.table]}
            for raw in section.chains.values():
                chain = chains[raw.name] = Chain(raw.name, raw.written)
                for rule in raw.rules:
                    chain.rules += reader.read(rule, bool(section.v4), own)
                    rule.words = _READ
                    done += 1
                    if done % 4096 == 0:
                        tick(done, total)
            if check_calls(chains, self._notes):
                bases += [self._base(section, section.chains[name], chains) for name in TABLES[section.table]
                          if name in section.chains]  # fmt: skip
        self._notes.raise_all()
        self._unsaid(bases)
        return assemble("iptables", bases, names, self._notes, self._everywhere, self._meeting)

    def _base(self, section: Section, raw: RawChain, chains: dict[str, Chain]) -> Base:
        priority = _PRIORITIES[section.table]
        if section.table == "nat" and raw.name in ("POSTROUTING", "INPUT"):
            priority = 100
        kind: Literal["filter", "nat"] = "nat" if section.table == "nat" else "filter"
        policy: Literal["accept", "drop"] = "drop" if raw.policy == "DROP" else "accept"
        chain = chains[raw.name]
        if not raw.policy and kind == "filter":
            why = say(_NO_POLICY.text.en, _NO_POLICY.text.fr, chain=raw.name)
            self._notes.undecided.append(Left(raw.written, why))
            chain.rules.append(Rule(tuple(part._replace(doubt=why) for part in ALL), "unknown", raw.written, about=why))
        if raw.policy:  # a statement, too
            self._notes.understood += 1
        family = "ip" if section.v4 else "ip6"
        return Base(family, f"{section.table} {raw.name}", chain, chains, kind, raw.name.lower(), priority, policy,
                    raw.written)  # fmt: skip

    def _unsaid(self, bases: list[Base]) -> None:
        """Leave open what no file speaks of: another family, a chain of ``filter`` that is not there."""
        saved = self._save.sections
        if self._save.legacy is not None:
            self._notes.undecided.append(Left(self._save.legacy, _LEGACY))
            self._everywhere.rules.append(Rule((Part(ALL[0].box, _LEGACY),), "drop", self._save.legacy))
        for v4 in (True, False):
            own = [section for section in saved if section.v4 == v4 and section.table == "filter"]
            if not own:
                self._open(bases, v4, _OTHER[v4], saved[0].written, ("forward", "input", "output"))
                continue
            for name in TABLES["filter"]:
                if not any(name in section.chains for section in own):
                    why = say(_NO_POLICY.text.en, _NO_POLICY.text.fr, chain=name)
                    self._open(bases, v4, why, own[0].written, (name.lower(),))

    def _open(self, bases: list[Base], v4: bool, why: Message, written: Written, hooks: Sequence[str]) -> None:
        whole = WHOLE_V4 if v4 else WHOLE_V6
        self._notes.undecided.append(Left(written, why))
        for hook in hooks:
            if hook == "forward" or any(base.hook == hook and base.kind == "filter" for base in bases):
                rule = Rule((Part(whole, why),), "unknown", written, about=why)
                chain = Chain(hook, written, [rule])
                bases.append(Base("ip" if v4 else "ip6", hook, chain, {hook: chain}, "filter", hook, 0, "accept",
                                  written))  # fmt: skip

    def _told(self) -> tuple[Names, Facts]:
        """Return the names of interfaces that rules write, and what rules do to states and sets."""
        names, facts = Names(), Facts()
        for section in self._save.sections:
            for chain in section.chains.values():
                for rule in chain.rules:
                    words = rule.words
                    facts.notrack = facts.notrack or "NOTRACK" in words or "--notrack" in words
                    early = section.table == "raw" and _PRIORITIES["raw"] <= CONNTRACK
                    facts.early = facts.early or (early and ("--ctstate" in words or "--state" in words))
                    if _TOLD.isdisjoint(words):
                        continue
                    for place, word in enumerate(words[:-1]):
                        old = words[place + 1] == "!" and place + 2 < len(words)
                        after = words[place + 2] if old else words[place + 1]
                        if word in ("-i", "-o", "--in-interface", "--out-interface"):
                            names.write(wildcard(after))
                        elif word == "--helper":
                            facts.helped |= _HELPED.get(after, _HELPED[""])
                        elif word in ("--add-set", "--del-set", "--map-set") and after in self._save.sets:
                            self._save.sets[after].changes = True
        for item in self._save.sets.values():
            if "iface" in item.parts:
                for member, _, _ in item.members:
                    names.write(member.rpartition(",")[2].removeprefix("physdev:"))
        return names, facts


_TCP, _UDP = ServiceSet.of((6, 6)), ServiceSet.of((17, 17))
_HELPED = {"": _TCP | _UDP, "ftp": _TCP, "irc": _TCP, "pptp": _TCP | ServiceSet.of((47, 47)), "tftp": _UDP,
           "netbios-ns": _UDP, "snmp": _UDP, "snmp_trap": _UDP, "amanda": _TCP | _UDP}  # fmt: skip
