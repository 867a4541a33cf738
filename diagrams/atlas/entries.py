"""The entries of a map as plain values for a page's script; a key whose value is empty is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cloison.diagrams.atlas.scope import Scope, scoped_lines
from cloison.diagrams.atlas.telling import Teller
from cloison.diagrams.scenes.joints import is_nerve_centre
from cloison.diagrams.scenes.parts import functions_said, is_security, zone_marks
from cloison.diagrams.scenes.traffic import traffic
from cloison.diagrams.words import DOMAINS, KINDS, NATURES, SENSITIVITIES, word
from cloison.netmodel.comparing.wording import few
from cloison.netmodel.facts import AssetFacts, End, Line, ZoneFacts
from cloison.netmodel.merging.matrix import MOST_PORTS
from cloison.netmodel.network import Network
from cloison.netmodel.report import Atlas
from cloison.netmodel.space.addresses import prefixes
from cloison.netmodel.space.services import show

Values = dict[str, Any]
ADDRESSES = 12  # of one interface; more are counted


def kept(**values: Any) -> Values:
    """Return the values that are not empty: a zero stays, ``False`` does not."""
    return {name: value for name, value in values.items() if value not in ("", None, [], {}, (), False)}


def entries(atlas: Atlas, scope: Scope, tell: Teller) -> Values:
    """Return parties, zones, subnets, assets, interconnections, carriers, sites, ends and lines."""
    network = atlas.network
    model = network.model
    lines = scoped_lines(network, scope)
    ends = {end.id: end for line in lines for end in (*line.sources, *line.targets) if scope.has("ends", end.id)}
    return {
        "parties": [
            kept(id=tell.name(name), kind=item.kind, said=word(KINDS, item.kind).say(tell.lang),
                 country=item.country if scope.whole else "", text=tell.free(item.contribution) if scope.whole else "")
            for name, item in sorted(model.parties.items()) if scope.has("parties", name)
        ],
        "zones": [
            _zone(facts, scope, tell) for name, facts in sorted(network.zones.items()) if scope.has("zones", name)
        ],
        "subnets": [
            kept(id=tell.name(name), zone=tell.name(facts.zone), cidr=[tell.address(one) for one in facts.subnet.cidr],
                 vrf=tell.name(facts.vrf) if facts.vrf != "default" else "", vlan=facts.subnet.vlan,
                 vni=facts.subnet.vni, over=[tell.name(one) for one in scope.kept("carriers", facts.over)],
                 site=_site(facts.subnet.site, scope, tell),
                 assets=[tell.name(one) for one in scope.kept("assets", facts.assets)])
            for name, facts in sorted(network.subnets.items())
            if scope.has("subnets", name) and scope.owns("subnets", name)
        ],
        "assets": [
            _asset(facts, scope, tell) for name, facts in sorted(network.assets.items()) if scope.has("assets", name)
        ],
        "interconnections": [
            kept(id=tell.name(name), between=[tell.name(one) for one in scope.kept("zones", item.between)],
                 through=[[tell.name(one) for one in scope.kept("assets", stage)] for stage in item.through],
                 over=[tell.name(one) for one in scope.kept("carriers", item.over)],
                 filtered=any(all("filtering" in network.assets[one].functions for one in stage)
                              for stage in item.through),
                 nerve=any(is_nerve_centre(network.zones[zone]) for zone in scope.kept("zones", item.between)))
            for name, item in sorted(model.interconnections.items()) if scope.has("interconnections", name)
        ],
        "carriers": [
            kept(id=tell.name(name), kind=item.kind, protocol=item.protocol,
                 ends=[tell.name(one) for one in item.ends], over=[tell.name(one) for one in item.over],
                 between=[tell.name(one) for one in item.between], owner=tell.name(item.owner) if item.owner else "")
            for name, item in sorted(model.carriers.items()) if scope.has("carriers", name)
        ],
        "sites": [
            kept(id=tell.name(name), country=item.country,
                 rooms=[[tell.name(f"{name}/{room}"), kind] for room, kind in item.rooms.items()])
            for name, item in sorted(model.sites.items()) if scope.has("sites", name)
        ],
        "ends": {tell.name(name): _end(end, scope, tell) for name, end in sorted(ends.items())},
        "lines": _lines(network, lines, scope, tell),
    }  # fmt: skip


def _zone(facts: ZoneFacts, scope: Scope, tell: Teller) -> Values:
    own = scope.owns("zones", facts.id)
    return kept(
        id=tell.name(facts.id), owner=tell.name(facts.owner) if facts.owner else "", party=facts.owner_kind,
        nature=tell.said(word(NATURES, facts.nature)) if own and facts.nature else "",
        sensitivity=tell.said(word(SENSITIVITIES, facts.sensitivity)) if own and facts.sensitivity else "",
        domain=tell.said(word(DOMAINS, facts.domain)) if own and facts.domain else "",
        plane=zone_marks(facts)[0], within=tell.name(facts.within) if scope.has("zones", facts.within) else "",
        public=facts.public, sensitive=own and facts.sensitive, site=_site(facts.site, scope, tell) if own else "",
        addresses=[tell.address(one) for one in facts.zone.addresses] if own else [],
        subnets=[tell.name(one) for one in facts.subnets] if own else [],
        assets=[tell.name(one) for one in scope.kept("assets", facts.assets)] if own else [],
        parts=[tell.name(one) for one in scope.kept("zones", facts.parts)] if own else [],
        named=not own,
    )  # fmt: skip


def _asset(facts: AssetFacts, scope: Scope, tell: Teller) -> Values:
    asset = facts.asset
    functions = [tell.said(one) for one in functions_said(facts.functions)]
    zones = [tell.name(one) for one in scope.kept("zones", facts.zones) if scope.owns("assets", facts.id)
             or scope.owns("zones", one)]  # fmt: skip
    subnets = [tell.name(one) for one in scope.kept("subnets", facts.subnets) if scope.owns("assets", facts.id)
               or scope.owns("subnets", one)]  # fmt: skip
    interfaces = [
        [tell.name(one.id), [tell.address(text) for text in _addresses(one.addresses)],
         tell.free(one.mac) if scope.owns("assets", facts.id) else ""]
        for one in facts.interfaces.values()
        if scope.owns("assets", facts.id) or any(scope.owns("zones", zone) for zone in one.zones)
    ]  # fmt: skip
    filters = "filtering" in facts.functions
    if not scope.owns("assets", facts.id):
        return kept(id=tell.name(facts.id), functions=functions, zones=zones, subnets=subnets, interfaces=interfaces,
                    filters=filters, named=True)  # fmt: skip
    free = _free(scope, tell)
    return kept(
        id=tell.name(facts.id), kind=asset.kind, functions=functions, role=free(asset.role), zones=zones,
        subnets=subnets,
        owner=tell.name(facts.owner) if scope.has("parties", facts.owner) and facts.owner else "",
        site=_site(asset.site, scope, tell), model=free(asset.model), serial=free(asset.serial),
        software=[tell.free(f"{one.name} {one.version}".strip()) for one in asset.software if scope.may_say(one.name)],
        members=[tell.name(one) for one in scope.kept("assets", facts.members)],
        cluster=tell.name(facts.cluster) if facts.cluster and scope.has("assets", facts.cluster) else "",
        over=[tell.name(one) for one in asset.over if scope.has("carriers", one) or scope.has("assets", one)],
        security=is_security(facts), sensitive=facts.sensitive, filters=filters, interfaces=interfaces,
    )  # fmt: skip


def _addresses(points: Any) -> list[str]:
    found = list(prefixes(points))
    return [*found[:ADDRESSES], *([f"+{len(found) - ADDRESSES}"] if len(found) > ADDRESSES else [])]


def _site(site: str, scope: Scope, tell: Teller) -> str:
    return tell.name(site) if site and scope.whole else ""


def _end(end: End, scope: Scope, tell: Teller) -> Values:
    return kept(
        kind=end.kind,
        zones=[tell.name(one) for one in scope.kept("zones", end.zones)],
        subnets=[tell.name(one) for one in scope.kept("subnets", end.subnets)],
        assets=[tell.name(one) for one in scope.kept("assets", end.assets)],
    )


def _lines(network: Network, lines: Sequence[Line], scope: Scope, tell: Teller) -> list[Values]:
    """Return the lines with their pairs of zones as drawings have them, those not in force with all of theirs."""
    pairs: dict[str, list[tuple[str, str]]] = {}
    for pair, names in traffic(network).pairs.items():
        for name in names:
            pairs.setdefault(name, []).append(pair)
    return [_line(network, line, pairs.get(line.id) or list(line.zone_pairs), scope, tell) for line in lines]


def _line(network: Network, line: Line, pairs: list[tuple[str, str]], scope: Scope, tell: Teller) -> Values:
    flow = line.flow
    services = dict(line.services) if flow.services else {
        name: found for target in line.targets if scope.has("ends", target.id)
        for name, found in line.services_to(target)
    }  # fmt: skip
    filters = network.filtering(line)
    free = _free(scope, tell)
    approved = [one for one in flow.approved if not one.party or scope.has("parties", one.party)]
    return kept(
        id=tell.name(line.id), between=bool(flow.between),
        sources=_ends(line.sources, scope, tell), targets=_ends(line.targets, scope, tell),
        services=[tell.said(name) for name in services],
        ports=[few(show(found), MOST_PORTS) for found in services.values()],
        nature=tell.said(word(NATURES, line.nature)) if line.nature else "",
        sensitivity=tell.said(word(SENSITIVITIES, line.sensitivity)) if line.sensitivity else "",
        domain=tell.said(word(DOMAINS, line.domain)) if line.domain else "",
        owner=tell.name(line.owner) if line.owner and scope.has("parties", line.owner) else "",
        encryption=_encryption(line), tunnel=tell.name(flow.tunnel) if flow.tunnel and scope.whole else "",
        why=free(flow.justification.text) if flow.justification else "",
        responsible=free(flow.responsible), requester=free(flow.requester), ticket=free(flow.ticket),
        approved=[free(f"{one.by} {one.on.isoformat() if one.on else ''}".strip()) for one in approved],
        starts=flow.starts.isoformat() if flow.starts else "", expires=flow.expires.isoformat() if flow.expires else "",
        dead=not line.live,
        pairs=[[tell.name(here), tell.name(there), *_crossed(network, line, (here, there), scope, tell)]
               for here, there in pairs if scope.has("zones", here) and scope.has("zones", there)
               and (scope.whole or (here, there) in scope.pairs[line.id])],
        filters=[tell.name(one) for one in scope.kept("assets", filters)],
        place=str(line.span) if scope.whole and not tell.redacted else "",
    )  # fmt: skip


def _free(scope: Scope, tell: Teller) -> Callable[[str], str]:
    """Return what tells a text that people wrote, and nothing of one that names what the page may not hold."""
    return lambda text: tell.free(text) if scope.may_say(text) else ""


def _ends(ends: Sequence[End], scope: Scope, tell: Teller) -> list[str]:
    return [tell.name(end.id) for end in ends if scope.has("ends", end.id)]


def _encryption(line: Line) -> str:
    wanted = line.flow.encryption
    return " ".join(part for part in (wanted.protocol, wanted.minimum) if part) if wanted else ""


def _crossed(
    network: Network, line: Line, pair: tuple[str, str], scope: Scope, tell: Teller
) -> list[Mapping[str, Any] | list[str]]:
    """Return the interconnections that a line crosses between two zones, nothing where it crosses none."""
    route = line.routes.get(pair, ())
    return [[tell.name(one) for one in route if scope.has("interconnections", one)]] if route else []
