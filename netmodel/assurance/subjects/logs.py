"""Where the logs of the service go: its collectors, and the lines that carry logs to them.

A line carries logs where its nature is logging, or on a service of syslog or of another protocol of logs. An alarm that
goes to the supervision is none: what is kept as a log goes to a collector.
"""

from __future__ import annotations

from collections.abc import Callable

from cloison.netmodel.assurance.subjects.encryption import wire
from cloison.netmodel.assurance.subjects.equipment import known, on, with_function
from cloison.netmodel.facts import End, Line
from cloison.netmodel.finding import Text
from cloison.netmodel.network import Network
from cloison.netmodel.space.services import parse_ports

PLAIN = known("syslog", "syslog-tcp") | parse_ports("tcp/514")  # of the last, RFC 6587 section 3.1
LOGS = PLAIN | known("syslog-tls", "beats")
NO_COLLECTOR = Text(
    "a log collector (function `log-collector`)", "un collecteur de journaux (fonction `log-collector`)"
)

_PROTECTED = frozenset(("tls", "dtls", "quic", "ssh", "ike", "esp", "wireguard"))


def collectors(network: Network) -> frozenset[str]:
    """Return the equipment of the service that collects logs, clusters and their members alike."""
    return with_function(network, "log-collector")


def carries_logs() -> Callable[[Line, End], bool]:
    """Return a predicate: whether a line towards an end carries logs."""
    syslog = on(LOGS)
    return lambda line, target: line.nature == "logging" or syslog(line, target)


def shown(network: Network, line: Line, target: End) -> bool | None:
    """Tell whether the services of a line towards an end are encrypted by themselves; nothing where nobody says."""
    unsaid = False
    for name, services in line.services_to(target):
        word = wire(network, name)
        if word in _PROTECTED:
            continue
        if word or services <= PLAIN:
            return False
        unsaid = True
    return None if unsaid else True
