"""Configurations against the matrix: does each device permit what it must, and nothing more?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cloison.flows.configuration import Configuration, Hook, Term
from cloison.flows.explain import explain
from cloison.flows.verifying.answer import gate_of, verify_report
from cloison.flows.verifying.deciding import Guard
from cloison.flows.verifying.differences import Compared, compare_device
from cloison.flows.verifying.effectless import effectless
from cloison.flows.verifying.gate import DeviceChange, change
from cloison.flows.verifying.naming import named
from cloison.flows.verifying.together import Neighbour, Translated, forwarded, pieces_of, stopped
from cloison.flows.verifying.translated import Sight
from cloison.flows.verifying.verdict import Excess, Result, Verdict
from cloison.netmodel.collector import without_collector
from cloison.netmodel.finding import Finding, MapError, Message, Ref, Text, input_error, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.network import Network
from cloison.netmodel.report import Report
from cloison.netmodel.sides import Sides, bare, sides_of
from cloison.netmodel.space.addresses import VRF_SHIFT, show
from cloison.netmodel.space.packets import Packet
from cloison.netmodel.space.protocols import ICMP, ICMPV6, PORTED, name

__all__ = ["Verification", "verify"]

Tick = Callable[[int, int], None]

_NO_INPUT = say(
    "what reaches the device itself was not compared: the configuration does not tell it, or the map gives the device "
    "no address",
    "ce qui atteint l’équipement lui-même n’a pas été comparé : la configuration ne le dit pas, ou la carte ne lui "
    "donne aucune adresse",
)
_NO_OUTPUT = say(
    "what the device itself sends was not compared: the configuration does not filter it",
    "ce que l’équipement émet lui-même n’a pas été comparé : la configuration ne le filtre pas",
)
_STRANGE = Text(
    "{device}: the map does not have its {n:interface|interfaces} {names}: what passes there is not compared",
    "{device} : la carte n’a pas {n:son interface|ses interfaces} {names} : ce qui y passe n’est pas comparé",
)
_IDLE = Text(
    "{device}: {n} {n:rule is|rules are} about packets that the map does not have here (addresses in no zone, "
    "multicast): not compared",
    "{device} : {n} {n:règle porte|règles portent} sur des paquets que la carte n’a pas ici (adresses hors de toute "
    "zone, multidiffusion) : pas de comparaison",
)
_MOST_NAMED = 8
_MOST_EXPLAINED = 40  # excesses for which the nearest lines are looked for


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict of each device, in the order in which they were given, and their changes where there is a base."""

    network: Network
    devices: tuple[Verdict, ...]
    sides: Mapping[str, Sides]
    changes: tuple[DeviceChange, ...] | None = None

    @property
    def differs(self) -> bool:
        """Say whether what was asked does not hold: of a change that its gate is shut, else that a device differs."""
        if self.changes is not None:
            return gate_of(self.changes) != "inside"
        return any(item.result in ("excess", "missing", "differs") for item in self.devices)

    @property
    def undecided(self) -> bool:
        """Say whether something could not be decided: of a change, what it opens and closes."""
        if self.changes is not None:
            return not all(item.decided for item in self.changes)
        return any(item.result == "undecided" or item.out_of_budget for item in self.devices)

    def report(self) -> Report:
        """Return the report: JSON, findings and tables."""
        return verify_report(self.network, self.devices, self.changes)


def guards_of(verification: Verification) -> tuple[Guard, ...]:
    """Return each verified device, ready to be asked what it does with some packets."""
    return tuple(
        Guard(
            verdict.device,
            verdict.configuration,
            verification.sides[verdict.device],
            Sight.of(verification.network, verdict.device),
        )
        for verdict in verification.devices
    )


def verify(
    network: Network,
    configurations: Mapping[str, Configuration],
    base: Mapping[str, Configuration] | None = None,
    tick: Tick = lambda done, total: None,
) -> Verification:
    """Return how each device's configuration differs from what the matrix asks of it, and from its ``base``.

    Raises ``MapError`` for a device that the map does not have or that stands between nothing, and for interfaces that
    rules name and the map does not.
    """
    with without_collector():
        return _verified(network, configurations, base, tick)


