"""SecNumCloud 3.2, chapter 12: operations."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.finding import Text

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="12.3.a",
        urn="12.3.a",
        title=Text("Production physically apart", "Production séparée physiquement"),
        paraphrase=Text(
            "What produces the service shares no hardware with the other environments, development among them; "
            "virtualisation does not separate.",
            "Ce qui produit le service ne partage aucun matériel avec les autres environnements, dont le "
            "développement ; la virtualisation ne sépare pas.",
        ),
        kind="A",
        rules=("overlapping-hardware/environments",),
    ),
)
