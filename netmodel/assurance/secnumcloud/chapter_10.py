"""SecNumCloud 3.2, chapter 10: cryptology."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause
from cloison.netmodel.finding import Text

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="10.1.d",
        urn="10.1.d",
        title=Text("Media that leave are encrypted", "Supports sortants chiffrés"),
        paraphrase=Text(
            "Removable and backup media that leave the protected premises are encrypted as their data needs.",
            "Les supports amovibles et de sauvegarde qui quittent les locaux protégés sont chiffrés selon le besoin "
            "de leurs données.",
        ),
        kind="D",
        declared=Text(
            "which media leave, and how they are encrypted",
            "quels supports sortent, et comment ils sont chiffrés",
        ),
    ),
    Clause(
        id="10.2.a",
        urn="10.2.a",
        title=Text("Flow encryption follows the rules", "Chiffrement des flux selon les règles"),
        paraphrase=Text(
            "Whatever encrypts network flows follows the rules of ANSSI’s cryptographic reference.",
            "Ce qui chiffre les flux réseau suit les règles du référentiel cryptographique de l’ANSSI.",
        ),
        kind="P",
        rules=("encryption-profiles",),
        declared=Text(
            "that mechanisms other than TLS, IPsec and SSH follow these rules",
            "que les mécanismes autres que TLS, IPsec et SSH suivent ces règles",
        ),
    ),
    Clause(
        id="10.2.b",
        urn="10.2.b",
        title=Text(
            "Flow encryption follows the recommendations",
            "Chiffrement des flux selon les recommandations",
        ),
        paraphrase=Text(
            "It is advised that whatever encrypts network flows follow the recommendations of that reference as well.",
            "Il est conseillé que ce qui chiffre les flux réseau suive aussi les recommandations de ce référentiel.",
        ),
        kind="P",
        rules=("encryption-profiles",),
        declared=Text("which recommendations are followed", "quelles recommandations sont suivies"),
        recommended=True,
    ),
    Clause(
        id="10.2.c",
        urn="10.2.c",
        title=Text("TLS as ANSSI recommends", "TLS selon l’ANSSI"),
        paraphrase=Text(
            "Where TLS is used, ANSSI’s recommendations for it are applied.",
            "Là où TLS est employé, les recommandations de l’ANSSI qui le concernent sont appliquées.",
        ),
        kind="P",
        rules=("encryption-profiles/tls",),
        declared=Text(
            "that servers and clients are configured as the profile says",
            "que serveurs et clients sont configurés comme le dit le profil",
        ),
    ),
    Clause(
        id="10.2.d",
        urn="10.2.d",
        title=Text("IPsec as ANSSI recommends", "IPsec selon l’ANSSI"),
        paraphrase=Text(
            "Where IPsec is used, ANSSI’s recommendations for it are applied.",
            "Là où IPsec est employé, les recommandations de l’ANSSI qui le concernent sont appliquées.",
        ),
        kind="P",
        rules=("encryption-profiles/ipsec",),
        declared=Text(
            "that gateways are configured as the profile says",
            "que les chiffreurs sont configurés comme le dit le profil",
        ),
    ),
    Clause(
        id="10.2.e",
        urn="10.2.e",
        title=Text("SSH as ANSSI recommends", "SSH selon l’ANSSI"),
        paraphrase=Text(
            "Where SSH is used, ANSSI’s recommendations for it are applied.",
            "Là où SSH est employé, les recommandations de l’ANSSI qui le concernent sont appliquées.",
        ),
        kind="P",
        rules=("encryption-profiles/ssh",),
        declared=Text(
            "that servers and clients are configured as the profile says",
            "que serveurs et clients sont configurés comme le dit le profil",
        ),
    ),
    Clause(
        id="10.6.a",
        urn="10.6.a",
        title=Text("Certificates from the Union alone", "Certificats de l’Union seulement"),
        paraphrase=Text(
            "The technical infrastructure uses no certificate but those of an authority of a member state of the "
            "European Union.",
            "L’infrastructure technique n’emploie que des certificats d’une autorité d’un État membre de l’Union "
            "européenne.",
        ),
        kind="D",
        declared=Text(
            "which authorities are used, and where their keys were made; an audit of captures shows the issuers’ "
            "countries as a hint",
            "quelles autorités sont employées, et où leurs clés ont été produites ; un audit de captures montre le "
            "pays des émetteurs, à titre d’indice",
        ),
    ),
)
