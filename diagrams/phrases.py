"""The words of the page for auditors, in the framework's own vocabulary where it has some."""

from __future__ import annotations

from collections.abc import Mapping

from cloison.netmodel.finding import Graph, Severity, Text
from cloison.netmodel.report import RuleWord

SIGNS: Mapping[Severity | None, str] = {"error": "✗", "warning": "!", "note": "·", None: "~"}
SEVERITIES_SAID: Mapping[Severity | None, Text] = {
    "error": Text("error", "erreur"),
    "warning": Text("warning", "avertissement"),
    "note": Text("note", "remarque"),
    None: Text("waived", "dérogation"),
}
GRAPHS: Mapping[Graph | str, Text] = {
    "declared": Text("the declared map", "la carte déclarée"),
    "effective": Text("filter configurations", "les configurations de filtrage"),
    "observed": Text("captures", "les captures"),
}
RESULTS: Mapping[RuleWord, Text] = {
    "findings": Text("findings", "constats"),
    "holds": Text("holds", "tient"),
    "not-evaluated": Text("not evaluated", "non évaluée"),
    "not-applicable": Text("not applicable", "sans objet"),
}
KINDS: Mapping[str, Text] = {
    "A": Text("automatic, on the map", "automatique, sur la carte"),
    "A+F": Text("automatic; needs filter configurations", "automatique ; demande les configurations de filtrage"),
    "A+C": Text("automatic; captures can refute", "automatique ; les captures peuvent réfuter"),
    "A+F+C": Text(
        "automatic; needs filter configurations, captures can refute",
        "automatique ; demande les configurations de filtrage, les captures peuvent réfuter",
    ),
    "P": Text("automatic in part, the rest is declared", "automatique en partie, le reste est déclaré"),
    "D": Text("declared only", "déclarée seulement"),
}
DECIDED: Mapping[str, Text] = {
    "proof": Text("rests on proof by the tool", "repose sur une preuve de l’outil"),
    "declaration": Text("rests on a declaration", "repose sur une déclaration"),
    "waiver": Text("rests on a waiver", "repose sur une dérogation"),
    "nothing": Text("rests on nothing yet", "ne repose encore sur rien"),
}
PHRASES: Mapping[str, Text] = {
    "report": Text("Segmentation report", "Rapport de cloisonnement"),
    "review": Text("Annual review", "Revue annuelle"),
    "diff": Text("What a change means", "Ce que signifie un changement"),
    "judged": Text("judged on", "jugée au"),
    "digest": Text("digest of the map", "empreinte de la carte"),
    "contents": Text("Contents", "Sommaire"),
    "overview": Text("Overview", "Vue d’ensemble"),
    "findings": Text("Findings", "Constats"),
    "by_rule": Text("by rule, then by pair of zones", "par règle, puis par couple de zones"),
    "none": Text("None.", "Aucun."),
    "clauses": Text("Clauses", "Exigences"),
    "clause": Text("clause", "exigence"),
    "title": Text("title", "titre"),
    "status": Text("status", "statut"),
    "reason": Text("reason", "raison"),
    "evidence": Text("evidence", "preuve"),
    "looked_on": Text("looked at on", "examiné sur"),
    "where": Text("Where", "Où"),
    "also": Text("See also", "Voir aussi"),
    "which": Text("Clause", "Exigence"),
    "no_clause": Text("none: a rule that no clause asks for", "aucune : règle qu’aucune exigence ne demande"),
    "proof": Text("What proves it", "Ce qui le prouve"),
    "itself": Text("what is written there", "ce qui y est écrit"),
    "todo": Text("What to do", "Que faire"),
    "seen_on": Text("Seen on", "Vu sur"),
    "waiver": Text("Waiver", "Dérogation"),
    "why": Text("Why this rule", "Pourquoi cette règle"),
    "declared": Text("Declared, not proved by the tool", "Déclaré, non prouvé par l’outil"),
    "said": Text("declared", "déclaré"),
    "now": Text("status of the clause", "statut de l’exigence"),
    "on": Text("on", "le"),
    "document": Text("evidence", "pièce"),
    "no_evidence": Text("none", "aucune"),
    "waived": Text("Accepted by waiver", "Accepté par dérogation"),
    "by": Text("by", "par"),
    "until": Text("until", "jusqu’au"),
    "motive": Text("why", "motif"),
    "finding": Text("finding", "constat"),
    "rules": Text("What each rule looked at", "Ce que chaque règle a examiné"),
    "rule": Text("rule", "règle"),
    "result": Text("result", "résultat"),
    "looked_at": Text("looked at", "examiné"),
    "absent": Text("absent data", "données absentes"),
    "more": Text("and {n} more", "et {n} de plus"),
    "reading": Text("How to read this report", "Comment lire ce rapport"),
    "r_proof": Text(
        "Every finding carries what proves it: a path of lines of the matrix, a packet, or facts of the map, each with "
        "its file and line.",
        "Chaque constat porte ce qui le prouve : une suite de lignes de la matrice, un paquet ou des faits de la "
        "carte, chacun avec son fichier et sa ligne.",
    ),
    "r_status": Text(
        "“Conformant” is said only of what was looked at and holds. “Not evaluated” means that a deciding datum is "
        "absent: it is no conformity.",
        "« Conforme » n’est dit que de ce qui a été examiné et qui tient. « Non évalué » signifie qu’une donnée "
        "nécessaire est absente : ce n’est pas une conformité.",
    ),
    "r_declared": Text(
        "“Declared” rests on the word of a named person: no machine proved it. Captures can refute, silence on the "
        "wire proves nothing.",
        "« Déclaré » repose sur la parole d’une personne nommée : aucune machine ne l’a prouvé. Les captures peuvent "
        "réfuter, le silence sur le réseau ne prouve rien.",
    ),
    "made": Text("Made by cloison", "Produit par cloison"),
}
