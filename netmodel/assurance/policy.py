"""The user's own rules (``policy``), each as a check like the built-in ones."""

from __future__ import annotations

from cloison.netmodel.assurance.check import Check
from cloison.netmodel.network import Network


def policy_checks(network: Network) -> tuple[Check, ...]:
    """Return the user's rules as checks, in the order of the map."""
    return ()
