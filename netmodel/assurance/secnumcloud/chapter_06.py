"""SecNumCloud 3.2, chapter 6: organisation of security."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.finding import Text

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="6.5.a",
        urn="6.5.a",
        title=Text("Risks estimated before a project", "Risques estimés avant un projet"),
        paraphrase=Text(
            "An estimate of the risks precedes every project that may bear on the service.",
            "Une estimation des risques précède tout projet pouvant avoir un impact sur le service.",
        ),
        kind="P",
        rules=("risk-references/projects",),
        declared=Text(
            "the estimate of risks of each project that brought a zone, an interconnection or equipment",
            "l’estimation des risques de chaque projet ayant apporté une zone, une interconnexion ou un équipement",
        ),
    ),
)
