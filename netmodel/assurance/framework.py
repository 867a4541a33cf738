"""A framework's clauses, which rules serve them, and the one place where a clause gets its status.

The framework owns the mapping from clauses to rules: a rule knows nothing of clauses. A clause names a rule, or one
question of a rule as ``rule/part``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cloison.netmodel.assurance.check import Missing, Part
from cloison.netmodel.assurance.dates import a_year_after
from cloison.netmodel.assurance.evidence import Consequence
from cloison.netmodel.finding import SEVERITIES, Finding, Graph, Message, Ref, Text, say
from cloison.netmodel.language.model import Declaration
from cloison.netmodel.report import Absent, Declared, Status, StatusWord

# A: automatic on the map, F: needs configurations, C: captures can refute, P: partly, D: declared only
Kind = Literal["A", "A+F", "A+C", "A+F+C", "P", "D"]
Decided = Literal["proof", "declaration", "waiver", "nothing"]

_SHOWN = 3  # data or findings named in a reason; the others are counted


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause in our own words; ``declared`` is what no machine can see, ``recommended`` one that cannot fail.

    A declaration on a ``yearly`` clause holds for a year, whatever it says itself, and one on a clause that asks for an
    act ``after`` changes of a kind until the next of them. What ``always`` applies does so
    whatever the map holds: where none of its rules had anything to look at, the map does not say it, and nothing is
    concluded; only a declaration makes it not applicable.
    """

    id: str
    urn: str  # the suffix of its requirement node in CISO Assistant's library
    title: Text
    paraphrase: Text
    kind: Kind
    rules: tuple[str, ...] = ()
    declared: Text | None = None
    recommended: bool = False
    yearly: bool = False
    after: Consequence | None = None
    always: bool = False


