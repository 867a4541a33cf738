"""SecNumCloud 3.2, chapter 13: communications."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.finding import Text

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="13.1.a",
        urn="13.1.a",
        title=Text("Cartography kept up to date", "Cartographie tenue à jour"),
        paraphrase=Text(
            "The map holds the resources, the applications, the layer-3 networks with their nerve centres and the "
            "matrix of authorised flows, and is kept current.",
            "La carte réunit les ressources, les applications, les réseaux de niveau 3 avec leurs points "
            "névralgiques et la matrice des flux autorisés, et reste à jour.",
        ),
        kind="A+C",
        rules=("incomplete-inventory/applications", "undeclared-bridge", "unreachable-line", "expired-line"),
        always=True,
    ),
    Clause(
        id="13.1.a/resources",
        urn="node403",
        title=Text("List of resources", "Liste des ressources"),
        paraphrase=Text(
            "The cartography lists the resources of the service, hardware and virtual.",
            "La cartographie liste les ressources du service, matérielles et virtuelles.",
        ),
        kind="A",
        rules=("resource-list",),
        always=True,
    ),
    Clause(
        id="13.1.a/applications",
        urn="node404",
        title=Text("Applications and their functions", "Applications et leurs fonctions"),
        paraphrase=Text(
            "The cartography names the applications that support the service, and what each is for.",
            "La cartographie nomme les applications qui supportent le service, et dit à quoi sert chacune.",
        ),
        kind="A",
        rules=("incomplete-inventory/applications", "server-applications"),
        always=True,
    ),
    Clause(
        id="13.1.a/diagram",
        urn="node405",
        title=Text("Layer-3 diagram", "Schéma de niveau 3"),
        paraphrase=Text(
            "A diagram shows the network at layer 3, with its nerve centres.",
            "Un schéma montre le réseau au niveau 3, avec ses points névralgiques.",
        ),
        kind="A",
        rules=("network-diagram/whole", "unreachable-line"),
        always=True,
    ),
    Clause(
        id="13.1.a/interconnections",
        urn="node406",
        title=Text("Interconnections", "Points d’interconnexion"),
        paraphrase=Text(
            "The diagram shows where networks meet, those of third parties and the public ones first.",
            "Le schéma montre où les réseaux se rencontrent, d’abord ceux de tiers et les réseaux publics.",
        ),
        kind="A",
        rules=("network-diagram/interconnections", "undeclared-bridge"),
        always=True,
    ),
    Clause(
        id="13.1.a/networks",
        urn="node407",
        title=Text("Networks and subnets", "Réseaux et sous-réseaux"),
        paraphrase=Text(
            "The diagram shows networks and subnets, those of administration first.",
            "Le schéma montre réseaux et sous-réseaux, d’abord ceux d’administration.",
        ),
        kind="A+C",
        rules=("network-diagram/networks",),
        always=True,
    ),
    Clause(
        id="13.1.a/security",
        urn="node408",
        title=Text("Security equipment", "Équipements de sécurité"),
        paraphrase=Text(
            "The diagram shows the equipment that filters, authenticates, encrypts or otherwise protects.",
            "Le schéma montre les équipements qui filtrent, authentifient, chiffrent ou protègent autrement.",
        ),
        kind="A",
        rules=("network-diagram/security",),
        always=True,
    ),
    Clause(
        id="13.1.a/sensitive",
        urn="node409",
        title=Text("Sensitive servers", "Serveurs sensibles"),
        paraphrase=Text(
            "The diagram shows the servers that hold data or do sensitive work.",
            "Le schéma montre les serveurs qui contiennent des données ou rendent des fonctions sensibles.",
        ),
        kind="A",
        rules=("network-diagram/sensitive",),
        always=True,
    ),
    Clause(
        id="13.1.a/services",
        urn="node410",
        title=Text("Technical description of flows", "Description technique des flux"),
        paraphrase=Text(
            "Each line of the matrix names its services, protocols and ports.",
            "Chaque ligne de la matrice nomme ses services, protocoles et ports.",
        ),
        kind="A",
        rules=("incomplete-line/description", "any-service"),
        always=True,
    ),
    Clause(
        id="13.1.a/justification",
        urn="node411",
        title=Text("Justification of flows", "Justification des flux"),
        paraphrase=Text(
            "Each line says which need of the business or of the infrastructure it serves.",
            "Chaque ligne dit quel besoin du métier ou de l’infrastructure elle sert.",
        ),
        kind="A",
        rules=("incomplete-line/justification",),
        always=True,
    ),
    Clause(
        id="13.1.a/measures",
        urn="node412",
        title=Text("Compensating measures for unsafe services", "Mesures compensatoires des services non sûrs"),
        paraphrase=Text(
            "A line that uses a service reputed unsafe carries the measures that make up for it.",
            "Une ligne qui emploie un service réputé non sûr porte les mesures qui y remédient.",
        ),
        kind="A",
        rules=("unsafe-service",),
        always=True,
    ),
    Clause(
        id="13.1.b",
        urn="13.1.b",
        title=Text("Yearly review of the cartography", "Revue annuelle de la cartographie"),
        paraphrase=Text(
            "The cartography is revised at least once a year.",
            "La cartographie est revue au moins une fois par an.",
        ),
        kind="P",
        rules=("overdue-review",),
        declared=Text(
            "that the review bore on this map’s own history",
            "que la revue a porté sur une version de cette même carte",
        ),
    ),
    Clause(
        id="13.2.a",
        urn="13.2.a",
        title=Text("Segregation on four axes", "Cloisonnement selon quatre axes"),
        paraphrase=Text(
            "Flows are segregated by sensitivity, nature, belonging and technical domain; logically, physically or "
            "by encryption.",
            "Les flux sont cloisonnés selon leur sensibilité, leur nature, leur appartenance et leur domaine "
            "technique ; logiquement, physiquement ou par chiffrement.",
        ),
        kind="A+F",
        rules=("incomplete-line/attributes", "mixed-segments", "public-to-sensitive", "tenant-isolation"),
    ),
    Clause(
        id="13.2.a/sensitivity",
        urn="node416",
        title=Text("Segregation by sensitivity", "Cloisonnement par sensibilité"),
        paraphrase=Text(
            "Flows are kept apart by how sensitive what they carry is.",
            "Les flux sont séparés selon la sensibilité de ce qu’ils transportent.",
        ),
        kind="A+F",
        rules=("mixed-segments/sensitivity",),
    ),
    Clause(
        id="13.2.a/nature",
        urn="node417",
        title=Text("Segregation by nature", "Cloisonnement par nature"),
        paraphrase=Text(
            "Flows of production, administration, supervision and so on are kept apart.",
            "Les flux de production, d’administration, de supervision et autres sont séparés.",
        ),
        kind="A+F",
        rules=("mixed-segments/nature",),
    ),
    Clause(
        id="13.2.a/belonging",
        urn="node418",
        title=Text("Segregation by belonging", "Cloisonnement par appartenance"),
        paraphrase=Text(
            "Flows of each tenant or set of tenants, of the provider and of third parties are kept apart.",
            "Les flux de chaque commanditaire ou ensemble de commanditaires, du prestataire et des tiers sont séparés.",
        ),
        kind="A+F",
        rules=("mixed-segments/owner", "tenant-isolation"),
    ),
    Clause(
        id="13.2.a/domain",
        urn="node418",
        title=Text("Segregation by technical domain", "Cloisonnement par domaine technique"),
        paraphrase=Text(
            "Flows of processing, storage and other technical domains are kept apart.",
            "Les flux de traitement, de stockage et des autres domaines techniques sont séparés.",
        ),
        kind="A+F",
        rules=("mixed-segments/domain",),
    ),
    Clause(
        id="13.2.b",
        urn="13.2.b",
        title=Text("Apart from other information systems", "Séparation des autres systèmes d’information"),
        paraphrase=Text(
            "Internal flows are kept from any other information system physically or by encryption; VLANs alone "
            "do not do.",
            "Les flux internes sont séparés de tout autre système d’information physiquement ou par chiffrement ; "
            "des VLAN seuls n’y suffisent pas.",
        ),
        kind="A+C",
        rules=("overlapping-hardware/systems",),
    ),
    Clause(
        id="13.2.c",
        urn="13.2.c",
        title=Text("Tunnel for infrastructure administration", "Tunnel pour l’administration de l’infrastructure"),
        paraphrase=Text(
            "Where the network of infrastructure administration is not physically apart, its flows go through an "
            "encrypted tunnel.",
            "Là où le réseau d’administration de l’infrastructure n’est pas séparé physiquement, ses flux passent "
            "dans un tunnel chiffré.",
        ),
        kind="A+C",
        rules=("administration-tunnel", "supervision-acts"),
        always=True,
    ),
    Clause(
        id="13.2.d",
        urn="13.2.d",
        title=Text("Application firewall before tenants’ consoles", "Pare-feu applicatif devant les consoles"),
        paraphrase=Text(
            "An application firewall protects the administration interfaces that tenants reach over a public network.",
            "Un pare-feu applicatif protège les interfaces d’administration que les commanditaires atteignent par "
            "un réseau public.",
        ),
        kind="A+F",
        rules=("application-firewall",),
    ),
    Clause(
        id="13.2.e",
        urn="13.2.e",
        title=Text("Filtering of administration to the matrix alone", "Filtrage de l’administration selon la matrice"),
        paraphrase=Text(
            "At every administration and supervision interface of the infrastructure, a filter lets through the "
            "connections of the flow matrix and no other.",
            "À chaque interface d’administration et de supervision de l’infrastructure, un filtrage ne laisse "
            "passer que les connexions de la matrice des flux.",
        ),
        kind="A+F+C",
        rules=("permitted-flows/interfaces",),
    ),
    Clause(
        id="13.3.a",
        urn="13.3.a",
        title=Text("Detection probes", "Sondes de détection"),
        paraphrase=Text(
            "Probes watch the information system, each interconnection with third parties and public networks "
            "first, and feed the correlation of events.",
            "Des sondes surveillent le système d’information, d’abord chacune des interconnexions avec des tiers "
            "et des réseaux publics, et alimentent la corrélation des événements.",
        ),
        kind="A",
        rules=("missing-probe",),
    ),
)
