"""How the words of a scene are drawn: Okabe-Ito colours, always with a shape, a line style or a word beside them.

Fills are tints of the palette so that black text keeps its contrast; the lines are its dark tones.
"""

from __future__ import annotations

from dataclasses import dataclass

from cloison.netmodel.finding import Severity, Text
from cloison.netmodel.report import GridCell

INK = "#1a1a1a"
FAINT = "#4d4d4d"
PAPER = "#ffffff"
FONT = "Helvetica"  # every renderer has a substitute with the same metrics


@dataclass(frozen=True, slots=True)
class Look:
    """How one word of a scene is drawn; ``style`` is a line style of DOT, ``width`` in points."""

    title: Text
    fill: str = PAPER
    line: str = INK
    style: str = "solid"
    width: float = 1.0
    shape: str = "box"


# the plane of a zone: the first of its marks that is here
PLANES: dict[str, Look] = {
    "public": Look(Text("public zone", "zone publique"), "#fbe9c6", "#9a6a00", "dashed", 2),
    "third-party": Look(Text("third party's zone", "zone d’un tiers"), "#fdf4e1", "#9a6a00", "dotted", 2),
    "administration": Look(Text("administration", "administration"), "#f9f3a0", "#6b6400", "solid", 3),
    "supervision": Look(Text("supervision, logging", "supervision, journalisation"), "#f3dce8", "#8c3f6a", "solid", 1),
    "storage": Look(Text("storage, backup", "stockage, sauvegarde"), "#cfeee4", "#00694d", "solid", 1),
    "development": Look(Text("development, test", "développement, test"), "#e6e6e6", "#4d4d4d", "dashed", 1),
    "exchange": Look(Text("exchange", "échange"), "#dff1fc", "#00507d", "dashed", 1),
    "tenant": Look(Text("tenant's zone", "zone d’un commanditaire"), "#bfdcee", "#00507d", "solid", 1),
    "production": Look(Text("production", "production"), "#dff1fc", "#00507d", "solid", 1),
    "support": Look(Text("office, support", "bureautique, support"), "#f2f2f2", "#4d4d4d", "solid", 1),
    "subnet": Look(Text("subnet", "sous-réseau"), PAPER, "#808080", "solid", 1),
    "equipment": Look(Text("asset", "bien"), PAPER, INK, "solid", 2),
    "site": Look(Text("site", "site"), "#fafafa", INK, "solid", 1),
    "room-public": Look(Text("public room", "local public"), "#fbe9c6", "#9a6a00", "dashed", 2),
    "room-delivery": Look(Text("delivery area", "zone de livraison"), "#fdf4e1", "#9a6a00", "dotted", 2),
    "room-private": Look(Text("private room", "local privé"), "#dff1fc", "#00507d", "solid", 1),
    "room-sensitive": Look(Text("sensitive room", "local sensible"), "#f5e4ed", "#8c3f6a", "solid", 4),
    "room": Look(Text("no room said", "local non précisé"), PAPER, "#4d4d4d", "dotted", 1),
    "other": Look(Text("other zone", "autre zone"), PAPER, "#4d4d4d", "solid", 1),
}

# the cells of a box
CELLS: dict[str, Look] = {
    "subnet": Look(Text("subnet: prefixes, VLAN or VNI", "sous-réseau : préfixes, VLAN ou VNI"), PAPER, "#808080"),
    "security": Look(
        Text("security equipment and its functions", "équipement de sécurité et ses fonctions"), "#d3e6f3", "#00507d"
    ),
    "sensitive": Look(Text("sensitive servers", "serveurs sensibles"), "#f5e4ed", "#8c3f6a", "solid", 2),
    "asset": Look(Text("asset", "bien"), PAPER, "#b3b3b3"),
    "interface": Look(Text("interface", "interface"), PAPER, "#808080"),
    "endpoint": Look(Text("service that it offers", "service qu’il offre"), "#eaf5e4", "#3c6e00", "dashed"),
}

# what stands between the boxes
VERTICES: dict[str, Look] = {
    "filtering": Look(
        Text("equipment that filters", "équipement qui filtre"), "#b9d9ec", "#00324d", "solid", 3, "octagon"
    ),
    "relay": Look(
        Text("relay (breaks the protocol)", "relais (rupture protocolaire)"),
        "#d3e6f3",
        "#00507d",
        "solid",
        2,
        "hexagon",
    ),
    "routing": Look(
        Text("equipment that routes and does not filter", "équipement qui route sans filtrer"),
        PAPER,
        INK,
        "solid",
        1,
        "ellipse",
    ),
    "crossing": Look(
        Text("interconnection without equipment", "interconnexion sans équipement"), PAPER, INK, "dashed", 1, "ellipse"
    ),
    "hardware": Look(Text("hardware", "matériel"), "#e6e6e6", INK, "solid", 2, "box3d"),
    "encrypting": Look(
        Text("tunnel that encrypts", "tunnel qui chiffre"), "#cfeee4", "#00694d", "solid", 2, "cds"
    ),
    "tunnel": Look(
        Text("tunnel that does not encrypt", "tunnel qui ne chiffre pas"), PAPER, "#00694d", "dashed", 1, "cds"
    ),
    "site": Look(Text("site", "site"), "#f2f2f2", INK, "solid", 1, "house"),
    "machine": Look(Text("assets that run on it", "biens qui s’y exécutent"), PAPER, "#4d4d4d", "dashed", 1, "box"),
    "peer": Look(Text("other zone", "autre zone"), PAPER, "#4d4d4d", "solid", 1, "box"),
}

