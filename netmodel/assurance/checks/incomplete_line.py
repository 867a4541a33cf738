"""incomplete-line: each line is described, attributed and justified (SecNumCloud 13.1.a and 13.2.a)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from cloison.netmodel.assurance.check import Breach, Check, Outcome, Part
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import ref
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Message, Text, say
from cloison.netmodel.language.columns import COLUMNS

_SHORTEST = 10  # letters and digits of the shortest text that can justify anything
# texts that fill the field and say nothing, without accents, in lower case
_PLACEHOLDERS = frozenset((
    "ras", "r.a.s", "neant", "aucun", "aucune", "rien", "besoin", "metier", "besoin-metier", "justification",
    "infrastructure", "business", "technique", "todo", "tbd", "tbc", "fixme", "xxx", "na", "n/a", "none", "nothing",
    "needed", "required", "necessaire", "a-definir", "a-completer", "a-preciser", "a-justifier", "to-be-defined",
    "to-be-completed", "to-be-justified", "historique", "legacy", "existant", "temporaire", "temporary", "divers",
    "test", "lorem", "ipsum", "see-ticket", "voir-ticket",
))  # fmt: skip
_ATTRIBUTES = (
    ("nature", Text("nature", "nature")),
    ("owner", Text("owner", "appartenance")),
    ("sensitivity", Text("sensitivity", "sensibilité")),
    ("domain", Text("technical domain", "domaine technique")),
)


def _says_nothing(text: str) -> bool:
    """Tell whether a justification is a placeholder, or too short to be anything else."""
    telling = 0
    for word in text.casefold().split():
        telling += len(word) > 3 and word not in _PLACEHOLDERS
        if telling > 3:
            return False
    plain = "".join(item for item in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(item))
    words = re.findall(r"[\w./]+", plain)
    if "-".join(words).strip("./") in _PLACEHOLDERS or all(word.strip("./") in _PLACEHOLDERS for word in words):
        return True
    return sum(item.isalnum() for item in plain) < _SHORTEST or len(set(plain.replace(" ", ""))) < 5


def _description(line: Line) -> tuple[Text, ...]:
    if line.services and not line.endpoint_services:  # most lines
        return ()
    described = all(line.services_to(target) for target in line.targets)
    return () if described else (Text("services", "services"),)


def _justification(line: Line) -> tuple[Text, ...]:
    justification = line.flow.justification
    if justification is None:
        return (Text("justification", "justification"),)
    if _says_nothing(justification.text):
        return (Text("a justification that says something", "une justification qui dise quelque chose"),)
    return ()


def _attributes(line: Line) -> tuple[Text, ...]:
    if line.nature and line.owner and line.sensitivity and line.domain:  # most lines
        return ()
    return tuple(text for name, text in _ATTRIBUTES if not getattr(line, name))


# what is lacking -> the fields of a line that supply it
_SUPPLIED: Mapping[str, tuple[str, ...]] = {
    "services": ("services",),
    "justification": ("justification",),
    "a justification that says something": ("justification",),
    **{text.en: (name,) for name, text in _ATTRIBUTES},
}
# the columns of a matrix's table, by the field that they fill
_TITLES = {column.route[0]: column.title for column in reversed(COLUMNS["flows"]) if len(column.route) == 1}


def _remedy(lacking: tuple[Text, ...]) -> Message:
    """Return what to write for what is lacking: the key in a line, and the column in a table."""
    keys = dict.fromkeys(key for item in lacking for key in _SUPPLIED[item.en])
    written = tuple(
        Text(f"`{key}` (column “{_TITLES[key].en}”)", f"`{key}` (colonne « {_TITLES[key].fr} »)") for key in keys
    )
    if "justification" in keys:
        return say(
            "Write {keys}: it tells what would stop working without the line",
            "Renseigner {keys} : elle dit ce qui cesserait de fonctionner sans la ligne",
            keys=written,
        )
    if "services" in keys:
        return say("Write {keys}", "Renseigner {keys}", keys=written)
    return say(
        "Write {keys}, in the line or, where they are those of both ends, in their zones",
        "Renseigner {keys}, dans la ligne ou, s’ils sont ceux des deux extrémités, dans leurs zones",
        keys=written,
    )


_QUESTIONS = (
    ("description", _description, "services", Text("technical description", "description technique")),
    ("justification", _justification, "justification", Text("justification", "justification")),
    ("attributes", _attributes, "", Text("four axes of segmentation", "quatre axes de cloisonnement")),
)


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    parts = []
    for name, question, written, words in _QUESTIONS:
        breaches = [
            Breach(
                ref(line),
                say("{line} lacks {lacking}", "il manque à {line} : {lacking}", line=line.id, lacking=lacking),
                cited(network, ref(line), *((written,) if written else ())),
                remedy=_remedy(lacking),
            )
            for line in network.lines
            if (lacking := question(line))
        ]
        seen = say("{what} of {n} {n:line|lines}", "{what} de {n} {n:ligne|lignes}", what=words, n=len(network.lines))
        parts.append(Part(seen, {"declared": len(network.lines)}, tuple(breaches), name=name))
    return Outcome(tuple(parts))


def _applies(evidence: Evidence) -> Message | None:
    return None if evidence.network.lines else say("the matrix has no line", "la matrice n’a aucune ligne")


CHECK = Check(
    name="incomplete-line",
    title=Text("Every line is described, attributed and justified", "Chaque ligne est décrite, qualifiée et justifiée"),
    why=Text(
        "Nobody can review, filter or segregate a flow whose services, purpose or belonging are unknown.",
        "Nul ne peut revoir, filtrer ni cloisonner un flux dont on ignore les services, l’objet ou l’appartenance.",
    ),
    remedy=Text(
        "Write the missing fields; a justification tells what would stop working without the line.",
        "Renseigner les champs manquants ; une justification dit ce qui cesserait de fonctionner sans la ligne.",
    ),
    severity="error",
    run=_run,
    applies=_applies,
    parts=("description", "justification", "attributes"),
)