@dataclass(frozen=True, slots=True)
class Framework:
    """A catalogue of clauses; ``urn`` is what precedes each clause's suffix, empty where no library has it.

    A map that names no framework is held to those that are ``default``. The rules of ``only`` are asked where this
    framework is chosen, and nowhere else.
    """

    name: str
    title: Text
    urn: str
    clauses: tuple[Clause, ...]
    default: bool = True
    only: tuple[str, ...] = ()

    def served_by(self, rule: str, part: str = "") -> tuple[str, ...]:
        """Return the ids of the clauses that the rule serves, or that one of its questions serves."""
        wanted = {rule, f"{rule}/{part}"} if part else {rule}
        return tuple(clause.id for clause in self.clauses if not wanted.isdisjoint(clause.rules))

    @property
    def yearly(self) -> frozenset[str]:
        """The clauses that ask for an act every year."""
        return frozenset(clause.id for clause in self.clauses if clause.yearly)

    @property
    def after(self) -> Mapping[str, Consequence]:
        """The clauses that ask for an act after a change, and after which."""
        return {clause.id: clause.after for clause in self.clauses if clause.after is not None}

    def rules_of(self, clause: str) -> tuple[str, ...]:
        """Return the names of the rules that serve a clause, questions left out."""
        return tuple(
            dict.fromkeys(rule.partition("/")[0] for item in self.clauses if item.id == clause for rule in item.rules)
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of a rule as it was answered: the part and the findings that came of it."""

    part: Part
    findings: tuple[Finding, ...]


def status(
    framework: Framework,
    clause: Clause,
    answers: Sequence[Answer],
    declarations: Sequence[Declaration],
    graphs: frozenset[Graph],
    at: date,
) -> Status:
    """Return the status of a clause from what its rules answered, its declarations and the graphs that were given.

    In this order: a breach that nobody waived; a declaration against; nothing to look at; a deciding datum that is
    absent; a waived breach; warnings; what remains to be declared or configured; and only then conformant.
    """
    declaration = _in_force(clause, framework, declarations, at)
    word, decided_by, reason = _decide(clause, answers, declaration, graphs)
    seen = {graph for answer in answers for graph, count in answer.part.looked_at.items() if count}
    findings = [finding for answer in answers for finding in answer.findings if finding.severity != "note"]
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return Status(
        framework=framework.name,
        clause=clause.id,
        title=clause.title,
        status=word,
        kind=clause.kind,
        graphs=tuple(graph for graph in ("declared", "effective", "observed") if graph in seen),
        reason=reason,
        findings=tuple(dict.fromkeys(finding.fingerprint for finding in findings)),
        urn=framework.urn + clause.urn,
        decided_by=decided_by,
        declared=_told(declaration),
        absent=tuple(
            dict.fromkeys(Absent(item.subject, item.datum) for answer in answers for item in answer.part.missing)
        ),
        rules=clause.rules,
        paraphrase=clause.paraphrase,
    )


def _told(declaration: Declaration | None) -> Declared | None:
    if declaration is None:
        return None
    return Declared(declaration.status, declaration.by, declaration.on, declaration.until, declaration.evidence)


def _in_force(
    clause: Clause, framework: Framework, declarations: Sequence[Declaration], at: date
) -> Declaration | None:
    """Return the last declaration on this clause that holds at this date."""
    held = [
        item
        for item in declarations
        if item.clause == clause.id
        and item.framework == framework.name
        and item.on <= at
        and (item.until is None or at <= item.until)
        and not (clause.yearly and a_year_after(item.on) < at)
    ]
    return max(held, key=lambda item: item.on) if held else None


def _decide(
    clause: Clause, answers: Sequence[Answer], declaration: Declaration | None, graphs: frozenset[Graph]
) -> tuple[StatusWord, Decided, Message]:
    findings = [finding for answer in answers for finding in answer.findings]
    errors = [item for item in findings if item.severity == "error" and item.waiver is None]
    warnings = [item for item in findings if item.severity == "warning" and item.waiver is None]
    waived = [item for item in findings if item.severity != "note" and item.waiver is not None]
    missing = [item for answer in answers for item in answer.part.missing]
    absent = [answer.part.absent for answer in answers if answer.part.absent is not None]
    looked_at = sum(count for answer in answers for count in answer.part.looked_at.values())

    if errors and not clause.recommended:
        return (
            "non-conformant",
            "proof",
            _counted(errors, Text("{n} {n:breach|breaches} of {rules}", "{n} {n:manquement|manquements} à {rules}")),
        )
    if declaration is not None and declaration.status == "non-conformant":
        return "non-conformant", "declaration", _declared(declaration)
    if declaration is not None and declaration.status == "not-applicable":
        return "not-applicable", "declaration", _declared(declaration)
    nothing = bool(answers) and len(absent) == len(answers) and not missing
    if nothing and not clause.always:
        return "not-applicable", "proof", absent[0]
    if missing:
        return "not-evaluated", "nothing", _absent_data(missing)
    if nothing and (declaration is None or clause.kind not in ("P", "D")):
        return "not-evaluated", "nothing", _unseen(clause, absent[0])
    if waived:
        return "waived", "waiver", _waivers(waived)
    if errors or warnings:
        return (
            "partial",
            "proof",
            _counted(
                errors + warnings,
                Text(
                    "{n} {n:remark|remarks} of {rules} to be justified",
                    "{n} {n:remarque|remarques} de {rules} à justifier",
                ),
            ),
        )
    if declaration is not None and declaration.status == "partial":
        return "partial", "declaration", _declared(declaration)
    if clause.kind in ("P", "D") and declaration is not None:
        return "declared", "declaration", _declared(declaration)
    if not looked_at or clause.kind == "D":
        return "not-evaluated", "nothing", _nothing(clause)
    if clause.kind == "P" and clause.declared is not None:
        return (
            "partial",
            "proof",
            say(
                "{seen}; remains to be declared: {rest}",
                "{seen} ; reste à déclarer : {rest}",
                seen=_seen(answers),
                rest=clause.declared,
            ),
        )
    if "F" in clause.kind and "effective" not in graphs:
        return (
            "partial",
            "proof",
            say(
                "{seen}; holds on the map; no filter configuration was compared",
                "{seen} ; vérifié sur la carte ; aucune configuration de filtrage n’a été comparée",
                seen=_seen(answers),
            ),
        )
    rest = next((answer.part.rest for answer in answers if answer.part.rest is not None), None)
    if rest is not None:
        return "partial", "proof", say(
            "{seen}; {rest}", "{seen} ; {rest}",
            seen=_seen(answers), rest=Text(rest.say("en"), rest.say("fr")),
        )  # fmt: skip
    if any(answer.part.looked_at.get("observed") for answer in answers):
        return (
            "conformant",
            "proof",
            say(
                "{seen}; nothing observed contradicts it",
                "{seen} ; rien de ce qui a été observé ne le contredit",
                seen=_seen(answers),
            ),
        )
    return "conformant", "proof", say("{seen}", "{seen}", seen=_seen(answers))


def declared_only(framework: Framework, declaration: Declaration) -> Status:
    """Return the status of a declared clause that the catalogue does not hold: the declaration is all there is."""
    word: StatusWord = "declared" if declaration.status == "conformant" else declaration.status
    return Status(
        framework=framework.name,
        clause=declaration.clause,
        title=Text(f"Clause {declaration.clause}", f"Exigence {declaration.clause}"),
        status=word,
        kind="D",
        graphs=(),
        reason=_declared(declaration),
        urn=framework.urn + declaration.clause,
        decided_by="declaration",
        declared=_told(declaration),
    )


def _seen(answers: Sequence[Answer]) -> Text:
    parts = [answer.part.seen for answer in answers if answer.part.absent is None]
    return Text("; ".join(part.say("en") for part in parts), " ; ".join(part.say("fr") for part in parts))


def _counted(findings: Sequence[Finding], text: Text) -> Message:
    return Message(text, {"n": len(findings), "rules": tuple(sorted({finding.rule for finding in findings}))})


def _nothing(clause: Clause) -> Message:
    if clause.declared is not None:
        return say("to be declared: {rest}", "à déclarer : {rest}", rest=clause.declared)
    return say("nothing could be looked at", "rien n’a pu être examiné")


def _unseen(clause: Clause, why: Message) -> Message:
    if clause.declared is None:
        return why
    return say(
        "{why}; to be declared: {rest}",
        "{why} ; à déclarer : {rest}",
        why=Text(why.say("en"), why.say("fr")),
        rest=clause.declared,
    )


def _absent_data(missing: Sequence[Missing]) -> Message:
    named = [_named(item.subject) for item in missing[:_SHOWN]]
    data = tuple(dict.fromkeys(item.datum for item in missing))
    more = len(missing) - len(named)
    if more:
        return say(
            "absent from the map: {data} ({subjects}, and {more} more)",
            "absent de la carte : {data} ({subjects} et {more} {more:autre|autres})",
            data=data,
            subjects=tuple(named),
            more=more,
        )
    return say(
        "absent from the map: {data} ({subjects})",
        "absent de la carte : {data} ({subjects})",
        data=data,
        subjects=tuple(named),
    )


def _named(subject: Ref) -> Text:
    """Return the kind of a subject in both languages, and its id as it is written."""
    kind = KIND_WORDS.get(subject.kind, Text("object", "objet"))
    name = _GRAPH_WORDS.get(subject.id) if subject.kind == "evidence" else None
    if name is None:
        name = Text(subject.id, subject.id)
    return Text(f"{kind.en} {name.en}".strip(), f"{kind.fr} {name.fr}".strip())


def _waivers(findings: Sequence[Finding]) -> Message:
    waivers = [finding.waiver for finding in findings if finding.waiver is not None]
    return say(
        "{n} {n:finding|findings} waived by {by}, until {until} at the earliest",
        "{n} {n:constat|constats} sous dérogation de {by}, jusqu’au {until} au plus tôt",
        n=len(waivers),
        by=tuple(sorted({waiver.by for waiver in waivers})),
        until=min(waiver.until for waiver in waivers),
    )


def _declared(declaration: Declaration) -> Message:
    evidence = Text(": {0}", " : {0}") if declaration.evidence else Text(", without evidence", ", sans preuve")
    until = Text(" until {0}", " jusqu’au {0}") if declaration.until is not None else Text("", "")
    return say(
        "declared {status} by {by} on {on}{until}{evidence}",
        "déclaré {status} par {by} le {on}{until}{evidence}",
        status=STATUS_WORDS[declaration.status],
        by=declaration.by,
        on=declaration.on,
        until=_filled(until, str(declaration.until)),
        evidence=_filled(evidence, declaration.evidence),
    )


def _filled(text: Text, value: str) -> Text:
    return Text(text.en.replace("{0}", value), text.fr.replace("{0}", value))


STATUS_WORDS: Mapping[StatusWord, Text] = {
    "conformant": Text("conformant", "conforme"),
    "non-conformant": Text("non-conformant", "non conforme"),
    "partial": Text("partial", "partiel"),
    "not-evaluated": Text("not evaluated", "non évalué"),
    "not-applicable": Text("not applicable", "sans objet"),
    "declared": Text("declared", "déclaré"),
    "waived": Text("waived", "sous dérogation"),
}

# the kinds of the subjects of findings and of absent data, as a reader meets them
KIND_WORDS: Mapping[str, Text] = {
    "application": Text("application", "application"),
    "asset": Text("asset", "bien"),
    "carrier": Text("carrier", "support"),
    "declaration": Text("declaration", "déclaration"),
    "endpoint": Text("endpoint", "interface offerte"),
    "evidence": Text("evidence:", "élément de preuve :"),
    "file": Text("file", "fichier"),
    "flow": Text("line", "ligne"),
    "group": Text("group", "groupe"),
    "interconnection": Text("interconnection", "interconnexion"),
    "interface": Text("interface", "interface"),
    "line": Text("line", "ligne"),
    "map": Text("map", "carte"),
    "party": Text("party", "partie"),
    "policy": Text("policy", "politique"),
    "repeat": Text("repeat", "répétition"),
    "rest": Text("the rest of", "le reste de"),
    "review": Text("review", "revue"),
    "rule": Text("rule", "règle"),
    "service": Text("service", "service"),
    "site": Text("site", "site"),
    "subnet": Text("subnet", "sous-réseau"),
    "table": Text("table", "tableau"),
    "tunnel": Text("tunnel", "tunnel"),
    "translation": Text("translation", "traduction"),
    "vrf": Text("VRF", "VRF"),
    "waiver": Text("waiver", "dérogation"),
    "zone": Text("zone", "zone"),
}
_GRAPH_WORDS: Mapping[str, Text] = {
    "declared": Text("the map", "la carte"),
    "effective": Text("filter configurations", "configurations de filtrage"),
    "observed": Text("captures", "captures"),
}
