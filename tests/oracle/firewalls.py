"""``make oracle SHARED=PATH``: the firewall configurations there, verified, compared and met by packets.

A firewall of zones and a router against maps written by hand, and what two candidates change of each; one policy in
several languages (:mod:`one_policy`); other files by packets whose fate their policy tells (``packets/``), or refused
with a reason. The script fails below the figures that are committed beside it; ``--write`` replaces them.
"""

from __future__ import annotations

import importlib
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import one_policy

from cloison.flows.configuration import Configuration, File, Hook
from cloison.flows.configuring.fate import fate
from cloison.flows.configuring.load import load, read
from cloison.flows.verify import Verification, verify
from cloison.flows.verifying.lowering import Space, lowered
from cloison.flows.verifying.verdict import Box
from cloison.netmodel.finding import MapError
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.space.addresses import show
from cloison.netmodel.space.policy import compare

HERE = Path(__file__).parent
FIGURES = HERE / "firewalls.json"
ABSENT, MEANT = "name acl-f5-syslog-tcp-syslog", "name acl-f5-z3-tcp-syslog"
POD = """\
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
- {apiVersion: v1, kind: Pod, metadata: {name: one, namespace: shop}, status: {phase: Running, podIP: 10.1.2.3}}
"""
REFUSED = {
    "sample_multitarget.acl": "one list a file",  # two lists of one family: read one by one below
    "sample_multitarget.asa": "one list a file",
    "sample_multitarget.jcl": "No interface has a filter",
    "sample_multitarget.xacl": "No dialect recognises it",  # IOS-XR
    "sample_fortigate.yaml": "No dialect recognises it",  # the policy itself, in YAML, and no configuration
    "sample_k8s.yml": "has no namespace",
}
SLOWEST = 1.0  # seconds of processor for a change in this process

Figures = Counter[str]


def network_of(name: str) -> Network:
    """Return a map of this folder."""
    return compile_network(read_map(HERE / "maps" / name), date(2026, 11, 30))


def taken(path: Path) -> Configuration:
    """Return the configuration in a file."""
    return read([load(path)])


def zones(folder: Path, figures: Figures, faults: list[str]) -> Iterator[str]:
    """Verify the firewall of zones, and what its candidates change."""
    network = network_of("ios-zone-firewall.yaml")
    path = folder / "current" / "firewall.cfg"
    current = taken(path)
    said = verify(network, {"firewall": current}).devices[0]
    doubts = {str(term.written.span.line) for stage in current.forward for term in stage.terms if term.doubt}
    wanted = {str(number) for number, line in enumerate(path.read_text().splitlines(), 1) if ABSENT in line}
    reasons = {str(left.written.span.line) for left in said.undecided if ABSENT in left.written.text}
    figures["undecided for the absent list alone"] += (
        said.result == "undecided" and len(wanted) == 1 and reasons == wanted and _only_absent(current)
    )
    yield f"firewall.cfg: {said.result}, doubts of the rules of lines {sorted(doubts)}"
    with tempfile.TemporaryDirectory() as place:
        corrected = Path(place) / "firewall.cfg"
        corrected.write_text(path.read_text().replace(ABSENT, MEANT))
        whole = verify(network, {"firewall": taken(corrected)}).devices[0]
        figures["equal once its name is corrected"] += whole.result == "equal"
        yield f"firewall.cfg, the name corrected: {whole.result}"
    for candidate in ("candidate1", "candidate2"):
        changed = _changed(network, "firewall", folder, candidate, "firewall.cfg", faults)
        yield from changed[1]
        (change,) = changed[0].changes or ()
        figures["changes of zones that move nothing, decided"] += (
            not change.opened and not change.closed and change.gate == "inside" and change.decided
        )


def _only_absent(configuration: Configuration) -> bool:
    """Say whether all that is in doubt is one class, of TCP from admin to z3."""
    terms = [term for stage in configuration.forward for term in stage.terms if term.doubt]
    ends = {(tuple(term.arriving or ()), tuple(term.leaving or ())) for term in terms}
    return len(terms) == 1 and ends == {(("GigabitEthernet0/0/0",), ("GigabitEthernet0/0/3",))}


