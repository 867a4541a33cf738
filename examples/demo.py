"""``make demo``: the main job on the example and on the lab's real capture, told step by step."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from cloison.captures.read import prepare
from cloison.netmodel.finding import Text
from cloison.terminal.language import chosen_language

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OUT = ROOT / "out"
AT = "2026-11-02"  # the example's own date
LANG = chosen_language(sys.argv[1:], os.environ)


def tell(en: str, fr: str) -> None:
    """Say what comes next."""
    sys.stdout.write(
        f"\n\033[1m{Text(en, fr).say(LANG)}\033[0m\n" if sys.stdout.isatty() else f"\n{Text(en, fr).say(LANG)}\n"
    )
    sys.stdout.flush()


def cloison(*words: str, expected: int = 0) -> None:
    """Show a command, run it, and stop when its exit code is another than the expected one."""
    sys.stdout.write(f"$ cloison {' '.join(words)}\n")
    sys.stdout.flush()
    code = subprocess.run(
        [sys.executable, "-m", "cloison.cli", *words, "--lang", LANG], cwd=ROOT, check=False
    ).returncode
    if code != expected:
        raise SystemExit(f"exit {code}, expected {expected}")


def main() -> None:
    """Run the demo and say where the results lie."""
    OUT.mkdir(exist_ok=True)
    tell("1. Check a small cloud provider's map: segmentation, inventory, clauses.",
         "1. Vérifier la carte d’un petit fournisseur de nuage : cloisonnement, inventaire, exigences.")  # fmt: skip
    cloison("check", "examples/nuage", "--at", AT)
    tell("2. Its broken twin: each fault with its place and its proof (exit 1).",
         "2. Son jumeau fautif : chaque faute, où elle est et ce qui la prouve (code 1).")  # fmt: skip
    cloison("check", "examples/nuage-broken", "--at", AT, "--format", "markdown", "-o", "out/broken.md", expected=1)
    tell("3. Draw the atlas (a page to open), the layer-3 overview, one zone, and the matrix as a spreadsheet.",
         "3. Dessiner l’atlas (une page à ouvrir), la vue d’ensemble, une zone, la matrice en classeur.")  # fmt: skip
    drawn = ["atlas.html", "matrix.xlsx", "nuage.md", "nuage.dot", "nuage.mmd", "front.md"]
    cloison("draw", "examples/nuage", "--at", AT, "-o", "out/atlas.html", "-o", "out/matrix.xlsx")
    cloison("draw", "examples/nuage", "--at", AT, "-o", "out/nuage.md", "-o", "out/nuage.dot", "-o", "out/nuage.mmd")
    cloison("draw", "examples/nuage", "--at", AT, "--view", "zone:front", "-o", "out/front.md")
    if shutil.which("dot"):
        pictures = ["nuage.svg", "nuage.png", "nuage.pdf", "nuage.drawio"]
        cloison("draw", "examples/nuage", "--at", AT, *(word for name in pictures for word in ("-o", f"out/{name}")))
        cloison("draw", "examples/nuage", "--at", AT, "--view", "matrix", "-o", "out/matrix.svg")
        cloison("draw", "examples/nuage", "--at", AT, "--view", "zone:front", "-o", "out/front.svg")
        cloison("draw", "examples/nuage-broken", "--at", AT, "-o", "out/broken.svg")
        drawn += [*pictures, "matrix.svg", "front.svg", "broken.svg"]
    else:
        tell("   `dot` is not installed (Debian: graphviz): the tables and the DOT file are made, not the pictures.",
             "   `dot` n’est pas installé (Debian : graphviz) : seules les images manquent.")  # fmt: skip
    tell("4. Explain one flow.", "4. Expliquer un flux.")
    cloison(
        "explain", "examples/lab/map.yaml", "--from", "waf-1/front", "--to", "app-1/lan", "--service", "console-tls"
    )
    tell("5. Compile the kernels that read packets, once on this machine.",
         "5. Compiler les noyaux qui lisent les paquets, une fois sur cette machine.")  # fmt: skip
    seconds = prepare()
    sys.stdout.write(f"{seconds:.1f} s\n")
    tell("6. Judge a real capture against the matrix (exit 1: illegitimate conversations).",
         "6. Juger une capture réelle selon la matrice (code 1 : conversations illégitimes).")  # fmt: skip
    cloison("audit", "examples/lab/map.yaml", "--probe", "ids-core=examples/lab/core.pcap",
            "--probe", "ids-edge=examples/lab/edge.pcap", expected=1)  # fmt: skip
    cloison("audit", "examples/lab/map.yaml", "--probe", "ids-core=examples/lab/core.pcap",
            "--probe", "ids-edge=examples/lab/edge.pcap", "-o", "out/audit.json", expected=1)  # fmt: skip
    tell(
        "7. Do the firewalls permit the matrix, the whole matrix and nothing else? (16 devices, 5 languages)",
        "7. Les pare-feux permettent-ils la matrice, toute la matrice et rien d’autre ? (16 équipements, 5 langages)",
    )
    cloison("verify", "examples/nuage", "--config", "examples/configurations/nuage", "--at", AT)
    tell(
        "8. Answer a merge request: what the change opens and closes (exit 1: outside the matrix).",
        "8. Répondre à une demande de fusion : ce que le changement ouvre et ferme (code 1 : hors de la matrice).",
    )
    cloison("verify", "examples/nuage", "--at", AT,
            "--config", "fw-core=examples/configurations/nuage-broken/fw-core.nft",
            "--base", "fw-core=examples/configurations/nuage/fw-core.nft",
            "--format", "markdown", "-o", "out/merge-request.md", expected=1)  # fmt: skip
    tell("9. Say what a change of the map means: flows, ways, clauses, tenants, a major change or not (exit 1).",
         "9. Dire ce que signifie un changement de la carte : flux, chemins, exigences, commanditaires, "
         "majeur ou non (code 1).")  # fmt: skip
    cloison("diff", "examples/nuage", "examples/nuage-broken", "--at", AT, "-o", "out/change.md", expected=1)
    tell("10. Open the annual review: what there is to look at, and the table of decisions.",
         "10. Ouvrir la revue annuelle : ce qu’il y a à examiner, et le tableau des décisions.")  # fmt: skip
    cloison("review", "open", "examples/nuage", "--at", AT, "--decisions", "out/decisions.csv", "-o", "out/agenda.md")
    results = ", ".join(["broken.md", *drawn, "audit.json", "merge-request.md", "change.md", "agenda.md",
                         "decisions.csv"])  # fmt: skip
    tell(f"The results lie in out/: {results}", f"Les résultats sont dans out/ : {results}")


if __name__ == "__main__":
    main()
