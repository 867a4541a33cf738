"""SecNumCloud 3.2, chapter 19: further requirements: places, the European Union, third parties of other laws."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.finding import Text

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="19.1.b",
        urn="19.1.b",
        title=Text("The agreement says where the service is", "La convention dit où est le service"),
        paraphrase=Text(
            "The service agreement states where the service is, and where support is when it is outside the Union.",
            "La convention de service précise la localisation du service, et celle du support hors de l’Union.",
        ),
        kind="P",
        rules=("data-location/documented",),
        declared=Text(
            "that the agreement states these places", "que la convention de service énonce ces localisations"
        ),
    ),
    Clause(
        id="19.1.n",
        urn="19.1.n",
        title=Text("The agreement says whether there is remote access", "La convention dit s’il y a accès distant"),
        paraphrase=Text(
            "The service agreement says whether administration or support may come from a distance.",
            "La convention de service indique si l’administration ou le support peuvent se faire à distance.",
        ),
        kind="P",
        rules=("data-location/administration",),
        declared=Text(
            "that the agreement says whether remote access is allowed",
            "que la convention de service dit si l’accès distant est autorisé",
        ),
        always=True,
    ),
    Clause(
        id="19.2.a",
        urn="19.2.a",
        title=Text("Places of tenants’ data are documented", "Localisation des données documentée"),
        paraphrase=Text(
            "Where tenants’ data are stored and processed is documented: the site and its country.",
            "Le lieu de stockage et de traitement des données des commanditaires est documenté : site et pays.",
        ),
        kind="A",
        rules=("data-location/documented",),
    ),
    Clause(
        id="19.2.b",
        urn="19.2.b",
        title=Text("Tenants’ data in the European Union", "Données des commanditaires dans l’Union européenne"),
        paraphrase=Text(
            "Tenants’ data, backups included, are stored and processed in the European Union.",
            "Les données des commanditaires, sauvegardes comprises, sont stockées et traitées dans l’Union européenne.",
        ),
        kind="A",
        rules=("data-location/tenant-data",),
    ),
    Clause(
        id="19.2.c",
        urn="19.2.c",
        title=Text("Administration from the European Union", "Administration depuis l’Union européenne"),
        paraphrase=Text(
            "Administration and supervision of the service are done from the European Union.",
            "L’administration et la supervision du service se font depuis l’Union européenne.",
        ),
        kind="A",
        rules=("data-location/administration",),
        always=True,
    ),
    Clause(
        id="19.2.d",
        urn="19.2.d",
        title=Text("Technical data in the European Union", "Données techniques dans l’Union européenne"),
        paraphrase=Text(
            "Technical data (identities, virtual networks, logs, directories, certificates, access settings) are "
            "stored and processed in the European Union.",
            "Les données techniques (identités, réseaux virtuels, journaux, annuaires, certificats, droits d’accès) "
            "sont stockées et traitées dans l’Union européenne.",
        ),
        kind="A",
        rules=("data-location/technical-data",),
    ),
    Clause(
        id="19.2.e",
        urn="19.2.e",
        title=Text("Support from outside the European Union", "Support depuis l’extérieur de l’Union européenne"),
        paraphrase=Text(
            "Support may come from outside the European Union for listed operations, controlled and supervised from "
            "inside it.",
            "Le support peut venir de l’extérieur de l’Union européenne pour des opérations listées, contrôlées et "
            "supervisées depuis l’Union.",
        ),
        kind="P",
        rules=("data-location/support",),
        declared=Text(
            "the list of operations, and that they are supervised from the European Union",
            "la liste des opérations, et qu’elles sont supervisées depuis l’Union européenne",
        ),
    ),
    Clause(
        id="19.6.c",
        urn="node606",
        title=Text("Third parties of other laws without access", "Tiers d’un autre droit sans accès"),
        paraphrase=Text(
            "A third party of, or controlled from, outside the European Union has no technical means to obtain "
            "tenants’ data or technical data.",
            "Un tiers établi ou contrôlé hors de l’Union européenne n’a aucun moyen technique d’obtenir les données "
            "des commanditaires ni les données techniques.",
        ),
        kind="P",
        rules=("third-parties-outside-eu",),
        declared=Text(
            "access that no network shows (updates, hardware, hands), and who holds the keys of encrypted data",
            "les accès qu’aucun réseau ne montre (mises à jour, matériel, interventions), et qui détient les clés des "
            "données chiffrées",
        ),
    ),
    Clause(
        id="19.6.c/control",
        urn="node607",
        title=Text("Who controls third parties", "Qui contrôle les tiers"),
        paraphrase=Text(
            "Control is meant as company law means it.", "Le contrôle s’entend au sens du code de commerce."
        ),
        kind="D",
        declared=Text(
            "how the control of each third party was established", "comment le contrôle de chaque tiers a été établi"
        ),
    ),
    Clause(
        id="19.6.d",
        urn="node609",
        title=Text("Autonomy of operation", "Autonomie d’exploitation"),
        paraphrase=Text(
            "Third parties leave the provider able to go on operating, or are themselves qualified.",
            "Les tiers laissent au prestataire la capacité de continuer à exploiter, ou sont eux-mêmes qualifiés.",
        ),
        kind="D",
        declared=Text(
            "the guarantee of each third party, or its qualification",
            "la garantie de chaque tiers, ou sa qualification",
        ),
    ),
    Clause(
        id="19.6.d/alternatives",
        urn="node610",
        title=Text("Own skills, or two third parties", "Compétences propres, ou deux tiers"),
        paraphrase=Text(
            "The service can be kept up with the provider’s own skills, or by at least two third parties.",
            "Le service peut être maintenu par les compétences du prestataire, ou par au moins deux tiers.",
        ),
        kind="D",
        declared=Text(
            "for each function bought, the alternative or the skills of one’s own",
            "pour chaque fonction achetée, l’alternative ou les compétences internes",
        ),
    ),
)