def router(folder: Path, figures: Figures, faults: list[str]) -> Iterator[str]:
    """Say whether what the candidates open in the router's list is named as exact sets."""
    network = network_of("nxos-edge.yaml")
    for candidate, size, gate in (("candidate1", 26, "outside"), ("candidate2", 27, "inside")):
        changed, lines = _changed(network, "router", folder, candidate, "rtr-with-acl.cfg", faults)
        (change,) = changed.changes or ()
        opened = {_named(box) for item in change.opened for box in item.boxes}
        whole = all(item.whole and item.lines == ("clients-web",) for item in change.opened)
        last = (1 << 32 - size) - 1
        wanted = {("10.10.10.0-10.10.10.255", f"18.18.18.0-18.18.18.{last}", port) for port in (80, 8080)}
        figures["changes of the list named exactly"] += (
            opened == wanted and whole and change.gate == gate and change.decided and not change.closed
        )
        unlisted = {(show(item.unlisted.destination), item.unlisted.port) for item in change.opened if item.unlisted}
        half = {_named(box) for item in changed.devices[0].excess for box in item.boxes
                if item.hook == "forward" and _named(box)[0].startswith("10.10.10.")}  # fmt: skip
        outside = {("10.10.10.0-10.10.10.255", "18.18.18.32-18.18.18.63", port) for port in (80, 8080)}
        figures["halves outside the line named exactly"] += (
            (half, unlisted) == (outside, {("18.18.18.32", 80), ("18.18.18.32", 8080)}) if size == 26
            else not half and not unlisted
        )  # fmt: skip
        yield from lines


def _named(box: Box) -> tuple[str, str, int]:
    """Return a box of one range of sources, one of destinations and one port of TCP; else nothing that is expected."""
    parts = list(box.services.boxes())
    if len(parts) != 1 or len(box.source.ranges) != 1 or len(box.target.ranges) != 1 or parts[0].low != parts[0].high:
        return ("", "", 0)
    shown = tuple("-".join(show(end) for end in held.ranges[0]) for held in (box.source, box.target))
    return (*shown, parts[0].low if parts[0].protocol == 6 else 0)  # type: ignore[return-value]


def _changed(
    network: Network, device: str, folder: Path, candidate: str, name: str, faults: list[str]
) -> tuple[Verification, list[str]]:
    """Return a change's verification, with its times: reading and comparing here, and the whole command."""
    paths = [folder / place / name for place in (candidate, "current")]
    start, clock = time.process_time(), time.perf_counter()
    new, old = (taken(path) for path in paths)
    changed = verify(network, {device: new}, {device: old})
    here, passed = time.process_time() - start, time.perf_counter() - clock
    if here > SLOWEST:
        faults.append(f"{candidate}/{name}: {here:.2f} s of processor, {SLOWEST} at most")
    map_name = "ios-zone-firewall.yaml" if device == "firewall" else "nxos-edge.yaml"
    before, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "cloison.cli", "verify", str(HERE / "maps" / map_name),
               "--config", f"{device}={paths[0]}", "--base", f"{device}={paths[1]}"]  # fmt: skip
    code = subprocess.run(command, capture_output=True, check=False).returncode
    whole, after = time.perf_counter() - clock, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    (change,) = changed.changes or ()
    if code != (1 if change.gate != "inside" else 0 if change.decided else 3):
        faults.append(f"{candidate}/{name}: the command ends with {code}, the gate is {change.gate}")
    line = (f"{candidate}/{name}: gate {change.gate}, {len(change.opened)} opened, {len(change.closed)} closed; "
            f"reading and comparing {here:.2f} s of processor ({passed:.2f} s passed), the whole command {spent:.2f} s "
            f"({whole:.2f} s)")  # fmt: skip
    return changed, [line]


def met(folder: Path, figures: Figures, faults: list[str]) -> Iterator[str]:
    """Read each other file, or see it refused, and meet it with packets whose fate its policy tells."""
    sys.path.insert(0, str(HERE.parent / "firewalls"))
    cases: Any = importlib.import_module("test_cases")
    for path in sorted(folder.glob("sample_*")):
        if path.suffix == ".pol":
            continue
        try:
            configuration = taken(path)
            figures["files read"] += 1
        except MapError as refused:
            said = {item.message.say("en") for item in refused.findings}
            if any(REFUSED.get(path.name, "?") not in text for text in said):
                faults.append(f"{path.name}: refused, {said}")
            figures["files refused with their reason"] += 1
            yield f"{path.name}: refused: {min(said)}"
            if path.suffix != ".yml":
                continue
            text = path.read_text().replace("    name: ", "    namespace: shop\n    name: ")
            configuration = read([File("policies.yml", text), File("pods.yml", POD)])
            figures["files read with a namespace and a pod"] += 1
        packets = HERE / "packets" / f"{path.name}.csv"
        if packets.exists():
            counts = Counter(_meet(configuration, packets, cases, faults))
            figures["packets that agree"] += counts["agrees"]
            yield f"{path.name}: {counts['agrees']} packets agree, {counts['open']} are left open"


