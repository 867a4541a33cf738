"""What a line writes by itself, before its ends are looked at: its shape, names, words and dates."""

from __future__ import annotations

from cloison.netmodel.compiling.ends import ANY_END
from cloison.netmodel.compiling.problems import KINDS, Problems
from cloison.netmodel.compiling.references import Words, check_measure
from cloison.netmodel.finding import Text, say
from cloison.netmodel.language import model as m

_TUNNEL = Text("a tunnel", "un tunnel")


def check_shape(name: str, flow: m.Flow, problems: Problems) -> bool:
    """Say whether a line has ``from`` and ``to``, or ``between`` and several ends; an error says what is wrong."""
    route = ("flows", name)
    if flow.between:
        if flow.source or flow.to:
            problems.add("ends", say("A line has “from” and “to”, or “between”: not both",
                                     "Une ligne a « from » et « to », ou « between » : pas les deux"),
                         (*route, "between"))  # fmt: skip
            return False
        if len(set(flow.between)) < 2:
            problems.add("ends", say("“between” names at least two ends",
                                     "« between » nomme au moins deux extrémités"),
                         (*route, "between"))  # fmt: skip
            return False
        return True
    if not flow.source or not flow.to:
        missing = "from" if not flow.source else "to"
        problems.add("ends", say("The line has no “{key}”", "La ligne n’a pas de « {key} »", key=missing),
                     route, key=True)  # fmt: skip
        return False
    return True


def check_words(name: str, flow: m.Flow, model: m.Model, words: Words, problems: Problems) -> None:
    """Add an error for each name of a line that leads nowhere, its ends and services apart, and each unknown word."""
    route = ("flows", name)
    if flow.owner and flow.owner not in model.parties:
        problems.unknown(flow.owner, KINDS["parties"], model.parties, (*route, "owner"))
    if flow.nature and flow.nature not in words.natures:
        problems.word(flow.nature, sorted(words.natures), "nature", (*route, "nature"))
    if flow.domain and flow.domain not in words.domains:
        problems.word(flow.domain, sorted(words.domains), "domain", (*route, "domain"))
    if flow.sensitivity and flow.sensitivity not in words.scale:
        problems.word(flow.sensitivity, words.scale, "sensitivity", (*route, "sensitivity"))
    for place, data in enumerate(flow.data):
        if data not in (*m.DATA, "anonymised"):
            problems.word(data, (*m.DATA, "anonymised"), "data", (*route, "data", place))
    if flow.vrf != "default" and flow.vrf not in model.vrfs:
        problems.unknown(flow.vrf, KINDS["vrfs"], model.vrfs, (*route, "vrf"))
    if flow.tunnel and (flow.tunnel not in model.carriers or model.carriers[flow.tunnel].kind != "tunnel"):
        tunnels = [item for item, carrier in model.carriers.items() if carrier.kind == "tunnel"]
        problems.unknown(flow.tunnel, _TUNNEL, tunnels, (*route, "tunnel"))
    for place, approval in enumerate(flow.approved):
        if approval.party and approval.party not in model.parties:
            problems.unknown(approval.party, KINDS["parties"], model.parties, (*route, "approved", place, "party"))
    if flow.compensating:
        for place, measure in enumerate(flow.compensating):
            if measure.by:
                check_measure(measure.by, model, problems, (*route, "compensating", place, "by"))
    if flow.starts is not None or flow.windows:
        _check_dates(name, flow, problems)
    if flow.exception is None and (
        ANY_END in flow.source or ANY_END in flow.to or ANY_END in flow.between or ANY_END in flow.services
    ):
        key = next(item for item in ("source", "to", "between", "services") if ANY_END in getattr(flow, item))
        problems.add("any", say("“any” needs an “exception”: why, and who decided it",
                                "« any » demande une « exception » : pourquoi, et qui l’a décidé"),
                     (*route, key, getattr(flow, key).index(ANY_END)))  # fmt: skip


def _check_dates(name: str, flow: m.Flow, problems: Problems) -> None:
    route = ("flows", name)
    if flow.starts is not None and flow.expires is not None and flow.expires < flow.starts:
        problems.add("dates", say("The line expires on {expires}, before it starts on {starts}",
                                  "La ligne expire le {expires}, avant de commencer le {starts}",
                                  expires=flow.expires, starts=flow.starts), (*route, "expires"))  # fmt: skip
    for place, window in enumerate(flow.windows):
        if window.end < window.start:
            problems.add("dates", say("The window ends on {end}, before it starts on {start}",
                                      "La fenêtre finit le {end}, avant de commencer le {start}",
                                      end=window.end, start=window.start), (*route, "windows", place))  # fmt: skip
