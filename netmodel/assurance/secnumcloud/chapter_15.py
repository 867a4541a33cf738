"""SecNumCloud 3.2, chapter 15: relations with third parties."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.finding import Text

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="15.1.a",
        urn="15.1.a",
        title=Text("List of third parties", "Liste des tiers"),
        paraphrase=Text(
            "The provider keeps the whole list of the third parties that take part in the service, with what each "
            "brings to it and to personal data.",
            "Le prestataire tient la liste de tous les tiers qui participent au service, avec ce que chacun y "
            "apporte, traitement de données personnelles compris.",
        ),
        kind="P",
        rules=("third-party-list",),
        declared=Text(
            "that the list is whole, subcontractors of subcontractors included, and what each does with personal data",
            "que la liste est complète, sous-traitance en cascade comprise, et ce que chacun fait des données "
            "personnelles",
        ),
    ),
    Clause(
        id="15.1.b",
        urn="15.1.b",
        title=Text("Third parties that can access data", "Tiers qui peuvent accéder aux données"),
        paraphrase=Text(
            "Tenants can see which third parties may access data, and are told when subcontractors change.",
            "Les commanditaires peuvent voir quels tiers peuvent accéder aux données, et sont prévenus des "
            "changements de sous-traitants.",
        ),
        kind="P",
        rules=("third-party-access",),
        declared=Text(
            "that tenants have the list and are told of changes in time to object",
            "que les commanditaires disposent de la liste et sont prévenus à temps pour s’opposer",
        ),
    ),
)
