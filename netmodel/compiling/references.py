"""The names and closed words of a map, except those of its lines: each must exist, each in its kind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from cloison.netmodel.compiling.problems import KINDS, Problems, Route, cycles
from cloison.netmodel.finding import Text, say
from cloison.netmodel.language import model as m

NAMESPACE = ("zones", "subnets", "assets", "endpoints", "applications", "groups", "interconnections")
# protocols of a tunnel: whether what they carry is encrypted
TUNNELS: Mapping[str, bool] = {
    "ipsec": True, "ike": True, "esp": True, "wireguard": True, "openvpn": True, "tls": True, "dtls": True,
    "ssh": True, "macsec": True, "sstp": True, "anyconnect": True, "vxlan": False, "geneve": False, "nvgre": False,
    "gre": False, "ipip": False, "l2tp": False, "mpls": False, "vlan": False, "qinq": False, "pppoe": False,
    "gtp": False,
}  # fmt: skip
PARTY_KINDS = ("provider", "tenant", "third-party", "public")
_CARRIED = Text("a carrier or an asset", "un support ou un bien")
_MEASURE = Text("a carrier, an asset or an interconnection", "un support, un bien ou une interconnexion")


@dataclass(frozen=True, slots=True)
class Words:
    """The closed lists of a map, its own words included; ``scale`` goes from the least sensitive up."""

    natures: frozenset[str]
    domains: frozenset[str]
    functions: frozenset[str]
    scale: tuple[str, ...]

    @staticmethod
    def of(model: m.Model) -> Words:
        """Return the built-in lists with the words of the map's vocabulary."""
        more = model.vocabulary
        return Words(
            frozenset(m.NATURES) | set(more.nature),
            frozenset(m.DOMAINS) | set(more.domain),
            frozenset(m.FUNCTIONS) | set(more.function),
            more.sensitivity or m.SENSITIVITIES,
        )


def namespace(model: m.Model, problems: Problems) -> dict[str, str]:
    """Return the section of every name of the one namespace; a name in two sections is an error at both."""
    names: dict[str, str] = {}
    for section in NAMESPACE:
        for name in getattr(model, section):
            if name in names:
                problems.add(
                    "duplicate-name",
                    say("“{name}” is already {other}: zones, subnets, assets, endpoints, applications, groups and "
                        "interconnections share one namespace",
                        "« {name} » est déjà {other} : zones, sous-réseaux, biens, interfaces, applications, groupes "
                        "et interconnexions partagent un seul espace de noms", name=name, other=KINDS[names[name]]),
                    (section, name), (names[name], name), key=True,
                )  # fmt: skip
            else:
                names[name] = section
    for name in model.carriers:
        if name in model.assets or name in model.interconnections:  # `over` and `by` could mean either
            problems.add(
                "duplicate-name",
                say("“{name}” is already {other}", "« {name} » est déjà {other}", name=name, other=KINDS[names[name]]),
                ("carriers", name), (names[name], name), key=True,
            )  # fmt: skip
    problems.names = names
    return names


def check_references(model: m.Model, words: Words, problems: Problems) -> None:
    """Add an error for every name that leads nowhere, word outside its list, and cycle; lines come later."""
    check = _Checker(model, words, problems)
    check.timezone()
    check.scale()
    for name, vrf in model.vrfs.items():
        check.all(vrf.sees, check.vrfs - {name}, KINDS["vrfs"], ("vrfs", name, "sees"))
    check.sites()
    check.carriers()
    check.zones()
    check.subnets()
    check.assets()
    for name, item in model.interconnections.items():
        check.interconnection(name, item)
    for name, application in model.applications.items():
        check.all(application.assets, model.assets.keys() | model.groups.keys(), KINDS["assets"],
                  ("applications", name, "assets"))  # fmt: skip
    check.rings()


