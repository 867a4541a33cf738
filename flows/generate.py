"""The filter configuration of one device out of the matrix, written and read back before anyone has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cloison.flows import targets
from cloison.flows.configuration import Configuration, File
from cloison.flows.configuring.load import read
from cloison.flows.generating.plan import Plan, Target, Translated
from cloison.flows.generating.planning import plan_of
from cloison.flows.generating.translating import made
from cloison.flows.verify import Verification, verify
from cloison.netmodel import registry
from cloison.netmodel.finding import Finding, MapError, Message, Ref, input_error, say
from cloison.netmodel.language.names import nearest
from cloison.netmodel.network import Network

Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Generated:
    """A configuration, how it is read back, and how that compares with the matrix."""

    files: Mapping[str, str]  # by what is put behind their name
    plan: Plan
    configuration: Configuration
    verification: Verification

    @property
    def text(self) -> str:
        """All files, one after the other."""
        return "\n".join(self.files.values())

    @property
    def equal(self) -> bool:
        """Say whether what was written permits the matrix, the whole matrix and nothing else, and translates as it."""
        return all(item.result == "equal" for item in self.verification.devices) and not self.untranslated

    @property
    def untranslated(self) -> tuple[str, ...]:
        """The map's translations that are not read back."""
        return tuple(item.id for item in self.plan.translations if not made(self.configuration, item))

    @property
    def notes(self) -> tuple[Message, ...]:
        """What the comparison leaves out."""
        return tuple({note.say("en"): note for item in self.verification.devices for note in item.notes}.values())

    @property
    def summary(self) -> Message:
        """What was written, or why nothing is."""
        rules = len(self.plan.rules)
        if self.equal:
            return say(
                "{device}: {count} {count:rule|rules}; read back as {dialect}, it permits the whole matrix and nothing "
                "else",
                "{device} : {count} {count:règle|règles} ; relue comme {dialect}, elle permet toute la matrice et rien "
                "d’autre",
                device=self.plan.device, count=rules, dialect=self.configuration.dialect,
            )  # fmt: skip
        if self.untranslated:
            return say(
                "{device}: nothing is written: these translations are not read back: {names}",
                "{device} : rien n’est écrit : ces traductions ne sont pas relues : {names}",
                device=self.plan.device, names=self.untranslated,
            )  # fmt: skip
        return say(
            "{device}: nothing is written: read back as {dialect}, it is not what the matrix says",
            "{device} : rien n’est écrit : relue comme {dialect}, elle n’est pas ce que dit la matrice",
            device=self.plan.device, dialect=self.configuration.dialect,
        )  # fmt: skip


def all_targets() -> Mapping[str, Target]:
    """Return the targets by name."""
    return registry.load(targets, "TARGET")


def generate(network: Network, device: str, dialect: str, tick: Tick = lambda done, total: None) -> Generated:
    """Return a device's configuration in a dialect, compared with the matrix as its reader understands it.

    Raises ``MapError`` for an unknown device or dialect, for everything that cannot be written in it, and for a
    library that is not installed.
    """
    known = all_targets()
    target = known.get(dialect)
    if target is None:
        near = nearest(dialect, known) or tuple(known)
        message = say("--dialect: {dialect} is not written; nearest: {near}",
                      "--dialect : {dialect} n’est pas écrit ; le plus proche : {near}", dialect=dialect[:60],
                      near=near)  # fmt: skip
        raise MapError((input_error("unknown-name", message, Ref("argument", "--dialect")),))
    plan = plan_of(network, device, stateless=target.stateless)
    if plan.translations and not target.translates:
        raise MapError(tuple(_untranslatable(item, target) for item in plan.translations))
    files = target.write(plan)
    written = [File(f"{device}{suffix}", text) for suffix, text in files.items()]
    configuration = read(written, target.dialect, tick)
    return Generated(files, plan, configuration, verify(network, {device: configuration}, tick=tick))


def _untranslatable(item: Translated, target: Target) -> Finding:
    message = say("{target}: translations are not written in it", "{target} : les traductions n’y sont pas écrites",
                  target=target.name)  # fmt: skip
    return input_error("inexpressible", message, Ref("translation", item.id), item.span)
