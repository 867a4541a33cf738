"""What accompanies the findings, and grows old: waivers that accept them, declarations that complete them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cloison.netmodel.assurance.dates import a_year_after
from cloison.netmodel.assurance.evidence import Changes, Consequence
from cloison.netmodel.compiling.problems import Problems
from cloison.netmodel.finding import Finding, Message, Ref, Severity, Text, Waived, say
from cloison.netmodel.language.model import Declaration, Waiver
from cloison.netmodel.network import Network

Serves = Callable[[str], Collection[str]]  # rules named by a rule's or a clause's name


@dataclass(frozen=True, slots=True)
class Words:
    """What the reference of rules says of a finding that no check makes."""

    title: Text
    why: Text
    remedy: Text
    severity: Severity


UPKEEP: Mapping[str, Words] = {
    "contradictory-policy": Words(
        Text("Two rules of the policy contradict each other", "Deux règles de la politique se contredisent"),
        Text(
            "What one rule allows or demands the other forbids: whoever obeys one breaks the other.",
            "Ce qu’une règle autorise ou exige, l’autre l’interdit : qui obéit à l’une enfreint l’autre.",
        ),
        Text("Correct one of the two places shown.", "Corriger l’un des deux endroits montrés."),
        "error",
    ),
    "expired-waiver": Words(
        Text("A waiver is past its date", "Une dérogation est échue"),
        Text(
            "Past its date a waiver accepts nothing: what it covered counts again.",
            "Passé son échéance, une dérogation n’accepte plus rien : ce qu’elle couvrait compte à nouveau.",
        ),
        Text("Correct what it covered, or renew it.", "Corriger ce qu’elle couvrait, ou la renouveler."),
        "error",
    ),
    "expiring-waiver": Words(
        Text("A waiver will soon be past its date", "Une dérogation arrive à échéance"),
        Text(
            "Thirty days are what it takes to correct what it covers, or to have it accepted anew.",
            "Trente jours sont ce qu’il faut pour corriger ce qu’elle couvre, ou la faire accepter de nouveau.",
        ),
        Text("Correct what it covers, or renew it.", "Corriger ce qu’elle couvre, ou la renouveler."),
        "warning",
    ),
    "unused-waiver": Words(
        Text("A waiver matches no finding", "Une dérogation ne correspond à aucun constat"),
        Text(
            "A waiver that covers nothing hides the next fault of that name.",
            "Une dérogation sans objet cacherait la prochaine faute de ce nom.",
        ),
        Text("Take it out, or correct the names in it.", "La retirer, ou corriger les noms qu’elle porte."),
        "warning",
    ),
    "expired-declaration": Words(
        Text("A declaration is past its date", "Une déclaration est échue"),
        Text(
            "Past its date a declaration attests nothing: its clause is open again.",
            "Passé son échéance, une déclaration n’atteste plus rien : son exigence est de nouveau ouverte.",
        ),
        Text("Verify it again and declare it anew.", "La vérifier de nouveau et la renouveler."),
        "warning",
    ),
    "overtaken-declaration": Words(
        Text("A declaration is of before the change", "Une déclaration précède le changement"),
        Text(
            "What is to be done again after a change was last declared before it: that attests nothing any more.",
            "Ce qui est à refaire après un changement a été déclaré avant lui : cela n’atteste plus rien.",
        ),
        Text("Do it for this change and declare it anew.", "Le faire pour ce changement et le déclarer de nouveau."),
        "warning",
    ),
    "expiring-declaration": Words(
        Text("A declaration will soon be past its date", "Une déclaration arrive à échéance"),
        Text(
            "Past its date its clause is open again; thirty days are what it takes to verify it.",
            "Passé son échéance, son exigence est de nouveau ouverte ; trente jours sont ce qu’il faut pour vérifier.",
        ),
        Text("Verify it again and declare it anew.", "La vérifier de nouveau et la renouveler."),
        "warning",
    ),
}
_SOON = timedelta(days=30)
_PERHAPS = Text(
    "the change since {since} may overtake the declaration on {clause}: the comparison took too long to tell",
    "le changement depuis {since} rend peut-être caduque la déclaration sur {clause} : comparaison trop longue",
)
_SHOWN = 5  # names told in a message; the others are counted
_OVERTAKEN: Mapping[Consequence, Text] = {
    "major": Text(
        "the declaration on {clause} is of before a major change (since {since}): {what}",
        "la déclaration sur {clause} précède un changement majeur (depuis {since}) : {what}",
    ),
    "tenants": Text(
        "the declaration on {clause} is of before a change that touches {what} (since {since})",
        "la déclaration sur {clause} précède un changement qui touche {what} (depuis {since})",
    ),
    "losses": Text(
        "the declaration on {clause} is of before a change that takes something away from {what} (since {since})",
        "la déclaration sur {clause} précède un changement qui retire quelque chose à {what} (depuis {since})",
    ),
}
_AN_OBJECT = Text("an object", "un objet")
_A_CLAUSE = Text("a clause", "une exigence")
# sections whose entries findings are about
_SUBJECTS = ("parties", "sites", "carriers", "vrfs", "zones", "subnets", "assets", "interconnections", "translations",
             "services", "endpoints", "applications", "groups", "flows", "policy")  # fmt: skip


def waived(
    network: Network, findings: Sequence[Finding], serves: Serves, at: date, unasked: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Return the findings with the waivers that cover them, and a finding for each waiver that is vain.

    A waiver names a rule or a clause, and a subject's id (for a line out of a ``repeat`` its fragment's id will do).
    Of those that name what was not asked (``unasked``: rules and clauses) nothing is said.
    """
    standing = list(findings)
    places: dict[tuple[str, str], list[int]] = {}
    for place, finding in enumerate(findings):
        for name in _names(network, finding.subject):
            places.setdefault((finding.rule, name), []).append(place)
    for place, waiver in enumerate(network.model.waivers):
        if waiver.rule in unasked:
            continue
        covered = [found for rule in serves(waiver.rule) for found in places.get((rule, waiver.on), ())]
        if waiver.until < at:
            standing.append(_expired_waiver(network, place, waiver, len(covered)))
            continue
        if not covered:
            standing.append(_unused_waiver(network, place, waiver))
        elif waiver.until - at <= _SOON:
            standing.append(_expiring_waiver(network, place, waiver, len(covered)))
        for found in covered:
            standing[found] = replace(standing[found], waiver=Waived(waiver.why, waiver.by, waiver.until, place))
    return tuple(standing)