class _Checker:
    def __init__(self, model: m.Model, words: Words, problems: Problems) -> None:
        self.model = model
        self.words = words
        self.problems = problems
        self.vrfs = model.vrfs.keys() | {"default"}
        self.places = {*model.sites, *(f"{site}/{room}" for site, item in model.sites.items() for room in item.rooms)}
        self.carried = model.carriers.keys() | model.assets.keys()

    def one(self, name: str, allowed: Collection[str], kind: Text, route: Route) -> None:
        if name and name not in allowed:
            self.problems.unknown(name, kind, allowed, route)

    def all(self, names: Iterable[str], allowed: Collection[str], kind: Text, route: Route) -> None:
        for place, name in enumerate(names):
            if name not in allowed:
                self.problems.unknown(name, kind, allowed, (*route, place))

    def word(self, word: str, allowed: Collection[str], section: str, name: str, field: str) -> None:
        if word and word not in allowed:
            self.problems.word(word, sorted(allowed) if isinstance(allowed, frozenset) else allowed, field,
                               (section, name, field))  # fmt: skip

    def timezone(self) -> None:
        import zoneinfo

        try:
            zoneinfo.ZoneInfo(self.model.timezone)
        except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
            known = zoneinfo.available_timezones()
            if known:  # a machine without the database can judge no name
                self.problems.word(self.model.timezone, sorted(known), "timezone", ("timezone",))

    def scale(self) -> None:
        scale = self.model.vocabulary.sensitivity
        if len(set(scale)) != len(scale):
            self.problems.add(
                "sensitivity-scale",
                say("The scale of sensitivity has a level twice",
                    "L’échelle de sensibilité contient deux fois un niveau"),
                ("vocabulary", "sensitivity"),
            )  # fmt: skip

    def sites(self) -> None:
        for name, site in self.model.sites.items():
            for place, rooms in enumerate(site.adjacent):
                for end, room in enumerate(rooms):
                    self.one(room, site.rooms, Text("a room of the site", "une salle du site"),
                             ("sites", name, "adjacent", place, end))  # fmt: skip

    def carriers(self) -> None:
        for name, item in self.model.carriers.items():
            self.all(item.ends, self.model.assets, KINDS["assets"], ("carriers", name, "ends"))
            self.all(item.over, self.carried, _CARRIED, ("carriers", name, "over"))
            self.all(item.between, self.model.sites, KINDS["sites"], ("carriers", name, "between"))
            self.one(item.owner, self.model.parties, KINDS["parties"], ("carriers", name, "owner"))
            if item.kind == "tunnel" and not item.protocol:
                self.problems.add(
                    "tunnel",
                    say("The tunnel {name} names no protocol", "Le tunnel {name} ne nomme aucun protocole", name=name),
                    ("carriers", name),
                )
            elif item.protocol:
                self.word(item.protocol.lower(), tuple(TUNNELS), "carriers", name, "protocol")

    def zones(self) -> None:
        for name, zone in self.model.zones.items():
            self.one(zone.owner, self.model.parties, KINDS["parties"], ("zones", name, "owner"))
            self.one(zone.within, self.model.zones, KINDS["zones"], ("zones", name, "within"))
            self.one(zone.vrf, self.vrfs, KINDS["vrfs"], ("zones", name, "vrf"))
            self.one(zone.site, self.places, KINDS["sites"], ("zones", name, "site"))
            self.all(zone.over, self.carried, _CARRIED, ("zones", name, "over"))
            self.word(zone.nature, self.words.natures, "zones", name, "nature")
            self.word(zone.domain, self.words.domains, "zones", name, "domain")
            self.word(zone.sensitivity, self.words.scale, "zones", name, "sensitivity")
            for place, data in enumerate(zone.data):
                if data not in m.DATA:
                    self.problems.word(data, m.DATA, "data", ("zones", name, "data", place))

    def subnets(self) -> None:
        for name, subnet in self.model.subnets.items():
            self.one(subnet.zone, self.model.zones, KINDS["zones"], ("subnets", name, "zone"))
            self.one(subnet.vrf, self.vrfs, KINDS["vrfs"], ("subnets", name, "vrf"))
            self.one(subnet.site, self.places, KINDS["sites"], ("subnets", name, "site"))
            if subnet.over:
                self.all(subnet.over, self.carried, _CARRIED, ("subnets", name, "over"))

    def assets(self) -> None:
        watched = self.model.interconnections
        for name, asset in self.model.assets.items():
            if asset.owner and asset.owner not in self.model.parties:
                self.problems.unknown(asset.owner, KINDS["parties"], self.model.parties, ("assets", name, "owner"))
            if asset.site and asset.site not in self.places:
                self.problems.unknown(asset.site, Text("a site or a SITE/ROOM", "un site ou un SITE/SALLE"),
                                      self.places, ("assets", name, "site"))  # fmt: skip
            if asset.over:
                self.all(asset.over, self.carried, _CARRIED, ("assets", name, "over"))
            if asset.functions:
                for place, function in enumerate(asset.functions):
                    if function not in self.words.functions:
                        self.problems.word(function, sorted(self.words.functions), "functions",
                                           ("assets", name, "functions", place))  # fmt: skip
            self.word(asset.sensitivity, self.words.scale, "assets", name, "sensitivity")
            if asset.members:
                self.all(asset.members, self.model.assets, KINDS["assets"], ("assets", name, "members"))
            for place, target in enumerate(asset.watches):
                base, slash, part = target.partition("/")
                known = target in watched or (
                    base in self.model.assets and (not slash or part in self.model.assets[base].interfaces)
                )
                if not known:
                    candidates = [*watched, *self.model.assets, *self.parts(base)]
                    self.problems.unknown(
                        target,
                        Text("an ASSET/INTERFACE or an interconnection", "un BIEN/INTERFACE ou une interconnexion"),
                        candidates, ("assets", name, "watches", place),
                    )  # fmt: skip

    def parts(self, asset: str) -> list[str]:
        return [f"{asset}/{part}" for part in self.model.assets[asset].interfaces] if asset in self.model.assets else []

    def interconnection(self, name: str, item: m.Interconnection) -> None:
        route: Route = ("interconnections", name)
        self.all(item.between, self.model.zones, KINDS["zones"], (*route, "between"))
        if len(set(item.between)) < 2:
            self.problems.add(
                "between",
                say("An interconnection joins at least two zones", "Une interconnexion joint au moins deux zones"),
                (*route, "between"),
            )
        for place, stage in enumerate(item.through):
            for equal, asset in enumerate(stage):
                self.one(asset, self.model.assets, KINDS["assets"], (*route, "through", place, equal))
        self.all(item.over, self.carried, _CARRIED, (*route, "over"))

    def rings(self) -> None:
        """Add an error for each cycle of zones, of what runs on what, and of clusters."""
        over: dict[str, tuple[str, ...]] = {name: item.over for name, item in self.model.carriers.items() if item.over}
        section = dict.fromkeys(over, "carriers")
        for name, asset in self.model.assets.items():
            if asset.over:
                over[name] = over.get(name, ()) + asset.over
                section.setdefault(name, "assets")
        within = {name: (zone.within,) for name, zone in self.model.zones.items() if zone.within}
        members = {name: asset.members for name, asset in self.model.assets.items() if asset.members}
        for key, links in (("over", over), ("within", within), ("members", members)):
            for ring in cycles(links):
                where = {"over": section.get(ring[0], "carriers"), "within": "zones", "members": "assets"}[key]
                self.problems.add(
                    "cycle",
                    say("{field} goes in a circle: {ring}", "{field} tourne en rond : {ring}",
                        field=key, ring=" → ".join(ring)),
                    (where, ring[0], key),
                )  # fmt: skip
        cluster: dict[str, str] = {}
        for name, names in members.items():
            for place, member in enumerate(names):
                if member in members and member != name:
                    self.problems.add(
                        "cluster",
                        say("{member} is a cluster: a cluster’s members are plain assets",
                            "{member} est une grappe : les membres d’une grappe sont de simples biens", member=member),
                        ("assets", name, "members", place),
                    )  # fmt: skip
                if cluster.setdefault(member, name) != name:
                    self.problems.add(
                        "cluster",
                        say("{member} is already a member of {other}", "{member} est déjà membre de {other}",
                            member=member, other=cluster[member]),
                        ("assets", name, "members", place), ("assets", cluster[member], "members"),
                    )  # fmt: skip


def check_measure(name: str, model: m.Model, problems: Problems, route: Route) -> None:
    """Add an error when a compensating measure is ``by`` nothing that exists."""
    if name not in model.carriers and name not in model.assets and name not in model.interconnections:
        problems.unknown(name, _MEASURE, [*model.carriers, *model.assets, *model.interconnections], route)
