"""The user's own rules (``policy``), each as a check like the built-in ones, and where they contradict one another."""

from __future__ import annotations

from functools import cache

import cloison.netmodel.assurance.forms as form_entries
from cloison.netmodel.assurance.check import Check
from cloison.netmodel.assurance.contradictions import contradictions
from cloison.netmodel.assurance.form import Compiling, Form
from cloison.netmodel.assurance.searching.place_table import PlaceTable
from cloison.netmodel.collector import without_collector
from cloison.netmodel.compiling.problems import Problems
from cloison.netmodel.finding import Finding
from cloison.netmodel.network import Network
from cloison.netmodel.registry import load


@cache
def forms() -> dict[str, Form]:
    """Return every form of the registry by the key that holds it."""
    return load(form_entries, "FORM")


def policy_checks(network: Network) -> tuple[Check, ...]:
    """Return the user's rules as checks, in the order of the map.

    Raises ``MapError`` where no instance of a rule selects anything, or one cannot be filled; all else was made sure
    when the map was compiled.
    """
    return compiled_policy(network)[0]


def compiled_policy(network: Network) -> tuple[tuple[Check, ...], tuple[Finding, ...]]:
    """Return the user's rules as checks, and a finding for each two that contradict each other."""
    with without_collector():
        return _compiled(network)


def _compiled(network: Network) -> tuple[tuple[Check, ...], tuple[Finding, ...]]:
    compiling = Compiling(network, PlaceTable(network), Problems(network.document))
    known = forms()
    found = []
    for name, rule in network.model.policy.items():
        form = next(form for key, form in known.items() if getattr(rule, key))
        found.append(form.compiled(compiling, name, rule))
    compiling.problems.raise_all()
    claims = [claim for item in found for claim in item.claims]
    return tuple(item.check for item in found), contradictions(network, compiling.table, claims)
