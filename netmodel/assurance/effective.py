"""What configurations say of a rule that has a direct reading: what they permit beyond the matrix may break it."""

from __future__ import annotations

from cloison.netmodel.assurance.check import Breach, Check, Part
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.finding import Message, Ref, say

_NAMED = 6


def effective_part(check: Check, evidence: Evidence) -> Part:
    """Return the breaches of a rule by what configured devices permit and no line authorises.

    ``rest`` names the filtering assets whose configuration was not given, and those whose is in doubt.
    """
    assert check.forbids is not None
    forbids = check.forbids(evidence.network)
    breaches = [
        Breach(Ref("asset", item.device), item.message, item.spans, item.witness, graph="effective")
        for permitted in evidence.effective.values() for item in permitted.departures
        if item.kind == "excess" and any(forbids(contact) for contact in item.contacts)
    ]  # fmt: skip
    rules = sum(item.rules for item in evidence.effective.values())
    devices = len(evidence.effective)
    seen = say(
        "{rules} {rules:rule|rules} of {devices} configured {devices:device|devices}",
        "{rules} {rules:règle|règles} de {devices} {devices:équipement configuré|équipements configurés}",
        rules=rules, devices=devices,
    )  # fmt: skip
    return Part(seen, {"effective": rules}, tuple(breaches), rest=not_compared(evidence))


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
