"""What configurations permit, as evidence for the checks: the effective graph beside the declared one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from cloison.flows.explaining.question import place_of
from cloison.flows.verify import Verification
from cloison.flows.verifying.grounds import findings
from cloison.flows.verifying.verdict import Box, Excess, Verdict
from cloison.flows.verifying.wording import Wording
from cloison.netmodel.assurance.evidence import Contact, Departure, Permitted
from cloison.netmodel.finding import Finding, Message, Witness, say
from cloison.netmodel.network import Network
from cloison.netmodel.space.services import ServiceSet

_MOST = 20_000  # contacts of one rule


def effective(verification: Verification) -> Mapping[str, Permitted]:
    """Return what each verified device permits beyond the matrix, and what it blocks of it."""
    network = verification.network
    wording = Wording.around(network, [verdict.device for verdict in verification.devices])
    asked = _asked(network)
    return {verdict.device: _permitted(network, verdict, wording, asked) for verdict in verification.devices}


def _permitted(network: Network, verdict: Verdict, wording: Wording, asked: Sequence[ServiceSet]) -> Permitted:
    told = list(findings(network, verdict, wording))
    over = [item for item in told if item.rule == "configuration-excess"]
    under = [item for item in told if item.rule == "configuration-missing"]
    departures = [
        Departure(
            "excess",
            verdict.device,
            finding.message,
            finding.spans,
            _witness(finding),
            tuple(islice(_contacts(network, excess, asked), _MOST)),
        )
        for finding, excess in zip(over, verdict.excess, strict=True)
    ]
    departures += [
        Departure("missing", verdict.device, finding.message, finding.spans, _witness(finding), (), missing.line)
        for finding, missing in zip(under, verdict.missing, strict=True)
    ]
    return Permitted(
        verdict.device, tuple(departures), verdict.rules, verdict.lines, tuple(_doubts(verdict, departures))
    )


def _witness(finding: Finding) -> Witness:
    assert finding.witness is not None
    return finding.witness


def _doubts(verdict: Verdict, departures: Sequence[Departure]) -> Iterator[Message]:
    if verdict.doubtful or verdict.out_of_budget:
        yield say(
            "{device}: some of its rules are not understood", "{device} : certaines règles ne sont pas comprises",
            device=verdict.device,
        )  # fmt: skip
    if any(len(item.contacts) >= _MOST for item in departures):
        yield say(
            "{device}: a rule joins more places than are looked at one by one",
            "{device} : une règle relie plus de lieux qu’il n’en est examiné un à un", device=verdict.device,
        )  # fmt: skip


def _asked(network: Network) -> tuple[ServiceSet, ...]:
    """Return the services that rules may ask about: those of endpoints, each once."""
    return tuple(dict.fromkeys(facts.service_set for facts in network.endpoints.values()))


def _contacts(network: Network, excess: Excess, asked: Sequence[ServiceSet]) -> Iterator[Contact]:
    """Yield a contact for each pair of places that boxes join and each kind of service that a check may ask about."""
    seen: set[Contact] = set()
    for box in excess.boxes:
        services = list(_services(box, asked))
        targets = place_of(network, "", box.target).owners
        for source in place_of(network, "", box.source).owners:
            for target in targets:
                for protocol, low in services:
                    contact = Contact(source, target, protocol, low)
                    if contact not in seen:
                        seen.add(contact)
                        yield contact


def _services(box: Box, asked: Sequence[ServiceSet]) -> Iterator[tuple[int, int]]:
    seen: dict[tuple[int, int], None] = {}
    for services in (box.services, *(box.services & item for item in asked)):
        if services:
            protocol, low, _, _ = services.least()
            seen[protocol, low] = None
    yield from seen