def _meet(configuration: Configuration, packets: Path, cases: Any, faults: list[str]) -> Iterator[str]:
    stages = {"forward": configuration.forward, "input": configuration.input, "output": configuration.output}
    for row in cases.rows(packets):
        word = fate(stages[row["direction"] or "forward"] or (), cases.probe(row)).word
        if word == row["fate"]:
            yield "agrees"
        elif word == "unknown":
            yield "open"
        else:
            faults.append(f"{packets.name}: {','.join(row.values())}: here {word}")


def dumped(folder: Path, figures: Figures) -> Iterator[str]:
    """Load the files of netfilter into the kernel, in a namespace, and compare its dump with the file, exactly."""
    parts = [part for part in ("unshare", "nft", "iptables-restore", "iptables-save") if shutil.which(part) is None]
    if parts or subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode:
        yield f"not compared with the kernel's own dumps: {', '.join(parts) or 'no namespaces'}"
        return
    nft = (folder / "sample_nftables.nft").read_text()
    # nft takes one comment a chain, and refuses the file for the two more of one
    once = nft.replace('        comment "Second line of defense."\n        comment "Third base."\n', "")
    for name, text, command in (
        ("rules.nft", once, "nft -f - && nft list ruleset"), ("rules.json", once, "nft -f - && nft -j list ruleset"),
        ("rules.ipt", (folder / "sample_multitarget.ipt").read_text(), "iptables-restore && iptables-save"),
    ):  # fmt: skip
        run = subprocess.run(["unshare", "-n", "sh", "-c", command], input=text, capture_output=True, text=True,
                             check=False)  # fmt: skip
        if run.returncode:
            yield f"{name}: the kernel refuses it: {run.stderr.strip()[:200]}"
            continue
        same = list(_same(read([File("loaded", text)]), read([File(name, run.stdout)])))
        figures["dumps of the kernel that are equal"] += all(same) and len(same) == 4
        yield f"{name}: {sum(same)} of {len(same)} lists equal in the kernel's own dump"


def _same(one: Configuration, other: Configuration) -> Iterator[bool]:
    hooks: Iterable[Hook] = ("input", "output")
    for hook in hooks:
        for phase in one_policy.PHASES.values():
            space = Space.of(one_policy.everywhere(), "forward")
            lists = [lowered(space, (item.input if hook == "input" else item.output) or (), phase)
                     for item in (one, other)]  # fmt: skip
            yield all(
                compare(getattr(lists[0], bound), getattr(lists[1], bound)).result == "equal"
                for bound in ("lower", "upper")
            )


def main(arguments: list[str]) -> int:
    """Do all of it; return 1 below the committed figures, 2 where there is nothing to read."""
    folder = Path(arguments[0]) / "firewalls"
    cisco, demo = folder / "ios-zone-firewall", folder / "aerleon-demo"
    if not cisco.exists() or not demo.exists():
        print(f"no configurations in {folder}")
        return 2
    figures: Figures = Counter()
    faults: list[str] = []
    for line in (*zones(cisco, figures, faults), *router(cisco, figures, faults), *met(demo, figures, faults),
                 *dumped(demo, figures)):  # fmt: skip
        print(line)
    start = time.process_time()
    pairs = one_policy.pairs(demo)
    print(f"{one_policy.NAME}: {pairs.equal} pairs of lists are equal, {len(pairs.explained)} differ for a known "
          f"reason; {pairs.rules} rules, {time.process_time() - start:.2f} s of processor")  # fmt: skip
    for line in pairs.explained:
        print(f"  {line}")
    faults += pairs.faults
    figures["pairs of lists that are equal"] = pairs.equal
    figures["pairs that differ for a known reason"] = len(pairs.explained)
    for fault in faults:
        print(f"  FAULT {fault}")
    if "--write" in arguments:
        FIGURES.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    known = json.loads(FIGURES.read_text(encoding="utf-8"))
    worse = [f"{name}: {figures[name]}, committed {value}" for name, value in known.items() if figures[name] < value]
    print("\n".join(worse) or "nothing is worse than the committed figures")
    return 1 if worse or faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