def _verified(
    network: Network, configurations: Mapping[str, Configuration],
    base: Mapping[str, Configuration] | None, tick: Tick,
) -> Verification:  # fmt: skip
    sides = _sides(network, configurations)
    before = _sides(network, base) if base else {}
    compared = {
        device: compare_device(network, configuration, sides[device], tick)
        for device, configuration in configurations.items()
    }
    verdicts = tuple(_verdict(network, device, configurations, sides, compared, tick) for device in configurations)
    if base is None:
        return Verification(network, verdicts, sides)
    changes = tuple(
        change(
            network,
            verdict.device,
            (base[verdict.device], before[verdict.device]),
            (verdict.configuration, sides[verdict.device]),
            _settled(verdict, compared[verdict.device]),
            tick,
        )
        for verdict in verdicts
        if verdict.device in base
    )
    return Verification(network, verdicts, sides, changes)


def _sides(network: Network, configurations: Mapping[str, Configuration]) -> dict[str, Sides]:
    errors: list[Finding] = []
    found: dict[str, Sides] = {}
    for device, configuration in configurations.items():
        if device not in network.assets:
            errors.append(_unknown_device(network, "--config", device))
            continue
        told = named(configuration, sides_of(network, device))
        if len(told.sides.units) < 2:
            errors.append(_between_nothing(device))
            continue
        errors += told.errors
        found[device] = told.sides
    if errors:
        raise MapError(tuple(errors))
    return found


def strangers(network: Network, config: Sequence[str], base: Sequence[str]) -> None:
    """Raise ``MapError`` for devices that ``DEVICE=FILE`` arguments name and that the map, or ``--config``, has not."""
    errors = [
        _unknown_device(network, option, device)
        for option, texts in (("--config", config), ("--base", base))
        for device in dict.fromkeys(text.partition("=")[0] for text in texts if "=" in text)
        if device not in network.assets
    ]
    known = {text.partition("=")[0] for text in config}
    if all("=" in text for text in config):
        errors += (
            input_error("usage", say("--base {device}: there is no --config of it to compare with",
                                     "--base {device} : aucun --config de cet équipement à comparer", device=device),
                        Ref("argument", "--base"))
            for device in dict.fromkeys(text.partition("=")[0] for text in base if "=" in text)
            if device in network.assets and device not in known
        )  # fmt: skip
    if errors:
        raise MapError(tuple(errors))


def _unknown_device(network: Network, option: str, device: str) -> Finding:
    near = nearest(device, network.assets) or tuple(sorted(network.topology.forwarding))[:6]
    message = say(
        "{option}: the map has no asset {device}; nearest: {near}",
        "{option} : la carte n’a pas de bien {device} ; le plus proche : {near}",
        option=option, device=device[:60], near=near,
    )  # fmt: skip
    return input_error("unknown-name", message, Ref("argument", option))


def _between_nothing(device: str) -> Finding:
    message = say(
        "{device} stands between no two places: it is in no “through”, and has no interfaces in two places",
        "{device} n’est entre aucun lieu : aucun « through » ne le nomme et il n’a pas d’interfaces en deux lieux",
        device=device,
    )  # fmt: skip
    return input_error("configuration", message, Ref("asset", device))


