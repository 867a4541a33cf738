"""SecNumCloud 3.2, chapter 9: access control and segregation."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.finding import Text

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="9.1.b",
        urn="9.1.b",
        title=Text("Yearly review of the access policy", "Revue annuelle de la politique d’accès"),
        paraphrase=Text(
            "The policy of access control is revised every year, and when a major change may touch the service.",
            "La politique de contrôle d’accès est revue chaque année, et lors d’un changement majeur qui peut "
            "toucher le service.",
        ),
        kind="D",
        declared=Text(
            "when the policy was last revised, and after which change",
            "quand la politique a été revue, et après quel changement",
        ),
        yearly=True,
        after="major",
    ),
    Clause(
        id="9.5.a",
        urn="9.5.a",
        title=Text("Procedures of authentication", "Procédures d’authentification"),
        paraphrase=Text(
            "How means of authentication are issued, reset and checked is written down and applied, several factors "
            "among them.",
            "L’émission, la réinitialisation et le contrôle des moyens d’authentification, plusieurs facteurs "
            "compris, sont écrits et appliqués.",
        ),
        kind="D",
        declared=Text("the procedures, and that they are applied", "les procédures, et leur application"),
    ),
    Clause(
        id="9.5.c",
        urn="9.5.c",
        title=Text(
            "Several factors for end users of a SaaS",
            "Plusieurs facteurs pour les utilisateurs d’un SaaS",
        ),
        paraphrase=Text(
            "In a SaaS, tenants are offered authentication by several factors for their end users.",
            "Dans un SaaS, les commanditaires se voient offrir une authentification multifacteur pour leurs "
            "utilisateurs finaux.",
        ),
        kind="D",
        declared=Text(
            "that it is offered, or that the service is no SaaS",
            "qu’elle est offerte, ou que le service n’est pas un SaaS",
        ),
    ),
    Clause(
        id="9.5.d",
        urn="9.5.d",
        title=Text("Named account before a technical one", "Compte nominatif avant un compte technique"),
        paraphrase=Text(
            "Whoever uses a technical account has first proved who he is by an account in his name.",
            "Qui emploie un compte technique s’est d’abord authentifié par un compte à son nom.",
        ),
        kind="D",
        declared=Text("by what means a named account comes first", "par quel moyen un compte nominatif précède"),
    ),
    Clause(
        id="9.6.a",
        urn="9.6.a",
        title=Text("Administrators’ directory apart", "Annuaire des administrateurs à part"),
        paraphrase=Text(
            "The accounts of the provider’s administrators are kept in other directories and tools than those of "
            "tenants’ users.",
            "Les comptes des administrateurs du prestataire sont tenus dans d’autres annuaires et outils que ceux "
            "des utilisateurs des commanditaires.",
        ),
        kind="P",
        rules=("shared-directory",),
        declared=Text(
            "that the tools by which accounts are managed are distinct, too",
            "que les outils de gestion des comptes sont distincts, eux aussi",
        ),
        always=True,
    ),
    Clause(
        id="9.6.b",
        urn="9.6.b",
        title=Text(
            "Tenants’ administration interfaces distinct",
            "Interfaces d’administration des commanditaires distinctes",
        ),
        paraphrase=Text(
            "What tenants administer by is not what the provider administers by.",
            "Ce par quoi les commanditaires administrent n’est pas ce par quoi le prestataire administre.",
        ),
        kind="A",
        rules=("distinct-interfaces/provider",),
    ),
    Clause(
        id="9.6.c",
        urn="9.6.c",
        title=Text(
            "No administrator of the provider at tenants’ interfaces",
            "Aucun administrateur du prestataire aux interfaces des commanditaires",
        ),
        paraphrase=Text(
            "No account of the provider’s administrators opens an interface that tenants are offered.",
            "Aucun compte d’administrateur du prestataire n’ouvre une interface offerte aux commanditaires.",
        ),
        kind="P",
        rules=("administrators-at-consoles",),
        declared=Text(
            "that these interfaces refuse the accounts of the provider’s administrators",
            "que ces interfaces refusent les comptes des administrateurs du prestataire",
        ),
    ),
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
        always=True,
    ),
    Clause(
        id="9.6.e",
        urn="9.6.e",
        title=Text(
            "Tenants’ public consoles authenticated and encrypted",
            "Consoles publiques authentifiées et chiffrées",
        ),
        paraphrase=Text(
            "Administration by tenants over a public network is authenticated, and encrypted as clause 10.2 asks.",
            "L’administration par les commanditaires à travers un réseau public est authentifiée, et chiffrée comme "
            "le demande l’exigence 10.2.",
        ),
        kind="A+C",
        rules=("console-encryption",),
    ),
    Clause(
        id="9.6.f/provider",
        urn="node214",
        title=Text(
            "Several factors for the provider’s administration",
            "Plusieurs facteurs pour l’administration du prestataire",
        ),
        paraphrase=Text(
            "The interfaces by which the provider administers ask for a strong authentication by several factors.",
            "Les interfaces par lesquelles le prestataire administre demandent une authentification multifacteur "
            "forte.",
        ),
        kind="P",
        rules=("multifactor-authentication/provider",),
        declared=Text(
            "that each factor is strong, and whom it is given to",
            "que chaque facteur est fort, et à qui il est remis",
        ),
        always=True,
    ),
    Clause(
        id="9.6.f/tenant",
        urn="node215",
        title=Text(
            "Several factors for tenants’ administration",
            "Plusieurs facteurs pour l’administration des commanditaires",
        ),
        paraphrase=Text(
            "The interfaces by which tenants administer ask for a strong authentication by several factors.",
            "Les interfaces par lesquelles les commanditaires administrent demandent une authentification "
            "multifacteur forte.",
        ),
        kind="P",
        rules=("multifactor-authentication/tenant",),
        declared=Text(
            "that each factor is strong, and whom it is given to",
            "que chaque facteur est fort, et à qui il est remis",
        ),
    ),
    Clause(
        id="9.6.g",
        urn="9.6.g",
        title=Text("SaaS: administration apart from use", "SaaS : administration distincte de l’usage"),
        paraphrase=Text(
            "In a SaaS, tenants administer by other interfaces than those of their end users.",
            "Dans un SaaS, les commanditaires administrent par d’autres interfaces que celles de leurs utilisateurs "
            "finaux.",
        ),
        kind="A",
        rules=("distinct-interfaces/users",),
    ),
    Clause(
        id="9.6.h",
        urn="9.6.h",
        title=Text("Authentication before anything else", "Authentification avant toute autre chose"),
        paraphrase=Text(
            "Whoever reaches an administration interface from a public network is authenticated before any other "
            "exchange with it.",
            "Qui atteint une interface d’administration depuis un réseau public s’authentifie avant tout autre "
            "échange avec elle.",
        ),
        kind="P",
        rules=("authentication-first",),
        declared=Text(
            "that an interface without a device before it serves nothing before it has authenticated",
            "qu’une interface sans équipement devant elle ne sert rien avant d’avoir authentifié",
        ),
    ),
    Clause(
        id="9.6.i",
        urn="9.6.i",
        title=Text(
            "Built on an IaaS: out of its public interface’s reach",
            "Bâti sur un IaaS : hors d’atteinte de son interface publique",
        ),
        paraphrase=Text(
            "What the provider runs for itself on an IaaS is not accessible by the interface that the other tenants "
            "of the IaaS are offered.",
            "Ce que le prestataire exploite pour lui-même sur un IaaS n’est pas accessible par l’interface offerte "
            "aux autres commanditaires de cet IaaS.",
        ),
        kind="A+F",
        rules=("underlying-service/iaas",),
    ),
    Clause(
        id="9.6.j",
        urn="9.6.j",
        title=Text(
            "Built on a CaaS: out of its public interface’s reach",
            "Bâti sur un CaaS : hors d’atteinte de son interface publique",
        ),
        paraphrase=Text(
            "What the provider runs for itself on a CaaS is not accessible by the interface that the other tenants "
            "of the CaaS are offered.",
            "Ce que le prestataire exploite pour lui-même sur un CaaS n’est pas accessible par l’interface offerte "
            "aux autres commanditaires de ce CaaS.",
        ),
        kind="A+F",
        rules=("underlying-service/caas",),
    ),
    Clause(
        id="9.6.k",
        urn="9.6.k",
        title=Text(
            "Built on a PaaS: out of its public interface’s reach",
            "Bâti sur un PaaS : hors d’atteinte de son interface publique",
        ),
        paraphrase=Text(
            "What the provider runs for itself on a PaaS is not accessible by the interface that the other tenants "
            "of the PaaS are offered.",
            "Ce que le prestataire exploite pour lui-même sur un PaaS n’est pas accessible par l’interface offerte "
            "aux autres commanditaires de ce PaaS.",
        ),
        kind="A+F",
        rules=("underlying-service/paas",),
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
    Clause(
        id="9.7.b",
        urn="9.7.b",
        title=Text(
            "Segregation from the provider’s other systems",
            "Cloisonnement envers les autres systèmes du prestataire",
        ),
        paraphrase=Text(
            "The provider keeps the service’s information system apart from its others: offices, building "
            "management, access control.",
            "Le prestataire sépare le système d’information du service de ses autres systèmes : bureautique, gestion "
            "du bâtiment, contrôle d’accès.",
        ),
        kind="A+F+C",
        rules=("other-systems",),
    ),
    Clause(
        id="9.7.c",
        urn="9.7.c",
        title=Text("Administration apart from the infrastructure", "Administration séparée de l’infrastructure"),
        paraphrase=Text(
            "The technical infrastructure is apart from the equipment that administers what it hosts.",
            "L’infrastructure technique est séparée des équipements qui administrent ce qu’elle héberge.",
        ),
        kind="A+F",
        rules=("administration-apart",),
    ),
    Clause(
        id="9.7.d/consent",
        urn="node226",
        title=Text("Support: the tenant’s consent", "Support : consentement du commanditaire"),
        paraphrase=Text(
            "Support touches a tenant’s data only after that tenant has agreed to it.",
            "Le support ne touche aux données d’un commanditaire qu’après l’accord explicite de celui-ci.",
        ),
        kind="D",
        declared=Text("how consent is asked and kept", "comment le consentement est demandé et conservé"),
    ),
    Clause(
        id="9.7.d/person",
        urn="node227",
        title=Text("Support: the person is verified", "Support : personne vérifiée"),
        paraphrase=Text(
            "Whoever is given access to a tenant’s data has passed the verifications of clause 7.1.b.",
            "Qui reçoit un accès aux données d’un commanditaire a satisfait aux vérifications de l’exigence 7.1.b.",
        ),
        kind="D",
        declared=Text("how it is verified before access is given", "comment cela est vérifié avant l’accès"),
    ),
    Clause(
        id="9.7.d/bastion",
        urn="node228",
        title=Text("Support from outside the Union by a bastion", "Support hors de l’Union par un bastion"),
        paraphrase=Text(
            "Support from outside the European Union passes a bastion on which a verified person follows it live and "
            "may stop it.",
            "Le support rendu hors de l’Union européenne passe par un bastion, où une personne vérifiée le suit en "
            "temps réel et peut l’arrêter.",
        ),
        kind="P",
        rules=("support-bastion",),
        declared=Text(
            "that a verified person watches live and may refuse an action",
            "qu’une personne vérifiée surveille en temps réel et peut refuser une action",
        ),
    ),
    Clause(
        id="9.7.d/logging",
        urn="node229",
        title=Text("Support logged as administration", "Support journalisé comme administration"),
        paraphrase=Text(
            "What support does to a tenant’s data counts as administration and is logged as such.",
            "Ce que le support fait des données d’un commanditaire vaut administration et se journalise comme telle.",
        ),
        kind="D",
        declared=Text(
            "that these actions are logged as administration is",
            "que ces actions sont journalisées comme l’administration",
        ),
    ),
    Clause(
        id="9.7.d/removal",
        urn="node230",
        title=Text("Support: access taken back", "Support : accès retiré"),
        paraphrase=Text(
            "The access to a tenant’s data is taken back when the support is over.",
            "L’accès aux données d’un commanditaire est retiré à la fin du support.",
        ),
        kind="D",
        declared=Text("how access is taken back", "comment l’accès est retiré"),
    ),
)
