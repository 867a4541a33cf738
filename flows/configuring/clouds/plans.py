"""Resources of a plan or a state of Terraform, and which of their values are known only after the plan was applied.

HashiCorp, "JSON output format": ``planned_values`` leaves out what is not known, ``after_unknown`` of a change
names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cloison.flows.configuring.clouds.tree import Tree
from cloison.netmodel.language.nodes import Node


@dataclass(slots=True)
class Resource:
    """A resource: its values, and which of them are not known before the plan was applied."""

    tree: Tree
    node: Node
    address: str
    kind: str
    values: Node
    unknown: Mapping[str, Node]
    made: bool

    @property
    def id(self) -> str:
        """Its id; its address where the id is not known yet."""
        return self.text("id") or f"({self.address})"

    def text(self, key: str) -> str:
        """Return a text."""
        return self.tree.text(self.values, key)

    def whole(self, key: str) -> int | None:
        """Return a whole number."""
        found: int | None = self.tree.get(self.values, key, int).value
        return found

    def one(self, key: str) -> Node:
        """Return a text with its place."""
        return self.tree.get(self.values, key, str)

    def items(self, key: str, kind: type = str) -> list[Node]:
        """Return the items of a list that are known."""
        listed = self.tree.get(self.values, key, list, default=()).value
        return list(self.tree.of_kind([each for each in listed if each.value is not None], key, kind))

    def later(self, key: str) -> bool:
        """Say whether a value, or a part of it, is known only once the plan was applied."""
        return key in self.unknown and _true(self.unknown[key])

    def grouped(self) -> bool:
        """Say whether it carries security groups."""
        nested = self.values.value.get("vpc_config")
        inner = nested.value if nested is not None and type(nested.value) is list else ()
        places = [self.values, *(each for each in inner if type(each.value) is dict)]
        keys = ("security_groups", "vpc_security_group_ids", "security_group_ids")
        return any(place.value[key].value for place in places for key in keys if key in place.value)


def _true(node: Node) -> bool:
    todo = [node]
    while todo:
        value = todo.pop().value
        if value is True:
            return True
        todo += value.values() if type(value) is dict else value if type(value) is list else ()
    return False


def resources_of(tree: Tree, values: Node, changes: Mapping[str, Node]) -> Iterator[Resource]:
    """Yield the resources of a module and of those within it, with what of them the changes say is not known."""
    todo = [tree.get(values, "root_module", dict, default={})]
    while todo:
        module = todo.pop()
        todo += reversed(list(tree.items(module, "child_modules")))
        for node in tree.items(module, "resources"):
            address = tree.text(node, "address")
            change = tree.get(changes.get(address, Node({}, node.at)), "change", dict, default={})
            after = tree.get(change, "after_unknown", dict, default={})
            yield Resource(
                tree, node, address, tree.text(node, "type"), tree.get(node, "values", dict, default={}), after.value,
                "create" in tree.texts(change, "actions"),
            )  # fmt: skip


def replaced(tree: Tree, node: Node) -> Iterator[Resource]:
    """Yield the resources that a plan takes away or changes, as they were before."""
    for item in tree.items(node, "resource_changes"):
        change = tree.get(item, "change", dict, default={})
        before = tree.get(change, "before", dict)
        if before.value is not None and {"delete", "update"} & set(tree.texts(change, "actions")):
            address = tree.text(item, "address")
            yield Resource(tree, item, address, tree.text(item, "type"), before, {}, made=False)
