"""pfSense: its configuration in XML (``config.xml``).

Source: see ``cloison.flows.configuring.sense``: rules, their order, aliases and translations as they are documented.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloison.flows.configuration import Configuration, Dialect, File, Tick
from cloison.flows.configuring.sense import device, words
from cloison.flows.configuring.xml import first_tag
from cloison.netmodel.finding import Text


def recognises(file: File) -> bool:
    """Say whether a file's root element is ``pfsense``."""
    return first_tag(file.text) == "pfsense"


def read(files: Sequence[File], tick: Tick) -> Configuration:
    """Return the configuration of a device."""
    return device.read(files, tick, "pfsense")


DIALECT = Dialect(
    name="pfsense",
    title=Text("pfSense (config.xml)", "pfSense (config.xml)"),
    recognises=recognises,
    read=read,
    understood=words.UNDERSTOOD,
    harmless=words.HARMLESS,
    undecided=words.UNDECIDED,
)
