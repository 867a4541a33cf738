"""What any command answers: data for machines, findings, statuses, tables and scenes for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from cloison.netmodel.finding import Finding, Graph, Message, Ref, Severity, Text, Value

if TYPE_CHECKING:
    from cloison.netmodel.network import Network

StatusWord = Literal["conformant", "non-conformant", "partial", "not-evaluated", "not-applicable", "declared", "waived"]
RuleWord = Literal["findings", "holds", "not-evaluated", "not-applicable"]


@dataclass(frozen=True, slots=True)
class Declared:
    """Who declared the status of a clause, when, until when and with what evidence."""

    status: StatusWord
    by: str
    on: date
    until: date | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """A datum that is absent, and of what."""

    subject: Ref
    datum: Text


@dataclass(frozen=True, slots=True)
class Status:
    """The status of one clause, what decided it and on which graphs.

    ``urn`` is the whole name of its requirement. ``decided_by`` says what the word rests on: ``proof`` (or its
    refutation) by the tool, a ``declaration``, a ``waiver``, or ``nothing``. ``declared`` is the declaration in force,
    ``absent`` the data without which it is not evaluated, ``rules`` those that serve it, ``paraphrase`` the clause in
    our own words.
    """

    framework: str
    clause: str
    title: Text
    status: StatusWord
    kind: str
    graphs: tuple[str, ...]
    reason: Message
    findings: tuple[str, ...] = ()  # fingerprints
    urn: str = ""
    decided_by: Literal["proof", "declaration", "waiver", "nothing"] = "nothing"
    declared: Declared | None = None
    absent: tuple[Absent, ...] = ()
    rules: tuple[str, ...] = ()
    paraphrase: Text | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A framework by its name and title; ``urn`` is what precedes each clause's own suffix."""

    name: str
    title: Text
    urn: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule that was asked: its words, the severity it has of itself, and what it looked at and answered.

    ``looked_at`` counts objects by graph and ``seen`` says them; ``missing`` are the data that were absent.
    """

    name: str
    title: Text
    why: Text
    remedy: Text
    severity: Severity
    result: RuleWord
    clauses: tuple[str, ...] = ()
    seen: Text | None = None
    looked_at: Mapping[Graph, int] = field(default_factory=dict)
    missing: tuple[Absent, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a title; a cell is a value, a text, a message or nothing."""

    id: str
    title: Text
    columns: tuple[Text, ...]
    rows: tuple[tuple[Value | Message | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A drawn object. ``shape`` is a word of the drawing's vocabulary (zone, subnet, filtering, relay...)."""

    id: str
    subject: Ref
    shape: str
    label: Message | str
    detail: tuple[Message | str, ...] = ()
    cluster: str = ""
    marks: tuple[str, ...] = ()  # words of the legend: nerve-centre, administration, sensitive, public...
    findings: tuple[str, ...] = ()  # fingerprints
    severity: Severity | None = None  # the worst of its findings
    level: int = 0  # how sensitive: the least is drawn at the top


@dataclass(frozen=True, slots=True)
class Cluster:
    """A box that holds nodes and other boxes."""

    id: str
    subject: Ref
    label: Message | str
    detail: tuple[Message | str, ...] = ()
    within: str = ""
    marks: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    severity: Severity | None = None
    level: int = 0  # how sensitive: the least is drawn at the top


@dataclass(frozen=True, slots=True)
class Edge:
    """A drawn link: ``link`` for the architecture (it ranks the layout), ``flow`` for traffic (it does not)."""

    source: str
    target: str
    kind: Literal["link", "flow"]
    label: Message | str = ""
    marks: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()  # ids of the lines that it stands for
    findings: tuple[str, ...] = ()
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class GridCell:
    """What goes from one row of a grid to one of its columns, both by id."""

    row: str
    column: str
    lines: tuple[str, ...] = ()  # ids of the lines
    marks: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()  # fingerprints
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A square of nodes against the same nodes, drawn as a heat map; a pair without a cell exchanges nothing."""

    nodes: tuple[Node, ...]
    cells: tuple[GridCell, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a view draws, before any layout; ``hidden`` says what was left out and how much of it."""

    id: str
    title: Message
    clusters: tuple[Cluster, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    tables: tuple[Table, ...] = ()
    hidden: tuple[Message, ...] = ()
    grid: Grid | None = None
    across: bool = False  # ranks follow each other from left to right, one a level


@dataclass(frozen=True, slots=True)
class Atlas:
    """A whole map to be read on one page: its scenes by the name of their view, and what ``check`` answers.

    ``audit`` and ``verify`` are the answers of these commands, where captures and configurations are given. ``aside``
    views are not among the scenes. Of a ``tenant`` only what is its own is told; ``redacted`` tells no name, no address
    and no free text. A page that is served asks for the drawings of the views ``later``.
    """

    network: Network
    check: Report
    scenes: tuple[tuple[str, Scene], ...]
    aside: int = 0
    audit: Report | None = None
    verify: Report | None = None
    tenant: str = ""
    redacted: bool = False
    later: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a command answers: ``data`` is its JSON contract (plain values only); ``proposed`` a map that it wrote.

    ``rules`` and ``frameworks`` are those that were asked; ``zones`` gives, by fingerprint, the zone that a finding is
    about, or the two between which it lies; ``matrix`` is the network whose flow matrix a spreadsheet holds, ``atlas``
    what the page of the whole map shows.
    """

    command: str
    data: Mapping[str, Any]
    findings: tuple[Finding, ...] = ()
    statuses: tuple[Status, ...] = ()
    tables: tuple[Table, ...] = ()
    views: tuple[Scene, ...] = ()
    summary: tuple[Message, ...] = ()
    marking: str = ""
    title: str = field(default="")
    proposed: Text | None = None
    rules: tuple[Asked, ...] = ()
    frameworks: tuple[Catalogue, ...] = ()
    zones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    matrix: Network | None = None
    atlas: Atlas | None = None
