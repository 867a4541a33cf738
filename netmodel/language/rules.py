"""The rules of the user's segmentation policy as values: four forms, and the selections that they speak of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

Access: TypeAlias = Literal["allow all", "block all", "allow only", "block only"]
Documented: TypeAlias = Literal["responsible", "requester", "ticket", "approved", "justification", "starts", "expires",
                                "encryption"]  # fmt: skip
Days: TypeAlias = Annotated[int, Field(ge=1, le=36500)]
_Names: TypeAlias = tuple[str, ...]
_Severity: TypeAlias = Literal["error", "warning", "note"]

_strict = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, config=_strict)
class Selection:
    """Entries of one section whose every named field holds one of the given words; dots follow references."""

    section: Literal["parties", "sites", "zones", "subnets", "assets", "interconnections", "endpoints", "applications",
                     "services", "flows"]  # fmt: skip
    where: Mapping[str, _Names] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Forbid:
    """What must not lead from some places to others; ``direct`` looks at lines one by one, ``any`` at chains too."""

    source: Annotated[Selection, Field(alias="from")]
    to: Selection
    path: Literal["direct", "any"] = "any"


@dataclass(frozen=True, slots=True, config=_strict)
class Unless:
    """What excuses a forbidden way: the assets that it goes through."""

    through: Selection


@dataclass(frozen=True, slots=True, config=_strict)
class Cell:
    """What may pass from one place to another; ``properties`` are demands on the lines, which tables alone write."""

    access: Access
    services: _Names = ()
    severity: _Severity | None = None
    why: str = ""
    properties: _Names = ()


@dataclass(frozen=True, slots=True, config=_strict)
class Paths:
    """How what goes from some places to others has to go.

    ``lines`` is how many may follow one another, ``hops`` how many stages of equipment one line may cross.
    ``tunnel`` and ``encryption`` list names of which a line has to have one; ``any`` is whichever encrypts.
    """

    source: Annotated[Selection, Field(alias="from")]
    to: Selection
    through: Selection | None = None
    never: Selection | None = None
    lines: Annotated[int, Field(ge=1, le=1000)] | None = None
    hops: Annotated[int, Field(ge=0, le=1000)] | None = None
    tunnel: _Names = ()
    encryption: _Names = ()


@dataclass(frozen=True, slots=True, config=_strict)
class Limit:
    """How large a line may be, how long it may live, and what it has to say of itself; every line unless selected.

    ``prefix`` and ``prefix6`` are the shortest lengths of an end's prefixes; ``lifetime`` and ``reviewed`` are days.
    """

    lines: Selection | None = None
    source: Annotated[Selection | None, Field(alias="from")] = None
    to: Selection | None = None
    prefix: Annotated[int, Field(ge=0, le=32)] | None = None
    prefix6: Annotated[int, Field(ge=0, le=128)] | None = None
    ports: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    lifetime: Days | None = None
    required: tuple[Documented, ...] = ()
    reviewed: Days | None = None


@dataclass(frozen=True, slots=True, config=_strict)
class Rule:
    """A rule of the user's segmentation policy, in one of four forms: ``forbid``, ``matrix``, ``paths``, ``limit``.

    ``repeated`` (written ``for``) makes an instance of it for each selected entry. ``ends`` names selections for a
    matrix, and ``otherwise`` is what holds between its names where no cell speaks.
    """

    repeated: Annotated[Mapping[str, Selection], Field(alias="for")] = Field(default_factory=dict)
    forbid: Forbid | None = None
    unless: Unless | None = None
    matrix: Mapping[str, Mapping[str, Cell | None]] = Field(default_factory=dict)
    ends: Mapping[str, Selection] = Field(default_factory=dict)
    otherwise: Cell | None = None
    paths: Paths | None = None
    limit: Limit | None = None
    severity: _Severity = "error"
    why: str = ""
    labels: Mapping[str, str] = Field(default_factory=dict)
