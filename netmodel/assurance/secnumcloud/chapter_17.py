"""SecNumCloud 3.2, chapter 17: business continuity."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.finding import Text

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="17.1.b",
        urn="17.1.b",
        title=Text("Yearly review of the continuity plan", "Révision annuelle du plan de continuité"),
        paraphrase=Text(
            "The continuity plan is revised every year, and at each major change.",
            "Le plan de continuité est révisé chaque année, et à chaque changement majeur.",
        ),
        kind="D",
        declared=Text(
            "the date of the last revision of the continuity plan, within the year",
            "la date de la dernière révision du plan de continuité, dans l’année",
        ),
        yearly=True,
        after="major",
    ),
    Clause(
        id="17.2.a",
        urn="17.2.a",
        title=Text("Keeping the service running", "Maintien de l’exploitation du service"),
        paraphrase=Text(
            "Procedures keep or restore the service as the agreement promises.",
            "Des procédures maintiennent ou rétablissent le service comme la convention s’y engage.",
        ),
        kind="P",
        rules=("single-points-of-failure",),
        declared=Text("the procedures of continuity and recovery", "les procédures de continuité et de reprise"),
    ),
    Clause(
        id="17.4.a",
        urn="17.4.a",
        title=Text("Availability of the means of processing", "Disponibilité des moyens de traitement"),
        paraphrase=Text(
            "What is in place answers the availability that the agreement promises.",
            "Les mesures en place répondent à la disponibilité promise par la convention.",
        ),
        kind="P",
        rules=("single-points-of-failure",),
        declared=Text(
            "that redundancy of what is not on the map, and times of recovery, match the agreement",
            "que la redondance de ce que la carte ne montre pas, et les délais de reprise, répondent à la convention",
        ),
    ),
    Clause(
        id="17.5.a",
        urn="17.5.a",
        title=Text("Offline backup of configurations", "Sauvegarde hors ligne des configurations"),
        paraphrase=Text(
            "The configuration of the infrastructure is backed up offline.",
            "La configuration de l’infrastructure est sauvegardée hors ligne.",
        ),
        kind="D",
        declared=Text(
            "the date of the last backup of configurations, and where it lies offline",
            "la date de la dernière sauvegarde des configurations, et où elle est conservée hors ligne",
        ),
    ),
)
