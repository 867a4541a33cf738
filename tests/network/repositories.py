"""Git repositories that tests write: fixed authors and dates, no configuration of whoever runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

HAS_GIT = shutil.which("git") is not None or "CLOISON_CI" in os.environ  # there a missing part is a failure


def git(folder: Path, *words: str, on: str = "2026-01-01") -> str:
    """Return what git answers in a folder, as if on a day."""
    when = f"{on}T12:00:00+00:00"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_")
    } | {
        "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@b", "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when,
    }  # fmt: skip
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip()


def started(folder: Path) -> Path:
    """Return a folder that is an empty repository with the branch ``main``."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    return folder


def committed(folder: Path, files: dict[str, str], on: str = "2026-01-01") -> str:
    """Write files (an empty text removes one), commit everything on a day, and return the commit's id."""
    for name, text in files.items():
        file = folder / name
        if text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        else:
            file.unlink()
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", f"as of {on}", on=on)
    return git(folder, "rev-parse", "HEAD")
