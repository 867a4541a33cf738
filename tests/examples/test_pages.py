"""The pages for users: commands run and exit as they say, both languages say the same, links lead somewhere."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloison.netmodel.language.read import read_text

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))
import in_process

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path.name for path in (DOCS / "en").glob("*.md"))
pytestmark = pytest.mark.skipif(not PAGES, reason="pages of the repository, which no wheel holds")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)\)")


def blocks(language: str, page: str, kind: str) -> list[str]:
    text = (DOCS / language / page).read_text("utf-8")
    return [body for name, body in BLOCK.findall(text) if name == kind]


def commands(language: str, page: str) -> list[tuple[str, int]]:
    """Return each command of a page and the exit code that it says, 0 where it says none."""
    found = []
    for block in blocks(language, page, "sh"):
        for line in block.splitlines():
            command, _, said = line.partition("   # ")
            assert command.startswith("cloison "), f"{page}: {line}"
            code = re.fullmatch(r"(?:exit|code) (\d)", said) if said else None
            assert bool(said) == bool(code), f"{page}: {line}"
            found.append((command, int(code[1]) if code else 0))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pages")
    shutil.copytree(ROOT / "examples", place / "examples")
    return place


@cache
def run(command: str, place: Path) -> tuple[int, str]:
    """Run a command once, whatever the number of pages that show it."""
    words = shlex.split(command)
    if words[1] == "init":
        shutil.rmtree(place / words[-1], ignore_errors=True)
    done = in_process.run(place, *words[1:])
    return done.returncode, done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_exit_as_they_say(page: str, folder: Path) -> None:
    for command, code in commands("en", page):
        found, said = run(command, folder)
        assert found == code, f"{command}\n{said}"
        assert "Traceback" not in said


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_show_the_same(page: str) -> None:
    assert sorted(path.name for path in (DOCS / "fr").glob("*.md")) == PAGES
    assert commands("en", page) == commands("fr", page)
    for kind in ("json", "lua", "text"):
        assert blocks("en", page, kind) == blocks("fr", page, kind)
    english, french = ((DOCS / language / page).read_text("utf-8") for language in ("en", "fr"))
    assert english.count("\n## ") == french.count("\n## ")
    assert sorted(LINK.findall(english)) == sorted(
        target.replace("../en/", "../fr/") for target in LINK.findall(french)
    )


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(language: str, page: str) -> None:
    for target in LINK.findall((DOCS / language / page).read_text("utf-8")):
        assert "://" in target or (DOCS / language / target).exists(), target


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_to_be_copied_can_be_read(language: str) -> None:
    """Fragments of maps are accepted by the map language; those for other tools are YAML and JSON."""
    for page in PAGES:
        for block in blocks(language, page, "json"):
            json.loads(block)
        for block in blocks(language, page, "yaml"):
            read: Any = yaml.safe_load(block)
            if isinstance(read, dict) and not {"waivers", "declarations"}.isdisjoint(read):
                read_text(f"cloison: 1\nname: n\n{block}", "page")


def test_the_inputs_of_the_action_that_a_page_shows_are_there() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    header = (ROOT / "templates" / "cloison.yml").read_text("utf-8").partition("\n---\n")[0]
    component = yaml.safe_load(header)["spec"]["inputs"]
    for language in ("en", "fr"):
        github, gitlab, commit = (yaml.safe_load(block) for block in blocks(language, "ci.md", "yaml"))
        (job,) = github["jobs"].values()
        (step,) = (item for item in job["steps"] if item.get("uses", "").endswith("cloison@VERSION"))
        assert set(step["with"]) <= set(action["inputs"])
        assert set(gitlab["include"][0]["inputs"]) <= set(component)
        assert {hook["id"] for hook in commit["repos"][0]["hooks"]} <= hooks
        text = (DOCS / language / "ci.md").read_text("utf-8")
        listed = re.search(r"^(?:Inputs|Entrées) ?:(.*?) ?; `action.yml`", text, flags=re.DOTALL | re.MULTILINE)
        assert listed is not None
        assert set(re.findall(r"`([a-z-]+)`", listed[1])) == set(action["inputs"])
