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
            "Each piece of equipment of the service is listed with its identification, function, model, location, "
            "owner and security need.",
            "Chaque équipement du service est inventorié avec son identification, sa fonction, son modèle, "
            "sa localisation, son propriétaire et son besoin de sécurité.",
        ),
        kind="A+C",
        rules=("incomplete-inventory/equipment",),
    ),
)
