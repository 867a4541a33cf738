"""The columns of tables: what they are called in French and in English, and the field that each one is.

One list serves reading and writing. Accents, case and punctuation do not count in a header; the field's own name in
the map language, with dots where it lies deeper (``encryption.protocol``, ``labels.vni``), is always understood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from cloison.netmodel.finding import Text
from cloison.netmodel.language.shapes import SECTIONS, Day, Many, Number, Plain, Record, Shape, Truth, Word

Reading = Literal[
    "id", "text", "list", "number", "truth", "date", "word", "protocol", "ports", "direction", "encryption",
    "justification", "measures", "approvals", "software", "interface", "stated", "ignored",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``route`` leads to its field in an entry, ``reading`` says how a cell becomes the field's value.

    ``title`` is the header that is written; ``others`` are understood too. A ``*`` in the route is the row's own
    interface.
    """

    reading: Reading
    route: tuple[str, ...]
    title: Text
    others: tuple[str, ...] = ()
    words: Mapping[str, str] | None = None  # what a cell may say instead of the language's own word


_WORD = 64  # characters of a word that is worth keeping


def fold(header: str) -> str:
    """Return a header without what does not count: accents, case, punctuation and doubled spaces."""
    return _fold(header) if len(header) <= _WORD else _fold.__wrapped__(header)


@lru_cache(maxsize=4096)  # the first word of a cell is one of a few in every row
def _fold(header: str) -> str:
    bare = unicodedata.normalize("NFKD", header)
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return re.sub(r"[^\w.]+|_", " ", bare.casefold()).strip()


_NATURES = {"journalisation": "logging", "sauvegarde": "backup", "stockage": "storage", "developpement": "development",
            "preproduction": "preproduction", "echange entrant": "exchange-in", "echange sortant": "exchange-out",
            "bureautique": "office"}  # fmt: skip
_DOMAINS = {"exposition": "exposure", "traitement": "processing", "stockage": "storage", "gestion": "management",
            "echange": "exchange"}  # fmt: skip
_SENSITIVITIES = {"publique": "public", "expose": "exposed", "exposee": "exposed", "interne": "internal",
                  "sensible": "sensitive"}  # fmt: skip
_FUNCTIONS = {"filtrage": "filtering", "routage": "routing", "mandataire": "proxy",
              "authentification": "authentication",
              "chiffrement": "encryption", "sonde": "probe", "collecteur de journaux": "log-collector",
              "source de temps": "time-source", "annuaire": "directory", "sas entrant": "sas-in",
              "sas sortant": "sas-out", "antivirus": "antivirus", "hyperviseur": "hypervisor",
              "poste de travail": "workstation", "controleur sdn": "sdn-controller",
              "autorite de certification": "certificate-authority"}  # fmt: skip
_DATA = {"commanditaire": "tenant", "commanditaires": "tenant", "technique": "technical", "techniques": "technical",
         "anonymisees": "anonymised", "aucune": "none"}  # fmt: skip
_KINDS = {"physique": "physical", "virtuel": "virtual", "virtuelle": "virtual"}
_PARTIES = {"prestataire": "provider", "commanditaire": "tenant", "client": "tenant", "tiers": "third-party"}
_CARRIERS = {"materiel": "hardware"}
_AUDIENCES = {"prestataire": "provider", "commanditaire": "tenant", "client": "tenant", "tous": "any"}
_ENDPOINTS = {"utilisateur": "user"}
JUSTIFICATIONS = {"metier": "business", "business": "business", "infrastructure": "infrastructure"}
MEASURES = {"tunnel": "tunnel", "filtrage": "filtering", "filtering": "filtering", "reseau dedie": "dedicated-network",
            "dedicated network": "dedicated-network", "relais": "relay", "relay": "relay", "procedure": "procedure",
            "supervision": "monitoring", "surveillance": "monitoring", "monitoring": "monitoring"}  # fmt: skip

