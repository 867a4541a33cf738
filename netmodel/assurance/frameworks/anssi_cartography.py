"""ANSSI's guide *Cartographie du système d'information* (version 1.0, November 2018): its levels of maturity, by view.

A clause is a level, whole (``level-1``) or of one view (``logical-1``); the number is the level of maturity that
annex 2 first asks it for. Each is partly declared, since every view has attributes that a map of the network does not
hold. The business view has none that it does.
"""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause, Framework, Kind
from cloison.netmodel.finding import Text

_RULE = "cartography-maturity"


def _clause(
    name: str, title: Text, paraphrase: Text, declared: Text, parts: tuple[str, ...], kind: Kind = "P"
) -> Clause:
    return Clause(name, name, title, paraphrase, kind, tuple(f"{_RULE}/{part}" for part in parts), declared)


_FIRST = ("ecosystem-1", "applications-1", "logical-1")
_SECOND = (*_FIRST, "administration-2", "physical-2")

FRAMEWORK = Framework(
    name="anssi-cartographie-2018",
    title=Text(
        "ANSSI, cartography of the information system (2018)", "ANSSI, cartographie du système d’information (2018)"
    ),
    urn="",
    clauses=(
        _clause(
            "level-1",
            Text("Maturity of level 1", "Maturité de niveau 1"),
            Text(
                "The views of the ecosystem, of applications and of logical infrastructures have what cannot be done "
                "without.",
                "Les vues de l’écosystème, des applications et des infrastructures logiques ont l’indispensable.",
            ),
            Text("what the clauses of each view leave to be declared", "ce que chaque vue laisse à déclarer"),
            _FIRST,
        ),
        _clause(
            "ecosystem-1",
            Text("View of the ecosystem, level 1", "Vue de l’écosystème, niveau 1"),
            Text(
                "Each party around the system is named, with what relates it to the system.",
                "Chaque partie autour du système est nommée, avec ce qui la lie au système.",
            ),
            Text(
                "the security level and the point of contact of each party",
                "le niveau de sécurité et le point de contact de chaque partie",
            ),
            ("ecosystem-1",),
        ),
        _clause(
            "applications-1",
            Text("View of applications, level 1", "Vue des applications, niveau 1"),
            Text(
                "Each application says what it is for and which assets serve it, each flow what it is for.",
                "Chaque application dit à quoi elle sert et quels biens la portent, chaque flux à quoi il sert.",
            ),
            Text(
                "the type, technology and users of each application, and its databases",
                "le type, la technologie et les utilisateurs de chaque application, et ses bases de données",
            ),
            ("applications-1",),
        ),
        _clause(
            "logical-1",
            Text("View of logical infrastructures, level 1", "Vue des infrastructures logiques, niveau 1"),
            Text(
                "Networks, subnets, gateways, network and security devices and servers have their identification "
                "and characteristics.",
                "Réseaux, sous-réseaux, passerelles, équipements de réseau et de sécurité et serveurs ont leur "
                "identification et leurs caractéristiques.",
            ),
            Text(
                "who operates each network and who answers for its security; how addresses are allocated; wireless "
                "access",
                "qui exploite chaque réseau et qui répond de sa sécurité ; l’attribution des adresses ; l’accès sans "
                "fil",
            ),
            ("logical-1",),
        ),
        _clause(
            "level-2",
            Text("Maturity of level 2", "Maturité de niveau 2"),
            Text(
                "Level 1, and the views of administration, of physical infrastructures and of the business have what "
                "cannot be done without.",
                "Le niveau 1, et l’indispensable des vues de l’administration, des infrastructures physiques et du "
                "métier.",
            ),
            Text(
                "the business view, and what the clauses of each view leave to be declared",
                "la vue métier, et ce que chaque vue laisse à déclarer",
            ),
            _SECOND,
        ),
        _clause(
            "administration-2",
            Text("View of administration, level 2", "Vue de l’administration, niveau 2"),
            Text(
                "Zones of administration have an owner and addresses, directories their software and their zone.",
                "Les zones d’administration ont un propriétaire et des adresses, les annuaires leur logiciel et leur "
                "zone.",
            ),
            Text(
                "forests, domains and their relations, and the privileges of administrators",
                "les forêts, les domaines et leurs relations, et les privilèges des administrateurs",
            ),
            ("administration-2",),
        ),
        _clause(
            "physical-2",
            Text("View of physical infrastructures, level 2", "Vue des infrastructures physiques, niveau 2"),
            Text(
                "Sites have their rooms; each physical asset its description, model, room and owner.",
                "Les sites ont leurs salles ; chaque bien physique sa description, son modèle, sa salle et son "
                "propriétaire.",
            ),
            Text("bays, telephones and peripherals", "les baies, les téléphones et les périphériques"),
            ("physical-2",),
        ),
        _clause(
            "level-3",
            Text("Maturity of level 3", "Maturité de niveau 3"),
            Text(
                "Level 2, and the finer attributes of every view.",
                "Le niveau 2, et les attributs plus fins de toutes les vues.",
            ),
            Text(
                "the business view, and what the clauses of each view leave to be declared",
                "la vue métier, et ce que chaque vue laisse à déclarer",
            ),
            (*_SECOND, "logical-3"),
        ),
        _clause(
            "ecosystem-3",
            Text("View of the ecosystem, level 3", "Vue de l’écosystème, niveau 3"),
            Text("Each relation says how much it matters.", "Chaque relation dit son importance."),
            Text("the importance of each relation", "l’importance de chaque relation"),
            (),
            "D",
        ),
        _clause(
            "applications-3",
            Text("View of applications, level 3", "Vue des applications, niveau 3"),
            Text(
                "Applications have an answerable entity, security needs, and their services and modules.",
                "Les applications ont une entité responsable, des besoins de sécurité, leurs services et modules.",
            ),
            Text(
                "the answerable entity and the security needs of each application, its services and modules",
                "l’entité responsable et les besoins de sécurité de chaque application, ses services et modules",
            ),
            (),
            "D",
        ),
        _clause(
            "logical-3",
            Text("View of logical infrastructures, level 3", "Vue des infrastructures logiques, niveau 3"),
            Text(
                "Virtual assets say what they run on, interconnections with the outside what they go through.",
                "Les biens virtuels disent sur quoi ils tournent, les interconnexions avec l’extérieur ce qu’elles "
                "traversent.",
            ),
            Text(
                "the filtering rules of switches and routers, the active services of servers, DHCP and DNS servers, "
                "certificates, and the contacts of connected entities",
                "les règles de filtrage des commutateurs et routeurs, les services actifs des serveurs, les serveurs "
                "DHCP et DNS, les certificats, et les contacts des entités connectées",
            ),
            ("logical-3",),
        ),
        _clause(
            "physical-3",
            Text("View of physical infrastructures, level 3", "Vue des infrastructures physiques, niveau 3"),
            Text(
                "Physical equipment has its finer attributes.",
                "Les équipements physiques ont leurs attributs plus fins.",
            ),
            Text(
                "the links between equipment and the other attributes of the second granularity of the view",
                "les liens entre équipements et les autres attributs de la seconde granularité de la vue",
            ),
            (),
            "D",
        ),
    ),
    default=False,
    only=(_RULE,),
)
