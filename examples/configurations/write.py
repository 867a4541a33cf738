"""Write the filter configurations of ``nuage/`` out of its matrix, and their twins with one mistake each way.

Each device is written in the dialect beside it, read back and proved equal to the matrix before it is kept. A twin has
one rule too many (``ERREUR``, an opening "for a repair" that nobody closed) and lacks the rules of one line.
``MISTAKES`` says which; ``python examples/configurations/write.py`` writes all of them anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from cloison.flows.generate import all_targets, generate
from cloison.flows.generating.plan import Plan
from cloison.flows.generating.planning import plan_of
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network
from cloison.netmodel.space.services import OPENING, ServiceSet

HERE = Path(__file__).parent
AT = date(2026, 11, 2)
DIALECTS = {
    "acacia-rtr": "nftables", "bastide-rtr": "nftables", "corvette-rtr": "nftables", "fw-adm": "nftables",
    "fw-core": "nftables", "fw-dev": "fortigate", "fw-edge": "nftables", "fw-lyon": "iptables", "rtr-dev": "ios",
    "rtr-p1": "nftables", "rtr-p2": "nftables", "vpn-adm-l": "nxos", "vpn-adm-p": "nftables", "vpn-l1": "nftables",
    "vpn-p1": "nftables", "vpn-rem": "nftables",
}  # fmt: skip
SUFFIXES = {"nftables": ".nft", "iptables": "", "ios": ".cfg", "nxos": ".cfg", "fortigate": ".conf"}
MISTAKES = {  # device: the line that its twin lacks, and the line between whose ends the rule too many lies
    "fw-core": ("EXP-04", "CTL-01"), "fw-dev": ("DEV-02", "DEV-02"), "fw-lyon": ("SUP-05", "BKP-01"),
    "rtr-dev": ("DEV-01", "DEV-02"), "vpn-adm-l": ("ADM-04", "SVC-09"),
}  # fmt: skip
REPAIR = ServiceSet.of((6, 6), (3389, 3389), phases=OPENING)


def network() -> Network:
    """Return the example's network on its own day."""
    return compile_network(read_map(HERE.parent / "nuage"), AT)


def mistaken(plan: Plan, line: str, beside: str) -> Plan:
    """Return a plan with one rule more, for a service that nothing authorises, and without the rules of a line."""
    model = next(rule for rule in plan.of("forward") if rule.line == beside)
    more = replace(model, line="ERREUR", why="ouverture pour un dépannage, jamais refermée", services=REPAIR)
    rules = (more, *(rule for rule in plan.rules if rule.line != line))
    return replace(plan, rules=rules, answers=tuple(rule for rule in plan.answers if rule.line != line))


def files_of(device: str, dialect: str, files: Mapping[str, str]) -> dict[str, str]:
    """Return texts by file name; a device of several files has a folder."""
    if len(files) == 1:
        return {f"{device}{SUFFIXES[dialect]}": next(iter(files.values()))}
    return {f"{device}/{device}{suffix}": text for suffix, text in files.items()}


def sound(map_: Network) -> dict[str, str]:
    """Return every configuration; raise ``ValueError`` for one that is not proved equal."""
    found: dict[str, str] = {}
    for device, dialect in DIALECTS.items():
        made = generate(map_, device, dialect)
        if not made.equal:
            raise ValueError(f"{device} in {dialect}: {made.summary.say('en')}")
        found |= files_of(device, dialect, made.files)
    return found


def twins(map_: Network) -> dict[str, str]:
    """Return the twins of the configurations that have a mistake."""
    found: dict[str, str] = {}
    for device, (line, beside) in MISTAKES.items():
        target = all_targets()[DIALECTS[device]]
        plan = mistaken(plan_of(map_, device, stateless=target.stateless), line, beside)
        found |= files_of(device, DIALECTS[device], target.write(plan))
    return found


def write(files: Mapping[str, str], folder: Path) -> None:
    """Write files into a folder that is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    whole = network()
    write(sound(whole), HERE / "nuage")
    write(twins(whole), HERE / "nuage-broken")
    print(f"{len(DIALECTS)} devices, {len(set(DIALECTS.values()))} dialects, {len(MISTAKES)} twins")
