"""Write the reference pages out of the program itself; ``--check`` only compares, and fails when one is behind.

Every rule has its page; the frameworks, views, outputs, formats and commands have one page a kind.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from missing_data import data_of

import cloison.captures.compressions
import cloison.captures.formats
import cloison.captures.layers
import cloison.captures.wire
import cloison.diagrams.outputs
import cloison.diagrams.views
import cloison.flows.agenda
import cloison.flows.firewalls
import cloison.flows.targets
import cloison.netmodel.assurance.checks
import cloison.netmodel.assurance.forms
import cloison.netmodel.assurance.frameworks
import cloison.netmodel.assurance.profiles
import cloison.terminal.commands
from cloison.flows.configuration import Dialect
from cloison.netmodel.assurance.check import Check
from cloison.netmodel.assurance.form import Form
from cloison.netmodel.assurance.framework import Framework
from cloison.netmodel.assurance.profile import Profile
from cloison.netmodel.finding import Lang, Text
from cloison.netmodel.registry import load

FOLDER = Path(__file__).resolve().parent / "reference"
COMMANDS = ("", *load(cloison.terminal.commands, "COMMAND"))
HEAD = "<!-- Written by docs/pages.py: `make docs`. -->\n\n"


def both(text: Text) -> str:
    """Return a paragraph in English and the same in French."""
    return f"{text.en}\n\n*{text.fr}*\n"


def rule_page(check: Check, frameworks: dict[str, Framework]) -> str:
    """Return the page of one rule."""
    served = [
        f"- {framework.title.en}: {', '.join(clauses)}"
        for framework in frameworks.values()
        if (clauses := dict.fromkeys(c.id for c in framework.clauses if _serves(c.rules, check.name)))
    ] or ["- none / aucune"]
    return "\n".join(
        [
            f"# {check.name}\n",
            f"**{check.title.en}** / *{check.title.fr}*\n",
            f"Severity: {check.severity}. Needs: {', '.join(check.needs)}"
            + (f"; sharpened by: {', '.join(check.refines)}." if check.refines else ".")
            + "\n",
            "## Why / Pourquoi\n",
            both(check.why),
            "## What to do / Que faire\n",
            both(check.remedy),
            "## Clauses / Exigences\n",
            *served,
            "",
            f"Cases, good and bad: [tests/checks/{check.name}](../../../tests/checks/{check.name}).\n",
        ]
    )


def _serves(rules: tuple[str, ...], name: str) -> bool:
    return any(rule.partition("/")[0] == name for rule in rules)


def clauses_page(frameworks: dict[str, Framework]) -> str:
    """Return the catalogue of every framework."""
    out = ["# Clauses / Exigences\n"]
    for framework in frameworks.values():
        out += [f"## {framework.title.en} / {framework.title.fr}\n", "| clause | | kind | rules |", "|---|---|---|---|"]
        for clause in framework.clauses:
            rules = ", ".join(f"[{rule}](rules/{rule.partition('/')[0]}.md)" for rule in clause.rules)
            out.append(
                f"| {clause.id} | {clause.paraphrase.en}<br>*{clause.paraphrase.fr}* | {clause.kind} | {rules} |"
            )
        out.append("")
    return "\n".join(out)


def missing_page(checks: dict[str, Check], frameworks: dict[str, Framework]) -> str:
    """Return, for each clause, what has to be there before it can be decided."""
    out = [
        "# What a clause wants / Ce que demande une exigence\n",
        "A clause is not evaluated while a datum of its line is absent from the map, and partly so while a "
        "configuration or a declaration is. / *Une exigence n’est pas évaluée tant qu’une donnée de sa ligne est "
        "absente de la carte, et ne l’est qu’en partie tant que manque une configuration ou une déclaration.*\n",
    ]
    for framework in frameworks.values():
        out += [
            f"## {framework.title.en} / {framework.title.fr}\n",
            "| clause | beside the map / outre la carte | data / données | to be declared / à déclarer |",
            "|---|---|---|---|",
        ]
        for clause in framework.clauses:
            rules = dict.fromkeys(rule.partition("/")[0] for rule in clause.rules)
            data = dict.fromkeys(text for rule in rules for text in data_of(checks[rule]))
            beside = [
                both_words
                for sign, both_words in (
                    ("F", "configurations"),
                    ("C", "captures, which may refute / *qui peuvent réfuter*"),
                )
                if sign in clause.kind
            ]
            declared = f"{clause.declared.en}<br>*{clause.declared.fr}*" if clause.declared else ""
            words = f"{', '.join(text.en for text in data)}<br>*{', '.join(text.fr for text in data)}*" if data else ""
            out.append(f"| {clause.id} | {'<br>'.join(beside)} | {words} | {declared} |")
        out.append("")
    return "\n".join(out)


def entries_page(title: str, entries: dict[str, object]) -> str:
    """Return the page of a registry of views, outputs or formats."""
    out = [f"# {title}\n"]
    for name, entry in entries.items():
        text = getattr(entry, "title", None)
        words = f": {text.en} / *{text.fr}*" if isinstance(text, Text) else ""
        suffixes = ", ".join(f"`{suffix}`" for suffix in getattr(entry, "suffixes", ()))
        out.append(f"- `{name}`{words}{f' ({suffixes})' if suffixes else ''}")
    return "\n".join([*out, ""])


def dialect_page(dialect: Dialect) -> str:
    """Return what is done with each construct of a vendor's language."""
    out = [f"# {dialect.name}\n", f"{dialect.title.en} / *{dialect.title.fr}*\n"]
    for heading, texts in (
        ("Understood / Compris", dialect.understood),
        ("Known harmless, counted / Reconnu sans effet, compté", dialect.harmless),
        ("Undecided: bounded, and said / Indécis : borné, et dit", dialect.undecided),
    ):
        out += [f"## {heading}\n", *(f"- {text.en}<br>*{text.fr}*" for text in texts), ""]
    out.append(
        "Whatever is in none of these lists is undecided. / *Tout ce qui n’est dans aucune liste est indécis.*\n"
    )
    out.append(f"Cases, good and bad: [tests/firewalls/{dialect.name}](../../../tests/firewalls/{dialect.name}).\n")
    return "\n".join(out)


