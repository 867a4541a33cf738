"""SecNumCloud 3.2, chapter 11: physical security, as far as a map tells rooms and what lies in them."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.finding import Text

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="11.1.a",
        urn="11.1.a",
        title=Text("Perimeters of physical security", "Périmètres de sécurité physique"),
        paraphrase=Text(
            "Perimeters are documented: every piece of equipment lies in a room whose class is known.",
            "Les périmètres sont documentés : chaque équipement est dans une salle dont la classe est connue.",
        ),
        kind="A",
        rules=("rooms/classes",),
        always=True,
    ),
    Clause(
        id="11.1.b",
        urn="11.1.b",
        title=Text("Public, private and sensitive rooms", "Salles publiques, privées et sensibles"),
        paraphrase=Text(
            "Public, private and sensitive areas are told apart.",
            "Les zones publiques, privées et sensibles sont distinguées.",
        ),
        kind="A",
        rules=("rooms/classes",),
        always=True,
    ),
    Clause(
        id="11.1.1.a",
        urn="11.1.1.a",
        title=Text("Nothing of the service in public areas", "Rien du service en zone publique"),
        paraphrase=Text(
            "No resource of the service, nor anything that gives access to one, lies in a public area.",
            "Aucune ressource du service, ni rien qui y donne accès, ne se trouve en zone publique.",
        ),
        kind="A",
        rules=("rooms/public", "rooms/deliveries"),
    ),
    Clause(
        id="11.1.2.a/development",
        urn="node270",
        title=Text("Development in private areas", "Développement en zone privée"),
        paraphrase=Text(
            "Platforms and means of development lie in private areas.",
            "Les plateformes et moyens de développement sont en zone privée.",
        ),
        kind="A",
        rules=("rooms/development",),
    ),
    Clause(
        id="11.1.2.a/workstations",
        urn="node271",
        title=Text("Workstations in private areas", "Postes de travail en zone privée"),
        paraphrase=Text(
            "Posts of administration, operation and supervision lie in private areas.",
            "Les postes d’administration, d’exploitation et de supervision sont en zone privée.",
        ),
        kind="A",
        rules=("rooms/workstations",),
    ),
    Clause(
        id="11.1.2.a/premises",
        urn="node272",
        title=Text("Premises in private areas", "Locaux en zone privée"),
        paraphrase=Text(
            "The premises from which the provider works are private areas.",
            "Les locaux depuis lesquels le prestataire opère sont des zones privées.",
        ),
        kind="P",
        rules=("rooms/workstations",),
        declared=Text(
            "that the provider works from no premises other than the rooms of its workstations",
            "que le prestataire n’opère depuis aucun autre local que les salles de ses postes de travail",
        ),
    ),
    Clause(
        id="11.1.3.a",
        urn="11.1.3.a",
        title=Text("Sensitive areas for production alone", "Zones sensibles réservées à la production"),
        paraphrase=Text(
            "Sensitive areas hold the production of the service, and no workstation.",
            "Les zones sensibles abritent la production du service, et aucun poste de travail.",
        ),
        kind="A",
        rules=("rooms/sensitive",),
    ),
    Clause(
        id="11.2.2.j",
        urn="11.2.2.j",
        title=Text("No door between public and sensitive areas", "Aucune porte entre zone publique et zone sensible"),
        paraphrase=Text(
            "No public area gives directly onto a sensitive one.",
            "Aucune zone publique ne donne directement sur une zone sensible.",
        ),
        kind="A",
        rules=("rooms/public-doors", "rooms/delivery-doors"),
    ),
    Clause(
        id="11.5.a",
        urn="11.5.a",
        title=Text("Delivery areas are public", "Les zones de livraison sont publiques"),
        paraphrase=Text(
            "Delivery and loading areas are treated as public areas.",
            "Les zones de livraison et de chargement sont traitées en zones publiques.",
        ),
        kind="A",
        rules=("rooms/deliveries",),
    ),
    Clause(
        id="11.5.b",
        urn="11.5.b",
        title=Text("Delivery areas isolated", "Zones de livraison isolées"),
        paraphrase=Text(
            "The ways from delivery areas to private and sensitive ones are isolated, or made up for.",
            "Les accès des zones de livraison vers les zones privées et sensibles sont isolés, ou compensés.",
        ),
        kind="A",
        rules=("rooms/delivery-doors", "rooms/delivery-isolation"),
    ),
    Clause(
        id="11.6.b",
        urn="11.6.b",
        title=Text("Cabling plan", "Plan de câblage"),
        paraphrase=Text(
            "A cabling plan exists and is kept up to date.", "Un plan de câblage existe et est tenu à jour."
        ),
        kind="D",
        declared=Text(
            "the cabling plan and the date of its last update, within the year",
            "le plan de câblage et la date de sa dernière mise à jour, dans l’année",
        ),
        yearly=True,
    ),
)
