"""What the YAML parser complains about, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from cloison.netmodel.finding import Message, Text, say

# libyaml's own words (scanner.c, parser.c, reader.c) -> what they mean to whoever writes a map
_MEANINGS: Mapping[str, Text] = {
    "mapping values are not allowed in this context": Text(
        "“: ” begins a value where none can stand: quote the text, or check the indentation",
        "« : » commence une valeur là où il n’en faut pas : mettez des guillemets, ou vérifiez l’indentation"),
    "could not find expected ':'": Text(
        "a key without “:” after it", "une clé sans « : » derrière elle"),
    "did not find expected key": Text(
        "a key should begin here: check the indentation and the quotes above",
        "une clé devrait commencer ici : vérifiez l’indentation et les guillemets au-dessus"),
    "did not find expected ',' or '}'": Text(
        "“,” or “}” is missing in a mapping between braces",
        "il manque « , » ou « } » dans une table entre accolades"),
    "did not find expected ',' or ']'": Text(
        "“,” or “]” is missing in a list between brackets", "il manque « , » ou « ] » dans une liste entre crochets"),
    "did not find expected '-' indicator": Text(
        "an item of the list should begin here with “-”", "un élément de la liste devrait commencer ici par « - »"),
    "did not find expected node content": Text(
        "a value should stand here", "une valeur devrait se trouver ici"),
    "did not find expected <document start>": Text(
        "more text after the end of the map: check the indentation",
        "du texte après la fin de la carte : vérifiez l’indentation"),
    "found character that cannot start any token": Text(
        "no value begins with this character (a tab, “@”, “`” or “%”): quote the text, and indent with spaces",
        "aucune valeur ne commence par ce caractère (tabulation, « @ », « ` » ou « % ») : mettez le texte entre "
        "guillemets, et indentez avec des espaces"),
    "found a tab character that violates indentation": Text(
        "a tab in the indentation: use spaces", "une tabulation dans l’indentation : utilisez des espaces"),
    "found unexpected end of stream": Text(
        "the file ends inside a quoted text", "le fichier se termine au milieu d’un texte entre guillemets"),
    "found unknown escape character": Text(
        "an unknown escape after “\\”: use single quotes, or write “\\\\”",
        "un échappement inconnu après « \\ » : utilisez des apostrophes, ou écrivez « \\\\ »"),
    "block sequence entries are not allowed in this context": Text(
        "“- ” begins a list where none can stand", "« - » commence une liste là où il n’en faut pas"),
    "block mapping entries are not allowed in this context": Text(
        "a key begins where none can stand", "une clé commence là où il n’en faut pas"),
    "mapping keys are not allowed in this context": Text(
        "a key begins where none can stand", "une clé commence là où il n’en faut pas"),
    "control characters are not allowed": Text(
        "a control character: this is no text file", "un caractère de contrôle : ce n’est pas un fichier de texte"),
    "found undefined tag handle": Text(
        "“!” begins a YAML tag: quote the text", "« ! » commence une étiquette YAML : mettez des guillemets"),
    "found duplicate %YAML directive": Text("the %YAML directive is there twice", "la directive %YAML y est deux fois"),
    "found incompatible YAML document": Text("this version of YAML is not read", "cette version de YAML n’est pas lue"),
    "exceeded maximum depth": Text("nested too deep", "imbrication trop profonde"),
}  # fmt: skip
_UNKNOWN = Text("the text is not well formed here", "le texte n’est pas bien formé ici")


def explain(error: yaml.YAMLError) -> Message:
    """Return what a YAML error means, and where whatever it interrupts began."""
    problem = str(getattr(error, "problem", "") or getattr(error, "reason", ""))
    meaning = _MEANINGS.get(problem, _UNKNOWN)
    context = getattr(error, "context_mark", None)
    mark = getattr(error, "problem_mark", None)
    if context is not None and mark is not None and context.line != mark.line:
        return say("Not YAML: {meaning} (in what begins on line {line})",
                   "Ce n’est pas du YAML : {meaning} (dans ce qui commence à la ligne {line})",
                   meaning=meaning, line=context.line + 1)  # fmt: skip
    return say("Not YAML: {meaning}", "Ce n’est pas du YAML : {meaning}", meaning=meaning)
