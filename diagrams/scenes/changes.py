"""Two scenes of one view, of two versions of a map, as one: what is added, removed and changed is marked.

A sign stands before the name of what is marked, so that every output says it, and no colour is needed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from cloison.diagrams.drawing import draw
from cloison.diagrams.layout.look import CHANGE_SIGNS as SIGNS
from cloison.netmodel.comparison import Comparison
from cloison.netmodel.finding import Finding, MapError, Message, Ref, Text, say
from cloison.netmodel.network import Network
from cloison.netmodel.report import Cluster, Edge, Grid, GridCell, Node, Scene

Item = TypeVar("Item", Cluster, Node, Edge)
_EMPTY = Scene("", say("", ""), (), (), ())


def overlay(comparison: Comparison, view: str) -> Scene:
    """Return both versions of a view drawn once; raises :class:`MapError` where neither version has the view.

    Only the newer version's new findings are drawn. What is in one version alone is marked by what the comparison
    says of it, so that equal things that a drawing folds otherwise are not taken for additions.
    """
    fresh = [finding for finding in comparison.known.findings if finding.stands]
    old, first = _scene(comparison.old, (), view)
    new, second = _scene(comparison.new, fresh, view)
    if first is not None and second is not None:
        raise second
    empty = replace(_EMPTY, id=view)
    if new is None and old is not None:
        return _Overlay(comparison, empty, old, alone="removed").whole()
    assert new is not None
    return _Overlay(comparison, old or empty, new, alone="" if old is not None else "added").whole()


def _scene(
    network: Network, findings: tuple[Finding, ...] | list[Finding], view: str
) -> tuple[Scene | None, MapError | None]:
    try:
        return draw(network, findings, view).views[0], None
    except MapError as refused:
        return None, refused


@dataclass(slots=True)
class _Overlay:
    """A scene in the making; ``stands`` leads from an id of the older scene to what is drawn for it."""

    comparison: Comparison
    old: Scene
    new: Scene
    alone: str  # where one version alone has the view, what that makes of it: what is around it may be in both
    words: dict[Ref, str] = field(default_factory=dict)
    gone: set[Ref] = field(default_factory=set)
    later: dict[Ref, Ref] = field(default_factory=dict)
    stands: dict[str, str] = field(default_factory=dict)
    left: int = 0  # of the older scene, neither there now nor gone by what the comparison says

    def __post_init__(self) -> None:
        for change in self.comparison.entries:
            ref = change.subject
            if self.alone == "removed":  # the older version is drawn, under its own names
                if change.kind != "added":
                    ref = Ref(ref.kind, change.was or ref.id)
                    self.words[ref] = "removed" if change.kind == "removed" else "changed"
                continue
            if change.kind == "removed":
                self.gone.add(ref)
                continue
            self.words[ref] = "added" if change.kind == "added" else "changed"
            if change.was:
                self.later[Ref(ref.kind, change.was)] = ref

    def whole(self) -> Scene:
        clusters = [self._marked(item, self.words.get(item.subject, "")) for item in self.new.clusters]
        nodes = [self._marked(item, self.words.get(item.subject, "")) for item in self.new.nodes]
        drawn = {box.id: box.subject for box in clusters} | {node.id: node.subject for node in nodes}
        by_subject = {node.subject: node.id for node in nodes} | {box.subject: box.id for box in clusters}
        for box in self.old.clusters:
            if self._is_gone(box, by_subject, drawn):
                clusters.append(
                    self._marked(replace(box, id=self.stands[box.id], findings=(), severity=None), "removed")
                )
        boxes = {item.id: item for item in clusters}
        clusters = [
            replace(box, within=self.stands.get(box.within, box.within))
            if self.stands.get(box.within, box.within) in boxes else replace(box, within="")
            for box in clusters
        ]  # fmt: skip
        for node in self.old.nodes:
            if self._is_gone(node, by_subject, drawn):
                cluster = self.stands.get(node.cluster, node.cluster)
                if cluster and cluster not in boxes:
                    self.left += 1
                    continue
                moved = replace(node, id=self.stands[node.id], cluster=cluster, findings=(), severity=None)
                nodes.append(self._marked(moved, "removed"))
        marked = {box.id for box in clusters if set(box.marks) & SIGNS.keys()}
        marked |= {node.id for node in nodes if set(node.marks) & SIGNS.keys()}
        grid = self._grid()
        edges = self._edges(boxes.keys() | {node.id for node in nodes}, marked)
        hidden = self.new.hidden
        if self.left:
            left = say("{n} of what the older version draws is not drawn here",
                       "{n} de ce que dessine l’ancienne version n’est pas dessiné ici", n=self.left)  # fmt: skip
            hidden = (*hidden, left)
        said = self.new.title
        title = say("{view}: what changes", "{view} : ce qui change", view=Text(said.say("en"), said.say("fr")))
        return replace(
            self.new,
            title=title,
            clusters=tuple(clusters),
            nodes=tuple(nodes),
            edges=edges,
            tables=(),
            hidden=hidden,
            grid=grid,
        )

    def _is_gone(self, item: Cluster | Node, by_subject: Mapping[Ref, str], drawn: dict[str, Ref]) -> bool:
        """Say whether an item of the older scene has to be drawn as removed, and note what stands for it."""
        ref = self.later.get(item.subject, item.subject)
        if item.subject not in self.gone:
            stands = item.id if drawn.get(item.id) == ref else by_subject.get(ref, "")
            if not stands:
                self.left += 1
            self.stands[item.id] = stands
            return False
        self.stands[item.id] = item.id if item.id not in drawn else f"gone:{item.id}"
        drawn[self.stands[item.id]] = item.subject
        return True

    def _edges(self, known: set[str], marked: set[str]) -> tuple[Edge, ...]:
        before: dict[tuple[str, str, str], list[Edge]] = {}
        for edge in self.old.edges:
            source, target = self.stands.get(edge.source, ""), self.stands.get(edge.target, "")
            if source not in known or target not in known:
                self.left += 1
            elif source != target:
                before.setdefault(_between(edge.kind, source, target), []).append(
                    replace(edge, source=source, target=target, findings=(), severity=None)
                )
        found = []
        for edge in self.new.edges:
            there = before.pop(_between(edge.kind, edge.source, edge.target), None)
            word = (self.alone or "added") if there is None else self._changed(edge, there)
            found.append(self._marked(edge, word if not self.alone or self._touches(edge, marked) else ""))
        found += (self._marked(edge, "removed") for edges in before.values() for edge in edges)
        return tuple(found)

    def _grid(self) -> Grid | None:
        """Return both grids as one, rows and cells marked; nothing where the view has none."""
        new = self.new.grid
        if new is None:
            return None
        old = self.old.grid or Grid((), ())
        drawn = {node.id: node.subject for node in new.nodes}
        by_subject = {node.subject: node.id for node in new.nodes}
        gone = [node for node in old.nodes if self._is_gone(node, by_subject, drawn)]
        nodes = [self._marked(node, self.words.get(node.subject, "")) for node in new.nodes]
        nodes += (self._marked(replace(node, id=self.stands[node.id], findings=(), severity=None), "removed")
                  for node in gone)  # fmt: skip
        before: dict[tuple[str, str], GridCell] = {}
        for cell in old.cells:
            ends = self.stands.get(cell.row, ""), self.stands.get(cell.column, "")
            if all(ends):
                before[ends] = replace(cell, row=ends[0], column=ends[1], findings=(), severity=None)
            else:
                self.left += 1
        cells = []
        for cell in new.cells:
            there = before.pop((cell.row, cell.column), None)
            word = "added" if there is None else self._differs(cell.lines, there.lines)
            cells.append(replace(cell, marks=(*cell.marks, word)) if word else cell)
        cells += (replace(cell, marks=(*cell.marks, "removed")) for cell in before.values())
        return Grid(tuple(nodes), tuple(cells))

    @staticmethod
    def _touches(edge: Edge, marked: Collection[str]) -> bool:
        return edge.source in marked or edge.target in marked

    def _changed(self, edge: Edge, there: list[Edge]) -> str:
        """Return the mark of an edge that both have: changed where its lines, or what they authorise, differ."""
        return self._differs(edge.lines, tuple(name for item in there for name in item.lines))

    def _differs(self, here: tuple[str, ...], there: tuple[str, ...]) -> str:
        """Return the mark of what some lines make, where others made it before."""
        renames = self.comparison.renames.of("flows")
        lines = {renames.get(name, name) for name in there}
        moved = {item.line for item in self.comparison.opened}
        moved |= {renames.get(item.line, item.line) for item in self.comparison.closed}
        touched = any(Ref("line", name) in self.words or name in moved for name in here)
        return "changed" if touched or lines != set(here) else ""

    def _marked(self, item: Item, word: str) -> Item:
        if not word:
            return item
        return replace(item, marks=(*item.marks, word), label=_signed(item.label, SIGNS[word]))


def _between(kind: str, source: str, target: str) -> tuple[str, str, str]:
    return kind, min(source, target), max(source, target)


def _signed(label: Message | str, sign: str) -> Message | str:
    if isinstance(label, str):
        return f"{sign} {label}".rstrip()
    return Message(Text(f"{sign} {{it}}", f"{sign} {{it}}"), {"it": Text(label.say("en"), label.say("fr"))})
