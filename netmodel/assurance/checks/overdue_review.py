"""overdue-review: the map was reviewed within the last year, and what was reviewed led to it.

SecNumCloud 13.1.b asks for both, 14.2.c for the second: that the environment of a given date can be rebuilt.

That the last review's digest is that of an earlier version of this map is asked of its git history; without one, or
where the review has no digest, dates alone are judged.
"""

from __future__ import annotations

from datetime import date

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.dates import a_year_after
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.finding import Message, Ref, Step, Text, Value, Witness, say
from cloison.netmodel.language.model import Review

_SHOWN = len("sha256:") + 12
_DESCENDS = Text(
    "what was reviewed is a version from which this map comes",
    "ce qui a été revu est une version dont cette carte est issue",
)
_STRANGE = Text(
    "what was reviewed is no version from which this map comes",
    "ce qui a été revu n’est aucune version dont cette carte est issue",
)


_UNKNOWN = Text(
    "the version that was reviewed last was not looked for in the map’s history",
    "la dernière version revue n’a pas été cherchée dans l’historique de la carte",
)


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    reviews = list(enumerate(network.model.reviews))
    done = [(place, review) for place, review in reviews if review.on <= evidence.at]
    subject = Ref("map", network.model.name)
    if not done:
        nothing = say("no review names what was reviewed", "aucune revue ne nomme ce qui a été revu")
        return Outcome((_none_done(evidence, subject), Part(nothing, {}, absent=nothing, name="version")))
    place, last = max(done, key=lambda item: (item[1].on, item[0]))  # of two on one day, the one recorded last
    due = a_year_after(last.on)
    descent = _descent(evidence, last)
    seen = _seen(evidence, len(done), last, due, descent)
    lost: tuple[Breach, ...] = ()
    if descent is False:
        span = network.document.span(("reviews", place))
        message = say(
            "what was reviewed on {on} ({digest}) is no version from which this map comes",
            "ce qui a été revu le {on} ({digest}) n’est aucune version dont cette carte est issue",
            on=last.on,
            digest=last.digest[:_SHOWN],
        )
        lost = (Breach(subject, message, (span,), remedy=say(
            "Review the map as it is and record its digest, or correct the digest of the review.",
            "Revoir la carte telle qu’elle est et consigner son empreinte, ou corriger l’empreinte de la revue.",
        )),)  # fmt: skip
    late: tuple[Breach, ...] = ()
    if due < evidence.at:
        message = say(
            "the last review was on {on}; the next was due by {due}",
            "la dernière revue date du {on} ; la suivante était due au plus tard le {due}",
            on=last.on,
            due=due,
        )
        span = network.document.span(("reviews", place))
        witness = Witness("facts", (Step(subject, say("reviewed on {on}", "revue le {on}", on=last.on), span),))
        late = (Breach(subject, message, (span,), witness),)
    version = Part(Message(_UNKNOWN), {}, absent=Message(_UNKNOWN), name="version")
    if descent is not None:
        how = say("the last review, of {on}: {how}", "la dernière revue, du {on} : {how}", on=last.on,
                  how=_DESCENDS if descent else _STRANGE)  # fmt: skip
        version = Part(how, {"declared": 1}, lost, name="version")
    return Outcome((Part(seen, {"declared": len(done)}, late, name="date"), version))


def _descent(evidence: Evidence, review: Review) -> bool | None:
    """Tell whether what was reviewed is a version from which the map comes; nothing where that is not known."""
    if not review.digest:
        return None
    if review.digest == evidence.network.digest or review.digest in (evidence.ancestors or ()):
        return True
    return None if evidence.ancestors is None or evidence.unsure is not None else False


def _seen(evidence: Evidence, count: int, last: Review, due: date, descent: bool | None) -> Message:
    facts: dict[str, Value] = {"n": count, "on": last.on, "due": due}
    if descent is not None:
        return say(
            "{n} {n:review|reviews}, the last on {on}, the next due by {due}",
            "{n} {n:revue|revues}, la dernière le {on}, la prochaine au plus tard le {due}",
            **facts,
        )
    if evidence.unsure is not None:
        return say(
            "{n} {n:review|reviews}, the last on {on}, the next due by {due}; judged by {n:its date|their dates} "
            "alone: the version that was reviewed was not found, and {why}",
            "{n} {n:revue|revues}, la dernière le {on}, la prochaine au plus tard le {due} ; "
            "{n:jugée sur sa seule date|jugées sur leurs seules dates} : "
            "la version revue n’a pas été trouvée, et {why}",
            why=Text(evidence.unsure.say("en"), evidence.unsure.say("fr")), **facts,
        )  # fmt: skip
    return say(
        "{n} {n:review|reviews}, the last on {on}, the next due by {due}; judged by {n:its date|their dates} alone: "
        "the digest of what was reviewed was not compared with this map’s history",
        "{n} {n:revue|revues}, la dernière le {on}, la prochaine au plus tard le {due} ; "
        "{n:jugée sur sa seule date|jugées sur leurs seules dates} : "
        "l’empreinte de ce qui a été revu n’a pas été comparée à l’historique de cette carte",
        **facts,
    )


def _none_done(evidence: Evidence, subject: Ref) -> Part:
    """Return the answer where no review is dated on or before the day of the assessment."""
    network, planned = evidence.network, evidence.network.model.reviews
    datum = Text(f"a review dated {evidence.at} or before", f"une revue du {evidence.at} ou antérieure")
    missing = (Missing(subject, datum),)
    if not planned:
        span = network.document.span(("reviews",), key=True)
        message = say("no review of this map is recorded", "aucune revue de cette carte n’est consignée")
        seen = say("no review", "aucune revue")
        return Part(seen, {}, (Breach(subject, message, (span,), severity="warning"),), missing, name="date")
    place, first = min(enumerate(planned), key=lambda item: item[1].on)
    seen = say(
        "{n} {n:review|reviews}, none dated {at} or before",
        "{n} {n:revue|revues}, aucune du {at} ou antérieure",
        n=len(planned),
        at=evidence.at,
    )
    if len(planned) == 1:
        message = say(
            "the only review of this map is dated {on}, after the day of this check",
            "la seule revue de cette carte est datée du {on}, après le jour de cette vérification",
            on=first.on,
        )
    else:
        message = say(
            "the {n} reviews of this map are all dated after the day of this check, the first on {on}",
            "les {n} revues de cette carte sont toutes postérieures au jour de cette vérification, la première du {on}",
            n=len(planned),
            on=first.on,
        )
    span = network.document.span(("reviews", place))
    return Part(seen, {}, (Breach(subject, message, (span,), severity="warning"),), missing, name="date")


CHECK = Check(
    name="overdue-review",
    title=Text("The map was reviewed within the last year", "La carte a été revue depuis moins d’un an"),
    why=Text(
        "A map that nobody rereads drifts away from the network it describes.",
        "Une carte que personne ne relit s’éloigne du réseau qu’elle décrit.",
    ),
    remedy=Text(
        "Review the map and record it under `reviews`, with its date and its reviewers.",
        "Revoir la carte et le consigner sous `reviews`, avec la date et les relecteurs.",
    ),
    severity="error",
    run=_run,
    parts=("date", "version"),
)
