"""``forbid``: nothing leads from some places to others, by a line or by a chain, unless through some assets."""

from __future__ import annotations

from cloison.netmodel.assurance.check import one
from cloison.netmodel.assurance.form import Claim, Compiled, Compiling, Form, Stretch, check_of, words
from cloison.netmodel.assurance.searching.stretches import REMEDY, forbids_ways, ways
from cloison.netmodel.finding import Text
from cloison.netmodel.language import model as m
from cloison.netmodel.space.services import EVERY_SERVICE, NO_SERVICE


def _compiled(compiling: Compiling, name: str, rule: m.Rule) -> Compiled:
    assert rule.forbid is not None
    forbid, unless = rule.forbid, rule.unless
    instances = compiling.instances(name, rule)
    stretches: list[Stretch] = []
    empty = 0
    for instance in instances.all():
        source = instances.place(compiling.table, forbid.source, ("forbid", "source"), instance)
        target = instances.place(compiling.table, forbid.to, ("forbid", "to"), instance)
        through = () if unless is None else instances.selected(unless.through, ("unless", "through"), instance)
        if source is None or target is None:
            empty += 1
        else:
            stretches.append(Stretch(instance, source, target, through))
    if not stretches:
        instances.empty()
    chains = forbid.path == "any"
    route = "policy", name, "forbid"
    claims = tuple(
        Claim(name, route, item.source, item.target, instance=item.instance.name,
              forbids=NO_SERVICE if unless else EVERY_SERVICE, demands=frozenset(item.through))
        for item in stretches
    )  # fmt: skip
    check = check_of(
        name, rule, _title(rule), REMEDY,
        lambda evidence: one(ways(evidence.network, compiling.table, stretches, chains=chains, empty=empty)),
        forbids_ways(compiling.table, stretches),
    )  # fmt: skip
    return Compiled(check, claims)


def _title(rule: m.Rule) -> Text:
    assert rule.forbid is not None
    here, there = words(rule.forbid.source), words(rule.forbid.to)
    if rule.unless is None:
        return Text(f"Nothing leads from {here} to {there}", f"Rien ne mène de {here} à {there}")
    by = words(rule.unless.through)
    return Text(f"{here} lead to {there} through {by} alone", f"{here} ne mènent à {there} que par {by}")


FORM = Form(
    name="forbid",
    title=Text("What must not lead anywhere", "Ce qui ne doit mener nulle part"),
    meaning=Text(
        "Nothing leads from the sources to the targets: no line by itself and, with `path: any` (the default), no "
        "chain of lines. `unless: {through: ...}` lets through what some assets cut: take them away, and no way is "
        "left. Traffic that captures show is judged directly: who speaks to whom.",
        "Rien ne mène des sources aux cibles : aucune ligne à elle seule et, avec `path: any` (par défaut), aucune "
        "suite de lignes. `unless: {through: ...}` laisse passer ce que certains équipements coupent : retirez-les, "
        "et aucun chemin ne reste. Le trafic que montrent des captures est jugé directement : qui parle à qui.",
    ),
    example="""\
no-dev-to-prod:
  forbid: {from: {zones: {nature: development}}, to: {zones: {nature: production}}}
  unless: {through: {assets: {functions: bastion}}}
tenants-apart:                     # for every pair of tenants, both ways
  for: {a: {parties: {kind: tenant}}, b: {parties: {kind: tenant}}}
  forbid: {from: {zones: {owner: <a>}}, to: {zones: {owner: <b>}}}
""",
    compiled=_compiled,
)
