"""A network, its findings and a view's name in, a report that every output can write out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloison.diagrams import views
from cloison.diagrams.view import View
from cloison.netmodel.finding import Finding, MapError, Ref, Text, input_error, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.network import Network
from cloison.netmodel.registry import load
from cloison.netmodel.report import Report, Scene

SCHEMA = "cloison.draw/1"
MOST = 8  # names in a refusal where none is near


def draw(network: Network, findings: Sequence[Finding], view: str = "overview") -> Report:
    """Return the report of one view, ``NAME`` or ``NAME:ARGUMENT`` such as ``zone:front``.

    Raises :class:`MapError` with the rules ``unknown-view`` or ``unknown-name`` and the nearest names.
    """
    entries: dict[str, View] = load(views, "VIEW")
    name, colon, argument = view.partition(":")
    entry = entries.get(name)
    if entry is None:
        raise _unknown("unknown-view", view, tuple(
            _usage(entries[one]) for one in nearest(name, sorted(entries)) or sorted(entries)
        ))  # fmt: skip
    if entry.arguments is None and colon:
        raise MapError((input_error("unknown-view", say(
            "the view {view} takes no name after a colon", "la vue {view} ne prend pas de nom après un deux-points",
            view=name,
        ), Ref("view", view)),))  # fmt: skip
    if entry.arguments is not None and argument not in entry.arguments(network):
        valid = entry.arguments(network)
        near = nearest(argument, valid) or tuple(sorted(valid)[:MOST])
        raise _unknown("unknown-name", view, tuple(Text(f"{name}:{one}", f"{name}:{one}") for one in near))
    scene = entry.draw(network, findings, argument)
    model = network.model
    data = {
        "schema": SCHEMA,
        "map": {"name": model.name, "digest": network.digest},
        "at": network.at.isoformat(),
        "marking": model.marking,
        "view": view,
        **_data(scene),
    }
    return Report(
        "draw", data, tuple(findings), tables=scene.tables, views=(scene,), marking=model.marking, title=model.name,
        matrix=network if entry.arguments is None else None,  # a view of one tenant gives away no other's lines
    )  # fmt: skip


def _usage(view: View) -> Text:
    """Return how a view is asked for: its name, and a colon and a name where it takes one."""
    return Text(view.name, view.name) if view.arguments is None else Text(f"{view.name}:NAME", f"{view.name}:NOM")


def _unknown(rule: str, view: str, near: tuple[Text, ...]) -> MapError:
    message = say(
        "there is no view {view}; the nearest: {near}", "la vue {view} n’existe pas ; les plus proches : {near}",
        view=view, near=near,
    )  # fmt: skip
    return MapError((input_error(rule, message, Ref("view", view)),))


def _data(scene: Scene) -> Mapping[str, Any]:
    """The scene as plain values; what it says in words is in the other outputs."""
    grid = scene.grid
    cells = {
        "cells": [
            {"from": item.row, "to": item.column, "lines": list(item.lines), "marks": list(item.marks),
             "findings": list(item.findings)}
            for item in sorted(grid.cells, key=lambda item: (item.row, item.column))
        ]
    } if grid else {}  # fmt: skip
    nodes = (*scene.nodes, *(grid.nodes if grid else ()))
    return {
        "boxes": [
            {"id": item.id, "subject": _ref(item.subject), "within": item.within, "level": item.level,
             "marks": list(item.marks), "findings": list(item.findings)}
            for item in sorted(scene.clusters, key=lambda item: item.id)
        ],
        "nodes": [
            {"id": item.id, "subject": _ref(item.subject), "shape": item.shape, "box": item.cluster,
             "marks": list(item.marks), "findings": list(item.findings)}
            for item in sorted(nodes, key=lambda item: item.id)
        ],
        "edges": [
            {"from": item.source, "to": item.target, "kind": item.kind, "marks": list(item.marks),
             "lines": list(item.lines), "findings": list(item.findings)}
            for item in sorted(scene.edges, key=lambda item: (item.kind, item.source, item.target, item.lines))
        ],
        **cells,
        "hidden": [item.say("en") for item in scene.hidden],
    }  # fmt: skip


def _ref(subject: Ref) -> Mapping[str, str]:
    return {"kind": subject.kind, "id": subject.id}
