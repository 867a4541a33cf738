"""The schema of editors: draft-07, complete, in both languages, and true of the maps that read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest
import yaml

import cloison
from cloison.netmodel.assurance.policy import forms
from cloison.netmodel.language.descriptions import DESCRIPTIONS
from cloison.netmodel.language.first_map import FIRST_MAP
from cloison.netmodel.language.schema import json_schema

CASES = Path(__file__).parent / "cases"


class EditorLoader(yaml.SafeLoader):
    """YAML as an editor's server reads it (1.2): dates, `on` and `yes` stay texts."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        letter: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag != "tag:yaml.org,2002:timestamp" and (tag != "tag:yaml.org,2002:bool" or letter in "tTfF")
        ]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def seen(text: str) -> Any:
    return yaml.load(text, EditorLoader)


def problems(text: str) -> list[str]:
    return [error.message for error in jsonschema.Draft7Validator(json_schema()).iter_errors(seen(text))]


EXAMPLES = sorted((Path(cloison.__file__).parent / "examples" / "nuage").glob("*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_each_file_of_the_example_is_valid(path: Path) -> None:
    assert problems(path.read_text(encoding="utf-8")) == []


def test_it_is_draft_07() -> None:
    schema = json_schema()
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema.Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("name", ["forbid", "limit", "matrix", "paths"])
def test_the_example_of_each_form_of_a_rule_is_valid(name: str) -> None:
    example = forms()[name].example
    assert problems("cloison: 1\npolicy:\n" + "".join(f"  {line}\n" for line in example.splitlines())) == []


def test_it_is_deterministic_and_plain() -> None:
    assert json.dumps(json_schema()) == json.dumps(json_schema())


def test_maps_that_read_are_valid() -> None:
    assert problems((CASES / "reference.yaml").read_text(encoding="utf-8")) == []
    assert problems(FIRST_MAP.en) == []
    assert problems(FIRST_MAP.fr) == []


@pytest.mark.parametrize(
    "line",
    [
        "zonez: {}",
        "zones: {a: {ownr: x}}",
        "zones: {a: {inside: room}}",
        "subnets: {a: {vlan: 5000}}",
        "flows: {F: {expires: tomorrow}}",
        "flows: {F: {encryption: {minimum: '1.2'}}}",
        "groups: {g: {assetz: {functions: waf}}}",
        "policy: {p: {forbid: {from: {zones: {}, assets: {}}, to: {zones: {}}}}}",
        "repeat: [{zones: {}}]",
        "policy: {p: {matrix: {a: {b: allow some https}}}}",
        "policy: {p: {matrix: {a: {b: {allow only: ssh, block only: ssh}}}}}",
        "policy: {p: {matrix: {a: {b: {allow only: ssh, properties: IS_LOGGED}}}}}",
        "policy: {p: {limit: {required: [tickets]}}}",
        "policy: {p: {limit: {prefix: 33}}}",
        "policy: {p: {paths: {from: {zones: {}}, to: {zones: {}}, line: 3}}}",
        "tables: {flowz: a.csv}",
    ],
)
def test_maps_that_do_not_read_are_not(line: str) -> None:
    assert problems(f"cloison: 1\nname: T\n{line}\n")


def test_a_map_says_its_version() -> None:
    assert problems("name: T\n")
    assert problems("cloison: 2\nname: T\n")


def described(schema: Any, path: str = "") -> list[str]:
    """Return the fields without a description in both languages; sections inside another field are not fields."""
    missing = []
    if isinstance(schema, dict):
        fields = schema.get("properties")
        if isinstance(fields, dict):
            known = {"for", "parties", "flows"} & set(fields)
            missing += [
                f"{path}/{key}"
                for key, item in fields.items()
                if (not item.get("description") and not known)
                or ("description" in item) != ("x-description-fr" in item)
            ]
        for key, item in schema.items():
            missing += described(item, f"{path}/{key}")
    elif isinstance(schema, list):
        for index, item in enumerate(schema):
            missing += described(item, f"{path}/{index}")
    return missing


def test_every_field_is_described_in_both_languages() -> None:
    assert described(json_schema()) == []


def test_no_description_is_left_over() -> None:
    text = json.dumps(json_schema(), ensure_ascii=False)
    assert [name for name, item in DESCRIPTIONS.items() if json.dumps(item.fr, ensure_ascii=False) not in text] == []


def test_closed_words_are_offered() -> None:
    zone = json_schema()["definitions"]["Zone"]["properties"]
    assert "preproduction" in json.dumps(zone["nature"])
    assert "transport" in json.dumps(zone["domain"])
    asset = json_schema()["definitions"]["Asset"]["properties"]
    assert "hypervisor" in json.dumps(asset["functions"])
