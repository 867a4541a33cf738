"""SecNumCloud 3.2, chapter 8: assets."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.finding import Text

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="8.1.a",
        urn="8.1.a",
        title=Text("Inventory of equipment", "Inventaire des équipements"),
        paraphrase=Text(
            "Each piece of equipment of the service is listed with its identification, function, model, location,"
            " owner and security need.",
            "Chaque équipement du service est inventorié avec son identification, sa fonction, son modèle, sa "
            "localisation, son propriétaire et son besoin de sécurité.",
        ),
        kind="A+C",
        rules=("incomplete-inventory/equipment",),
        always=True,
    ),
    Clause(
        id="8.1.b",
        urn="8.1.b",
        title=Text("Inventory of software", "Inventaire des logiciels"),
        paraphrase=Text(
            "Each software of the service is listed with its version and the equipment that it is installed on.",
            "Chaque logiciel du service est inventorié avec sa version et les équipements qui le portent.",
        ),
        kind="A",
        rules=("software-inventory",),
        always=True,
    ),
    Clause(
        id="8.1.c",
        urn="8.1.c",
        title=Text("Valid licences", "Licences valides"),
        paraphrase=Text(
            "Licences are valid for as long as the service is provided.",
            "Les licences restent valides aussi longtemps que dure la prestation.",
        ),
        kind="P",
        rules=("expired-licence",),
        declared=Text(
            "that the licences of all software are followed, those that the map does not date among them",
            "que les licences de tous les logiciels sont suivies, y compris celles que la carte ne date pas",
        ),
    ),
    Clause(
        id="8.3.a",
        urn="8.3.a",
        title=Text("Security needs", "Besoins de sécurité"),
        paraphrase=Text(
            "The security needs of the information of the service are identified.",
            "Les besoins de sécurité des informations du service sont identifiés.",
        ),
        kind="P",
        rules=("security-needs",),
        declared=Text(
            "that each level is the right one for the information that is there",
            "que chaque niveau est le bon pour l’information qui s’y trouve",
        ),
    ),
    Clause(
        id="8.3.b",
        urn="8.3.b",
        title=Text("Needs that the law sets", "Besoins fixés par la loi"),
        paraphrase=Text(
            "Where a tenant entrusts data that a law, a regulation or a sector constrains, the needs that follow "
            "are identified.",
            "Quand un commanditaire confie des données soumises à une loi, à un règlement ou aux règles d’un "
            "secteur, les besoins qui en découlent sont identifiés.",
        ),
        kind="P",
        rules=("data-constraints",),
        declared=Text(
            "which constraints each tenant’s data is under, and that zones which accept it meet them",
            "à quelles contraintes sont soumises les données de chaque commanditaire, et que les zones qui les "
            "acceptent y répondent",
        ),
    ),
)
