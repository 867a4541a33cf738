"""The statements of Junos -> what each may bear on: definitions on what names them, policies on themselves.

Sources: "Security Policies User Guide for Security Devices", "Routing Policies, Firewall Filters, and Traffic Policers
User Guide", Juniper: addresses, applications, prefix lists and sets of them do nothing until a policy or a filter names
them, nor does a filter until an interface or another filter does. All other statements bear on everything. What groups
give stands where they give it.
"""

from __future__ import annotations

from collections.abc import Iterator

from cloison.flows.configuring.juniper.tree import Node
from cloison.flows.configuring.surroundings import Surroundings, whole

_BOOKED = frozenset({"address", "address-set"})
_APPLIED = frozenset({"application", "application-set"})
_USES = frozenset({"input", "output", "input-list", "output-list"})


def bearing(into: Surroundings, root: Node) -> None:
    """Add what the statements of a configuration bear on."""
    if any(node.word == "apply-path" for node in _all(root)):  # a prefix list out of any other statement
        into.other(text_of(root))
        return
    for top in root:
        if top.word == "security":
            for part in top:
                _security(into, part)
        elif top.word in ("applications", "firewall", "policy-options"):
            _definitions(into, top)
        else:
            into.other(text_of(top), " ".join(_mentioned(top)) if top.word == "interfaces" else None)


def _security(into: Surroundings, part: Node) -> None:
    if part.word == "policies":
        for item in part:
            if item.word == "global":
                _but(into, item, "policy")
            elif item.word == "from-zone":
                for start in item:
                    _but(into, start, "to-zone")
                    for end in start.under("to-zone"):
                        _but(into, end, "policy")
            else:
                into.other(text_of(item))
    elif part.word == "address-book":
        for book in part:
            _books(into, book)
    elif part.word == "zones":
        for kind in part:
            for zone in kind:
                into.other(path_of(zone))
                _but(into, zone, "address-book")
                for book in (item for item in zone if item.word == "address-book"):
                    _books(into, book)
    else:
        into.other(text_of(part))


def _books(into: Surroundings, book: Node) -> None:
    for kind in book:
        for item in kind if kind.word in _BOOKED else ():
            into.define(whole(item.word), text_of(item))
        if kind.word not in _BOOKED:
            into.other(text_of(kind))


def _definitions(into: Surroundings, top: Node) -> None:
    """Add what stands at the top of applications, prefix lists, filters and families of these."""
    wanted = {"applications": _APPLIED, "policy-options": frozenset({"prefix-list"}), "firewall": frozenset({"filter"})}
    holders = [top]
    if top.word == "firewall":
        holders += top.under("family")
    for holder in holders:
        for kind in holder:
            if kind.word == "family" and holder is top:
                continue
            if kind.word not in wanted[top.word]:
                into.other(text_of(kind))
                continue
            for item in kind:
                into.define(whole(item.word), text_of(item))


def _but(into: Surroundings, holder: Node, without: str) -> None:
    for item in holder:
        if item.word != without:
            into.other(text_of(item))


def _mentioned(top: Node) -> Iterator[str]:
    """Yield the words under a node but the names of filters where an interface has them, which are followed."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        yield whole(node.word)
        for item in node:
            if node.word == "filter" and item.word in _USES:
                for name in item:
                    waiting += list(name)
            else:
                waiting.append(item)


def _all(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += list(node)


def text_of(node: Node) -> str:
    """Return the text of a node with where it stands and all under it."""
    return f"{path_of(node)}\n{inner_of(node)}"


def path_of(node: Node) -> str:
    """Return where a node stands, a word of it a word."""
    return " ".join(map(whole, node.path()))


def inner_of(node: Node) -> str:
    """Return the text of all under a node, and of several words at one place which was written last."""
    lines: list[str] = []
    waiting: list[Node | None] = [*node]
    waiting.reverse()
    while waiting:
        item = waiting.pop()
        if item is None:
            lines.append("end")
            continue
        lines.append(whole(item.word))
        if item.children:
            last = item.latest()
            lines.append(f"last {whole(last.word)}" if last is not None and len(item.children) > 1 else "only")
            waiting.append(None)
            waiting += list(item)[::-1]
    return "\n".join(lines)