def profiles_page(profiles: dict[str, Profile]) -> str:
    """Return what each profile is read from, and what it says of each algorithm by name."""
    out = ["# Cryptographic profiles / Profils cryptographiques\n"]
    said = {True: "accepted / accepté", False: "refused / refusé", None: "undecided / non tranché"}
    for name, profile in profiles.items():
        out += [f"## {name}\n", f"{profile.title.en} / *{profile.title.fr}*: {profile.source}.\n"]
        if not profile.rulings:
            continue
        out += ["| algorithms / algorithmes | | by / d’après | because / parce que |", "|---|---|---|---|"]
        for ruling in profile.rulings:
            names = ", ".join(f"`{each}`" for each in ruling.names)
            word = said[ruling.accepted]
            word += f" (to the end of / jusqu’à fin {ruling.until})" if ruling.until else ""
            out.append(f"| {names} | {word} | {ruling.source} | {ruling.why.en}<br>*{ruling.why.fr}* |")
        out.append("")
    return "\n".join(out)


def policy_page(forms: dict[str, Form]) -> str:
    """Return the forms that a user's own rules may have, with an example of each."""
    out = ["# Your own rules / Vos propres règles\n", both(_POLICY)]
    for name, form in forms.items():
        out += [f"## {name}: {form.title.en} / *{form.title.fr}*\n", f"```yaml\n{form.example.strip()}\n```\n"]
        out.append(both(form.meaning))
    return "\n".join(out)


_POLICY = Text(
    "Under `policy:` each rule has a name and one of four forms, and may have a `severity` and a `why`. Selections "
    "name a section and words that its fields hold (`{zones: {nature: production}}`, `{assets: {id: fw-1}}`). With "
    "`for` a rule is made for each selected entry, or each combination of entries: `<a>` in its selections is the "
    "entry, `<a.field>` its label or field; two variables over one section never stand for the same entry. Rules are "
    "asked of the matrix; of what configurations permit beyond it, where they are given; and, where a direct reading "
    "exists (`forbid`, `matrix` and `through`), of what captures show. Two rules of which one forbids what the other "
    "allows or demands are the finding `contradictory-policy`, which shows both places.",
    "Sous `policy:` chaque règle a un nom et l’une de quatre formes, et peut avoir une gravité (`severity`) et une "
    "raison (`why`). Les sélections nomment une section et des mots que portent ses champs (`{zones: {nature: "
    "production}}`, `{assets: {id: fw-1}}`). Avec `for`, une règle est faite pour chaque entrée sélectionnée, ou "
    "chaque combinaison : `<a>` y désigne l’entrée, `<a.champ>` son étiquette ou son champ ; deux variables sur une "
    "même section ne désignent jamais la même entrée. Les règles sont posées à la matrice ; à ce que des "
    "configurations permettent au-delà, quand elles sont données ; et, quand une lecture directe existe (`forbid`, "
    "`matrix` et `through`), à ce que montrent des captures. Deux règles dont l’une interdit ce que l’autre autorise "
    "ou exige sont le constat `contradictory-policy`, qui montre les deux endroits.",
)