_OWNER = Column("text", ("owner",), Text("owner", "appartenance"), ("propriétaire", "ownership", "partie"))
_NATURE = Column("word", ("nature",), Text("nature", "nature"), words=_NATURES)
_SENSITIVITY = Column("word", ("sensitivity",), Text("sensitivity", "sensibilité"),
                      ("besoin de sécurité", "niveau de sensibilité", "security need"), _SENSITIVITIES)  # fmt: skip
_DOMAIN = Column("word", ("domain",), Text("technical domain", "domaine technique"), ("domain", "domaine"), _DOMAINS)
_OVER = Column("list", ("over",), Text("runs on", "support"), ("over", "supports", "porté par"))
_SITE = Column("text", ("site",), Text("location", "localisation"), ("site", "emplacement"))
_VRF = Column("text", ("vrf",), Text("VRF", "VRF"))
_RISK = Column("text", ("risk",), Text("risk", "risque"))
_HELD = Column("list", ("data",), Text("data", "données"), words=_DATA)
_AUTHENTICATION = Column("text", ("authentication",), Text("authentication", "authentification"))
_ID = Column("id", (), Text("ID", "ID"), ("identifiant", "identifier", "code", "n", "no", "numéro"))
_NAMED = Column("id", (), Text("name", "nom"), ("id", "identification", "identifiant", "identifier"))

