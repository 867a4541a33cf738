"""Places the entries of a map: prefixes first, then the homes of assets in them, each checked and given its owner."""

from __future__ import annotations

from cloison.netmodel.compiling.homes import place_homes
from cloison.netmodel.compiling.owners import whose
from cloison.netmodel.compiling.places import Places
from cloison.netmodel.compiling.prefixes import place_prefixes
from cloison.netmodel.compiling.problems import Problems
from cloison.netmodel.finding import say
from cloison.netmodel.language import model as m
from cloison.netmodel.space.ownership import Ownership

DEEPEST = 32  # zones within one another


def place(model: m.Model, problems: Problems) -> tuple[Places, Ownership, Ownership]:
    """Place every prefix and interface; errors go to ``problems``.

    Returns the places, and whose each address is: before assets have theirs, and after.
    """
    vrfs = ("default", *sorted(name for name in model.vrfs if name != "default"))
    indices = {name: index for index, name in enumerate(vrfs)}
    sees = tuple(
        tuple(indices[other] for other in model.vrfs[name].sees if other in indices and other != name)
        if name in model.vrfs else () for name in vrfs
    )  # fmt: skip
    places = Places(vrfs, sees, _around(model, problems), [[] for _ in vrfs], [""] * len(vrfs), {})
    place_prefixes(model, places, indices, problems)
    bare = whose(model, places, with_hosts=False)
    place_homes(model, places, bare, indices, problems)
    return places, bare, whose(model, places, with_hosts=True)


def _around(model: m.Model, problems: Problems) -> dict[str, tuple[str, ...]]:
    around = {}
    for name in model.zones:
        chain = [name]
        while (outer := model.zones[chain[-1]].within) in model.zones and outer not in chain:
            if len(chain) == DEEPEST:
                problems.add(
                    "too-deep",
                    say("{name} lies in more than {most} zones, one within the other",
                        "{name} est dans plus de {most} zones, l’une dans l’autre", name=name, most=DEEPEST),
                    ("zones", name, "within"),
                )  # fmt: skip
                break
            chain.append(outer)
        around[name] = tuple(chain)
    return around