def commands_page() -> str:
    """Return the help of every command, in both languages."""
    out = ["# Commands / Commandes\n"]
    for command in COMMANDS:
        out.append(f"## cloison {command}".rstrip() + "\n")
        languages: tuple[Lang, ...] = ("en", "fr")
        for lang in languages:
            words = [sys.executable, "-m", "cloison.cli", *command.split(), "--help"]
            environment = {**os.environ, "LC_ALL": "fr_FR.UTF-8" if lang == "fr" else "C.UTF-8", "COLUMNS": "80"}
            done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
            text = "\n".join(
                line.rstrip() for line in done.stdout.splitlines()
            )
            out.append(f"```\n{text.strip()}\n```\n")
    return "\n".join(out)


def pages() -> Iterator[tuple[str, str]]:
    """Yield each page's name and text."""
    checks: dict[str, Check] = load(cloison.netmodel.assurance.checks, "CHECK")
    frameworks: dict[str, Framework] = load(cloison.netmodel.assurance.frameworks, "FRAMEWORK")
    for name, check in checks.items():
        yield f"rules/{name}.md", rule_page(check, frameworks)
    listed = [f"- [{name}](rules/{name}.md): {check.title.en} / *{check.title.fr}*" for name, check in checks.items()]
    yield "rules.md", "\n".join(["# Rules / Règles\n", *listed, ""])
    yield "clauses.md", clauses_page(frameworks)
    yield "policy.md", policy_page(load(cloison.netmodel.assurance.forms, "FORM"))
    yield "missing.md", missing_page(checks, frameworks)
    yield "views.md", entries_page("Views / Vues", load(cloison.diagrams.views, "VIEW"))
    yield "outputs.md", entries_page("Outputs / Sorties", load(cloison.diagrams.outputs, "OUTPUT"))
    yield "formats.md", entries_page("Capture formats / Formats de capture", load(cloison.captures.formats, "FORMAT"))
    dialects: dict[str, Dialect] = load(cloison.flows.firewalls, "DIALECT")
    for name, dialect in dialects.items():
        yield f"dialects/{name}.md", dialect_page(dialect)
    yield (
        "targets.md",
        entries_page("Dialects that are generated / Dialectes générés", load(cloison.flows.targets, "TARGET")),
    )
    known = [f"- [{name}](dialects/{name}.md): {item.title.en} / *{item.title.fr}*" for name, item in dialects.items()]
    yield "dialects.md", "\n".join(["# Firewall dialects / Dialectes de pare-feu\n", *known, ""])
    compressions = load(cloison.captures.compressions, "COMPRESSION")
    yield "compressions.md", entries_page("Compressions of captures / Compressions des captures", compressions)
    yield "layers.md", entries_page("Encapsulations", load(cloison.captures.layers, "LAYER"))
    yield (
        "wire.md",
        entries_page("Protocols told on the wire / Protocoles reconnus", load(cloison.captures.wire, "RECOGNISER")),
    )
    yield "agenda.md", entries_page("Topics of a review / Sujets d’une revue", load(cloison.flows.agenda, "TOPIC"))
    yield "profiles.md", profiles_page(load(cloison.netmodel.assurance.profiles, "PROFILE"))
    yield "commands.md", commands_page()


def main() -> None:
    """Write the pages, or compare them."""
    wanted = {FOLDER / name: HEAD + text for name, text in pages()}
    there = set(FOLDER.rglob("*.md"))
    if "--check" in sys.argv[1:]:
        behind = [path for path, text in wanted.items() if path not in there or path.read_text("utf-8") != text]
        behind += sorted(there - set(wanted))
        for path in behind:
            print(f"{path.relative_to(FOLDER.parent.parent)} is behind the program: make docs", file=sys.stderr)
        raise SystemExit(1 if behind else 0)
    for path in there - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
