"""Small maps for the tests of this folder, compiled from texts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cloison.netmodel.finding import Finding, MapError
from cloison.netmodel.language.read import read_map
from cloison.netmodel.network import Network, compile_network

AT = date(2026, 11, 24)

BASE = """cloison: 1
name: test
parties: {aster: {kind: provider}, world: {kind: public}}
zones:
  internet: {owner: world, nature: public, addresses: global}
  edge: {owner: aster, nature: production, sensitivity: exposed, transit: true}
  front: {owner: aster, nature: production, sensitivity: exposed}
  compute: {owner: aster, nature: production, sensitivity: sensitive}
subnets:
  front-lan: {cidr: 10.1.0.0/24, zone: front}
  back-lan: {cidr: [10.2.0.0/24, "2001:db8:2::/64"], zone: compute}
assets:
  fw: {functions: filtering, interfaces: {front: 10.1.0.1, back: 10.2.0.1}}
  waf: {functions: waf, interfaces: {front: 10.1.0.10, back: 10.2.0.10}}
  web: {interfaces: {lan: 10.2.0.20}}
interconnections:
  border: {between: [internet, edge], through: fw}
  core: {between: [edge, front, compute], through: fw}
"""

Compile = Callable[..., Network]
Errors = Callable[..., tuple[Finding, ...]]


@pytest.fixture
def compiled(tmp_path: Path) -> Compile:
    """Compile texts, one file each; those that are not whole maps get a header."""

    def compile_texts(*texts: str, at: date = AT) -> Network:
        for number, text in enumerate(texts):
            header = "" if text.startswith("cloison:") else "cloison: 1\n"
            (tmp_path / f"{number}.yaml").write_text(header + text, encoding="utf-8")
        return compile_network(read_map(tmp_path), at)

    return compile_texts


@pytest.fixture
def on_base(compiled: Compile) -> Compile:
    """Compile texts beside the base map."""
    return lambda *texts: compiled(BASE, *texts)


@pytest.fixture
def errors(on_base: Compile) -> Errors:
    """Return the errors of texts beside the base map."""

    def errors_of(*texts: str) -> tuple[Finding, ...]:
        try:
            on_base(*texts)
        except MapError as found:
            return found.findings
        return ()

    return errors_of