# in the order in which they are written
COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "flows": (
        Column("id", (), Text("ID", "ID"), ("identifiant", "identifier", "ligne", "line", "n", "no", "numéro")),
        Column("stated", ("stated", "source_zone"), Text("source zone", "zone source")),
        Column("list", ("from",), Text("source", "source"), ("from", "de", "origine", "initiateur", "sources")),
        Column("stated", ("stated", "target_zone"), Text("destination zone", "zone destination"),
               ("zone de destination", "target zone", "zone cible")),
        Column("list", ("to",), Text("destination", "destination"), ("to", "vers", "cible", "target", "destinations")),
        Column("direction", ("direction",), Text("direction", "sens"), ("sens du flux",)),
        Column("list", ("services",), Text("service", "service")),
        Column("protocol", ("services",), Text("protocol", "protocole")),
        Column("ports", ("services",), Text("ports", "ports"),
               ("port", "port destination", "ports destination", "destination port", "destination ports")),
        Column("ignored", ("protocol and ports",), Text("protocol and ports", "protocole et ports")),
        _NATURE,
        _OWNER,
        _SENSITIVITY,
        _DOMAIN,
        Column("encryption", ("encryption",), Text("encryption", "chiffrement")),
        Column("justification", ("justification",),
               Text("business or infrastructure justification", "justification métier ou infrastructure"),
               ("justification",)),
        Column("word", ("justification", "kind"), Text("kind of justification", "type de justification"),
               words=JUSTIFICATIONS),
        Column("stated", ("stated", "unsafe"), Text("reputed unsafe", "réputé non sûr"), ("unsafe", "non sûr")),
        Column("measures", ("compensating",), Text("compensating measures", "mesures compensatoires"),
               ("mesure compensatoire", "compensating measure")),
        Column("stated", ("stated", "filtering"), Text("filtering equipment", "équipement de filtrage"),
               ("équipements de filtrage",)),
        Column("text", ("responsible",), Text("responsible", "responsable")),
        Column("text", ("requester",), Text("requester", "demandeur")),
        Column("approvals", ("approved",), Text("approver", "approbateur"), ("approved by", "approuvé par")),
        Column("date", ("approved", "on"), Text("approval date", "date d’approbation"), ("approuvé le", "approved on")),
        Column("text", ("ticket",), Text("ticket", "ticket")),
        Column("date", ("starts",), Text("start", "début"), ("date de début", "start date")),
        Column("date", ("expires",), Text("expiry", "échéance"), ("date d’échéance", "expiration", "expiry date")),
        Column("ignored", ("last review",), Text("last review", "dernière revue")),
        Column("ignored", ("last observation",), Text("last observation", "dernière observation")),
        Column("list", ("via",), Text("via", "via"), ("chemin", "path")),
        Column("text", ("tunnel",), Text("tunnel", "tunnel")),
        Column("list", ("names",), Text("DNS names", "noms DNS")),
        Column("text", ("exception", "why"), Text("exception", "exception")),
        Column("text", ("exception", "by"), Text("exception granted by", "exception accordée par")),
        Column("date", ("exception", "until"), Text("exception until", "exception jusqu’au")),
        _VRF,
        _HELD,
        Column("list", ("constraints",), Text("constraints on the data", "contraintes sur les données")),
        _RISK,
    ),
    "assets": (
        Column("id", (), Text("name", "identification"),
               ("nom", "id", "identifiant", "identifier", "hostname", "nom d’hôte", "équipement")),
        Column("word", ("kind",), Text("kind", "type"),
               ("type physique virtuel", "physique ou virtuel", "physical or virtual"), _KINDS),
        Column("list", ("functions",), Text("functions", "fonctions"),
               ("function", "fonction", "fonction de sécurité", "fonctions de sécurité"), _FUNCTIONS),
        Column("text", ("role",), Text("role", "rôle"), ("usage",)),
        Column("interface", ("interfaces", "*"), Text("interface", "interface")),
        Column("list", ("interfaces", "*", "addresses"), Text("IP addresses", "adresses IP"),
               ("ip address", "adresse ip", "ip", "adresse", "address", "addresses", "adresses")),
        Column("text", ("interfaces", "*", "mac"), Text("MAC address", "adresse MAC"), ("mac",)),
        Column("text", ("interfaces", "*", "subnet"), Text("subnet", "sous-réseau")),
        Column("text", ("interfaces", "*", "vrf"), Text("VRF", "VRF")),
        Column("text", ("model",), Text("model", "modèle")),
        Column("text", ("serial",), Text("serial number", "numéro de série"), ("n de série", "no de série")),
        _SITE,
        Column("text", ("owner",), Text("owner", "propriétaire"), ("appartenance",)),
        _SENSITIVITY,
        Column("truth", ("sensitive",), Text("sensitive", "sensible")),
        Column("software", ("software",), Text("software", "logiciels"), ("logiciel",)),
        Column("list", ("members",), Text("members", "membres")),
        Column("list", ("over",), Text("runs on", "support"), ("hyperviseur", "hypervisor", "porté par", "supports")),
        Column("list", ("watches",), Text("watches", "surveille")),
        _AUTHENTICATION,
        _RISK,
    ),
    "parties": (
        _ID,
        Column("word", ("kind",), Text("kind", "type"), words=_PARTIES),
        Column("text", ("name",), Text("name", "nom"), ("raison sociale",)),
        Column("text", ("country",), Text("country", "pays")),
        Column("text", ("contribution",), Text("contribution", "contribution")),
        Column("text", ("control",), Text("controlled from", "contrôlé depuis")),
        Column("list", ("access",), Text("data access", "accès aux données")),
        _RISK,
    ),
    "zones": (
        _NAMED, _OWNER, _NATURE, _SENSITIVITY, _DOMAIN,
        Column("text", ("within",), Text("within", "dans"), ("zone englobante",)),
        Column("list", ("addresses",), Text("addresses", "adresses")),
        _VRF,
        Column("truth", ("transit",), Text("transit", "transit")),
        Column("word", ("inside",), Text("inside", "interne sans ligne")),
        Column("truth", ("sensitive",), Text("sensitive", "sensible")),
        _OVER, _SITE, _HELD,
        Column("list", ("accepts",), Text("accepts", "accepte")),
        _RISK,
    ),
    "subnets": (
        _NAMED,
        Column("list", ("cidr",), Text("prefixes", "préfixes"), ("prefix", "préfixe", "adresse", "réseau", "network")),
        Column("text", ("zone",), Text("zone", "zone")),
        _VRF,
        Column("number", ("vlan",), Text("VLAN", "VLAN")),
        Column("number", ("vni",), Text("VNI", "VNI")),
        _OVER,
        Column("truth", ("aggregate",), Text("aggregate", "agrégat")),
        Column("truth", ("closed",), Text("closed", "fermé")),
        _SITE,
    ),
    "carriers": (
        _NAMED,
        Column("word", ("kind",), Text("kind", "type"), words=_CARRIERS),
        Column("text", ("protocol",), Text("protocol", "protocole")),
        Column("list", ("ends",), Text("ends", "extrémités")),
        _OVER,
        Column("list", ("between",), Text("between", "entre")),
        _OWNER, _RISK,
    ),
    "vrfs": (_NAMED, Column("list", ("sees",), Text("sees", "voit"))),
    "sites": (_NAMED, Column("text", ("country",), Text("country", "pays"))),
    "interconnections": (
        _NAMED,
        Column("list", ("between",), Text("between", "entre"), ("zones",)),
        Column("list", ("through",), Text("through", "à travers"), ("équipement de filtrage", "filtering equipment")),
        _OVER, _RISK,
    ),
    "endpoints": (
        _NAMED,
        Column("text", ("asset",), Text("asset", "équipement")),
        Column("list", ("service",), Text("service", "service")),
        Column("word", ("kind",), Text("kind", "type"), words=_ENDPOINTS),
        Column("list", ("audience",), Text("audience", "public visé"), words=_AUDIENCES),
        _AUTHENTICATION,
        Column("list", ("backends",), Text("backends", "serveurs protégés")),
        Column("list", ("names",), Text("DNS names", "noms DNS")),
        _RISK,
    ),
    "services": (
        _NAMED,
        Column("list", ("ports",), Text("ports", "ports"), ("port",)),
        Column("text", ("wire",), Text("protocol on the wire", "protocole attendu")),
        Column("truth", ("safe",), Text("safe", "sûr")),
        Column("list", ("related",), Text("related", "liés")),
    ),
    "applications": (
        _NAMED,
        Column("text", ("function",), Text("function", "fonction")),
        Column("list", ("assets",), Text("assets", "équipements")),
        Column("truth", ("available",), Text("available", "disponible")),
    ),
    "groups": (_NAMED, Column("list", ("members",), Text("members", "membres"))),
}  # fmt: skip


