"""Apply the faults of ``patches/`` to ``nuage/``: one alone, or all of them together as ``nuage-broken/``.

A fault is a YAML file: what it is, why it matters, the ``change`` (a text of a file, found exactly once, and what
replaces it, or a text appended to a file), every finding that it brings and every clause whose status it changes.
Run as a script, this writes the twin anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
NUAGE = HERE / "nuage"
TWIN = HERE / "nuage-broken"
PATCHES = HERE / "patches"

Files = Mapping[str, str]  # text by file name


def faults() -> dict[str, Any]:
    """Return every fault by its name, in the order in which they are applied."""
    return {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(PATCHES.glob("*.yaml"))}


def nuage() -> Files:
    """Return the sound map."""
    return {path.name: path.read_text("utf-8") for path in sorted(NUAGE.iterdir())}


def patched(files: Files, fault: Mapping[str, Any]) -> Files:
    """Return the files with one fault; raise ``ValueError`` when a text is not found exactly once."""
    changed = dict(files)
    for change in fault["change"]:
        name, text = change["file"], changed[change["file"]]
        if "append" in change:
            changed[name] = text + change["append"]
            continue
        if text.count(change["replace"]) != 1:
            raise ValueError(f"{name} has {text.count(change['replace'])} times: {change['replace']}")
        changed[name] = text.replace(change["replace"], change["by"])
    return changed


def broken(all_faults: Iterable[Mapping[str, Any]]) -> Files:
    """Return the sound map with all the faults together."""
    files = nuage()
    for fault in all_faults:
        files = patched(files, fault)
    return files


def write(files: Files, folder: Path) -> None:
    """Write files into a folder that is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write(broken(faults().values()), TWIN)
    print(f"{TWIN.name}: {len(faults())} faults")
