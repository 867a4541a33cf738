"""The example's configurations: proved equal to its matrix, and twins with one mistake each way."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from cloison.flows.configuring.load import read_all
from cloison.flows.effective import effective
from cloison.flows.verify import verify
from cloison.netmodel.assurance.assess import assess, built_in_checks, built_in_frameworks
from cloison.netmodel.assurance.evidence import Evidence
from cloison.netmodel.network import Network
from cloison.netmodel.space.services import show

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "configurations"


def script() -> ModuleType:
    """Return the script that writes them."""
    spec = importlib.util.spec_from_file_location("configurations_write", FOLDER / "write.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    return script()


@pytest.fixture(scope="module")
def network(writer: ModuleType) -> Network:
    found: Network = writer.network()
    return found


def device_of(path: Path) -> str:
    return path.name.partition(".")[0]


def test_every_configuration_is_equal_to_the_matrix(writer: ModuleType, network: Network) -> None:
    configurations = read_all([str(FOLDER / "nuage")], network.assets)
    assert set(configurations) == set(writer.DIALECTS)
    assert len({item.dialect for item in configurations.values()}) >= 4
    verification = verify(network, configurations)
    assert {item.device: item.result for item in verification.devices} == dict.fromkeys(writer.DIALECTS, "equal")
    evidence = Evidence(network, network.at, effective(verification))
    assessment = assess(evidence, built_in_checks(), built_in_frameworks())
    assert not assessment.findings
    statuses = {item.clause: item.status for item in assessment.statuses}
    decided = ("9.6.d", "9.7.a", "9.7.b", "9.7.c", "13.2.a", "13.2.a/sensitivity", "13.2.a/nature", "13.2.a/belonging",
               "13.2.a/domain", "13.2.d", "13.2.e")  # fmt: skip
    assert {clause: statuses[clause] for clause in decided} == dict.fromkeys(decided, "conformant")
    assert statuses["9.6.i"] == "not-applicable", "configurations make nothing of what does not apply"
    assert statuses["18.2.1.b"] == "declared"


@pytest.mark.parametrize("path", sorted((FOLDER / "nuage-broken").iterdir()), ids=device_of)
def test_each_twin_has_one_mistake_each_way(writer: ModuleType, network: Network, path: Path) -> None:
    device = device_of(path)
    (verdict,) = verify(network, read_all([f"{device}={path}"], network.assets)).devices
    assert verdict.result == "differs"
    lacking, _ = writer.MISTAKES[device]
    assert {item.line for item in verdict.missing} == {lacking}
    assert {service for item in verdict.excess for box in item.boxes for service in show(box.services)} == {
        "tcp/3389 new"
    }


def test_what_nftables_writes_is_what_is_here(writer: ModuleType, network: Network) -> None:
    """The dialects that cloison writes itself; the others also depend on the version of a library."""
    from cloison.flows.generate import generate

    for device, dialect in writer.DIALECTS.items():
        if dialect == "nftables":
            made = generate(network, device, dialect)
            assert made.text == (FOLDER / "nuage" / f"{device}.nft").read_text("utf-8"), device
