"""The map as values: one frozen type a section, in canonical form.

Shorthands are gone before this stage (:mod:`cloison.netmodel.language.normal`): every list is a list, ports are
``{to: ..., from: ...}``, a stage is a list of equals. Names are still texts here; whether they exist is asked by
:mod:`cloison.netmodel.network`. Ids are the keys of the mappings. The JSON Schema of editors is derived from these
types and from the list of shorthands.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from cloison.netmodel.language.rules import Cell as Cell
from cloison.netmodel.language.rules import Rule as Rule
from cloison.netmodel.language.rules import Selection as Selection

VERSION = 1

NATURES = ("public", "production", "administration", "supervision", "logging", "backup", "storage", "development",
           "test", "preproduction", "exchange-in", "exchange-out", "office", "support")  # fmt: skip
DOMAINS = ("exposure", "transport", "processing", "storage", "management", "exchange")
FUNCTIONS = ("filtering", "routing", "waf", "proxy", "bastion", "vpn", "authentication", "encryption", "probe",
             "log-collector", "siem", "time-source", "directory", "sas-in", "sas-out", "antivirus",
             "hypervisor", "workstation", "sdn-controller", "certificate-authority")  # fmt: skip
SENSITIVITIES = ("public", "exposed", "internal", "sensitive")  # the built-in scale, least first
DATA = ("tenant", "technical", "none")  # what a zone holds; a line may carry ``anonymised`` data too
RELAYS = ("waf", "proxy", "bastion", "sas-in", "sas-out")  # and a vpn with authentication

Names: TypeAlias = tuple[str, ...]
Port: TypeAlias = Annotated[int, Field(ge=1, le=65535)]
Labels: TypeAlias = Mapping[str, str]

_strict = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, config=_strict)
class Vocabulary:
    """The user's words beyond the built-in lists; ``sensitivity`` replaces the scale, least sensitive first."""

    nature: Names = ()
    domain: Names = ()
    function: Names = ()
    sensitivity: Names = ()


@dataclass(frozen=True, slots=True, config=_strict)
class Party:
    kind: Literal["provider", "tenant", "third-party", "public"]
    name: str = ""
    country: str = ""
    contribution: str = ""
    control: str = ""  # country of whoever controls it (19.6.c)
    access: Names = ()  # data that a third party may reach: tenant, technical (15.1.b)
    risk: str = ""
    labels: Labels = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Site:
    country: str = ""
    rooms: Mapping[str, Literal["public", "private", "sensitive", "delivery"]] = Field(default_factory=dict)
    adjacent: tuple[tuple[str, str], ...] = ()
    labels: Labels = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Carrier:
    """What things run on. ``ends`` are assets, ``over`` carriers or assets; a tunnel names its ``protocol``."""

    kind: Literal["hardware", "tunnel"]
    protocol: str = ""
    ends: Names = ()
    over: Names = ()
    between: Names = ()
    owner: str = ""
    risk: str = ""
    labels: Labels = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Vrf:
    sees: Names = ()
    labels: Labels = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Zone:
    """Unset attributes are lent by the zone it lies ``within``; ``addresses`` are prefixes or the word ``global``."""

    owner: str = ""
    nature: str = ""
    sensitivity: str = ""
    domain: str = ""
    within: str = ""
    addresses: Names = ()
    vrf: str = "default"
    transit: bool | None = None
    inside: Literal["subnet", "zone", "matrix"] | None = None
    sensitive: bool | None = None
    over: Names = ()
    site: str = ""
    system: str = ""
    layer: str = ""
    data: Names = ()
    accepts: Names = ()
    risk: str = ""
    built_on: str = ""
    labels: Labels = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Subnet:
    zone: str
    cidr: Names
    vrf: str = "default"
    vlan: Annotated[int, Field(ge=1, le=4094)] | None = None
    vni: Annotated[int, Field(ge=0, le=16777215)] | None = None
    over: Names = ()
    aggregate: bool = False
    closed: bool = False
    site: str = ""
    labels: Labels = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Interface:
    """Addresses of a home of an asset; with a ``subnet`` and no address it stands for the subnet (DHCP)."""

    addresses: Names = ()
    subnet: str = ""
    mac: str = ""
    vrf: str = "default"
    labels: Labels = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Licence:
    expires: date | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True, config=_strict)
class Software:
    name: str
    version: str = ""
    licence: Licence | None = None


@dataclass(frozen=True, slots=True, config=_strict)
class Asset:
    """An equipment, server or workstation; ``role`` says in words what it is for where no function does."""

    kind: Literal["physical", "virtual"] | None = None
    members: Names = ()
    functions: Names = ()
    role: str = ""
    interfaces: Mapping[str, Interface] = Field(default_factory=dict)
    model: str = ""
    serial: str = ""
    owner: str = ""
    site: str = ""  # SITE or SITE/ROOM
    sensitivity: str = ""
    sensitive: bool | None = None
    over: Names = ()
    watches: Names = ()  # ASSET/INTERFACE, or an interconnection
    authentication: str = ""  # of a vpn, proxy or bastion: none, password, certificate, mfa...
    software: tuple[Software, ...] = ()
    risk: str = ""
    labels: Labels = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Interconnection:
    """Joins every pair of its zones through a series of stages; a stage is a list of redundant equals."""

    between: Names
    through: tuple[Names, ...] = ()
    over: Names = ()
    risk: str = ""
    labels: Labels = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Translation:
    """``outside`` addresses or a subnet's id stand for ``inside`` ends on the asset ``on``.

    ``services`` maps outside service to inside service; empty means all, unchanged.
    """

    on: str
    kind: Literal["destination", "source", "static"]
    outside: Names
    inside: Names
    vrf: str = "default"  # of the outside addresses
    services: Mapping[str, str] = Field(default_factory=dict)
    labels: Labels = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Ports:
    """``tcp/443``, ``tcp/6800-7300``, ``icmp/8``, ``icmp/3/4``, ``ospf``, ``ip/112``.

    ``source`` restricts the initiator.
    """

    to: str
    source: Annotated[str, Field(alias="from")] = ""


