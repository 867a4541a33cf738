"""SecNumCloud 3.2, chapter 9: access control and segregation."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.finding import Text

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="9.6.d",
        urn="9.6.d",
        title=Text(
            "Provider’s administration unreachable from public networks",
            "Administration du prestataire inaccessible depuis un réseau public",
        ),
        paraphrase=Text(
            "No public network and no tenant leads to an interface by which the provider administers the service.",
            "Ni un réseau public ni un commanditaire ne mène à une interface par laquelle le prestataire "
            "administre le service.",
        ),
        kind="A+F+C",
        rules=("administration-exposure",),
    ),
    Clause(
        id="9.7.a",
        urn="9.7.a",
        title=Text("Segregation of tenants", "Cloisonnement entre commanditaires"),
        paraphrase=Text(
            "The provider keeps its tenants apart from one another.",
            "Le prestataire sépare ses commanditaires les uns des autres.",
        ),
        kind="A+F+C",
        rules=("tenant-isolation",),
    ),
)
