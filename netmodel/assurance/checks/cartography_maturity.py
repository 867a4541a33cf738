"""cartography-maturity: what each object lacks for the next level of ANSSI's guide to cartography (2018), by view.

A stage is not looked at before the one that it builds on is reached, so that what is listed is what comes next. A
waiver accepts a gap and raises no level.
"""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.subjects.cartography import STAGES, Item, Stage
from cloison.netmodel.finding import Ref, Text, say
from cloison.netmodel.network import Network


def _breach(network: Network, stage: Stage, item: Item) -> Breach:
    message = say(
        "{subject} lacks {lacking} for level {level} of the view of {view}",
        "il manque à {subject}, pour le niveau {level} de la vue « {view} » : {lacking}",
        subject=item.subject.id,
        lacking=item.lacking,
        level=stage.level,
        view=stage.view,
    )
    return Breach(item.subject, message, cited(network, item.subject))


def _part(network: Network, stage: Stage, reached: set[str]) -> Part:
    whole = Ref("map", network.model.name)
    if stage.before and stage.before not in reached:
        waits = say(
            "view of {view}: level {level} waits for the level before",
            "vue « {view} » : le niveau {level} attend le niveau précédent",
            view=stage.view,
            level=stage.level,
        )
        return Part(waits, {}, missing=(Missing(whole, _EARLIER),), name=stage.name)
    items = list(stage.items(network))
    if not items:
        nothing = say("view of {view}: nothing to look at", "vue « {view} » : rien à examiner", view=stage.view)
        return Part(nothing, {}, missing=(Missing(whole, stage.objects),), name=stage.name)
    breaches = tuple(_breach(network, stage, item) for item in items if item.lacking)
    if not breaches:
        reached.add(stage.name)
    reached_or_not = Text("reached", "atteint") if not breaches else Text("not reached", "pas atteint")
    seen = say(
        "view of {view}: level {level} {reached}, {whole} of {n} {n:object|objects} whole",
        "vue « {view} » : niveau {level} {reached}, {whole} {whole:objet complet|objets complets} sur {n}",
        reached=reached_or_not,
        view=stage.view,
        level=stage.level,
        whole=len(items) - len(breaches),
        n=len(items),
    )
    return Part(seen, {"declared": len(items)}, breaches, name=stage.name)


def _run(evidence: Evidence) -> Outcome:
    reached: set[str] = set()
    return Outcome(tuple(_part(evidence.network, stage, reached) for stage in STAGES))


_EARLIER = Text("what the level before asks", "ce que demande le niveau précédent")

CHECK = Check(
    name="cartography-maturity",
    title=Text("The map is as detailed as the level of maturity asks", "La carte a le détail que demande son niveau"),
    why=Text(
        "ANSSI’s guide to cartography grades a map: at each level of maturity, each object of each view has more of "
        "its attributes. What a map cannot hold (business processes, contacts, forests of directories) is left to "
        "declarations.",
        "Le guide de cartographie de l’ANSSI gradue une carte : à chaque niveau de maturité, chaque objet de chaque "
        "vue a davantage de ses attributs. Ce qu’une carte ne peut contenir (processus métier, points de contact, "
        "forêts d’annuaires) est laissé aux déclarations.",
    ),
    remedy=Text("Complete the entry.", "Compléter l’entrée."),
    severity="warning",
    run=_run,
    parts=tuple(stage.name for stage in STAGES),
)
