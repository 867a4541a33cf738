"""What configurations permit, as evidence for the checks: the effective graph beside the declared one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cloison.flows.verify import Verification
from cloison.flows.verifying.grounds import findings
from cloison.flows.verifying.verdict import Excess, Verdict
from cloison.flows.verifying.wording import Wording
from cloison.netmodel.assurance.evidence import Departure, Permitted
from cloison.netmodel.finding import Finding, Message, Witness, say
from cloison.netmodel.network import Network
from cloison.netmodel.space.packets import Product


def effective(verification: Verification) -> Mapping[str, Permitted]:
    """Return what each verified device permits beyond the matrix, and what it blocks of it."""
    network = verification.network
    wording = Wording.around(network, [verdict.device for verdict in verification.devices])
    return {verdict.device: _permitted(network, verdict, wording) for verdict in verification.devices}


def _permitted(network: Network, verdict: Verdict, wording: Wording) -> Permitted:
    told = list(findings(network, verdict, wording))
    over = [item for item in told if item.rule == "configuration-excess"]
    under = [item for item in told if item.rule == "configuration-missing"]
    departures = [
        Departure(
            "excess", verdict.device, finding.message, finding.spans, _witness(finding), _rule(excess),
            tuple(Product(box.source, box.target, box.services) for box in excess.boxes),
        )
        for finding, excess in zip(over, verdict.excess, strict=True)
    ]  # fmt: skip
    departures += [
        Departure("missing", verdict.device, finding.message, finding.spans, _witness(finding), line=missing.line)
        for finding, missing in zip(under, verdict.missing, strict=True)
    ]
    return Permitted(verdict.device, tuple(departures), verdict.rules, verdict.lines, tuple(_doubts(verdict)))


def _witness(finding: Finding) -> Witness:
    assert finding.witness is not None
    return finding.witness


def _rule(excess: Excess) -> str:
    """Return the rule's text, or the name of the list whose end permits."""
    return next((item.written.text for item in excess.origin if item.written is not None), excess.origin[0].stage.name)


def _doubts(verdict: Verdict) -> Iterator[Message]:
    if verdict.doubtful or verdict.out_of_budget:
        yield say(
            "{device}: some of its rules are not understood", "{device} : certaines règles ne sont pas comprises",
            device=verdict.device,
        )  # fmt: skip
