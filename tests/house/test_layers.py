"""The house: what may import what, who owns which library, what a registry is."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import cloison

ROOT = Path(cloison.__file__).parent
LAYERS = {"netmodel": 0, "flows": 1, "captures": 2, "diagrams": 2, "terminal": 3, "cli": 4}
PARTS = ("netmodel", "flows", "captures", "diagrams", "terminal")
OWNERS: dict[str, tuple[str, ...]] = {
    "yaml": ("netmodel",),
    "pydantic": ("netmodel",),
    "networkx": ("netmodel",),
    "netaddr": ("netmodel",),
    "orjson": ("netmodel",),
    "openpyxl": ("netmodel", "diagrams"),
    "aerleon": ("flows",),
    "defusedxml": ("flows",),
    "scapy": ("captures",),
    "duckdb": ("captures",),
    "zstandard": ("captures",),
    "lz4": ("captures",),
    "lzallright": ("captures",),
    "graphviz": ("diagrams",),
    "jinja2": ("diagrams",),
    "weasyprint": ("diagrams",),
    "typer": ("terminal", "cli"),
    "rich": ("diagrams", "terminal"),
    "numpy": PARTS,
    "numba": ("flows",),
}
REGISTRIES = {
    "netmodel/assurance/checks": "CHECK",
    "netmodel/assurance/forms": "FORM",
    "netmodel/assurance/frameworks": "FRAMEWORK",
    "flows/agenda": "TOPIC",
    "captures/compressions": "COMPRESSION",
    "captures/formats": "FORMAT",
    "flows/firewalls": "DIALECT",
    "flows/targets": "TARGET",
    "captures/layers": "LAYER",
    "diagrams/views": "VIEW",
    "diagrams/outputs": "OUTPUT",
    "terminal/commands": "COMMAND",
}
HEAVY = ("numba", "networkx", "scapy", "openpyxl", "duckdb", "graphviz")  # imported inside functions only


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def modules() -> list[Path]:
    """Return every module of the program."""
    found = [ROOT / "cli.py", ROOT / "__init__.py"]
    for part in PARTS:
        found += sorted((ROOT / part).rglob("*.py"))
    return [path for path in found if path.exists()]


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def imports(path: Path, *, top_only: bool = False) -> list[tuple[str, int]]:
    """Return each imported module, in full, and its line."""
    found: list[tuple[str, int]] = []
    for node in parsed(path).body if top_only else ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found += ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            module = node.module or ""
            if module.startswith("cloison"):
                for alias in node.names:
                    inner = module.partition(".")[2].replace(".", "/")
                    deeper = ROOT / inner / alias.name
                    is_module = deeper.with_suffix(".py").exists() or (deeper / "__init__.py").exists()
                    found.append((f"{module}.{alias.name}" if is_module else module, node.lineno))
            else:
                found.append((module, node.lineno))
    return found


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_point_downwards(path: Path) -> None:
    own = name_of(path).split(".")[0]
    for target, line in imports(path):
        head, _, rest = target.partition(".")
        assert head not in (*PARTS, "cli"), f"{path}:{line}: a second copy of {head}; write cloison.{head}"
        if head != "cloison" or not rest:
            continue
        other = rest.split(".")[0]
        if other == own or own not in LAYERS:
            continue
        assert LAYERS[other] < LAYERS[own], f"{path}:{line}: {own} may not import {other}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_third_party_packages_have_owners(path: Path) -> None:
    own = name_of(path).split(".")[0]
    for target, line in imports(path):
        owners = OWNERS.get(target.split(".")[0])
        assert owners is None or own in owners, f"{path}:{line}: {target} belongs to {owners}"


def test_one_module_compiles() -> None:
    """Everyone else asks ``flows.compiled``: one set of options, one place for what is kept, one answer to failures."""
    owners = [name_of(path) for path in modules() for target, _ in imports(path) if target.split(".")[0] == "numba"]
    assert set(owners) == {"flows.compiled"}


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_heavy_packages_are_imported_late(path: Path) -> None:
    for target, line in imports(path, top_only=True):
        assert target.split(".")[0] not in HEAVY, f"{path}:{line}: import {target} inside the function that needs it"


def test_no_cycles_between_modules() -> None:
    names = {name_of(path): path for path in modules()}
    edges = {
        name: {
            target.removeprefix("cloison.")
            for target, _ in imports(path, top_only=True)
            if target.removeprefix("cloison.") in names and target != "cloison"
        }
        for name, path in names.items()
    }
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name not in done:
            for target in sorted(edges[name]):
                visit(target, (*path, name))
            done.add(name)

    for name in sorted(edges):
        visit(name, ())


@pytest.mark.parametrize("folder", REGISTRIES)
def test_registries(folder: str) -> None:
    """Each file of a registry exports one value; entries never import each other; engines never name an entry."""
    attribute = REGISTRIES[folder]
    package = "cloison." + folder.replace("/", ".")
    entries = [path for path in sorted((ROOT / folder).glob("*.py")) if path.stem != "__init__"]
    assert entries, folder
    for path in entries:
        assigned = [
            target.id
            for node in parsed(path).body
            if isinstance(node, (ast.Assign, ast.AnnAssign))
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name) and target.id in REGISTRIES.values()
        ]
        assert assigned == [attribute], f"{path}: {assigned}"
    for path in modules():
        for target, line in imports(path):
            inner = target.removeprefix(package + ".")
            assert inner == target, f"{path}:{line}: names the entry {inner} of a registry"


def test_only_the_command_line_prints_and_exits() -> None:
    for path in modules():
        if path.name == "cli.py" or name_of(path).startswith("terminal"):
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("print", "exit", "eval", "exec"), f"{path}:{node.lineno}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert ast.unparse(node.func) not in ("sys.exit", "os.system", "os._exit"), f"{path}:{node.lineno}"


def test_files_are_short() -> None:
    long = {
        name_of(path): lines
        for path in modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert not long