def expired_declarations(network: Network, at: date, yearly: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    """Yield a finding for each declaration past its date, or soon to be, that no later one replaces.

    ``yearly`` gives, by framework, the clauses of which a declaration holds for a year at most.
    """
    for place, declaration in enumerate(network.model.declarations):
        every_year = declaration.clause in yearly.get(declaration.framework, ())
        ends = [a_year_after(declaration.on)] if every_year else []
        ends += [declaration.until] if declaration.until is not None else []
        if not ends or min(ends) - at > _SOON:
            continue
        if not _replaced(network, declaration, at):
            yield _ending(network, place, declaration, min(ends), at)


def overtaken(
    network: Network, at: date, changes: Changes | None, after: Mapping[str, Mapping[str, Consequence]]
) -> Mapping[int, Finding]:
    """Return a finding for each declaration that a change overtakes and no later one replaces, by its place.

    One that says that a clause fails, or does not apply, says so still.

    ``after`` gives, by framework, the clauses that ask for an act after changes of a kind.
    """
    found: dict[int, Finding] = {}
    if changes is None:
        return found
    for place, item in enumerate(network.model.declarations):
        kind = after.get(item.framework, {}).get(item.clause) if item.status in ("conformant", "partial") else None
        if kind is None or (item.framework, item.clause, item.on) not in changes.declared:
            continue
        by = changes.asks.get(kind, ())
        if (by or not changes.whole) and not _replaced(network, item, at):
            text = _OVERTAKEN[kind] if by else _PERHAPS
            message = say(text.en, text.fr, clause=item.clause, since=changes.since, what=_told(by))
            subject = Ref("declaration", item.clause)
            found[place] = _finding(network, "overtaken-declaration", subject, message, ("declarations", place))
    return found


def _told(refs: Sequence[Ref]) -> tuple[Text, ...]:
    names = tuple(Text(name, name) for name in dict.fromkeys(ref.id for ref in refs))
    more = len(names) - _SHOWN
    return names if more <= 0 else (*names[:_SHOWN], Text(f"{more} more", f"{more} de plus"))


def _replaced(network: Network, item: Declaration, at: date) -> bool:
    return any(
        other.clause == item.clause and other.framework == item.framework and item.on < other.on <= at
        for other in network.model.declarations
    )


def _ending(network: Network, place: int, declaration: Declaration, end: date, at: date) -> Finding:
    clause = declaration.clause
    if end >= at:
        rule = "expiring-declaration"
        message = say(
            "the declaration on {clause} expires on {until}",
            "la déclaration sur {clause} arrive à échéance le {until}",
            clause=clause, until=end,
        )  # fmt: skip
    elif declaration.until == end:
        rule = "expired-declaration"
        message = say(
            "the declaration on {clause} expired on {until}", "la déclaration sur {clause} est échue depuis le {until}",
            clause=clause, until=end,
        )  # fmt: skip
    else:
        rule = "expired-declaration"
        message = say(
            "the declaration on {clause} is of {on}; the clause asks for a new one every year",
            "la déclaration sur {clause} date du {on} ; l’exigence en demande une nouvelle chaque année",
            clause=clause, on=declaration.on,
        )  # fmt: skip
    return _finding(network, rule, Ref("declaration", clause), message, ("declarations", place))


def check_names(network: Network, rules: Collection[str], clauses: Mapping[str, Collection[str]]) -> None:
    """Raise ``MapError`` for waivers of no known rule, clause or object, and declarations of no framework or clause.

    ``clauses`` are those of each framework. A declaration that ends before it was made is an error too.
    """
    problems = Problems(network.document)
    for place, framework in enumerate(network.model.frameworks):
        if framework not in clauses:
            problems.word(framework, clauses, "frameworks", ("frameworks", place))
    every = {clause for some in clauses.values() for clause in some}
    for place, waiver in enumerate(network.model.waivers):
        if waiver.rule not in rules and waiver.rule not in every:
            problems.unknown(
                waiver.rule, Text("a rule or a clause", "une règle ou une exigence"), (*rules, *every),
                ("waivers", place, "rule"),
            )  # fmt: skip
        if not _is_object(network, waiver.on):
            candidates = [name for section in _SUBJECTS for name in getattr(network.model, section)]
            problems.unknown(waiver.on, _AN_OBJECT, candidates, ("waivers", place, "on"))
    for place, declaration in enumerate(network.model.declarations):
        if declaration.framework not in clauses:
            problems.unknown(
                declaration.framework,
                Text("a framework", "un référentiel"),
                clauses,
                ("declarations", place, "framework"),
            )
        elif declaration.clause not in clauses[declaration.framework] and not _numbered(declaration.clause):
            known = clauses[declaration.framework]
            problems.unknown(declaration.clause, _A_CLAUSE, known, ("declarations", place, "clause"))
        if declaration.until is not None and declaration.until < declaration.on:
            problems.add(
                "dates",
                say(
                    "The declaration ends on {until}, before it was made on {on}",
                    "La déclaration finit le {until}, avant d’avoir été faite le {on}",
                    until=declaration.until,
                    on=declaration.on,
                ),
                ("declarations", place, "until"),
                ("declarations", place, "on"),
            )
    problems.raise_all()


def _is_object(network: Network, name: str) -> bool:
    """Tell whether a finding can be about a name: an entry, an interface, a ``repeat``'s fragment, the map itself.

    What a configuration permits beyond the matrix is named after its device.
    """
    model = network.model
    if name == model.name or any(name in getattr(model, section) for section in _SUBJECTS):
        return True
    asset, _, interface = name.partition("/")
    if asset in model.assets and interface in model.assets[asset].interfaces:
        return True
    return name.partition(": ")[0] in model.assets or any(line.template == name for line in network.lines)


def _numbered(clause: str) -> bool:
    """Tell whether a text is a clause's number such as 9.6.c, of those that no rule serves."""
    parts = clause.split(".")
    return len(parts) > 1 and all(part.isdecimal() or (len(part) == 1 and part.islower()) for part in parts)


def _names(network: Network, subject: Ref) -> set[str]:
    names = {subject.id}
    if subject.kind == "line" and subject.id in network.line:
        names.add(network.line[subject.id].template)
    return names


def _expired_waiver(network: Network, place: int, waiver: Waiver, covered: int) -> Finding:
    return _finding(
        network,
        "expired-waiver",
        Ref("waiver", f"{waiver.rule} {waiver.on}"),
        say(
            "the waiver of {rule} on {on} expired on {until}; it covered {n} {n:finding|findings}",
            "la dérogation à {rule} sur {on} est échue depuis le {until} ; elle couvrait {n} {n:constat|constats}",
            rule=waiver.rule,
            on=waiver.on,
            until=waiver.until,
            n=covered,
        ),
        ("waivers", place),
    )


def _expiring_waiver(network: Network, place: int, waiver: Waiver, covered: int) -> Finding:
    return _finding(
        network,
        "expiring-waiver",
        Ref("waiver", f"{waiver.rule} {waiver.on}"),
        say(
            "the waiver of {rule} on {on} expires on {until}; it covers {n} {n:finding|findings}",
            "la dérogation à {rule} sur {on} arrive à échéance le {until} ; elle couvre {n} {n:constat|constats}",
            rule=waiver.rule,
            on=waiver.on,
            until=waiver.until,
            n=covered,
        ),
        ("waivers", place),
    )


def _unused_waiver(network: Network, place: int, waiver: Waiver) -> Finding:
    return _finding(
        network,
        "unused-waiver",
        Ref("waiver", f"{waiver.rule} {waiver.on}"),
        say(
            "the waiver of {rule} on {on} matches no finding",
            "la dérogation à {rule} sur {on} ne correspond à aucun constat",
            rule=waiver.rule,
            on=waiver.on,
        ),
        ("waivers", place),
    )


def _finding(network: Network, rule: str, subject: Ref, message: Message, route: tuple[str | int, ...]) -> Finding:
    words = UPKEEP[rule]
    return Finding(
        rule, words.severity, message, subject, (network.document.span(route),), remedy=Message(words.remedy)
    )