@dataclass(frozen=True, slots=True, config=_strict)
class Service:
    """``wire`` is the protocol expected on the wire; ``safe`` overrides the catalogue's mark."""

    ports: tuple[Ports, ...]
    wire: str = ""
    safe: bool | None = None
    related: Names = ()
    labels: Labels = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Endpoint:
    """A service offered by an asset; on a relay ``backends`` are the assets that it leads to."""

    asset: str  # ASSET or ASSET/INTERFACE
    service: Names
    kind: Literal["administration", "supervision", "user"]
    audience: Names = ()
    authentication: str = ""
    backends: Names = ()
    names: Names = ()
    risk: str = ""
    labels: Labels = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Application:
    function: str = ""
    assets: Names = ()
    available: bool | None = None  # the service agreement promises its availability (17.4.a)
    labels: Labels = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Group:
    """Names and literal addresses, or a selection; less what ``without`` names or selects."""

    members: Names = ()
    select: Selection | None = None
    without: Names = ()
    unselect: Selection | None = None
    vrf: str = "default"  # of the literal addresses
    labels: Labels = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Encryption:
    protocol: str
    minimum: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True, config=_strict)
class Justification:
    kind: Literal["business", "infrastructure"]
    text: str


@dataclass(frozen=True, slots=True, config=_strict)
class Approval:
    by: str
    on: date | None = None
    party: str = ""


@dataclass(frozen=True, slots=True, config=_strict)
class Measure:
    """A compensating measure: ``by`` names the carrier, asset or interconnection that must be on the path."""

    kind: Literal["tunnel", "filtering", "dedicated-network", "relay", "procedure", "monitoring"]
    by: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, config=_strict)
class Exemption:
    """Why a line may say ``any``, and who decided it."""

    why: str
    by: str
    until: date | None = None


@dataclass(frozen=True, slots=True, config=_strict)
class Window:
    """When remote maintenance may take place."""

    start: date
    end: date
    text: str = ""


@dataclass(frozen=True, slots=True, config=_strict)
class Flow:
    """One line of the matrix: from initiators to responders, or each of ``between`` towards every other."""

    source: Annotated[Names, Field(alias="from")] = ()
    to: Names = ()
    between: Names = ()
    services: Names = ()
    vrf: str = "default"
    owner: str = ""
    nature: str = ""
    sensitivity: str = ""
    domain: str = ""
    via: Names = ()
    tunnel: str = ""
    encryption: Encryption | None = None
    justification: Justification | None = None
    responsible: str = ""
    requester: str = ""
    ticket: str = ""
    approved: tuple[Approval, ...] = ()
    starts: date | None = None
    expires: date | None = None
    compensating: tuple[Measure, ...] = ()
    exception: Exemption | None = None
    names: Names = ()
    windows: tuple[Window, ...] = ()
    data: Names = ()  # what it carries: tenant, technical, anonymised, none
    constraints: Names = ()  # that a law or a sector puts on what it carries: hds, restricted...
    risk: str = ""
    stated: Mapping[str, str] = Field(default_factory=dict)  # computed columns of a table row, to be compared
    labels: Labels = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, config=_strict)
class Waiver:
    rule: str
    on: str
    why: str
    by: str
    until: date


@dataclass(frozen=True, slots=True, config=_strict)
class Declaration:
    clause: str
    status: Literal["conformant", "non-conformant", "partial", "not-applicable"]
    by: str
    on: date
    evidence: str = ""
    until: date | None = None
    framework: str = "secnumcloud-3.2"


@dataclass(frozen=True, slots=True, config=_strict)
class Review:
    on: date
    by: Names
    digest: str = ""
    decisions: str = ""


@dataclass(frozen=True, slots=True, config=_strict)
class Model:
    """A whole map. ``lateral`` (written ``policy: {lateral: true}``) lets chains move where no line is needed."""

    cloison: Literal[1]
    name: str
    service: tuple[Literal["iaas", "caas", "paas", "saas"], ...] = ()
    frameworks: Names = ()  # those that are shown; the default ones when empty
    timezone: str = "Europe/Paris"
    marking: str = ""
    vocabulary: Vocabulary = Field(default_factory=Vocabulary)
    profiles: Mapping[str, str] = Field(default_factory=dict)  # of the lines that name none, by protocol
    parties: Mapping[str, Party] = Field(default_factory=dict)
    sites: Mapping[str, Site] = Field(default_factory=dict)
    carriers: Mapping[str, Carrier] = Field(default_factory=dict)
    vrfs: Mapping[str, Vrf] = Field(default_factory=dict)
    zones: Mapping[str, Zone] = Field(default_factory=dict)
    subnets: Mapping[str, Subnet] = Field(default_factory=dict)
    assets: Mapping[str, Asset] = Field(default_factory=dict)
    interconnections: Mapping[str, Interconnection] = Field(default_factory=dict)
    translations: Mapping[str, Translation] = Field(default_factory=dict)
    services: Mapping[str, Service] = Field(default_factory=dict)
    endpoints: Mapping[str, Endpoint] = Field(default_factory=dict)
    applications: Mapping[str, Application] = Field(default_factory=dict)
    groups: Mapping[str, Group] = Field(default_factory=dict)
    flows: Mapping[str, Flow] = Field(default_factory=dict)
    policy: Mapping[str, Rule] = Field(default_factory=dict)
    lateral: bool = False
    waivers: tuple[Waiver, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    reviews: tuple[Review, ...] = ()
