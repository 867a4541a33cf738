"""SecNumCloud 3.2, chapter 14: acquisition, development and maintenance."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.finding import Text

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="14.2.a",
        urn="14.2.a",
        title=Text("Control of changes", "Contrôle des changements"),
        paraphrase=Text(
            "Changes to the information system of the service follow a procedure of control.",
            "Les changements du système d’information du service suivent une procédure de contrôle.",
        ),
        kind="P",
        rules=("change-record", "change-control/approval"),
        declared=Text(
            "the procedure, and that it covers what is changed beside the matrix",
            "la procédure, et qu’elle couvre ce qui change en dehors de la matrice",
        ),
        always=True,
    ),
    Clause(
        id="14.2.b",
        urn="14.2.b",
        title=Text("Validation in preproduction", "Validation en préproduction"),
        paraphrase=Text(
            "Changes are validated in preproduction before they go into production.",
            "Les changements sont validés en préproduction avant d’entrer en production.",
        ),
        kind="P",
        rules=("change-control/preproduction",),
        declared=Text(
            "the evidence that each change was validated there first",
            "la preuve que chaque changement y a d’abord été validé",
        ),
    ),
    Clause(
        id="14.2.c",
        urn="14.2.c",
        title=Text("History of versions", "Historique des versions"),
        paraphrase=Text(
            "Versions of software and systems are kept, so that the environment of a given date can be rebuilt, for as "
            "long as backups are.",
            "Les versions des logiciels et des systèmes sont conservées, pour reconstituer l’environnement d’une date "
            "donnée, aussi longtemps que les sauvegardes.",
        ),
        kind="P",
        rules=("overdue-review/version",),
        declared=Text(
            "where the versions of maps, configurations and software are kept, and for how long",
            "où sont conservées les versions des cartes, des configurations et des logiciels, et combien de temps",
        ),
        always=True,
    ),
    Clause(
        id="14.4.a",
        urn="14.4.a",
        title=Text("Secure environment of development", "Environnement de développement sécurisé"),
        paraphrase=Text(
            "Development has a secure environment for the whole life cycle of the service’s information system.",
            "Le développement dispose d’un environnement sécurisé pour tout le cycle de vie du système d’information.",
        ),
        kind="P",
        rules=("overlapping-hardware/environments", "environment-filtering", "rooms/development"),
        declared=Text(
            "that it covers the whole life cycle of development", "qu’il couvre tout le cycle de développement"
        ),
    ),
    Clause(
        id="14.4.b",
        urn="14.4.b",
        title=Text("Development protected by the framework", "Développement protégé selon le référentiel"),
        paraphrase=Text(
            "Environments of development are in the analysis of risks, and protected as the framework asks.",
            "Les environnements de développement sont dans l’appréciation des risques, et protégés selon le "
            "référentiel.",
        ),
        kind="P",
        rules=(
            "risk-references/development",
            "overlapping-hardware/environments",
            "environment-filtering",
            "rooms/development",
        ),
        declared=Text(
            "the protections of development that the map does not show",
            "les protections du développement que la carte ne montre pas",
        ),
    ),
    Clause(
        id="14.7.b",
        urn="14.7.b",
        title=Text("No data of tenants in tests", "Pas de données de commanditaires dans les tests"),
        paraphrase=Text(
            "Production data of tenants go to tests only anonymised and with their consent.",
            "Les données de production des commanditaires ne servent aux tests qu’anonymisées et avec leur accord.",
        ),
        kind="A",
        rules=("production-data-in-tests",),
    ),
)
