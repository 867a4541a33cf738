"""expired-line: a line past its date, or not yet in force, authorises nothing and says so."""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part, one
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import ref
from cloison.netmodel.finding import Message, Text, say


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    breaches: list[Breach] = []
    dated = 0
    for line in network.lines:
        starts, expires = line.flow.starts, line.flow.expires
        dated += starts is not None or expires is not None
        if expires is not None and expires < evidence.at:
            message = say("{line} expired on {date}", "{line} est échue depuis le {date}", line=line.id, date=expires)
            breaches.append(Breach(ref(line), message, cited(network, ref(line), "expires")))
        elif starts is not None and starts > evidence.at:
            message = say(
                "{line} starts on {date} only", "{line} n’entre en vigueur que le {date}", line=line.id, date=starts
            )
            breaches.append(
                Breach(
                    ref(line),
                    message,
                    cited(network, ref(line), "starts"),
                    severity="note",
                    remedy=say("Nothing to do before that date.", "Rien à faire avant cette date."),
                )
            )
    seen = say(
        "{n} {n:line|lines}, {dated} of them with dates",
        "{n} {n:ligne|lignes}, dont {dated} {dated:datée|datées}",
        n=len(network.lines),
        dated=dated,
    )
    return one(Part(seen, {"declared": len(network.lines)}, tuple(breaches)))


def _applies(evidence: Evidence) -> Message | None:
    return None if evidence.network.lines else say("the matrix has no line", "la matrice n’a aucune ligne")


CHECK = Check(
    name="expired-line",
    title=Text("No line of the matrix is past its date", "Aucune ligne de la matrice n’est échue"),
    why=Text(
        "An expired line no longer authorises its traffic, but filters may still let it through.",
        "Une ligne échue n’autorise plus son trafic, mais les filtres le laissent peut-être encore passer.",
    ),
    remedy=Text(
        "Take the line and its filter rules out, or renew it with a new justification and date.",
        "Retirer la ligne et ses règles de filtrage, ou la renouveler avec une justification et une date.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
)
