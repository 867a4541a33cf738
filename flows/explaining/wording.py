"""What an explanation says in sentences: its answer, the parts that are authorised, a packet that is not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cloison.flows.explaining.explanation import Explanation
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Message, Text, Value, say
from cloison.netmodel.network import Network
from cloison.netmodel.space.addresses import VRF_SHIFT, show
from cloison.netmodel.space.packets import Packet
from cloison.netmodel.space.protocols import keyword, port_text
from cloison.netmodel.space.services import BOTH, EVERY_SERVICE, OPENING, ServiceSet
from cloison.netmodel.space.services import show as show_services

_MOST_PARTS = 6

_WHY: Mapping[str, Text] = {
    "inside": Text(
        "no line is needed: both ends lie inside", "aucune ligne n’est nécessaire : les deux bouts sont dedans"
    ),
    "partly": Text("authorised in part only", "autorisé en partie seulement"),
    "unmapped": Text("an end is on no declared subnet", "un bout n’est sur aucun sous-réseau déclaré"),
    "forbidden": Text("a segmentation rule forbids it", "une règle de cloisonnement l’interdit"),
    "direction": Text("authorised only the other way", "autorisé seulement dans l’autre sens"),
    "service": Text(
        "these ends are joined for other services only", "ces bouts ne sont reliés que pour d’autres services"
    ),
    "no-line": Text("no line of the matrix", "aucune ligne de la matrice"),
}


def summary(explanation: Explanation, network: Network) -> tuple[Message, ...]:
    """Return the sentences of an explanation, the answer first."""
    question = explanation.question
    said = [_answer(explanation, network)]
    if question.open and question.translations and explanation.reason != "inside":
        said.append(
            say(
                "these are the services behind {translations}", "ce sont les services derrière {translations}",
                translations=tuple(item.id for item in question.translations),
            )
        )  # fmt: skip
    said += [
        say(
            "in part: {source} → {target}, {services} by {line}",
            "en partie : {source} → {target}, {services} par {line}",
            source=part.source, target=part.target, services=few(services_text(part.services)), line=part.line,
        )
        for part in explanation.parts[:_MOST_PARTS]
    ]  # fmt: skip
    if len(explanation.parts) > _MOST_PARTS:
        said.append(
            say(
                "in part: the lines above say the rest", "en partie : les lignes ci-dessus disent le reste",
            )
        )  # fmt: skip
    if explanation.witness is not None:
        said.append(_instance(explanation, explanation.witness, network))
    if explanation.forbidden and explanation.authorised:
        said.append(
            say(
                "authorised although {rules} forbids it", "autorisé alors que {rules} l’interdit",
                rules=explanation.forbidden,
            )
        )  # fmt: skip
    elif explanation.forbidden:
        said.append(say("forbidden by {rules}", "interdit par {rules}", rules=explanation.forbidden))
    return tuple(said)


def life_text(line: Line, at: date) -> Text:
    """Return when a line that is not live on a day ended, or when it starts."""
    if line.flow.starts is not None and at < line.flow.starts:
        return Text(f"starts on {line.flow.starts}", f"commence le {line.flow.starts}")
    return Text(f"expired on {line.flow.expires}", f"a expiré le {line.flow.expires}")


def services_text(services: ServiceSet) -> list[str]:
    """Return services as a map writes them: the opening packet stands for the conversation."""
    opening = services.in_phase(OPENING)
    if opening == EVERY_SERVICE.in_phase(OPENING):
        return ["any"]
    whole = ServiceSet.union(
        ServiceSet.of((box.protocol, box.protocol), (box.low, box.high), (box.source_low, box.source_high), BOTH)
        for box in opening.boxes()
    )
    return list(show_services(whole))


def few(words: list[str]) -> tuple[str, ...]:
    """Return the first words, and how many more there are."""
    return tuple(words) if len(words) <= 8 else (*words[:8], f"… +{len(words) - 8}")


def packet_data(packet: Packet, network: Network) -> dict[str, Any]:
    """Return a packet as the JSON of an explanation has it."""
    return {
        "source": show(packet.source),
        "destination": show(packet.destination),
        "vrf": network.ownership.vrfs[packet.source >> VRF_SHIFT],
        "protocol": keyword(packet.protocol),
        "port": port_text(packet.protocol << 16 | packet.port),
    }


def _answer(explanation: Explanation, network: Network) -> Message:
    question = explanation.question
    values: dict[str, Value] = {
        "source": question.source.text, "target": question.target.text, "at": network.at,
        "why": _why(explanation, network),
    }  # fmt: skip
    if not question.open:
        values["service"] = question.service or few(services_text(question.services))
    if explanation.reason == "inside":
        if question.open:
            return say("{source} → {target}: {why}", "{source} → {target} : {why}", **values)
        return say("{source} → {target}, {service}: {why}", "{source} → {target}, {service} : {why}", **values)
    if not explanation.authorised:
        if question.open and explanation.matches:
            return say(
                "{source} → {target}: authorised in part only on {at} (no service was asked)",
                "{source} → {target} : autorisé en partie seulement le {at} (aucun service n’a été demandé)",
                **values,
            )
        if question.open:
            return say(
                "{source} → {target}: nothing is authorised on {at} (no service was asked): {why}",
                "{source} → {target} : rien n’est autorisé le {at} (aucun service n’a été demandé) : {why}",
                **values,
            )
        return say(
            "{source} → {target}, {service}: not authorised on {at}: {why}",
            "{source} → {target}, {service} : non autorisé le {at} : {why}",
            **values,
        )
    values["lines"] = few(_by(explanation))
    if not question.open:
        return say(
            "{source} → {target}, {service}: authorised on {at} by {lines}",
            "{source} → {target}, {service} : autorisé le {at} par {lines}",
            **values,
        )
    if EVERY_SERVICE.in_phase(OPENING) <= explanation.services:
        return say(
            "{source} → {target}: authorised for every service (no service was asked) on {at} by {lines}",
            "{source} → {target} : autorisé pour tout service (aucun service n’a été demandé) le {at} par {lines}",
            **values,
        )
    return say(
        "{source} → {target}: authorised for {services} only (no service was asked) on {at} by {lines}",
        "{source} → {target} : autorisé pour {services} seulement (aucun service n’a été demandé) le {at} par {lines}",
        **values, services=few(services_text(explanation.services)),
    )  # fmt: skip


def _by(explanation: Explanation) -> list[str]:
    """Return the lines that authorise it: those that do for all of both ends, then those that do together."""
    helping = [match for match in explanation.matches if match.services.overlaps(explanation.services)]
    alone = [match for match in helping if match.complete]
    rest = explanation.services - ServiceSet.union(match.services for match in alone)
    return [match.line.id for match in alone] + [
        match.line.id for match in helping if not match.complete and match.services.overlaps(rest)
    ]


def _why(explanation: Explanation, network: Network) -> Text | tuple[Text, ...]:
    if explanation.reason != "expired":
        return _WHY.get(explanation.reason, Text("", ""))
    ended = [(item.line.id, life_text(item.line, network.at)) for item in explanation.nearest if item.why == "expired"]
    return tuple(Text(f"{name} {life.en}", f"{name} {life.fr}") for name, life in ended)


def _instance(explanation: Explanation, witness: Packet, network: Network) -> Message:
    packet = packet_data(witness, network)
    ends = {"source": packet["source"], "target": packet["destination"]}
    if explanation.question.open and not explanation.matches:  # whatever the service
        return say(
            "not authorised, for instance: {source} → {target}",
            "non autorisé, par exemple : {source} → {target}",
            **ends,
        )
    asked = packet["protocol"] if packet["port"] is None else f"{packet['protocol']}/{packet['port']}"
    return say(
        "not authorised, for instance: {source} → {target}, {service}",
        "non autorisé, par exemple : {source} → {target}, {service}",
        **ends, service=asked,
    )  # fmt: skip
