"""SecNumCloud 3.2, chapter 18: compliance. What a major change asks is declared anew after it."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.finding import Text

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="18.2.1.a/programme",
        urn="node513",
        title=Text("Programme of audits", "Programme d’audit"),
        paraphrase=Text(
            "A programme of audits over three years sets their scope and frequency.",
            "Un programme d’audit sur trois ans en définit le périmètre et la fréquence.",
        ),
        kind="D",
        declared=Text("the programme of audits and its three years", "le programme d’audit et ses trois années"),
    ),
    Clause(
        id="18.2.1.a/qualified",
        urn="node514",
        title=Text("A qualified audit every year", "Un audit qualifié chaque année"),
        paraphrase=Text(
            "A qualified auditor audits the service every year.",
            "Un prestataire d’audit qualifié audite le service chaque année.",
        ),
        kind="D",
        declared=Text("the date and the report of the last one", "la date et le rapport du dernier"),
        yearly=True,
    ),
    Clause(
        id="18.2.1.a/configuration",
        urn="node515",
        title=Text("Audit of configurations by sample", "Audit des configurations par échantillon"),
        paraphrase=Text(
            "The audited sample holds every type of equipment and server of the information system.",
            "L’échantillon audité comprend tous les types d’équipements et de serveurs du système d’information.",
        ),
        kind="P",
        rules=("incomplete-inventory/equipment",),
        declared=Text(
            "the sample that was audited, of every type that the inventory holds",
            "l’échantillon audité, de chacun des types que tient l’inventaire",
        ),
        always=True,
    ),
    Clause(
        id="18.2.1.b",
        urn="18.2.1.b",
        title=Text("Automated audit of configurations", "Audit automatisé des configurations"),
        paraphrase=Text(
            "It is recommended that configurations be audited automatically.",
            "Il est recommandé d’auditer automatiquement les configurations.",
        ),
        kind="P",
        rules=("permitted-flows",),
        declared=Text(
            "how often configurations are audited automatically, and which beside those of filters",
            "à quelle fréquence les configurations sont auditées automatiquement, et lesquelles outre les filtres",
        ),
        recommended=True,
    ),
    Clause(
        id="18.2.3.a/architecture",
        urn="node527",
        title=Text("Architecture reviewed at a major change", "Architecture revue à tout changement majeur"),
        paraphrase=Text(
            "At a major change a qualified auditor audits the architecture.",
            "À tout changement majeur, un prestataire qualifié audite l’architecture.",
        ),
        kind="P",
        declared=Text(
            "the independent review of the last major change, or that there was none since",
            "la revue indépendante du dernier changement majeur, ou qu’il n’y en a pas eu depuis",
        ),
        after="major",
    ),
    Clause(
        id="18.2.3.a/organisation",
        urn="node528",
        title=Text("Organisation reviewed at a major change", "Organisation revue à tout changement majeur"),
        paraphrase=Text(
            "At a major change a qualified auditor audits the organisation and the premises.",
            "À tout changement majeur, un prestataire qualifié audite l’organisation et les locaux.",
        ),
        kind="D",
        declared=Text(
            "the audit of organisation and premises of the last major change, or that there was none",
            "l’audit organisationnel et physique du dernier changement majeur, ou qu’il n’y en a pas eu",
        ),
        after="major",
    ),
    Clause(
        id="18.2.3.a/configuration",
        urn="node529",
        title=Text("Configurations reviewed at a major change", "Configurations revues à tout changement majeur"),
        paraphrase=Text(
            "At a major change a qualified auditor audits the configuration of the infrastructure.",
            "À tout changement majeur, un prestataire qualifié audite la configuration de l’infrastructure.",
        ),
        kind="P",
        declared=Text(
            "the audit of configurations of the last major change, or that there was none since",
            "l’audit des configurations du dernier changement majeur, ou qu’il n’y en a pas eu depuis",
        ),
        after="major",
    ),
    Clause(
        id="18.2.3.a/penetration",
        urn="node530",
        title=Text("Consoles tested at a major change", "Consoles éprouvées à tout changement majeur"),
        paraphrase=Text(
            "At a major change the administration interfaces of tenants undergo a penetration test.",
            "À tout changement majeur, les interfaces d’administration des commanditaires subissent un test "
            "d’intrusion.",
        ),
        kind="D",
        declared=Text(
            "the penetration test of the last major change, or that there was none",
            "le test d’intrusion du dernier changement majeur, ou qu’il n’y en a pas eu",
        ),
        after="major",
    ),
    Clause(
        id="18.2.3.a/saas",
        urn="node531",
        title=Text("SaaS tested at a major change", "SaaS éprouvé à tout changement majeur"),
        paraphrase=Text(
            "At a major change of a SaaS its user interface is tested and its security code audited.",
            "À tout changement majeur d’un SaaS, son interface d’utilisation est éprouvée et son code de sécurité "
            "audité.",
        ),
        kind="D",
        declared=Text(
            "the test and the audit of code of a SaaS, or that the service is none",
            "le test et l’audit de code d’un SaaS, ou que le service n’en est pas un",
        ),
        after="major",
    ),
    Clause(
        id="18.3.a",
        urn="18.3.a",
        title=Text("Procedures are verified", "Les procédures sont vérifiées"),
        paraphrase=Text(
            "The security officer verifies regularly that security procedures are carried out.",
            "Le responsable de la sécurité vérifie régulièrement l’exécution des procédures de sécurité.",
        ),
        kind="P",
        declared=Text(
            "the verifications of the year, with their dates and results",
            "les vérifications de l’année, avec leurs dates et leurs résultats",
        ),
        yearly=True,
    ),
    Clause(
        id="18.4.a",
        urn="18.4.a",
        title=Text("Policy of technical conformity", "Politique de conformité technique"),
        paraphrase=Text(
            "A policy says how technical conformity is verified: aims, methods, frequency, expected results, "
            "corrective measures.",
            "Une politique dit comment la conformité technique est vérifiée : objectifs, méthodes, fréquence, "
            "résultats attendus, mesures correctrices.",
        ),
        kind="P",
        declared=Text(
            "the policy, its dated results and the corrective measures that are open",
            "la politique, ses résultats datés et les mesures correctrices en cours",
        ),
    ),
)
