"""SecNumCloud 3.2, chapter 5: security policies and risk management."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.finding import Text

_ANALYSIS = Text(
    "that the risks cited are studied in the analysis", "que les risques cités sont étudiés dans l’appréciation"
)

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="5.3.c/needs",
        urn="node93",
        title=Text("Risks of differing security needs", "Risques de besoins de sécurité différents"),
        paraphrase=Text(
            "The analysis of risks covers information of differing security needs that is handled together.",
            "L’appréciation des risques couvre les informations de besoins de sécurité différents traitées ensemble.",
        ),
        kind="P",
        rules=("risk-references/levels",),
        declared=_ANALYSIS,
    ),
    Clause(
        id="5.3.c/segmentation",
        urn="node95",
        title=Text("Risks of a failure of segmentation", "Risques de défaillance du cloisonnement"),
        paraphrase=Text(
            "The analysis of risks covers the failure of what segregates the resources that parties share.",
            "L’appréciation des risques couvre la défaillance de ce qui cloisonne les ressources partagées.",
        ),
        kind="P",
        rules=("risk-references/sharing",),
        declared=_ANALYSIS,
    ),
    Clause(
        id="5.3.c/administration",
        urn="node97",
        title=Text("Risks of exposed administration", "Risques de l’administration exposée"),
        paraphrase=Text(
            "The analysis of risks covers the administration interfaces that a public network reaches.",
            "L’appréciation des risques couvre les interfaces d’administration qu’un réseau public atteint.",
        ),
        kind="P",
        rules=("risk-references/administration",),
        declared=_ANALYSIS,
    ),
    Clause(
        id="5.3.c/third-parties",
        urn="node98",
        title=Text("Risks of third parties", "Risques venant des tiers"),
        paraphrase=Text(
            "The analysis of risks covers third parties that could learn tenants’ data.",
            "L’appréciation des risques couvre les tiers qui pourraient prendre connaissance des données des "
            "commanditaires.",
        ),
        kind="P",
        rules=("risk-references/third-parties",),
        declared=_ANALYSIS,
    ),
    Clause(
        id="5.3.c/development",
        urn="node101",
        title=Text("Risks of development environments", "Risques des environnements de développement"),
        paraphrase=Text(
            "The analysis of risks covers the environments of development.",
            "L’appréciation des risques couvre les environnements de développement.",
        ),
        kind="P",
        rules=("risk-references/development",),
        declared=_ANALYSIS,
    ),
    Clause(
        id="5.3.h",
        urn="5.3.h",
        title=Text("Yearly review of the risks", "Révision annuelle des risques"),
        paraphrase=Text(
            "The analysis of risks is revised every year, and at each major change.",
            "L’appréciation des risques est révisée chaque année, et à chaque changement majeur.",
        ),
        kind="P",
        declared=Text(
            "the date of the last revision, within the year and since the last major change: a component of the "
            "infrastructure added, changed or removed",
            "la date de la dernière révision, dans l’année et depuis le dernier changement majeur : un composant de "
            "l’infrastructure ajouté, modifié ou retiré",
        ),
        yearly=True,
        after="major",
    ),
)
