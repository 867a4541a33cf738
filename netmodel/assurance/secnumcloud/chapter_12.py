"""SecNumCloud 3.2, chapter 12: operations."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.assurance.secnumcloud import chapter_12_logs
from cloison.netmodel.finding import Text

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="12.2.a",
        urn="12.2.a",
        title=Text("Procedure of changes", "Procédure de changement"),
        paraphrase=Text(
            "Changes to the means of processing follow a documented procedure.",
            "Les changements apportés aux moyens de traitement suivent une procédure documentée.",
        ),
        kind="P",
        rules=("change-record",),
        declared=Text(
            "that the procedure is written and followed, for what is no line of the matrix too",
            "que la procédure est écrite et suivie, y compris pour ce qui n’est pas une ligne de la matrice",
        ),
        always=True,
    ),
    Clause(
        id="12.2.b",
        urn="12.2.b",
        title=Text("Tenants told of operations", "Commanditaires informés des opérations"),
        paraphrase=Text(
            "Tenants learn as early as possible when an operation that may touch security or availability takes "
            "place, what it is, what it does and whom to ask.",
            "Les commanditaires apprennent au plus tôt quand a lieu une opération qui peut toucher la sécurité ou"
            " la disponibilité, ce qu’elle est, ses effets et à qui s’adresser.",
        ),
        kind="P",
        declared=Text(
            "that tenants are told, of each change, those whom the comparison of the map’s versions names first",
            "que les commanditaires sont prévenus de chaque changement, d’abord ceux que nomme la comparaison des"
            " versions de la carte",
        ),
        after="tenants",
    ),
    Clause(
        id="12.2.d",
        urn="12.2.d",
        title=Text("Tenants told of lost functions", "Commanditaires informés des pertes de fonction"),
        paraphrase=Text(
            "A tenant learns as early as possible of a change that may take a function away from it.",
            "Un commanditaire apprend au plus tôt un changement qui peut lui faire perdre une fonctionnalité.",
        ),
        kind="P",
        declared=Text(
            "that tenants are told of what a change takes away",
            "que les commanditaires sont prévenus de ce qu’un changement leur retire",
        ),
        after="losses",
    ),
    Clause(
        id="12.3.a",
        urn="12.3.a",
        title=Text("Production physically apart", "Production séparée physiquement"),
        paraphrase=Text(
            "What produces the service shares no hardware with the other environments, development among them, "
            "and what joins them is filtered; virtualisation does not separate.",
            "Ce qui produit le service ne partage aucun matériel avec les autres environnements, dont le "
            "développement, et ce qui les joint est filtré ; la virtualisation ne sépare pas.",
        ),
        kind="A",
        rules=(
            "overlapping-hardware/environments",
            "environment-filtering",
        ),
    ),
    Clause(
        id="12.4.a",
        urn="12.4.a",
        title=Text("Protection against malicious code", "Protection contre les codes malveillants"),
        paraphrase=Text(
            "Malicious code is looked for, kept out and removed, at least on the provider’s workstations and in "
            "the flows that enter the service.",
            "Les codes malveillants sont recherchés, arrêtés et éliminés, au moins sur les postes du prestataire "
            "et dans les flux entrant dans le service.",
        ),
        kind="P",
        rules=("malware-protection",),
        declared=Text(
            "that the means are documented, kept up to date, and that systems can be restored",
            "que les moyens sont documentés et tenus à jour, et que les systèmes peuvent être restaurés",
        ),
    ),
    Clause(
        id="12.5.d",
        urn="12.5.d",
        title=Text("Backups elsewhere, encrypted on the way", "Sauvegardes ailleurs, chiffrées en chemin"),
        paraphrase=Text(
            "Backups lie far enough from the main site, where data may lie, and what goes between the sites is "
            "encrypted.",
            "Les sauvegardes sont assez loin du site principal, là où les données peuvent être, et ce qui passe "
            "entre les sites est chiffré.",
        ),
        kind="P",
        rules=("backup-transfer",),
        declared=Text(
            "that the sites are far enough apart for the disasters that the risk assessment retains, and as safe "
            "as one another",
            "que les sites sont assez éloignés pour les sinistres que retient l’appréciation des risques, et "
            "aussi sûrs l’un que l’autre",
        ),
    ),
    *chapter_12_logs.CLAUSES,
    Clause(
        id="12.10.c",
        urn="12.10.c",
        title=Text("Inspection of what comes in", "Inspection des entrants"),
        paraphrase=Text(
            "Software, tools and updates for the infrastructure are inspected on their way in, and can be removed.",
            "Logiciels, outils et mises à jour destinés à l’infrastructure sont inspectés à l’entrée et peuvent "
            "être écartés.",
        ),
        kind="A",
        rules=("inbound-software",),
    ),
    Clause(
        id="12.10.c/logs",
        urn="node378",
        title=Text("Inspection of what comes in: logs", "Inspection des entrants : journaux"),
        paraphrase=Text(
            "What inspects makes logs, and its code can be audited.",
            "Ce qui inspecte produit des journaux, et son code peut être audité.",
        ),
        kind="P",
        rules=("exchange-zones/sas-in-logs",),
        declared=Text(
            "that the code of the entry lock can be audited",
            "que le code du sas d’entrée peut être audité",
        ),
    ),
    Clause(
        id="12.10.c/zone",
        urn="node379",
        title=Text("Inspection of what comes in: zone", "Inspection des entrants : zone"),
        paraphrase=Text(
            "What comes in is treated on devices of its own, run by the provider, in a zone cut off from the rest"
            " of the infrastructure.",
            "Les entrants sont traités sur des dispositifs qui leur sont propres, opérés par le prestataire, dans"
            " une zone cloisonnée du reste de l’infrastructure.",
        ),
        kind="A",
        rules=("exchange-zones/sas-in",),
    ),
    Clause(
        id="12.12.a",
        urn="12.12.a",
        title=Text("Posts of administrators", "Postes d’administration"),
        paraphrase=Text(
            "Administrators use posts that serve administration alone, which the provider holds and keeps up to date.",
            "Les administrateurs emploient des postes réservés à l’administration, que le prestataire maîtrise et"
            " tient à jour.",
        ),
        kind="A+C",
        rules=("administration-workstations",),
        always=True,
    ),
    Clause(
        id="12.12.b",
        urn="12.12.b",
        title=Text("Hardened posts", "Postes durcis"),
        paraphrase=Text(
            "Posts of administrators have a hardened configuration.",
            "La configuration des postes d’administration est durcie.",
        ),
        kind="D",
        declared=Text(
            "how posts of administrators are hardened",
            "comment les postes d’administration sont durcis",
        ),
    ),
    Clause(
        id="12.12.c",
        urn="12.12.c",
        title=Text("Policy of roaming administration", "Politique de mobilité des administrateurs"),
        paraphrase=Text(
            "Where administrators may roam a policy frames it, and the level of security is that of a fixed post.",
            "Quand les administrateurs peuvent être en mobilité, une politique l’encadre, et le niveau de "
            "sécurité vaut celui d’un poste fixe.",
        ),
        kind="P",
        rules=("roaming-administration",),
        declared=Text(
            "that the policy is written and that roaming is as safe as a fixed post",
            "que la politique est écrite et que la mobilité est aussi sûre qu’un poste fixe",
        ),
    ),
    Clause(
        id="12.12.c/tunnel",
        urn="node387",
        title=Text("Tunnel of roaming administrators", "Tunnel des administrateurs en mobilité"),
        paraphrase=Text(
            "All flows of a roaming post go through an encrypted tunnel that can neither be switched off nor avoided.",
            "Tous les flux d’un poste en mobilité passent par un tunnel chiffré que l’on ne peut ni débrayer ni "
            "contourner.",
        ),
        kind="P",
        rules=("roaming-administration",),
        declared=Text(
            "that the user cannot switch the tunnel off",
            "que l’utilisateur ne peut pas débrayer le tunnel",
        ),
    ),
    Clause(
        id="12.12.c/disk",
        urn="node388",
        title=Text("Disk of roaming posts", "Disque des postes en mobilité"),
        paraphrase=Text(
            "The whole disk of a roaming post is encrypted.",
            "Le disque d’un poste en mobilité est chiffré en entier.",
        ),
        kind="D",
        declared=Text(
            "that disks are wholly encrypted",
            "que les disques sont chiffrés en entier",
        ),
    ),
    Clause(
        id="12.13.a",
        urn="12.13.a",
        title=Text("Remote maintenance", "Télémaintenance"),
        paraphrase=Text(
            "Remote diagnostics and maintenance of the infrastructure do not endanger the confidentiality of "
            "tenants’ data.",
            "Le télédiagnostic et la télémaintenance de l’infrastructure ne mettent pas en danger la "
            "confidentialité des données des commanditaires.",
        ),
        kind="P",
        rules=("remote-maintenance",),
        declared=Text(
            "who may maintain from afar, and how each access is granted",
            "qui peut télémaintenir, et comment chaque accès est accordé",
        ),
    ),
    Clause(
        id="12.13.a/persons",
        urn="node391",
        title=Text("Remote maintenance: persons", "Télémaintenance : personnes"),
        paraphrase=Text(
            "Whoever is let in was vetted as clause 7.1.b asks.",
            "Qui reçoit un accès a satisfait aux vérifications de l’exigence 7.1.b.",
        ),
        kind="D",
        declared=Text(
            "that persons were vetted (7.1.b)",
            "que les personnes ont été vérifiées (7.1.b)",
        ),
    ),
    Clause(
        id="12.13.a/bastion",
        urn="node392",
        title=Text("Remote maintenance: bastion", "Télémaintenance : bastion"),
        paraphrase=Text(
            "Whoever was not vetted passes a bastion, where somebody who was watches and can forbid each act.",
            "Qui ne l’a pas été passe par un bastion, où une personne qui l’a été regarde et peut interdire "
            "chaque action.",
        ),
        kind="P",
        rules=("remote-maintenance/bastion",),
        declared=Text(
            "that a vetted person watches each session live",
            "qu’une personne vérifiée suit chaque session en temps réel",
        ),
    ),
    Clause(
        id="12.13.a/logs",
        urn="node393",
        title=Text("Remote maintenance: logs", "Télémaintenance : journaux"),
        paraphrase=Text(
            "What is done counts as administration and is logged as such.",
            "Ce qui est fait compte comme de l’administration et est journalisé comme tel.",
        ),
        kind="P",
        rules=("remote-maintenance/logs",),
        declared=Text(
            "that what is done is logged as acts of administration",
            "que ce qui est fait est journalisé comme des actes d’administration",
        ),
    ),
    Clause(
        id="12.13.a/end",
        urn="node394",
        title=Text("Remote maintenance: end", "Télémaintenance : fin"),
        paraphrase=Text(
            "Access is taken away when the intervention is over.",
            "L’accès est retiré une fois l’intervention achevée.",
        ),
        kind="P",
        rules=("remote-maintenance/end",),
        declared=Text(
            "that accounts and access are taken away as well",
            "que les comptes et les accès sont retirés aussi",
        ),
    ),
    Clause(
        id="12.14.a",
        urn="12.14.a",
        title=Text("Inspection of what goes out", "Inspection des sortants"),
        paraphrase=Text(
            "What leaves the infrastructure for the needs of the service is inspected on its way out, and can be "
            "removed.",
            "Ce qui sort de l’infrastructure pour les besoins du service est inspecté à la sortie et peut être "
            "supprimé.",
        ),
        kind="A+F+C",
        rules=("outbound-data",),
    ),
    Clause(
        id="12.14.a/purge",
        urn="node397",
        title=Text("Inspection of what goes out: purge", "Inspection des sortants : expurgation"),
        paraphrase=Text(
            "What goes out can be rid of what endangers the confidentiality of tenants’ data.",
            "Les sortants peuvent être expurgés de ce qui menace la confidentialité des données des commanditaires.",
        ),
        kind="D",
        declared=Text(
            "how what goes out is purged",
            "comment les sortants sont expurgés",
        ),
    ),
    Clause(
        id="12.14.a/logs",
        urn="node398",
        title=Text("Inspection of what goes out: logs", "Inspection des sortants : journaux"),
        paraphrase=Text(
            "What inspects makes logs, and its code can be audited.",
            "Ce qui inspecte produit des journaux, et son code peut être audité.",
        ),
        kind="P",
        rules=("exchange-zones/sas-out-logs",),
        declared=Text(
            "that the code of the exit lock can be audited",
            "que le code du sas de sortie peut être audité",
        ),
    ),
    Clause(
        id="12.14.a/zone",
        urn="node399",
        title=Text("Inspection of what goes out: zone", "Inspection des sortants : zone"),
        paraphrase=Text(
            "What goes out is treated on devices of its own, run by the provider, in a zone cut off from the rest"
            " of the infrastructure.",
            "Les sortants sont traités sur des dispositifs qui leur sont propres, opérés par le prestataire, dans"
            " une zone cloisonnée du reste de l’infrastructure.",
        ),
        kind="A",
        rules=("exchange-zones/sas-out",),
    ),
)