def _verdict(
    network: Network, device: str, configurations: Mapping[str, Configuration], sides: Mapping[str, Sides],
    compared: Mapping[str, tuple[Compared, ...]], tick: Tick,
) -> Verdict:  # fmt: skip
    configuration, mine = configurations[device], compared[device]
    translated = Translated.of(network, configurations.values())
    standing: list[Excess] = []
    held: list[Excess] = []
    for item in mine:
        others: dict[str, Neighbour] = {}
        if item.hook == "forward" and len(configurations) > 1:
            for name in configurations:
                rules = forwarded(compared[name], item.phase) if name != device else None
                if rules is not None:
                    others[name] = Neighbour(sides[name], rules)
        for excess in item.excess:
            if any(_same(excess, other) for other in standing):
                continue  # of an earlier phase
            pieces = pieces_of(excess)
            alike = excess.whole and not any(translated.holds(piece) for piece in pieces)
            by = stopped(network, pieces, device, others) if others and alike else ()
            if by:
                held.append(replace(excess, stopped=by))
            else:
                standing.append(_explained(network, excess) if len(standing) < _MOST_EXPLAINED else excess)
    missing = tuple(found for item in mine for found in item.missing)
    elsewhere = tuple(dict.fromkeys(line for item in mine for line in item.elsewhere))
    idle = tuple({id(term): term for item in mine for term in item.permitted.idle}.values())
    doubtful = any(item.doubtful or item.elsewhere for item in mine)
    out_of_budget = any(not item.decided for item in mine)
    result: Result = "undecided" if doubtful or out_of_budget else "equal"
    if standing or missing:
        result = "differs" if standing and missing else "excess" if standing else "missing"
    return Verdict(
        device, configuration, result, tuple(standing), missing, tuple(held), elsewhere,
        configuration.undecided, effectless(configuration, idle, tick), doubtful, out_of_budget,
        sum(len(stage.terms) for stage in configuration.stages),
        len({rule.origin for item in mine for rule in item.claims.owed}),
        tuple(_notes(configuration, mine, sides[device], idle)),
    )  # fmt: skip


def _settled(verdict: Verdict, compared: Sequence[Compared]) -> frozenset[Hook]:
    """Return the hooks at which a configuration was found to be equal to the matrix, by itself."""
    return (
        frozenset(item.hook for item in compared) if verdict.result == "equal" and not verdict.stopped else frozenset()
    )


def _same(one: Excess, other: Excess) -> bool:
    """Say whether two excesses of different phases are of the same written rules."""
    keys = [
        (item.hook, *((deciding.stage.name, deciding.written) for deciding in item.origin)) for item in (one, other)
    ]
    return one.phase != other.phase and keys[0] == keys[1]


def _explained(network: Network, excess: Excess) -> Excess:
    """Return an excess with the lines that come near its witness, and the segmentation rules that it breaks."""
    packet = excess.witness
    vrf = network.ownership.vrfs[packet.source >> VRF_SHIFT]
    if packet.source >> VRF_SHIFT != packet.destination >> VRF_SHIFT:
        return excess
    try:
        said = explain(network, show(packet.source), show(packet.destination), service_text(packet), vrf=vrf)
    except MapError:
        return excess
    near = tuple((item.line.id, item.why) for item in said.nearest[:3])
    return replace(excess, near=near, forbidden=said.forbidden)


def service_text(packet: Packet) -> str:
    """Return the service that a packet asks for, as a map writes it."""
    word = name(packet.protocol)
    if packet.protocol in PORTED:
        return f"{word}/{packet.port}" if packet.port else f"{word}/1-65535"
    if packet.protocol in (ICMP, ICMPV6):
        return f"{word}/{packet.port >> 8}/{packet.port & 255}"
    return word


def _notes(
    configuration: Configuration, compared: Sequence[Compared], sides: Sides, idle: Sequence[Term]
) -> list[Message]:
    said = {item.hook for item in compared}
    notes = []
    if configuration.input is None or "input" not in said:
        notes.append(_NO_INPUT)
    if configuration.output is None or "output" not in said:
        notes.append(_NO_OUTPUT)
    strange = [item.name for item in configuration.interfaces if item.name not in sides.ports]
    if strange and sides.ports:
        notes.append(Message(_STRANGE, {
            "device": sides.device, "n": len(strange), "names": tuple(strange[:_MOST_NAMED])}))  # fmt: skip
    known = bare(sides.around | sides.own)
    elsewhere = {
        term.written for term in idle
        if term.action != "deny" and not (term.sources.overlaps(known) and term.destinations.overlaps(known))
    }  # fmt: skip
    if elsewhere:
        notes.append(Message(_IDLE, {"device": sides.device, "n": len(elsewhere)}))
    return notes
