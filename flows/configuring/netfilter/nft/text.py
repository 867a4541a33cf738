"""nft's text, as ``nft list ruleset`` and ``/etc/nftables.conf`` have it: commands, tables and blocks (nft(8))."""

from __future__ import annotations

from cloison.flows.configuration import File, Written
from cloison.flows.configuring.netfilter.nft.expressions import UnreadError
from cloison.flows.configuring.netfilter.nft.matching import NamedSet
from cloison.flows.configuring.netfilter.nft.ruleset import (
    FAMILIES,
    HOOKS,
    RawChain,
    RawRule,
    RawTable,
    Ruleset,
    priority,
)  # fmt: skip
from cloison.flows.configuring.netfilter.nft.statements import Statement
from cloison.flows.configuring.netfilter.nft.tokens import Lines, Tokens
from cloison.netmodel.finding import say

_ELEMENTS = say("some elements are not understood", "des éléments ne sont pas compris")

_STATEFUL = frozenset(("counter", "quota", "limit", "secmark", "synproxy", "flowtable"))
_SHOWN = frozenset(("list", "reset", "monitor", "describe", "export"))
_OBJECTS = frozenset(("table", "chain", "rule", "set", "map", "element", "ct", "elements", *_STATEFUL))


class Text:
    """One file's commands, obeyed in order."""

    def __init__(self, file: File, ruleset: Ruleset) -> None:
        self._lines = Lines(file)
        self._ruleset = ruleset
        self._t = Tokens(self._lines, ruleset.notes)

    def read(self) -> None:
        """Obey the file; errors are noted."""
        t = self._t
        while True:
            t.skip()
            if not t.peek():
                return
            if not self._command():
                return

    def _command(self) -> bool:
        """Obey one command; answer whether what follows can be read."""
        t, word = self._t, self._t.take()
        if word in ("define", "redefine"):
            return self._define()
        if word == "undefine":
            t.variables.pop(t.take(), None)
        elif word == "include":
            t.error(
                "include is not followed: give what `nft list ruleset` says, or each file in order",
                "include n’est pas suivi : donnez ce que dit `nft list ruleset`, ou les fichiers dans l’ordre",
            )
            self._rest()
        elif word in _SHOWN:
            self._ruleset.notes.harmless += 1
            self._rest()
        elif word == "flush":
            self._flush()
        elif word in ("delete", "destroy"):
            self._delete(word == "destroy")
        elif word in ("add", "create", "insert"):
            return self._object(t.take(), word)
        elif word in _OBJECTS:
            return self._object(word, "add")
        else:
            t.error("{word} is no command that is understood", "{word} n’est pas une commande comprise", word=word[:60])
            if word == "{":
                return False
            self._rest()
            if t.peek() == "}":
                t.take()
        return True

    def _rest(self) -> bool:
        return self._t.statement() is not None

    def _define(self) -> bool:
        t = self._t
        name = t.take()
        if t.take() != "=":
            t.error("A definition is `define NAME = VALUE`", "Une définition s’écrit `define NOM = VALEUR`")
        found = t.statement()
        if found is not None:
            t.variables[name] = found[0][:200_000]
            self._ruleset.notes.harmless += 1
        return found is not None

    def _word(self) -> str:
        word = self._t.take()
        if word.startswith("$") and len(word) > 1:
            found = self._t.variable(word[1:])
            word = found[0] if len(found) == 1 else word
        return word[1:-1] if len(word) > 1 and word[0] == '"' else word

    def _family(self) -> str:
        return self._t.take() if self._t.peek() in FAMILIES else "ip"

    def _flush(self) -> None:
        t, what = self._t, self._t.take()
        notes = self._ruleset.notes
        if what == "ruleset":
            family = t.take() if t.peek() in FAMILIES else ""
            for key in [key for key in self._ruleset.tables if not family or key[0] == family]:
                del self._ruleset.tables[key]
        elif what in ("table", "chain", "set", "map"):
            family, name = self._family(), self._word()
            at = self._lines.span(t.at)
            if what == "table":
                table = self._ruleset.known_table(family, name, at)
                for chain in table.chains.values() if table else ():
                    chain.rules.clear()
            elif what == "chain":
                found = self._ruleset.known_chain(family, name, self._word(), at)
                if found:
                    found.rules.clear()
            else:
                held = self._ruleset.known_set(family, name, self._word(), at)
                if held:
                    held.elements.clear()
        else:
            t.error("flush {what} is not understood", "flush {what} n’est pas compris", what=what[:60])
        notes.harmless += 1
        self._rest()

    def _delete(self, quiet: bool) -> None:
        t, what = self._t, self._t.take()
        tables = self._ruleset.tables
        if what == "table":
            family, name = self._family(), self._word()
            if not quiet:
                self._ruleset.known_table(family, name, self._lines.span(t.at))
            tables.pop((family, name), None)
        elif what in ("chain", "set", "map"):
            family, name = self._family(), self._word()
            table = self._ruleset.known_table(family, name, self._lines.span(t.at))
            inner = self._word()
            if table and what == "chain":
                table.chains.pop(inner, None)
            elif table:
                table.sets.pop(inner, None)
        elif what not in _STATEFUL and what != "ct":
            t.error(
                "delete {what} is not understood: give what `nft list ruleset` says",
                "delete {what} n’est pas compris : donnez ce que dit `nft list ruleset`",
                what=what[:60],
            )
        self._ruleset.notes.harmless += 1
        self._rest()

    def _object(self, kind: str, how: str) -> bool:
        t = self._t
        if kind not in _OBJECTS:
            t.error("{word} is nothing that can be added", "{word} ne peut pas être ajouté", word=kind[:60])
            return self._rest()
        if kind == "ct":
            kind = f"ct {t.take()}"
        family, name = self._family(), self._word()
        at = self._lines.span(t.at)
        if kind == "table":
            return self._table(self._ruleset.table(family, name))
        table = self._ruleset.known_table(family, name, at) or RawTable(family, name)
        if kind == "rule":
            return self._rule_command(table, how)
        return self._inner(table, kind)

    def _rule_command(self, table: RawTable, how: str) -> bool:
        t, name = self._t, self._word()
        at = self._lines.span(t.at)
        chain = table.chains.get(name)
        if chain is None:
            chain = self._ruleset.known_chain(table.family, table.name, name, at) or RawChain(name, Written(at, ""))
        if t.peek() in ("position", "handle", "index"):
            t.error("A rule at a position or handle: give what `nft list ruleset` says",
                    "Une règle à une position ou un numéro : donnez ce que dit `nft list ruleset`")  # fmt: skip
        rule = self._rule()
        if rule is None:
            return False
        if how == "insert":
            chain.rules.insert(0, rule)
        else:
            chain.rules.append(rule)
        return True

    def _open(self) -> bool:
        """Take an opening brace, if there is one."""
        if self._t.peek() == "{":
            self._t.take()
            return True
        return False

    def _table(self, table: RawTable) -> bool:
        t = self._t
        if not self._open():
            return self._rest()
        opened = t.at
        while True:
            t.skip()
            word = t.take()
            if word == "}":
                return True
            if not word:
                t.error("{mark} is never closed", "{mark} n’est jamais fermé", opened, mark="{")
                return False
            if word == "ct":
                word = f"ct {t.take()}"
            if word in ("flags", "comment"):
                found = t.statement()
                table.dormant = table.dormant or (word == "flags" and found is not None and "dormant" in found[0])
            elif word in ("chain", "set", "map", *_STATEFUL) or word.startswith("ct "):
                if not self._inner(table, word):
                    return False
            else:
                t.error("{word} is nothing that a table holds", "{word} n’a pas sa place dans une table",
                        word=word[:60])  # fmt: skip
                if not self._rest():
                    return False

    def _inner(self, table: RawTable, kind: str) -> bool:
        name = self._word()
        if kind == "chain":
            return self._chain(table, name)
        if kind in ("set", "map"):
            return self._set(table, name, kind == "map")
        if kind in ("element", "elements"):
            held = self._ruleset.known_set(table.family, table.name, name, self._lines.span(self._t.at))
            return self._elements(held or NamedSet(name))
        found = self._t.statement()
        if kind == "ct helper" and found is not None:
            words = found[0]
            table.helpers[name] = words[words.index("protocol") + 1] if "protocol" in words[:-1] else ""
        self._ruleset.notes.harmless += 1
        return found is not None

    def _chain(self, table: RawTable, name: str) -> bool:
        t = self._t
        written = Written(self._lines.span(t.at), f"chain {name}")
        chain = table.chains.setdefault(name, RawChain(name, written))
        if not self._open():
            return self._rest()
        opened = t.at
        while True:
            t.skip()
            word = t.peek()
            if word == "}":
                t.take()
                return True
            if not word:
                t.error("{mark} is never closed", "{mark} n’est jamais fermé", opened, mark="{")
                return False
            if word in ("type", "policy", "comment", "devices", "flags"):
                if not self._hook(chain):
                    return False
                continue
            rule = self._rule()
            if rule is None:
                return False
            chain.rules.append(rule)

    def _hook(self, chain: RawChain) -> bool:
        found = self._t.statement()
        if found is None:
            return False
        words, start, end = found
        place = Written(self._lines.span(start), self._lines.text(start, end))
        if words[0] == "policy":
            chain.policy, chain.closing = (words[1:] or [""])[0], place
            if chain.policy not in ("accept", "drop"):
                self._t.error("A policy is accept or drop", "Une politique est accept ou drop", start)
        elif words[0] == "type":
            chain.kind = (words[1:] or [""])[0]
            chain.hook = words[words.index("hook") + 1] if "hook" in words[:-1] else ""
            at = words.index("priority") + 1 if "priority" in words else len(words)
            number = priority(" ".join(words[at:]))
            chain.closing = place
            if chain.kind not in ("filter", "nat", "route") or chain.hook not in HOOKS or number is None:
                self._t.error("A base chain is `type TYPE hook HOOK priority NUMBER`",
                              "Une chaîne de base s’écrit `type TYPE hook HOOK priority NOMBRE`", start)  # fmt: skip
            chain.priority = number or 0
        return True

    def _rule(self) -> RawRule | None:
        found = self._t.statement()
        if found is None:
            return None
        tokens, start, end = found
        reader = Statement(tokens)
        statements = reader.read()
        return RawRule(statements, Written(self._lines.span(start), self._lines.text(start, end), reader.comment[:200]))

    def _set(self, table: RawTable, name: str, is_map: bool) -> bool:
        t = self._t
        held = table.sets.setdefault(name, NamedSet(name, is_map=is_map))
        if not self._open():
            return self._rest()
        opened = t.at
        while True:
            t.skip()
            word = t.take()
            if word == "}":
                return True
            if not word:
                t.error("{mark} is never closed", "{mark} n’est jamais fermé", opened, mark="{")
                return False
            if word == "elements":
                if t.take() != "=":
                    t.error("Elements are written `elements = {{...}}`", "Les éléments s’écrivent `elements = {{...}}`")
                if not self._elements(held):
                    return False
                continue
            found = t.statement()
            if found is None:
                return False
            held.changes = held.changes or (word == "flags" and "dynamic" in found[0])

    def _elements(self, held: NamedSet) -> bool:
        found = self._t.statement()
        if found is None:
            return False
        try:
            held.elements += Statement(found[0]).elements()
        except (UnreadError, IndexError):
            held.changes = True
            self._ruleset.notes.leave(
                Written(self._lines.span(found[1]), self._lines.text(found[1], found[2])), _ELEMENTS
            )
        return True
