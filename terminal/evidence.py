"""What a command is given, read and judged: the map, configurations, captures, the history in git."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cloison.netmodel.finding import Finding, MapError, Ref, input_error, say
from cloison.terminal.command import HOLDS
from cloison.terminal.output import tell
from cloison.terminal.progress import PROGRESS
from cloison.terminal.refusals import bad

if TYPE_CHECKING:
    from cloison.flows.auditing.account import Audit
    from cloison.flows.table import Capture
    from cloison.flows.verify import Verification
    from cloison.netmodel.assurance.evidence import Changes, Evidence
    from cloison.netmodel.comparison import Comparison
    from cloison.netmodel.language.revisions import Version
    from cloison.netmodel.lineage import Lineage
    from cloison.netmodel.network import Network
    from cloison.netmodel.report import Report


def read_network(path: Path, at: date) -> Network:
    """Return a map as it is at a date; every error of it is raised at once."""
    from cloison.netmodel.language.read import read_map
    from cloison.netmodel.network import compile_network

    return compile_network(read_map(path, tick=PROGRESS.tick), at, tick=PROGRESS.tick)


def known_frameworks(names: list[str]) -> tuple[str, ...]:
    """Return the names of frameworks; those that no framework has are refused together."""
    from cloison.netmodel.assurance.assess import built_in_frameworks
    from cloison.netmodel.compiling.problems import near

    known = tuple(framework.name for framework in built_in_frameworks())
    problems = [
        input_error(
            "unknown-word",
            say("--framework: {name} is no known framework", "--framework : {name} n’est pas un référentiel connu",
                name=name),
            Ref("argument", "--framework"), remedy=near(name, known),
        )
        for name in names if name not in known
    ]  # fmt: skip
    if problems:
        raise MapError(tuple(problems))
    return tuple(names)


def verified(network: Network, config: list[str], base: list[str]) -> Verification:
    """Return what configurations are against the map, and against those before a change."""
    from cloison.flows.configuring.load import read_all
    from cloison.flows.verify import strangers, verify

    strangers(network, config, base)
    configurations = read_all(config, network.assets, "--config", PROGRESS.tick)
    before = read_all(base, network.assets, "--base", PROGRESS.tick) if base else None
    return verify(network, configurations, before, PROGRESS.tick)


def read_captures(
    files: list[str], probes: list[str], network: Network | None, vrf: str, rare: bool, timeouts: tuple[int, int, int]
) -> list[tuple[str, Capture]]:
    """Read the captures without a probe, then those made at each probe; every unreadable one is reported."""
    from cloison.captures.conversations import Timeouts
    from cloison.captures.read import read
    from cloison.flows.audit import refusals

    problems: list[Finding] = []
    wanted: list[tuple[str, str]] = [("", name) for name in files]
    for item in probes:
        name, sign, file = item.partition("=")
        if not name or not sign or not file:
            problems.append(
                bad(
                    "--probe",
                    say("--probe {text}: write PROBE=FILE", "--probe {text} : écrire SONDE=FICHIER", text=item),
                )
            )
        else:
            wanted.append((name, file))
    if network is not None:
        problems += refusals(network, (name for name, _ in wanted), vrf)
    if not wanted and not problems:
        problems.append(
            bad(
                "CAPTURE",
                say(
                    "no capture is named; - reads standard input",
                    "aucune capture n’est nommée ; - lit l’entrée standard",
                ),
            )
        )
    if problems:
        raise MapError(tuple(problems))
    limits = Timeouts(tcp=timeouts[0], udp=timeouts[1], other=timeouts[2])
    grouped: dict[str, list[str]] = {}
    for name, file in wanted:
        grouped.setdefault(name, []).append(file)
    return [
        (name, read(paths, timeouts=limits, rare=rare, tick=PROGRESS.packets, announce=tell))
        for name, paths in grouped.items()
    ]


def audited(network: Network, captures: list[str], probes: list[str]) -> tuple[Audit, int]:
    """Return the audit of captures, and ``UNDECIDED`` where some of them could not be read or decoded."""
    from cloison.flows.audit import Options
    from cloison.flows.audit import audit as judge

    outcome = judge(network, read_captures(captures, probes, network, "", True, (300, 120, 30)), Options(),
                    tick=PROGRESS.tick)  # fmt: skip
    code = outcome.read_code(0)
    if code != HOLDS:
        tell(say(
            "some of the captures could not be read or decoded: cloison audit counts what was not",
            "une partie des captures n’a pu être lue ou décodée : cloison audit compte ce qui ne l’a pas été",
        ))  # fmt: skip
    return outcome, code


class Given(NamedTuple):
    """What the options of a command bring to the rules; ``code`` is ``UNDECIDED`` where some captures were not read."""

    evidence: Evidence
    verification: Verification | None
    audit: Audit | None
    history: Lineage | None
    code: int

    @property
    def permitted(self) -> Report | None:
        """What configurations permit, as ``verify`` tells it."""
        return self.verification.report() if self.verification is not None else None

    @property
    def seen(self) -> Report | None:
        """What captures show, as ``audit`` tells it."""
        from cloison.flows.audit import audit_report

        return audit_report(self.audit, self.evidence.network) if self.audit is not None else None


def given_to(
    network: Network, path: Path, config: list[str] | None, capture: list[str] | None, probe: list[str] | None
) -> Given:
    """Return the evidence of a map, its history, and the configurations and captures that were given."""
    from cloison.netmodel.assurance.evidence import Evidence

    evidence, verification, outcome, code = Evidence(network, network.at), None, None, HOLDS
    if config:
        from cloison.flows.effective import effective

        verification = verified(network, config, [])
        evidence = replace(evidence, effective=effective(verification))
    if capture or probe:
        from cloison.flows.observe import observed

        outcome, code = audited(network, capture or [], probe or [])
        evidence = replace(evidence, observed=observed(outcome))
    known = history_of(network, path)
    if known is not None:
        evidence = replace(evidence, ancestors=known.digests, unsure=known.doubt)
    return Given(evidence, verification, outcome, known, code)


def compared(old: Version, path: Path, at: date) -> Comparison:
    """Return what the map at a path changes of an earlier version, both at one date, with what rules say of them."""
    from cloison.netmodel.assurance.assess import assess_network
    from cloison.netmodel.collector import without_collector
    from cloison.netmodel.comparing.order import read_both
    from cloison.netmodel.comparison import compare
    from cloison.netmodel.language.revisions import Version

    with without_collector():
        networks = read_both(old, Version(str(path), path), at, PROGRESS.tick)
        judged = [(one, assess_network(one, PROGRESS.tick)) for one in networks]
        return compare(judged[0], judged[1], PROGRESS.tick)


def changes_since(since: str, path: Path, at: date) -> Changes:
    """Return what changed since a version of the map, as rules ask of it."""
    from cloison.netmodel.comparison import changes
    from cloison.netmodel.language.revisions import version

    return changes(compared(version(since, path), path, at), since)


def history_of(network: Network, path: Path) -> Lineage | None:
    """Return what git knows of the version that the last review names; nothing where it names none, or today's."""
    last = network.last_review
    if last is None or not last.digest or last.digest == network.digest:
        return None
    from cloison.netmodel.lineage import lineage

    return lineage(path, network.files, last.digest, last.on, PROGRESS.tick)
