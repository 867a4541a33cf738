"""encryption-profiles: what encrypts says which recommendation it follows (SecNumCloud 10.2).

One question each for TLS, IPsec and SSH: every live line and every tunnel follows a known profile, in one edition of
ANSSI's notes, that speaks of its protocol, and asks for no version below it. A line that says nothing of `encryption`
is one of TLS or SSH where its services show them on the wire. A tunnel follows the profile of the lines
that carry its outer packets. Other mechanisms have no profile here: they are counted, and their conformity to
CRYPTO_B1 is declared. What is really negotiated is compared with the profile by an audit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cloison.netmodel.assurance.check import Breach, Check, Missing, Outcome, Part
from cloison.netmodel.assurance.cites import cited
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.assurance.searching.ends import along, ref
from cloison.netmodel.assurance.subjects.cryptography import (
    FAMILIES,
    family_of,
    known_profiles,
    problem_of,
    profile_name,
)
from cloison.netmodel.assurance.subjects.encryption import encrypts, is_tunnel, wire
from cloison.netmodel.assurance.subjects.interfaces import family
from cloison.netmodel.compiling.references import TUNNELS
from cloison.netmodel.facts import Line
from cloison.netmodel.finding import Ref, Text, say
from cloison.netmodel.language.model import Encryption
from cloison.netmodel.network import Network

_WORDS = {
    "tls": Text("TLS", "TLS"),
    "ipsec": Text("IPsec", "IPsec"),
    "ssh": Text("SSH", "SSH"),
    "others": Text("other mechanisms", "d’autres mécanismes"),
}
_PROFILE = Text(
    "a cryptographic profile (`encryption.profile`, or `profiles`)",
    "un profil cryptographique (`encryption.profile`, ou `profiles`)",
)


@dataclass(slots=True)
class _Answer:
    """What was looked at for one family of protocols, and what came of it."""

    lines: int = 0
    tunnels: int = 0
    breaches: list[Breach] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    protocols: set[str] = field(default_factory=set)


def _line(network: Network, line: Line, encryption: Encryption, answer: _Answer) -> None:
    problem = problem_of(network.model, encryption)
    if problem is not None:
        inherited = not encryption.profile and profile_name(network.model, encryption)
        if inherited and problem_of(network.model, Encryption(encryption.protocol)) is not None:
            return  # it is that of the map's own `profiles`, and told once
        known = not encryption.profile or encryption.profile in known_profiles()
        message = say(
            "{line} is encrypted, but {problem}",
            "{line} est chiffrée, mais {problem}",
            line=line.id,
            problem=problem,
        )
        answer.breaches.append(
            Breach(
                ref(line),
                message,
                cited(network, ref(line), "encryption"),
                along(network, line),
                severity=None if known else "warning",
                remedy=None if known else _UNKNOWN_REMEDY,
            )
        )
    elif family_of(encryption.protocol) and not profile_name(network.model, encryption):
        answer.missing.append(Missing(ref(line), _PROFILE))


def _shown(network: Network, line: Line, known: dict[str, str]) -> tuple[str, ...]:
    """Return the protocols that encrypt by the services of a line which says nothing of encryption.

    The outer packets of a tunnel are none of them: the tunnel itself is looked at.
    """
    found: dict[str, None] = {}
    for services in (line.services, *line.endpoint_services.values()):
        for name, _ in services:
            if name not in known:
                known[name] = wire(network, name)
            if known[name] in FAMILIES:
                found[known[name]] = None
    return tuple(found) if found and not is_tunnel(network, line) else ()


def _unsaid(network: Network, line: Line, protocol: str, answers: dict[str, _Answer]) -> None:
    answer = answers[family_of(protocol)]
    answer.lines += 1
    answer.protocols.add(protocol)
    if not profile_name(network.model, Encryption(protocol)):
        answer.missing.append(Missing(ref(line), _PROFILE))


_UNKNOWN_REMEDY = say(
    "Name one of the known profiles, or justify before the assessor that this one follows ANSSI’s note.",
    "Nommer l’un des profils connus, ou justifier devant l’évaluateur que celui-ci suit la note de l’ANSSI.",
)


def _tunnels(network: Network, answers: dict[str, _Answer]) -> None:
    tunnels = {
        name: carrier
        for name, carrier in network.model.carriers.items()
        if carrier.kind == "tunnel" and TUNNELS.get(carrier.protocol.lower(), False)
    }
    outer = [line for line in network.lines if tunnels and line.live and is_tunnel(network, line)]
    for name, carrier in tunnels.items():
        protocol = carrier.protocol.lower()
        answer = answers[family_of(protocol) or "others"]
        answer.tunnels += 1
        answer.protocols.add(protocol)
        if not family_of(protocol):
            continue
        ends = frozenset(item for asset in carrier.ends for item in family(network, asset))
        follows = profile_name(network.model, Encryption(protocol)) or any(
            line.flow.encryption is not None
            and profile_name(network.model, line.flow.encryption)
            and any(not ends.isdisjoint(end.assets) for end in (*line.sources, *line.targets))
            for line in outer
        )
        if not follows:
            answer.missing.append(Missing(Ref("carrier", name), _PROFILE))


def _own_profiles(network: Network) -> Iterator[tuple[str, Breach]]:
    """Yield what is wrong with the profiles that the map gives to protocols, once each."""
    for protocol, name in network.model.profiles.items():
        problem = problem_of(network.model, Encryption(protocol, profile=name))
        if problem is None:
            continue
        message = say(
            "the map gives {protocol} the profile {name}, but {problem}",
            "la carte donne à {protocol} le profil {name}, mais {problem}",
            protocol=protocol,
            name=name,
            problem=problem,
        )
        span = network.document.span(("profiles", protocol))
        severity = "warning" if name not in known_profiles() else "error"
        yield (
            FAMILIES.get(protocol.lower(), "others"),
            Breach(Ref("map", network.model.name), message, (span,), severity=severity, remedy=_UNKNOWN_REMEDY),  # type: ignore[arg-type]
        )


def _run(evidence: Evidence) -> Outcome:
    network = evidence.network
    answers = {name: _Answer() for name in _WORDS}
    shown: dict[str, str] = {}
    for line in network.lines:
        encryption = line.flow.encryption
        if not line.live:
            continue
        if encryption is None:
            for name in _shown(network, line, shown):
                _unsaid(network, line, name, answers)
            continue
        if not encrypts(line):
            continue
        answer = answers[family_of(encryption.protocol) or "others"]
        answer.lines += 1
        answer.protocols.add(encryption.protocol.lower())
        _line(network, line, encryption, answer)
    _tunnels(network, answers)
    for name, breach in _own_profiles(network):
        answers[name].breaches.append(breach)
    return Outcome(tuple(_part(name, answer) for name, answer in answers.items()))


def _part(name: str, answer: _Answer) -> Part:
    seen = say(
        "{lines} {lines:line|lines} and {tunnels} {tunnels:tunnel|tunnels} by {what}",
        "{lines} {lines:ligne|lignes} et {tunnels} {tunnels:tunnel|tunnels} par {what}",
        lines=answer.lines,
        tunnels=answer.tunnels,
        what=tuple(sorted(answer.protocols)) or _WORDS[name],
    )
    count = answer.lines + answer.tunnels
    absent = None
    if not count and not answer.breaches:
        absent = say(
            "no line and no tunnel is encrypted by {what}",
            "aucune ligne et aucun tunnel n’est chiffré par {what}",
            what=_WORDS[name],
        )
    return Part(seen, {"declared": count}, tuple(answer.breaches), tuple(answer.missing), absent, name)


CHECK = Check(
    name="encryption-profiles",
    title=Text(
        "What encrypts follows a known cryptographic profile",
        "Ce qui chiffre suit un profil cryptographique connu",
    ),
    why=Text(
        "“Encrypted” tells nothing: an old version or a weak suite is read, and nobody can verify what nobody wrote.",
        "« Chiffré » ne dit rien : une version ancienne ou une suite faible se lit, et nul ne vérifie ce que nul n’a "
        "écrit.",
    ),
    remedy=Text(
        "Name the profile in the line’s `encryption`, or for each protocol once under `profiles`.",
        "Nommer le profil dans l’`encryption` de la ligne, ou une fois par protocole sous `profiles`.",
    ),
    severity="error",
    run=_run,
    parts=("tls", "ipsec", "ssh", "others"),
)
