"""What a check may look at: the compiled map, what filters permit, what captures showed, earlier versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cloison.netmodel.finding import Message, Ref, Span, Witness
    from cloison.netmodel.network import Network
    from cloison.netmodel.space.ownership import Owner
    from cloison.netmodel.space.packets import Product


@dataclass(frozen=True, slots=True)
class Contact:
    """One declared place speaking to another: who opens, who answers, on which service.

    ``low`` is the responder's port, or ``type << 8 | code`` for ICMP.
    """

    source: Owner
    target: Owner
    protocol: int
    low: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A contact that captures showed, how many conversations it stands for, and where the first one lies."""

    contact: Contact
    conversations: int
    span: Span


@dataclass(frozen=True, slots=True)
class Stranger:
    """A private network from which somebody spoke and that the map does not have: its prefix, /24 or /64."""

    prefix: str
    conversations: int
    span: Span


@dataclass(frozen=True, slots=True)
class Observed:
    """What captures showed, over ``span`` (nanoseconds since 1970, first and last packet)."""

    edges: tuple[Edge, ...]
    span: tuple[int, int]
    sources: tuple[str, ...]
    strangers: tuple[Stranger, ...] = ()


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the configuration of a device departs from the matrix.

    ``excess`` is what ``rule`` (its text) permits and no line authorises: all of ``products``. ``missing`` is what
    ``line`` authorises and the device does not permit.
    """

    kind: Literal["excess", "missing"]
    device: str
    message: Message
    spans: tuple[Span, ...]
    witness: Witness
    rule: str = ""
    products: tuple[Product, ...] = ()
    line: str = ""


@dataclass(frozen=True, slots=True)
class Permitted:
    """What the configuration of one device permits, beside the matrix: ``rules`` of it were compared with ``lines``.

    What is permitted within the matrix is judged as the matrix is, so that only the departures are listed.
    ``doubts`` say why the comparison is not whole.
    """

    device: str
    departures: tuple[Departure, ...]
    rules: int
    lines: int
    doubts: tuple[Message, ...] = ()


Consequence = Literal["major", "tenants", "losses"]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since an earlier version of the map, as far as clauses ask.

    ``asks`` gives, for what a change may be, by what it is so; nothing where it is not: a major change (SecNumCloud
    3.2, section 1.3.2), one that touches tenants, one that takes something away from them; where ``whole`` is false
    more of it may be so. ``added`` are the zones, interconnections and assets that are new; ``declared`` the
    declarations that the earlier version had (framework, clause, day), which cannot speak of the change.
    """

    since: str
    digest: str
    asks: Mapping[Consequence, tuple[Ref, ...]]
    added: tuple[Ref, ...] = ()
    declared: frozenset[tuple[str, str, date]] = frozenset()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that checks may look at, at the date ``at``.

    ``effective`` is what each configured device permits, by its id; ``ancestors`` are the digests of the map's
    earlier versions, as far as they were needed, or nothing where there is no history. ``unsure`` says why others may
    be missing. ``changes`` are those since a version that was named.
    """

    network: Network
    at: date
    effective: Mapping[str, Permitted] = field(default_factory=dict)
    observed: Observed | None = None
    ancestors: frozenset[str] | None = None
    unsure: Message | None = None
    changes: Changes | None = None