# links and flows: the first of an edge's marks that is here
EDGES: dict[str, Look] = {
    "link": Look(Text("interconnection", "interconnexion"), PAPER, "#333333", "solid", 2.4),
    "nerve-link": Look(
        Text("interconnection with the public or a third party", "interconnexion avec le public ou un tiers"),
        PAPER,
        "#9a6a00",
        "solid",
        4,
    ),
    "carried": Look(Text("runs on", "s’exécute sur"), PAPER, "#333333", "solid", 1.4),
    "adjacent": Look(Text("adjacent rooms", "locaux attenants"), PAPER, "#333333", "dashed", 2),
    "between-sites": Look(Text("carrier between sites", "support entre sites"), PAPER, "#00694d", "solid", 3),
    "flow-public": Look(
        Text("authorised flows with the public", "flux autorisés avec le public"), PAPER, "#b34700", "solid", 2.2
    ),
    "flow": Look(Text("authorised flows", "flux autorisés"), PAPER, "#0072b2", "solid", 1.1),
    "flow-supervision": Look(
        Text("authorised flows of supervision and logging", "flux de supervision et de journalisation autorisés"),
        PAPER,
        "#00694d",
        "dotted",
        1.4,
    ),
    "flow-administration": Look(
        Text("authorised flows of administration", "flux d’administration autorisés"), PAPER, "#7a3060", "dashed", 1.1
    ),
}

# the cells of a grid, by how many lines they have; every cell also says the number
SHADES: dict[str, Look] = {
    "few": Look(Text("1 or 2 lines", "1 ou 2 lignes"), "#e3f0f8", "#b3b3b3"),
    "some": Look(Text("3 to 9 lines", "3 à 9 lignes"), "#b5d6ea", "#b3b3b3"),
    "many": Look(Text("10 to 29 lines", "10 à 29 lignes"), "#83b9da", "#b3b3b3"),
    "most": Look(Text("30 lines and more", "30 lignes et plus"), "#56a0cc", "#b3b3b3"),
    "inner": Look(Text("inside the zone", "à l’intérieur de la zone"), "#f2f2f2", "#4d4d4d", "dotted", 2),
}
STEPS = ((30, "most"), (10, "many"), (3, "some"))  # lines from which a cell has a shade

SENSITIVE = Text("highest sensitivity: thick frame", "sensibilité la plus haute : cadre épais")
NERVE_CENTRE = Text("nerve centre (SecNumCloud 13.1.a)", "point névralgique (SecNumCloud 13.1.a)")
STAR = "★"

SEVERITY: dict[Severity, Look] = {
    "error": Look(Text("error", "erreur"), "#f7dfcc", "#c14f00", "bold", 3),
    "warning": Look(Text("warning", "avertissement"), "#faeccc", "#9a6a00", "dashed", 2),
    "note": Look(Text("note", "remarque"), "#eeeeee", "#4d4d4d", "dotted", 1),
}

# what a comparison of two maps marks; the sign stands before the name, so that no colour is needed
CHANGES: dict[str, Look] = {
    "added": Look(Text("+ added", "+ ajouté"), PAPER, "#00694d", "solid", 4),
    "removed": Look(Text("− removed", "− retiré"), PAPER, "#8a1c1c", "dashed", 3),
    "changed": Look(
        Text("± changed, moved or renamed", "± modifié, déplacé ou renommé"), PAPER, "#5b2c83", "dotted", 3
    ),
}


CHANGE_SIGNS = {"added": "+", "removed": "−", "changed": "±"}


def changed(marks: tuple[str, ...]) -> Look | None:
    """Return how a change is drawn around what is drawn anyway; nothing where nothing changed."""
    return next((CHANGES[word] for word in marks if word in CHANGES), None)


def shade(cell: GridCell) -> str:
    """Return the word of :data:`SHADES` for a cell of a grid."""
    if cell.row == cell.column:
        return "inner"
    return next((word for least, word in STEPS if len(cell.lines) >= least), "few")


def look(marks: tuple[str, ...], words: dict[str, Look], default: str) -> tuple[str, Look]:
    """Return the first of ``words`` that is among ``marks``, with its look; ``default`` where none is."""
    for word in marks:
        if word in words:
            return word, words[word]
    return default, words[default]
