"""What configurations say of a rule: it is asked again of the matrix and all that they permit beyond it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.finding import Message, say
from cloison.netmodel.network import Network
from cloison.netmodel.widened import Passage, widened

_NAMED = 6


def effective_network(evidence: Evidence) -> Network:
    """Return the network of the effective graph: the map's lines, and what configured devices permit beyond them."""
    return widened(
        evidence.network,
        (
            Passage(item.device, item.rule, item.spans[0], item.products)
            for permitted in evidence.effective.values()
            for item in permitted.departures
            if item.kind == "excess"
        ),
    )


def effective_parts(
    check: Check, evidence: Evidence, declared: Outcome, wider: Callable[[], Network]
) -> tuple[Part, ...]:
    """Return how a rule is broken where configurations permit more than the matrix, which ``declared`` was asked of.

    There is an answer to each question of the rule, save those that do not apply, on either graph. ``rest`` names the
    filtering assets whose configuration was not given, and those whose is in doubt.
    """
    excess = any(item.kind == "excess" for permitted in evidence.effective.values() for item in permitted.departures)
    outcome = Outcome(())
    if excess:
        given = Evidence(wider(), evidence.at, evidence.effective, evidence.observed, evidence.ancestors,
                             evidence.unsure)  # fmt: skip
        outcome = check.run(given)
    rules = sum(item.rules for item in evidence.effective.values())
    devices = len(evidence.effective)
    seen = say(
        "{rules} {rules:rule|rules} of {devices} configured {devices:device|devices}",
        "{rules} {rules:règle|règles} de {devices} {devices:équipement configuré|équipements configurés}",
        rules=rules, devices=devices,
    )  # fmt: skip
    rest = not_compared(evidence)
    parts = []
    for name in check.parts:
        before = [part for part in declared.parts if part.name == name]
        breaches, missing = _more(before, [part for part in outcome.parts if part.name == name])
        if breaches or missing or not all(part.absent is not None for part in before):
            parts.append(Part(seen, {"effective": rules}, breaches, missing, name=name, rest=rest))
    return tuple(parts)


def _more(before: Sequence[Part], after: Sequence[Part]) -> tuple[tuple[Breach, ...], tuple[Missing, ...]]:
    """Return what the answers on the effective graph have beyond those on the declared one."""
    known = {(item.subject, item.message.say("en")) for part in before for item in part.breaches}
    lacking = {item for part in before for item in part.missing}
    breaches = tuple(
        Breach(item.subject, item.message, item.spans, item.witness, item.severity, item.remedy, "effective")
        for part in after
        for item in part.breaches
        if (item.subject, item.message.say("en")) not in known
    )
    return breaches, tuple(item for part in after for item in part.missing if item not in lacking)


def not_compared(evidence: Evidence) -> Message | None:
    """Return which filters were not compared, or not wholly; nothing when all were."""
    network = evidence.network
    filters = sorted(name for name in network.topology.forwarding if "filtering" in network.assets[name].functions)
    absent = [
        name for name in filters
        if name not in evidence.effective
        and not (network.assets[name].members and set(network.assets[name].members) <= evidence.effective.keys())
    ]  # fmt: skip
    if absent:
        return say(
            "no configuration of {assets} was compared", "aucune configuration de {assets} n’a été comparée",
            assets=_few(absent),
        )  # fmt: skip
    doubtful = sorted(name for name, item in evidence.effective.items() if item.doubts)
    if doubtful:
        return say(
            "the configuration of {assets} is understood in part",
            "la configuration de {assets} est comprise en partie",
            assets=_few(doubtful),
        )  # fmt: skip
    return None


def _few(names: list[str]) -> tuple[str, ...]:
    return tuple(names) if len(names) <= _NAMED else (*names[:_NAMED], f"… +{len(names) - _NAMED}")
