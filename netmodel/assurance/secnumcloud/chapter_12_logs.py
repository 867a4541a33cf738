"""SecNumCloud 3.2, sections 12.6 to 12.9: logs, their protection, clocks, correlation."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.finding import Text

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="12.6.a",
        urn="12.6.a",
        title=Text("Logging policy: sources", "Politique de journalisation : sources"),
        paraphrase=Text(
            "A logging policy lists the sources whose logs are collected.",
            "Une politique de journalisation dresse la liste des sources dont les journaux sont collectés.",
        ),
        kind="P",
        rules=("log-collection",),
        declared=Text(
            "that the policy is written and that its list of sources is that of the matrix",
            "que la politique est écrite et que sa liste de sources est celle de la matrice",
        ),
        always=True,
    ),
    Clause(
        id="12.6.a/events",
        urn="node346",
        title=Text("Logging policy: events", "Politique de journalisation : événements"),
        paraphrase=Text(
            "The policy says of each source which events it logs.",
            "La politique dit de chaque source quels événements elle journalise.",
        ),
        kind="D",
        declared=Text(
            "the events to be logged, source by source",
            "les événements à journaliser, source par source",
        ),
    ),
    Clause(
        id="12.6.a/purpose",
        urn="node347",
        title=Text("Logging policy: purpose", "Politique de journalisation : objet"),
        paraphrase=Text(
            "The policy says of each event what it is logged for.",
            "La politique dit de chaque événement pourquoi il est journalisé.",
        ),
        kind="D",
        declared=Text(
            "what each event is logged for",
            "l’objet de la journalisation de chaque événement",
        ),
    ),
    Clause(
        id="12.6.a/frequency",
        urn="node348",
        title=Text("Logging policy: frequency and time", "Politique de journalisation : fréquence et temps"),
        paraphrase=Text(
            "The policy says how often logs are collected and on which time base.",
            "La politique dit à quelle fréquence les journaux sont collectés et sur quelle base de temps.",
        ),
        kind="D",
        declared=Text(
            "how often logs are collected, and their time base",
            "la fréquence de la collecte et sa base de temps",
        ),
    ),
    Clause(
        id="12.6.a/retention",
        urn="node349",
        title=Text("Logging policy: retention", "Politique de journalisation : rétention"),
        paraphrase=Text(
            "The policy says how long logs are kept, at their source and centrally.",
            "La politique dit combien de temps les journaux sont gardés, à la source et au centre.",
        ),
        kind="D",
        declared=Text(
            "how long logs are kept, locally and centrally",
            "la durée de rétention, locale et centralisée",
        ),
    ),
    Clause(
        id="12.6.a/protection",
        urn="node350",
        title=Text("Logging policy: protection and place", "Politique de journalisation : protection et lieu"),
        paraphrase=Text(
            "The policy says how logs are protected and where they lie.",
            "La politique dit comment les journaux sont protégés et où ils se trouvent.",
        ),
        kind="D",
        declared=Text(
            "how logs are protected, encryption and copies among it, and where they lie",
            "les mesures de protection des journaux, dont chiffrement et copies, et leur localisation",
        ),
    ),
    Clause(
        id="12.6.b",
        urn="12.6.b",
        title=Text("Events that are logged", "Événements journalisés"),
        paraphrase=Text(
            "Users’ acts that bear on security, changes of rights, malicious code, exceptions and failures are "
            "logged and collected.",
            "Les actes d’utilisateurs touchant à la sécurité, les changements de droits, les codes malveillants, "
            "les exceptions et les défaillances sont journalisés et collectés.",
        ),
        kind="D",
        declared=Text(
            "that these events are generated and collected",
            "que ces événements sont générés et collectés",
        ),
    ),
    Clause(
        id="12.6.c",
        urn="12.6.c",
        title=Text("Six months of logs", "Six mois de journaux"),
        paraphrase=Text(
            "Events are kept for six months at least, as far as the law allows.",
            "Les événements sont conservés six mois au moins, dans les limites de la loi.",
        ),
        kind="D",
        declared=Text(
            "that events are kept for six months at least",
            "que les événements sont conservés au moins six mois",
        ),
    ),
    Clause(
        id="12.6.d",
        urn="12.6.d",
        title=Text("Events for tenants", "Événements pour les commanditaires"),
        paraphrase=Text(
            "A tenant gets all events about it when it asks.",
            "Un commanditaire obtient à sa demande tous les événements qui le concernent.",
        ),
        kind="D",
        declared=Text(
            "that tenants get the events about them",
            "que les commanditaires obtiennent les événements qui les concernent",
        ),
    ),
    Clause(
        id="12.6.e",
        urn="12.6.e",
        title=Text("ANSSI’s note on logging", "Note de l’ANSSI sur la journalisation"),
        paraphrase=Text(
            "The logging system follows ANSSI’s recommendations on logging; this is itself a recommendation.",
            "Le système de journalisation suit les recommandations de l’ANSSI ; c’est ici même une recommandation.",
        ),
        kind="D",
        declared=Text(
            "which recommendations of the note are followed",
            "quelles recommandations de la note sont suivies",
        ),
        recommended=True,
    ),
    Clause(
        id="12.7.a",
        urn="12.7.a",
        title=Text("Protection of logging equipment", "Protection des équipements de journalisation"),
        paraphrase=Text(
            "Logging equipment and logged events are protected in availability, integrity and confidentiality.",
            "Les équipements de journalisation et les événements sont protégés en disponibilité, intégrité et "
            "confidentialité.",
        ),
        kind="A",
        rules=("log-access",),
        always=True,
    ),
    Clause(
        id="12.7.c",
        urn="12.7.c",
        title=Text("Transfer of logs", "Transfert des journaux"),
        paraphrase=Text(
            "Logs travel protected in confidentiality and integrity to dedicated central servers, and are stored "
            "on another physical machine than the one that made them.",
            "Les journaux voyagent protégés en confidentialité et en intégrité vers des serveurs centraux dédiés,"
            " et sont stockés sur une autre machine physique que celle qui les a produits.",
        ),
        kind="A+C",
        rules=("log-transfer",),
        always=True,
    ),
    Clause(
        id="12.7.e",
        urn="12.7.e",
        title=Text("Rights on logs", "Droits sur les journaux"),
        paraphrase=Text(
            "Logging runs with the rights that it needs and no more, and access to events follows the access policy.",
            "La journalisation s’exécute avec les privilèges nécessaires et pas plus, et l’accès aux événements "
            "suit la politique d’accès.",
        ),
        kind="P",
        rules=("log-access",),
        declared=Text(
            "the accounts that logging runs with, and who may read events",
            "les comptes sous lesquels s’exécute la journalisation, et qui peut lire les événements",
        ),
        always=True,
    ),
    Clause(
        id="12.8.a",
        urn="12.8.a",
        title=Text("Clocks from internal sources", "Horloges sur des sources internes"),
        paraphrase=Text(
            "All equipment takes its time from internal sources that agree, which may themselves ask several "
            "reliable ones outside.",
            "Tous les équipements prennent l’heure à des sources internes cohérentes, qui peuvent en interroger "
            "plusieurs fiables à l’extérieur.",
        ),
        kind="A+C",
        rules=("time-sources",),
        always=True,
    ),
    Clause(
        id="12.9.a",
        urn="12.9.a",
        title=Text("Correlation of events", "Corrélation des événements"),
        paraphrase=Text(
            "Logged events are analysed and correlated, to detect what may touch the security of the service, "
            "over the last six months too.",
            "Les événements journalisés sont analysés et corrélés, pour détecter ce qui peut toucher la sécurité "
            "du service, jusqu’à six mois en arrière.",
        ),
        kind="P",
        rules=(
            "event-correlation",
            "missing-probe/heard",
        ),
        declared=Text(
            "what is looked for, and that it reaches six months back",
            "ce qui est recherché, et que l’on remonte à six mois",
        ),
        always=True,
    ),
    Clause(
        id="12.9.b",
        urn="12.9.b",
        title=Text("Framework of detection providers", "Référentiel des prestataires de détection"),
        paraphrase=Text(
            "The infrastructure of correlation follows the PDIS framework; this is a recommendation.",
            "L’infrastructure de corrélation suit le référentiel PDIS ; c’est une recommandation.",
        ),
        kind="D",
        declared=Text(
            "what is taken from the PDIS framework",
            "ce qui est repris du référentiel PDIS",
        ),
        recommended=True,
    ),
    Clause(
        id="12.9.c",
        urn="12.9.c",
        title=Text("Daily acknowledgement of alarms", "Acquittement quotidien des alarmes"),
        paraphrase=Text(
            "Alarms are acknowledged every day at least.",
            "Les alarmes sont acquittées au moins chaque jour.",
        ),
        kind="D",
        declared=Text(
            "that alarms are acknowledged every day",
            "que les alarmes sont acquittées chaque jour",
        ),
    ),
)
