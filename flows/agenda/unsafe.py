"""Lines on services that are reputed unsafe."""

from __future__ import annotations

from collections.abc import Iterator

from cloison.flows.reviewing.lines import at_line
from cloison.flows.reviewing.matter import Matter, Point, Topic
from cloison.netmodel.compiling.offers import Named, reputed_unsafe
from cloison.netmodel.finding import Text, say


def _points(matter: Matter) -> Iterator[Point]:
    known: dict[str, bool] = {}

    def unsafe(named: Named) -> bool:
        name, services = named
        if name not in known:
            known[name] = reputed_unsafe(matter.network.model, name, services)
        return known[name]

    for line in matter.network.lines:
        offered = [*line.services, *(item for each in line.endpoint_services.values() for item in each)]
        names = tuple(dict.fromkeys(item[0] for item in offered if unsafe(item)))
        if not names:
            continue
        measures = len(line.flow.compensating)
        yield at_line(line, say(
            "{services}, reputed unsafe, with {n} compensating {n:measure|measures}",
            "{services}, réputé non sûr, avec {n} {n:mesure compensatoire|mesures compensatoires}",
            services=names, n=measures,
        ), "services")  # fmt: skip


TOPIC = Topic(
    name="unsafe",
    place=60,
    title=Text("Services reputed unsafe", "Services réputés non sûrs"),
    why=Text(
        "Each year the question is the same: can the service be replaced by a safe one, and if not, do its measures "
        "still hold?",
        "Chaque année la question est la même : le service peut-il être remplacé par un service sûr, et sinon ses "
        "mesures tiennent-elles toujours ?",
    ),
    points=_points,
)
