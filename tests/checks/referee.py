"""A second reading of the segmentation rules, host by host: naive, slow, and sharing no code with what it judges.

A map is plain data (what ``yaml.safe_load`` gives). Every prefix is stood for by a few sample addresses, chosen so that
no prefix that the writer of random maps uses tells two addresses apart that the samples do not. A *host* is an asset (a
cluster is one) or the unlisted addresses of a subnet or zone; a chain goes from host to host by lines, and through a
host from any of its addresses to any other.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

AT = date(2026, 6, 1)
GLOBAL = ("8.8.8.8", "2600::1")
RELAYS = {"waf", "proxy", "bastion", "sas-in", "sas-out"}
Address = IPv4Address | IPv6Address
Ref = tuple[str, str]


def many(value: Any) -> list[Any]:
    """Return a value that may be one or a list as a list."""
    return [] if value is None else list(value) if isinstance(value, list) else [value]


@dataclass(frozen=True)
class Spot:
    """A sample address: its zone, its subnet ('' in a zone's own addresses) and its asset ('' when unlisted)."""

    address: Address
    zone: str
    subnet: str
    asset: str

    @property
    def family(self) -> int:
        return self.address.version


@dataclass(frozen=True)
class Entry:
    """A spot that an end holds. ``named``: by an asset or a literal, not by its surroundings; ``broken``: a relay there
    ends the conversation."""

    spot: Spot
    named: bool
    broken: bool = False


@dataclass
class Referee:
    """The naive reading of one map."""

    data: Mapping[str, Any]
    spots: list[Spot] = field(default_factory=list)
    at_host: dict[str, list[Spot]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.zones: dict[str, Any] = self.data.get("zones", {})
        self.subnets: dict[str, Any] = self.data.get("subnets", {})
        self.assets: dict[str, Any] = self.data.get("assets", {})
        self.cluster = {member: name for name, item in self.assets.items() for member in many(item.get("members"))}
        listed: dict[Address, str] = {}
        for name, item in self.assets.items():
            for home in item.get("interfaces", {}).values():
                for text in self.addresses(home):
                    listed[ip_address(text)] = name
        samples: set[Address] = set(listed)
        for _, net in self.prefixes():
            samples |= set(unlisted(net))
        if any("global" in many(zone.get("addresses")) for zone in self.zones.values()):
            samples |= {ip_address(text) for text in GLOBAL}
        for address in sorted(samples, key=lambda item: (item.version, int(item))):
            zone, subnet = self.place(address)
            if zone:
                self.spots.append(Spot(address, zone, subnet, listed.get(address, "")))
        for spot in self.spots:
            for host in self.hosts(spot):
                self.at_host.setdefault(host, []).append(spot)
        for name in self.subnets:  # who speaks from a pool, without being one of its hosts
            self.at_host[f"pool {name}"] = [spot for spot in self.spots if (spot.subnet, spot.asset) == (name, "")]
        self.nobody = {f"pool {name}" for name, item in self.subnets.items() if item.get("closed")}

    @staticmethod
    def addresses(home: Any) -> list[str]:
        return many(home.get("addresses")) if isinstance(home, dict) else many(home)

    def prefixes(self) -> Iterator[tuple[tuple[str, str], IPv4Network | IPv6Network]]:
        for name, item in self.subnets.items():
            for text in many(item["cidr"]):
                yield (item["zone"], name), ip_network(text)
        for name, item in self.zones.items():
            for text in many(item.get("addresses")):
                if text != "global":
                    yield (name, ""), ip_network(text)

    def place(self, address: Address) -> tuple[str, str]:
        """Return the zone and subnet of an address: of the longest prefix that holds it."""
        best, found = -1, ("", "")
        for where, net in self.prefixes():
            if address in net and net.prefixlen > best:
                best, found = net.prefixlen, where
        if best < 0 and str(address) in GLOBAL:
            found = next((name, "") for name, zone in self.zones.items() if "global" in many(zone.get("addresses")))
        return found

    # ------------------------------------------------------------ attributes

    def around(self, zone: str) -> list[str]:
        chain = [zone]
        while "within" in self.zones[chain[-1]]:
            chain.append(self.zones[chain[-1]]["within"])
        return chain

    def lent(self, zone: str, key: str) -> Any:
        return next((self.zones[name][key] for name in self.around(zone) if key in self.zones[name]), None)

    def kind(self, party: str | None) -> str:
        return str(self.data["parties"][party]["kind"]) if party else ""

    def public(self, zone: str) -> bool:
        return self.lent(zone, "nature") == "public" or self.kind(self.lent(zone, "owner")) == "public"

    def sensitive(self, zone: str) -> bool:
        return self.lent(zone, "sensitivity") == "sensitive"

    def family_of(self, asset: str) -> list[str]:
        top = self.cluster.get(asset, asset)
        return [top, *many(self.assets[top].get("members"))]

    def functions(self, asset: str) -> set[str]:
        """Return what an asset does: of a cluster what all of it does, of a member its own and the cluster's."""
        top = self.cluster.get(asset, asset)
        names = self.family_of(asset) if top == asset else [asset, top]
        return {word for name in names for word in many(self.assets[name].get("functions"))}

    def relay(self, asset: str) -> bool:
        functions = self.functions(asset)
        checked = any(self.assets[item].get("authentication", "none") != "none" for item in self.family_of(asset))
        return bool(functions & RELAYS) or ("vpn" in functions and checked)

    # ------------------------------------------------------------ hosts

    def hosts(self, spot: Spot) -> list[str]:
        """Return who may sit at an address: its asset, or an unlisted host, or an asset that stands for the subnet."""
        if spot.asset:
            return [self.cluster.get(spot.asset, spot.asset)]
        if not spot.subnet:
            return [f"rest {spot.zone}"]
        found = [] if self.subnets[spot.subnet].get("closed") else [f"rest {spot.subnet}"]
        for name, item in self.assets.items():
            homes = item.get("interfaces", {}).values()
            if any(isinstance(home, dict) and home.get("subnet") == spot.subnet for home in homes):
                found.append(self.cluster.get(name, name))
        return found

    def pools(self, host: str) -> list[str]:
        """Return the pools in which the users of a VPN appear, on unlisted addresses."""
        if host not in self.assets or "vpn" not in self.functions(host):
            return []
        tunnels = {
            name for name, item in self.data.get("carriers", {}).items()
            if set(many(item.get("ends"))) & set(self.family_of(host))
        }  # fmt: skip
        return [f"pool {name}" for name, item in self.subnets.items() if tunnels & set(many(item.get("over")))]

    def all_public(self, host: str) -> bool:
        return all(self.public(spot.zone) for spot in self.at_host.get(host, []))

    # ------------------------------------------------------------ ends and lines

    def end(self, name: str, services: set[str]) -> list[Entry]:
        """Return the spots of an end, for a line on these services."""
        base, _, part = name.partition("/")
        if name == "any":
            return [Entry(spot, False) for spot in self.spots]
        if base in self.zones:
            return [Entry(spot, False) for spot in self.spots if base in self.around(spot.zone)]
        if base in self.subnets:
            nets = [ip_network(text) for text in many(self.subnets[base]["cidr"])]
            return [Entry(spot, False) for spot in self.spots if any(spot.address in net for net in nets)]
        if base in self.assets:
            return self.part(base, part, services)
        if base in self.data.get("endpoints", {}):
            item = self.data["endpoints"][base]
            asset, _, part = item["asset"].partition("/")
            return self.part(asset, part, {item["service"]})
        return self.group(base)

    def part(self, asset: str, part: str, services: set[str]) -> list[Entry]:
        found = []
        for name, home in self.assets[asset].get("interfaces", {}).items():
            if part in ("", "*", name):
                held = {ip_address(text) for text in self.addresses(home)}
                broken = self.relay(asset) and services <= self.offered(asset, "" if part == "*" else part)
                found += [Entry(spot, True, broken) for spot in self.spots if spot.address in held]
                if not held:
                    found += self.end(home["subnet"], services)
        return found

    def offered(self, asset: str, part: str) -> set[str]:
        family = self.family_of(asset)
        found = set()
        for item in self.data.get("endpoints", {}).values():
            name, _, where = item["asset"].partition("/")
            if name in family and (not where or not part or where == part):
                found.add(item["service"])
        return found

    def group(self, name: str) -> list[Entry]:
        item = self.data["groups"][name]
        members, less = (many(item["members"]), many(item.get("not"))) if isinstance(item, dict) else (many(item), [])
        gone = {entry.spot for word in less for entry in self.member(word)}
        return [entry for word in members for entry in self.member(word) if entry.spot not in gone]

    def member(self, word: str) -> list[Entry]:
        if word[0].isdigit():
            net = ip_network(word)
            return [Entry(spot, True) for spot in self.spots if spot.address in net]
        # a group names no relay: who arrives by it arrives on whatever port it likes
        return [Entry(entry.spot, entry.named) for entry in self.end(word, {"no endpoint offers this"})]

    def live(self, flow: Mapping[str, Any]) -> bool:
        return flow.get("starts", AT) <= AT <= flow.get("expires", AT)

    def steps(self, name: str) -> Iterator[tuple[list[Entry], list[Entry]]]:
        """Yield, for each pair of ends of a line and each family, who may speak and who is spoken to."""
        flow = self.data["flows"][name]
        services = set(many(flow.get("services")))
        both = many(flow.get("between"))
        pairs = (
            [(one, other) for one in both for other in both if one != other] if both
            else [(one, other) for one in many(flow["from"]) for other in many(flow["to"])]
        )  # fmt: skip
        for one, other in pairs:
            here, there = self.end(one, services), self.end(other, services)
            for version in (4, 6):
                speak = [entry for entry in here if entry.spot.family == version]
                hear = [entry for entry in there if entry.spot.family == version]
                if speak and hear:
                    yield speak, hear

    def blind_steps(self, name: str) -> tuple[list[Spot], list[Spot]]:
        """Return who may speak by a line and who is spoken to when neither families nor ``not`` are looked at."""
        flow = self.data["flows"][name]
        sides = []
        for key in ("from", "to"):
            found: list[Spot] = []
            for word in many(flow.get("between")) or many(flow[key]):
                group = self.data.get("groups", {}).get(word)
                whole = many(group["members"]) if isinstance(group, dict) else [word]
                for item in whole if group else [word]:
                    found += [entry.spot for entry in (self.member(item) if group else self.end(item, set()))]
            sides.append(found)
        return sides[0], sides[1]

    def lines(self) -> list[str]:
        return [name for name, flow in self.data["flows"].items() if self.live(flow)]

    def known_steps(self) -> dict[str, list[tuple[list[Entry], list[Entry]]]]:
        if not hasattr(self, "_steps"):
            self._steps = {name: list(self.steps(name)) for name in self.lines()}
        return self._steps

    # ------------------------------------------------------------ chains

    def open(self, entry: Entry) -> bool:
        """Lines chain only through addresses that are not public, unless the asset itself is named."""
        return entry.named or not self.public(entry.spot.zone)

    def speaks(self, host: str, speak: list[Entry], start: bool) -> bool:
        held = self.at_host.get(host, [])
        return any(entry.spot in held and (start or self.open(entry)) for entry in speak)

    def entered(self, entry: Entry) -> list[str]:
        """Return the hosts from which whoever arrives at an entry can go on."""
        if entry.broken or not self.open(entry):
            return []
        return [host for host in self.hosts(entry.spot) if not self.all_public(host)]

    def moves(self, host: str) -> list[str]:
        """Return the hosts that one host becomes without a line: in a VPN's pool, or by a lateral move."""
        found = self.pools(host)
        if self.data.get("policy", {}).get("lateral"):
            for spot in self.at_host.get(host, []):
                for other in self.spots:
                    if other.family == spot.family and not self.public(spot.zone) and self.together(spot, other):
                        found += [item for item in self.hosts(other) if not self.public(other.zone)]
        return [item for item in dict.fromkeys(found) if item != host]

    @property
    def plain(self) -> bool:
        """Whether nothing moves without a line: no lateral moves and no open VPN's pool."""
        return not any(self.moves(host) for host in self.at_host)

    def onward(self, hosts: Iterable[str], stop: set[str]) -> list[str]:
        """Return hosts and all that they become without a line, past none of ``stop``."""
        found = list(dict.fromkeys(hosts))
        for host in found:  # grows as it goes
            if host not in stop:
                found += [item for item in self.moves(host) if item not in found]
        return found

    def together(self, one: Spot, other: Spot) -> bool:
        words = [self.lent(spot.zone, "inside") or "subnet" for spot in (one, other)]
        if words == ["subnet", "subnet"]:
            return bool(one.subnet) and one.subnet == other.subnet
        if words == ["zone", "zone"]:
            return self.top(one.zone) == self.top(other.zone)
        return False

    def top(self, zone: str) -> str:
        chain = self.around(zone)
        found = zone
        for name in chain:
            if self.lent(name, "inside") != "zone":
                break
            found = name
        return found

    def search(
        self,
        starts: Iterable[str],
        stop: Iterable[str] = (),
        no_pivot: Iterable[str] = (),
        no_line: Iterable[str] = (),
        *,
        as_public: bool = True,
    ) -> dict[tuple[str, Entry], int]:
        """Return each (line, entry) that is reached, with the fewest lines to it.

        With ``as_public`` whoever starts speaks by a public network's lines where it has a foot there.
        """
        stop, no_pivot, no_line = set(stop), set(no_pivot), set(no_line)
        begun = set(starts)
        depth = dict.fromkeys(begun, 0)
        reached: dict[tuple[str, Entry], int] = {}
        layer = list(begun)
        count = 0
        while layer:
            for host in layer:  # grows with what needs no line
                if (host in stop and host not in begun) or (host in no_pivot and host not in begun):
                    continue
                for other in self.moves(host):
                    if other not in depth:
                        depth[other] = depth[host]
                        layer.append(other)
            count += 1
            after: list[str] = []
            for name, steps in self.known_steps().items():
                if name in no_line:
                    continue
                for speak, hear in steps:
                    who = [host for host in layer if not (host in no_pivot | stop and host not in begun)]
                    if not any(self.speaks(host, speak, as_public and host in begun) for host in who):
                        continue
                    for entry in hear:
                        reached.setdefault((name, entry), count)
                        for host in self.entered(entry):
                            if host not in depth:
                                depth[host] = count
                                after.append(host)
            layer = after
        return reached

    # ------------------------------------------------------------ layer 3

    def joined(self, gone: set[str]) -> dict[str, set[str]]:
        """Return, for each zone, the zones to which a way is left without these assets."""
        gone = {self.cluster.get(name, name) for name in gone
                if name not in self.cluster or self.cluster[name] in gone
                or set(many(self.assets[self.cluster[name]]["members"])) <= gone}  # fmt: skip
        links: dict[str, set[str]] = {zone: {zone} for zone in self.zones}

        def join(zones: Iterable[str]) -> None:
            zones = list(zones)
            for one in zones:
                links[one] |= set(zones)

        for zone in self.zones:
            join(self.around(zone)[:2])
        through: set[str] = set()
        for item in self.data.get("interconnections", {}).values():
            stages = [many(stage) for stage in many(item.get("through"))]
            through |= {self.cluster.get(name, name) for stage in stages for name in stage}
            if all(any(self.cluster.get(name, name) not in gone for name in stage) for stage in stages):
                join(item["between"])
        for name in self.assets:
            if name in self.cluster or name in gone:
                continue
            homes: set[tuple[str, str]] = set()
            for member in self.family_of(name):
                for home in self.assets[member].get("interfaces", {}).values():
                    if isinstance(home, dict) and home.get("subnet"):
                        homes.add((self.subnets[home["subnet"]]["zone"], home["subnet"]))
                    else:
                        homes |= {self.place(ip_address(text)) for text in self.addresses(home)}
            if name in through or (self.functions(name) & {"filtering", "routing"} and len(homes) > 1):
                join(zone for zone, _ in homes)
        found = {}
        for zone in self.zones:
            seen, queue = {zone}, [zone]
            while queue:
                for other in links[queue.pop()] - seen:
                    seen.add(other)
                    queue.append(other)
            found[zone] = seen
        return found

    def uncut(self, gone: set[str]) -> set[str]:
        """Return the lines of which some two ends can do without these assets; families are not looked at."""
        joined = self.joined(gone)
        found = set()
        for name in self.lines():
            flow = self.data["flows"][name]
            both = many(flow.get("between"))
            pairs = [(one, other) for one in both or many(flow.get("from")) for other in both or many(flow.get("to"))]
            for one, other in pairs:
                here, there = self.touched(one), self.touched(other)
                if not (both and one == other) and any(not joined[zone].isdisjoint(there) for zone in here):
                    found.add(name)
        return found

    def touched(self, name: str) -> set[str]:
        """Return the zones in which an end has addresses, before ``not`` takes any out."""
        group = self.data.get("groups", {}).get(name)
        if group is None:
            return {entry.spot.zone for entry in self.end(name, set())}
        members = many(group["members"]) if isinstance(group, dict) else many(group)
        return {entry.spot.zone for word in members for entry in self.member(word)}


def unlisted(net: IPv4Network | IPv6Network) -> list[Address]:
    """Return one unlisted address of each half of a prefix, where its subnets do not lie."""
    half = net.num_addresses // 2
    return [net[0x77], net[half + 0x77]] if half > 0x77 else [net[half - 3], net[half + half - 3]]


# ---------------------------------------------------------------- the rules, read naively


@dataclass
class Due:
    """What a rule must say: direct lines by target, and chains by (start, last line, target) with the fewest lines."""

    direct: set[tuple[str, Ref]] = field(default_factory=set)
    loosely: set[tuple[str, Ref]] = field(default_factory=set)  # the same when families and cuts are not looked at
    chains: dict[tuple[str, str, Ref], int] = field(default_factory=dict)
    perhaps: set[tuple[str, str, Ref]] = field(default_factory=set)  # by a foot in a public network
    routes: set[tuple[str, Ref]] = field(default_factory=set)


def public_to_sensitive(map_: Referee) -> Due:
    """Read the built-in rule: lines, chains that stop at the first sensitive host, and routes past the filters."""
    due = Due()
    zones = [zone for zone in map_.zones if map_.public(zone)]
    outer = [zone for zone in zones if not any(map_.public(item) for item in map_.around(zone)[1:])]

    def homes(asset: str) -> set[str]:
        return {spot.zone for spot in map_.spots if spot.asset == asset} | {
            map_.subnets[home["subnet"]]["zone"] for home in map_.assets[asset].get("interfaces", {}).values()
            if isinstance(home, dict) and "subnet" in home}  # fmt: skip

    def precious(asset: str) -> bool:
        return bool(map_.assets[asset].get("sensitive")) and not any(map(map_.sensitive, homes(asset)))

    def of_spot(spot: Spot, asset_counts: bool) -> set[Ref]:
        found = {("zone", spot.zone)} if map_.sensitive(spot.zone) else set()
        leased = [name for name in map_.hosts(spot) if name in map_.assets and not spot.asset]
        for asset in [spot.asset, *leased] if asset_counts else []:
            if asset and precious(asset):
                found.add(("asset", asset))
        return found

    def of_host(host: str) -> set[Ref]:
        found = set()
        for spot in map_.at_host.get(host, []):
            if map_.sensitive(spot.zone):
                found.add(("zone", spot.zone))
        names = map_.family_of(host) if host in map_.assets else []
        return found | {("asset", name) for name in names if precious(name)}

    for name, steps in map_.known_steps().items():
        for speak, hear in steps:
            if any(map_.public(entry.spot.zone) for entry in speak):
                for entry in hear:
                    due.direct |= {(name, target) for target in of_spot(entry.spot, map_.open(entry))}
    for name in map_.lines():
        speak_blind, hear_blind = map_.blind_steps(name)
        if any(map_.public(spot.zone) for spot in speak_blind):
            for spot in hear_blind:
                due.loosely |= {(name, target) for target in of_spot(spot, True)}
                for asset in {spot.asset, *map_.hosts(spot)} & set(map_.assets):
                    if map_.assets[asset].get("sensitive"):
                        due.loosely.add((name, ("asset", asset)))
    stop = {host for host in map_.at_host if of_host(host) and not host.startswith("pool ")}
    for start in outer:
        begun = {
            host for spot in map_.spots if start in map_.around(spot.zone) and map_.public(spot.zone)
            for host in map_.hosts(spot) if map_.all_public(host)
        }  # fmt: skip
        for (line, entry), count in map_.search(begun, stop).items():
            here = of_spot(entry.spot, map_.open(entry))
            targets = set(here)
            for host in map_.onward(map_.entered(entry), stop):
                targets |= of_host(host)
            for target in targets:
                if not (count == 1 and (line, target) in due.direct):
                    key = start, line, target
                    due.chains[key] = min(count, due.chains.get(key, count))
        filters = {name for name in map_.assets if "filtering" in map_.functions(name)}
        joined = map_.joined(filters)[start]
        for zone in map_.zones:
            if map_.sensitive(zone) and zone != start and zone in joined:
                due.routes.add((start, ("zone", zone)))
        for asset in map_.assets:
            if precious(asset) and any(zone in joined and zone != start for zone in homes(asset)):
                due.routes.add((start, ("asset", asset)))
    return due


def forbidden(map_: Referee, rule: Mapping[str, Any]) -> Due:
    """Read a rule of the user's that goes from zones of a nature to zones of a nature, ``unless`` through assets."""
    due = Due()

    def chosen(side: str) -> list[str]:
        words = many(rule["forbid"][side]["zones"]["nature"])
        return [zone for zone in map_.zones if map_.lent(zone, "nature") in words]

    def held(zone: str, zones: list[str]) -> set[Ref]:
        return {("zone", item) for item in map_.around(zone) if item in zones}

    sources, targets = chosen("from"), chosen("to")
    words = set(many(rule["unless"]["through"]["assets"]["functions"])) if "unless" in rule else set()
    allowed = {name for name in map_.assets if words & map_.functions(name)}
    tops = {map_.cluster.get(name, name) for name in allowed}
    cut = set(map_.known_steps()) - map_.uncut(allowed) if allowed else set()

    def passes(entry: Entry) -> bool:
        return bool(entry.spot.asset) and map_.cluster.get(entry.spot.asset, entry.spot.asset) in tops

    for name, steps in map_.known_steps().items():
        for speak, hear in steps if name not in cut else ():
            if any(held(entry.spot.zone, sources) and not passes(entry) for entry in speak):
                for entry in hear:
                    if not passes(entry):
                        due.direct |= {(name, target) for target in held(entry.spot.zone, targets)}
        speak_blind, hear_blind = map_.blind_steps(name)
        if name not in cut and any(held(spot.zone, sources) for spot in speak_blind):
            due.loosely |= {(name, target) for spot in hear_blind for target in held(spot.zone, targets)}
    if rule["forbid"].get("path", "any") == "direct":
        return due

    def of_host(host: str, public: bool = False) -> set[Ref]:
        """Return where a host is: a foot in a public network does not make equipment that network."""
        if host in tops:
            return set()
        return {item for spot in map_.at_host.get(host, []) if map_.public(spot.zone) == public
                for item in held(spot.zone, targets)}  # fmt: skip

    stop = {host for host in map_.at_host if of_host(host) and not host.startswith("pool ")} | tops

    def begins(zone: str, start: str) -> bool:
        """Tell whether a zone is of a start: what is within a public zone without being public itself is not."""
        return start in map_.around(zone) and (map_.public(zone) or not map_.public(start))

    for start in sources:
        begun = {
            host for spot in map_.spots if begins(spot.zone, start)
            for host in (*map_.hosts(spot), f"pool {spot.subnet}") if host in map_.at_host
            if all(any(begins(item.zone, zone) for zone in sources) for item in map_.at_host[host])
        }  # fmt: skip
        for chosen_hosts in (begun - tops - map_.nobody, begun):  # who is allowed through may start or not
            for (line, entry), count in map_.search(chosen_hosts, stop, tops, cut).items():
                nobody = entry.named and not map_.hosts(entry.spot)
                found = set() if passes(entry) or nobody else held(entry.spot.zone, targets)
                for host in map_.onward((item for item in map_.entered(entry) if item not in tops), stop):
                    found |= of_host(host)
                    due.perhaps |= {(start, line, target) for target in of_host(host, public=True)}
                due.perhaps |= {(start, line, target) for target in found}
                for target in found if chosen_hosts.isdisjoint(tops | map_.nobody) else ():
                    if not (count == 1 and (line, target) in due.direct):
                        key = start, line, target
                        due.chains[key] = min(count, due.chains.get(key, count))
    return due


@dataclass
class Tenants:
    """Tenant-isolation: ``direct`` lines with the tenants that each joins; ordered pairs that must be found, those that
    must be found as errors, and those that may be."""

    direct: dict[str, set[str]] = field(default_factory=dict)
    must: set[tuple[str, str]] = field(default_factory=set)
    error: set[tuple[str, str]] = field(default_factory=set)
    may: set[tuple[str, str]] = field(default_factory=set)
    loose: dict[str, set[str]] = field(default_factory=dict)


def tenant_isolation(map_: Referee) -> Tenants:
    """Read the built-in rule. Equipment of one party in another's zone is whose it is at least, or also the zone's."""
    due = Tenants()
    parties = [name for name in map_.data["parties"] if map_.kind(name) == "tenant"]

    def owner(asset: str) -> str:
        own = map_.assets[asset].get("owner") or map_.assets[map_.cluster.get(asset, asset)].get("owner")
        return str(own or "")

    def loosely(spot: Spot) -> set[str]:
        held = {map_.lent(spot.zone, "owner")} | {owner(host) for host in map_.hosts(spot) if host in map_.assets}
        held |= {owner(spot.asset)} if spot.asset else set()
        return {name for name in parties if name in held}

    def direct(entry: Entry) -> set[str]:
        """Naming a public network does not name the equipment there."""
        if map_.open(entry):
            return loosely(entry.spot)
        return {name for name in parties if name == map_.lent(entry.spot.zone, "owner")}

    def strictly(spot: Spot) -> set[str]:
        own = owner(spot.asset) if spot.asset else ""
        held = own or map_.lent(spot.zone, "owner")
        return {held} & set(parties)

    def of_host(host: str, spot: Spot) -> set[str]:
        """Return whose a host is at one of its addresses: leased equipment is its owner's wherever it sits."""
        own = owner(host) if host in map_.assets else ""
        return {own} & set(parties) if own else strictly(spot)

    def approved(name: str) -> set[str]:
        return {item["party"] for item in many(map_.data["flows"][name].get("approved")) if "party" in item}

    for name, steps in map_.known_steps().items():
        met: set[str] = set()
        for speak, hear in steps:
            for one in speak:
                for other in hear:
                    here, there = direct(one), direct(other)
                    if here and there and len(here | there) > 1:
                        met |= here | there
        if met and not met <= approved(name):
            due.direct[name] = met
    provider = {
        host for host, spots in map_.at_host.items()
        if any(not of_host(host, spot) for spot in spots)
    }  # fmt: skip
    for start in parties:
        tight = {host for host, spots in map_.at_host.items() if all(of_host(host, spot) == {start} for spot in spots)}
        tight -= map_.nobody
        loose = {host for host, spots in map_.at_host.items() if any(start in loosely(spot) for spot in spots)}
        due.loose[start] = loose
        for goal in parties:
            if goal == start:
                continue
            skip = {name for name in map_.lines() if {start, goal} <= approved(name)}
            for found, begun, stop in ((due.must, tight, set()), (due.error, tight, provider), (due.may, loose, set())):
                at_least = found is not due.may
                alone = map_.onward(begun, set(stop))
                if any(goal in (of_host(host, spot) if at_least else loosely(spot))
                       for host in alone for spot in map_.at_host[host]):  # fmt: skip
                    found.add((start, goal))  # by moves without a line alone
                for _, entry in map_.search(begun, stop=stop, no_line=skip, as_public=not at_least):
                    held = goal in (strictly(entry.spot) if at_least else loosely(entry.spot))
                    held = held and (map_.open(entry) or not at_least)
                    for host in map_.onward(map_.entered(entry), set(stop)):
                        held = held or any(goal in (of_host(host, spot) if at_least else loosely(spot))
                                           for spot in map_.at_host.get(host, []))  # fmt: skip
                    if held:
                        found.add((start, goal))
                        break
    return due


# ---------------------------------------------------------------- witnesses


def follows(map_: Referee, path: list[tuple[str, str]], begun: set[str], no_pivot: Iterable[str] = ()) -> bool:
    """Tell whether a witness can be walked: places and lines by turns; a place alone is a lateral move."""
    no_pivot = set(no_pivot)
    hosts = {host for host in begun if within(map_, host, path[0])}
    entries: list[Entry] = []
    line = ""
    first = True
    for kind, name in path[1:]:
        if kind == "line":
            line = name
            continue
        if line:
            usable = hosts if first else {host for host in hosts if host not in no_pivot}
            grown = set(usable) | {other for host in usable for other in map_.moves(host)}
            entries = [
                entry for speak, hear in map_.known_steps().get(line, [])
                if any(map_.speaks(host, speak, first) for host in grown) for entry in hear
            ]  # fmt: skip
            entered = {host for entry in entries for host in map_.entered(entry)}
            hosts = {host for host in entered if within(map_, host, (kind, name))}
            if not hosts and not any(spot_in(map_, entry.spot, (kind, name)) for entry in entries):
                return False
            line, first = "", False
        else:
            moved = {other for host in hosts for other in (host, *map_.moves(host))}
            hosts = {host for host in moved if within(map_, host, (kind, name))}
            if not hosts:
                return False
    return True


def within(map_: Referee, host: str, place: tuple[str, str]) -> bool:
    kind, name = place
    if kind == "asset":
        return host == map_.cluster.get(name, name)
    return any(spot_in(map_, spot, place) for spot in map_.at_host.get(host, []))


def spot_in(map_: Referee, spot: Spot, place: tuple[str, str]) -> bool:
    kind, name = place
    if kind == "asset":
        return spot.asset in map_.family_of(name)
    return name == "any" or any(entry.spot == spot for entry in map_.end(name, set()))


# ---------------------------------------------------------------- the writer of random maps


def written(seed: int) -> dict[str, Any]:
    """Return a small random map as plain data; the same seed gives the same map."""
    dice = random.Random(f"cloison {seed}")
    chance = lambda share: dice.random() < share  # noqa: E731
    data: dict[str, Any] = {
        "cloison": 1, "name": f"Map {seed}",
        "parties": {"aster": {"kind": "provider"}, "world": {"kind": "public"},
                    "acme": {"kind": "tenant"}, "globex": {"kind": "tenant"}, "initech": {"kind": "tenant"}},
        "carriers": {}, "zones": {}, "subnets": {}, "assets": {}, "interconnections": {}, "endpoints": {},
        "groups": {}, "flows": {}, "policy": {},
    }  # fmt: skip
    zones, subnets, assets = data["zones"], data["subnets"], data["assets"]
    nets: dict[str, list[str]] = {}  # place -> prefixes in which assets may have an address
    zones["internet"] = {"owner": "world", "nature": "public", "sensitivity": "public",
                         "addresses": ["global", "198.51.100.0/24"]}  # fmt: skip
    nets["internet"] = ["198.51.100.0/24"]
    if chance(0.3):
        zones["partner"] = {"within": "internet", "addresses": "198.51.100.128/25"}
        nets["partner"] = ["198.51.100.128/25"]
    count = dice.randint(2, 5)
    for number in range(count):
        name = f"z{number}"
        zone: dict[str, Any] = {
            "owner": dice.choice(["aster", "aster", "aster", "acme", "globex", "initech"]),
            "nature": dice.choice(["production", "production", "development", "administration"]),
            "sensitivity": dice.choice(["exposed", "internal", "sensitive"]),
        }  # fmt: skip
        if chance(0.3):
            zone["inside"] = dice.choice(["zone", "matrix"])
        if number and chance(0.2):
            zone["within"] = f"z{dice.randrange(number)}"
            for key in ("owner", "nature", "sensitivity"):
                if chance(0.5):
                    del zone[key]
        elif chance(0.05):
            zone["within"] = "internet"
        zones[name] = zone
        if chance(0.12):
            zone["addresses"] = f"10.{number}.9.0/24"
            nets[name] = [zone["addresses"]]
        for part in range(dice.choice([1, 1, 2])):
            cidr = dice.choice([
                [f"10.{number}.{part}.0/24"], [f"10.{number}.{part}.0/24"], [f"10.{number}.{part}.0/24"],
                [f"10.{number}.{part}.0/24", f"2001:db8:{number}:{part}::/64"], [f"2001:db8:{number}:{part}::/64"],
            ])  # fmt: skip
            subnet = subnets[f"{name}-{'ab'[part]}"] = {"zone": name, "cidr": cidr}
            if chance(0.25):
                subnet["closed"] = True
            nets[f"{name}-{'ab'[part]}"] = cidr
        if chance(0.12) and "addresses" not in zone and "within" not in zone:
            holder = dice.randrange(number + 1)
            subnets[f"{name}-all"] = {"zone": f"z{holder}", "cidr": f"10.{number}.0.0/16", "aggregate": True}
    taken: dict[str, int] = {}

    def address(place: str) -> list[str]:
        """Return new addresses of a place, one a prefix or one of them only."""
        found = []
        some = nets[place] if chance(0.6) else [dice.choice(nets[place])]
        for text in some:
            taken[text] = taken.get(text, 0) + 1
            found.append(
                str(ip_network(text)[dice.choice([0x08, 0x88] if "/25" not in text else [0x08]) + taken[text]])
            )
        return found

    inner = [place for place in nets if place not in ("internet", "partner")]
    for number in range(dice.randint(0, 6)):
        kind = dice.choice(["", "", "", "", "waf", "proxy", "bastion", "vpn", "vpn", "filtering", "routing"])
        asset: dict[str, Any] = {"interfaces": {}}
        if kind:
            asset["functions"] = kind
        if kind == "vpn" and chance(0.5):
            asset["authentication"] = "certificate"
        for home in range(dice.choice([1, 1, 1, 2, 2, 3])):
            places = list(nets) if chance(0.15) else inner
            place = dice.choice(places)
            asset["interfaces"][f"if{home}"] = (
                {"subnet": place} if place in subnets and chance(0.1) else {"addresses": address(place)}
            )
        if chance(0.25):
            asset["owner"] = dice.choice(["aster", "acme", "globex"])
        if chance(0.06):
            asset["sensitive"] = True
        assets[f"h{number}"] = asset
        if kind == "vpn":
            data["carriers"][f"t{number}"] = {"kind": "tunnel", "protocol": "wireguard", "ends": f"h{number}"}
            pool = dice.choice([name for name in subnets if not subnets[name].get("aggregate")])
            if chance(0.7) and not subnets[pool].get("closed"):
                subnets[pool].setdefault("over", []).append(f"t{number}")
    stages: list[Any] = []
    if chance(0.8):
        shape = dice.choice(["one", "pair", "cluster", "weak"])
        homes = dice.sample(inner, min(len(inner), dice.randint(1, 3)))
        names = ["fw"] if shape == "one" else ["fw-a", "fw-b"]
        for name in names:
            assets[name] = {
                "functions": "routing" if (shape, name) == ("weak", "fw-b") else "filtering",
                "interfaces": {f"p{at}": {"addresses": address(home)} for at, home in enumerate(homes)},
            }
        if shape == "cluster":
            assets["fw"] = {
                "members": names,
                "functions": "filtering",
                "interfaces": {"mgmt": {"addresses": address(homes[0])}},
            }
        stages = [["fw"]] if shape in ("one", "cluster") else [names]
        if chance(0.3):
            plain = [name for name in assets if name.startswith("h")]
            stages.append([dice.choice(plain)] if plain and chance(0.3) else ["rtr"])
            if stages[-1] == ["rtr"]:
                assets["rtr"] = {"functions": "routing", "interfaces": {"p0": {"addresses": address(homes[0])}}}
    everything = [name for name in zones if name != "partner"]
    left = dice.sample(everything, max(2, len(everything) - dice.choice([0, 0, 0, 1])))
    data["interconnections"]["main"] = {"between": left, "through": stages}
    if chance(0.3):
        pair = dice.sample(everything, 2)
        data["interconnections"]["side"] = {"between": pair, "through": dice.choice([[], stages[:1], stages[-1:]])}
    parts = [f"{name}/{part}" for name, item in assets.items() for part in item["interfaces"]]
    relays = [name for name, item in assets.items() if item.get("functions") in RELAYS | {"vpn"}]
    for number, name in enumerate(relays):
        if chance(0.8):
            part = dice.choice(list(assets[name]["interfaces"]))
            data["endpoints"][f"e{number}"] = {
                "asset": f"{name}/{part}", "service": dice.choice(["https", "https", "ssh"]), "kind": "user",
                "backends": [dice.choice(list(assets))],
            }  # fmt: skip
    hosts = [text for item in assets.values() for home in item["interfaces"].values()
             for text in many(home.get("addresses"))]  # fmt: skip
    for number in range(dice.choice([0, 1, 1, 2])):
        literals = [f"{text[:-4]}0/25" for name in inner for text in nets[name] if text.endswith(".0/24")]
        literals += [str(net[0x77]) for name in inner for net in map(ip_network, nets[name])] + hosts
        names = [*zones, *subnets, *parts]
        group: Any = dice.sample(names, min(len(names), dice.randint(1, 3)))
        if chance(0.3):
            group = dice.sample(literals, min(len(literals), dice.randint(1, 2)))
        if chance(0.5):
            group = {"members": group, "not": dice.sample([*names, *literals], dice.randint(1, 2))}
        data["groups"][f"g{number}"] = group
    whole = [f"{name}/*" for name in assets]
    ends = [*zones, *subnets, *parts, *parts, *whole, *data["groups"], *data["groups"]]
    calm = chance(0.5)  # a map of which there is less to say
    for number in range(dice.randint(1, 2) if calm else dice.randint(2, 7)):
        flow: dict[str, Any] = {}
        services = dice.choice(["https", "https", "ssh", ["https", "ssh"]])
        if chance(0.12):
            flow = {"between": dice.sample(ends, 2), "services": services}
        elif data["endpoints"] and chance(0.3):
            flow = {"from": dice.choice(ends), "to": dice.choice(list(data["endpoints"]))}
        else:
            flow = {"from": dice.choice(ends), "to": dice.choice(ends), "services": services}
        if chance(0.1 if calm else 0.3) and "from" in flow:
            flow["from"] = dice.choice(["internet", *(["partner"] if "partner" in zones else [])])
        if chance(0.1) and "from" in flow and flow["to"] in ends:
            flow["to"] = [flow["to"], dice.choice(ends)]
        if chance(0.08):
            flow["expires"] = date(2026, 5, 31)
        elif chance(0.05):
            flow["starts"] = AT
        if chance(0.2):
            flow["approved"] = [{"by": "a", "party": name} for name in
                                dice.choice([["acme"], ["acme", "globex"], ["acme", "globex"]])]  # fmt: skip
        if "side" in data["interconnections"] and chance(0.7):
            flow["via"] = "main"
        data["flows"][f"F-{number}"] = flow
    natures = sorted({zone["nature"] for zone in zones.values() if "nature" in zone})
    functions = sorted({item["functions"] for item in assets.values() if "functions" in item})
    for number in range(1 if calm else 2):
        rule: dict[str, Any] = {"forbid": {
            "from": {"zones": {"nature": dice.choice(natures)}}, "to": {"zones": {"nature": dice.choice(natures)}},
            "path": dice.choice(["any", "any", "direct"])}}  # fmt: skip
        if functions and chance(0.6):
            rule["unless"] = {"through": {"assets": {"functions": dice.choice(functions)}}}
        data["policy"][f"rule-{number}"] = rule
    if chance(0.25):
        data["policy"]["lateral"] = True
    data = {key: value for key, value in data.items() if value not in ({}, [])}
    map_ = Referee(data)
    data["flows"] = {name: flow for name, flow in data["flows"].items() if any(True for _ in map_.steps(name))}
    return data