@cache
def headers(section: str) -> Mapping[str, Column]:
    """Return the columns of a section's table by folded header, French and English and the fields' own names."""
    found: dict[str, Column] = {}
    for column in COLUMNS[section]:
        for header in (column.title.en, column.title.fr, *column.others):
            found.setdefault(fold(header), column)
    shape = SECTIONS[section]
    given = {column.route for column in COLUMNS[section]}
    for route, reading in _routes(shape) if isinstance(shape, Record) else ():
        name = ".".join(route)
        if route not in given:
            found.setdefault(fold(name), Column(reading, route, Text(name, name)))
    for column in COLUMNS[section]:
        if column.route:
            found.setdefault(fold(".".join(column.route)), column)
    return found


def label(header: str) -> Column | None:
    """Return the column of a label, headed ``labels.NAME``, ``label NAME`` or ``étiquette NAME``, or nothing."""
    words = header.strip().replace(".", " ", 1).split(None, 1)
    if len(words) == 2 and fold(words[0]) in ("labels", "label", "etiquette", "etiquettes"):
        return Column("text", ("labels", words[1].strip()), Text(header, header))
    return None


def _routes(shape: Record, deeper: bool = True) -> list[tuple[tuple[str, ...], Reading]]:
    found: list[tuple[tuple[str, ...], Reading]] = []
    for key, item in shape.fields.items():
        reading = None if item.hidden else _reading(item.shape)
        if reading is not None:
            found.append(((key,), reading))
        elif deeper and isinstance(item.shape, Record):
            found += [((key, *route), inner) for route, inner in _routes(item.shape, False)]
    return found


def _reading(shape: Shape) -> Reading | None:
    match shape:
        case Plain():
            return "text"
        case Number():
            return "number"
        case Truth():
            return "truth"
        case Day():
            return "date"
        case Word():
            return "word"
        case Many(Plain()):
            return "list"
        case _:
            return None
