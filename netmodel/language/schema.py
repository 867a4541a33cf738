"""The JSON Schema of the map language, for editors: draft-07, which editors' YAML servers read.

It is as lenient as one file of several must be: an entry may take its required fields from another file, so only
nested records require theirs. Placeholders of ``repeat`` may stand wherever a value may.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloison.netmodel.finding import SEVERITIES, Text
from cloison.netmodel.language.access import ACCESS
from cloison.netmodel.language.columns import COLUMNS
from cloison.netmodel.language.descriptions import DESCRIPTIONS
from cloison.netmodel.language.model import DOMAINS, FUNCTIONS, NATURES, SENSITIVITIES
from cloison.netmodel.language.normal import FALSE, TRUE
from cloison.netmodel.language.shapes import (
    MAP,
    SECTIONS,
    SELECTABLE,
    Access,
    Day,
    Gathered,
    Keyed,
    Many,
    Number,
    Pairs,
    Plain,
    Record,
    Select,
    Shape,
    Stages,
    Truth,
    Word,
)
from cloison.netmodel.language.tufin import POLICY

Schema = dict[str, Any]

_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_PLACEHOLDER: Schema = {"type": "string", "pattern": "<[^<>]+>"}
_DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
# closed words that a vocabulary may extend: offered, not imposed
_OFFERED: Mapping[str, tuple[str, ...]] = {
    "nature": NATURES,
    "domain": DOMAINS,
    "functions": FUNCTIONS,
    "sensitivity": SENSITIVITIES,
}


def json_schema() -> Schema:
    """Return the schema of a map file, shorthands included.

    ``description`` is English and ``x-description-fr`` French. The same call always returns the same document.
    """
    definitions: dict[str, Schema] = {}
    properties = {key: _property("Model", key, item.shape, definitions) for key, item in MAP.fields.items()}
    properties["cloison"]["const"] = 1
    policy = properties["policy"]["anyOf"][0]
    policy["properties"] = {"lateral": _described(_truth(), DESCRIPTIONS["Model.lateral"])}
    names = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    properties["tables"] = _described(
        {"type": "object", "properties": dict.fromkeys((*COLUMNS, POLICY), names), "additionalProperties": False},
        DESCRIPTIONS["Model.tables"],
    )
    fragment = {
        "type": "object",
        "properties": {
            "for": _described(
                {"type": "object", "minProperties": 1, "additionalProperties": {"$ref": "#/definitions/Selection"}},
                DESCRIPTIONS["Model.for"],
            ),
            **{section: {"allOf": [{"$ref": f"#/properties/{section}"}]} for section in SECTIONS},
        },
        "required": ["for"],
        "additionalProperties": False,
    }
    properties["repeat"] = _described(
        {"anyOf": [fragment, {"type": "array", "items": fragment}]}, DESCRIPTIONS["Model.repeat"]
    )
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "cloison",
        "description": DESCRIPTIONS["Model"].en,
        "x-description-fr": DESCRIPTIONS["Model"].fr,
        "type": "object",
        "required": ["cloison"],
        "additionalProperties": False,
        "properties": properties,
        "definitions": dict(sorted(definitions.items())),
    }


def _described(schema: Schema, text: Text) -> Schema:
    return {"description": text.en, "x-description-fr": text.fr, **schema}


def _property(owner: str, key: str, shape: Shape, definitions: dict[str, Schema]) -> Schema:
    return _described(_value(shape, definitions, _OFFERED.get(key, ())), DESCRIPTIONS[f"{owner}.{key}"])


def _truth() -> Schema:
    return {"anyOf": [{"type": "boolean"}, {"enum": sorted(TRUE | FALSE)}, _PLACEHOLDER]}


def _value(shape: Shape, definitions: dict[str, Schema], offered: tuple[str, ...] = ()) -> Schema:
    match shape:
        case Plain():
            return {"anyOf": [{"enum": list(offered)}, _TEXT]} if offered else dict(_TEXT)
        case Number():
            return {"anyOf": [{"type": "integer", "minimum": shape.least, "maximum": shape.most}, _PLACEHOLDER]}
        case Truth():
            return _truth()
        case Day():
            return {"anyOf": [_DAY, _PLACEHOLDER]}
        case Word():
            return {"anyOf": [{"enum": list(shape.words)}, _PLACEHOLDER]}
        case Many():
            item = _value(shape.item, definitions, offered)
            return {"anyOf": [item, {"type": "array", "items": item}]}
        case Keyed():
            item = _value(shape.item, definitions)
            inner = item if isinstance(shape.item, Plain | Word) else {"anyOf": [item, {"type": "null"}]}
            return {"anyOf": [{"type": "object", "additionalProperties": inner}, {"type": "null"}]}
        case Pairs():
            pair = {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2}
            return {"anyOf": [pair, {"type": "array", "items": pair}]}
        case Stages():
            return {"anyOf": [_TEXT, {"type": "array", "items": _value(Many(Plain()), definitions)}]}
        case Select():
            return _defined("Selection", definitions, _selection)
        case Gathered():
            return _defined("Group", definitions, _group)
        case Access():
            return _defined("Cell", definitions, _cell)
        case Record():
            return _defined(shape.name, definitions, lambda below: _record(shape, below))


def _defined(name: str, definitions: dict[str, Schema], make: Any) -> Schema:
    if name not in definitions:
        definitions[name] = {}  # its place, in case the record holds itself
        text = DESCRIPTIONS.get(name)
        definitions[name] = _described(make(definitions), text) if text else make(definitions)
    return {"allOf": [{"$ref": f"#/definitions/{name}"}]}


def _record(shape: Record, definitions: dict[str, Schema]) -> Schema:
    entry = shape in SECTIONS.values()
    fields = {
        key: _property(shape.name, key, item.shape, definitions)
        for key, item in shape.fields.items()
        if not item.hidden
    }
    required = [key for key, item in shape.fields.items() if item.required]
    schema: Schema = {"type": "object", "properties": fields, "additionalProperties": False}
    if required and not entry:
        schema["required"] = required
    if not shape.short:
        return schema
    short = _value(shape.fields[shape.short].shape, definitions)
    if shape.inner:
        return {"anyOf": [schema, short]}
    return {"anyOf": [schema, *short.get("anyOf", [short])]}


def _selection(definitions: dict[str, Schema]) -> Schema:
    words = _value(Many(Plain()), definitions)
    fields = {"type": ["object", "null"], "additionalProperties": words}
    return {
        "type": "object",
        "properties": dict.fromkeys(SELECTABLE, fields),
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _cell(definitions: dict[str, Schema]) -> Schema:
    names = _value(Many(Plain()), definitions)
    nothing = {"type": "null"}
    return {
        "anyOf": [
            {"type": "string", "pattern": "^((allow|block) all|(allow|block) only +[^ ].*)$"},
            {
                "type": "object",
                "properties": {
                    **{
                        word: _described(nothing if word.endswith("all") else names, DESCRIPTIONS[f"Cell.{word}"])
                        for word in ACCESS
                    },
                    "severity": _described({"enum": list(SEVERITIES)}, DESCRIPTIONS["Cell.severity"]),
                    "why": _described(dict(_TEXT), DESCRIPTIONS["Cell.why"]),
                },
                "oneOf": [{"required": [word]} for word in ACCESS],
                "additionalProperties": False,
            },
            nothing,
        ]
    }


def _group(definitions: dict[str, Schema]) -> Schema:
    names = _value(Many(Plain()), definitions)
    selection = _value(Select(), definitions)
    words = {"type": ["object", "null"], "additionalProperties": names}
    return {
        "anyOf": [
            *names["anyOf"],
            {
                "type": "object",
                "properties": {
                    "members": _described(names, DESCRIPTIONS["Group.members"]),
                    "not": _described({"anyOf": [*names["anyOf"], selection]}, DESCRIPTIONS["Group.not"]),
                    "vrf": _described(dict(_TEXT), DESCRIPTIONS["Group.vrf"]),
                    "labels": _described(_value(Keyed(Plain()), definitions), DESCRIPTIONS["Group.labels"]),
                    **dict.fromkeys(SELECTABLE, words),
                },
                "additionalProperties": False,
            },
        ]
    }
