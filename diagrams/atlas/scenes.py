"""Which views a page holds as drawings: every one of the registry while there is room, those of few names first."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from cloison.diagrams import views
from cloison.diagrams.atlas.scope import Scope, tenant_scope
from cloison.diagrams.atlas.scoped import scoped_findings
from cloison.diagrams.drawing import draw
from cloison.diagrams.view import View
from cloison.netmodel.finding import Finding, MapError, Ref, input_error, say
from cloison.netmodel.network import Network
from cloison.netmodel.registry import load
from cloison.netmodel.report import Atlas, Report, Scene

DRAWINGS = 80  # on one page; what is beyond is drawn by the page itself, around what is asked for
OWN = "tenant"  # the view whose page holds nothing of others
Tick = Callable[[int, int], None]


def with_atlas(
    report: Report,
    network: Network,
    check: Report,
    view: str,
    *,
    audit: Report | None = None,
    verify: Report | None = None,
    redacted: bool = False,
    later: bool = False,
    tick: Tick | None = None,
) -> Report:
    """Return the report of one view with all that the page of the whole map shows.

    ``view`` is the view that was asked for, or nothing; of one tenant's the page holds what is that tenant's own, of
    another the page opens on it. ``later`` leaves every drawing to be asked for.
    """
    name, _, argument = view.partition(":")
    asked = [view or str(report.data["view"])]
    tenant = argument if name == OWN else ""
    names, aside = ([view], 0) if tenant else chosen(network, asked)
    if later:
        entries: dict[str, View] = load(views, "VIEW")
        every = [view] if tenant else _every(network, asked)
        titled = tuple((one, entries[one.partition(":")[0]].title) for one in every)
        atlas = Atlas(network, check, (), 0, audit, verify, tenant, redacted, titled)
        return replace(report, atlas=atlas)
    findings = scoped_findings(check.findings, tenant_scope(network, tenant) if tenant else Scope())
    scenes: list[tuple[str, Scene]] = []
    for place, one in enumerate(names):
        if tick:
            tick(place, len(names))
        scene = report.views[0] if one == asked[0] and not tenant else _scene(network, findings, one)
        scenes.append((one, scene))
    atlas = Atlas(network, check, tuple(scenes), aside, audit, verify, tenant, redacted)
    return replace(report, atlas=atlas)


def _every(network: Network, first: Sequence[str]) -> list[str]:
    return chosen(network, first, room=sys.maxsize)[0]


def chosen(network: Network, first: Sequence[str] = (), room: int = 0) -> tuple[list[str], int]:
    """Return the names of the views that are drawn, those ``first`` at the head, and how many are not.

    ``room`` is for how many, ``DRAWINGS`` when left out. A view is drawn for all of its names or for none, so that who
    reads the page knows what to expect.
    """
    entries: dict[str, View] = load(views, "VIEW")
    named = {
        name: (name,) if entry.arguments is None else tuple(f"{name}:{one}" for one in entry.arguments(network))
        for name, entry in entries.items()
    }
    whole = [name for name, entry in entries.items() if entry.arguments is None]
    order = [*whole, *sorted((name for name in named if name not in whole), key=lambda name: (len(named[name]), name))]
    found = [*first, *(one for one in _flat(named, whole) if one not in first)]
    aside = 0
    for name in order[len(whole) :]:
        more = [one for one in named[name] if one not in found]
        if len(found) + len(more) > (room or DRAWINGS):
            aside += len(more)
            continue
        found += more
    return found, aside


def _flat(named: dict[str, tuple[str, ...]], names: Sequence[str]) -> list[str]:
    return [one for name in names for one in named[name]]


def _scene(network: Network, findings: Sequence[Finding], view: str) -> Scene:
    return draw(network, findings, view).views[0]


def only_pages(suffixes: Sequence[str]) -> None:
    """Raise :class:`MapError` where an output other than the page is asked to tell no name."""
    if any(name != "html" for name in suffixes):
        raise MapError((input_error("argument", say(
            "--redact is for pages alone: name a file in .html with -o, and no other",
            "--redact ne vaut que pour les pages : nommer un fichier en .html avec -o, et aucun autre",
        ), Ref("argument", "--redact")),))  # fmt: skip
