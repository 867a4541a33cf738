"""The witness of a finding as lines of text."""

from __future__ import annotations

from cloison.netmodel.finding import Lang, Text, Witness

PACKET = Text("packet", "paquet")
KINDS = {
    "zone": Text("zone", "zone"),
    "subnet": Text("subnet", "sous-réseau"),
    "asset": Text("asset", "bien"),
    "line": Text("line", "ligne"),
    "flow": Text("line", "ligne"),
    "group": Text("group", "groupe"),
    "interface": Text("interface", "interface"),
    "endpoint": Text("endpoint", "interface offerte"),
    "interconnection": Text("interconnection", "interconnexion"),
    "carrier": Text("carrier", "support"),
    "party": Text("party", "partie"),
    "site": Text("site", "site"),
    "service": Text("service", "service"),
    "translation": Text("translation", "translation"),
    "tunnel": Text("tunnel", "tunnel"),
}


def steps_said(witness: Witness | None, lang: Lang) -> list[str]:
    """Return one line for each step of the witness and one for its packet; not yet made printable."""
    if witness is None:
        return []
    said = []
    for step in witness.steps:
        kind = KINDS.get(step.subject.kind)
        line = f"{kind.say(lang) if kind else step.subject.kind} {step.subject.id}".strip()
        if step.note:
            line += f" — {step.note.say(lang)}"
        if step.span:
            line += f"  ({step.span})"
        said.append(line)
    if witness.packet:
        colon = " : " if lang == "fr" else ": "
        said.append(PACKET.say(lang) + colon + ", ".join(f"{name}={value}" for name, value in witness.packet.items()))
    return said
