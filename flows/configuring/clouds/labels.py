"""Label selectors of Kubernetes, and the pods that they select.

Kubernetes API, ``LabelSelector`` (meta/v1): every requirement must hold; ``NotIn`` and ``DoesNotExist`` hold of an
object without the key; a selector without requirements selects everything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from cloison.flows.configuring.clouds.tree import Tree, unknown
from cloison.netmodel.finding import Text, say
from cloison.netmodel.language.nodes import Node
from cloison.netmodel.space.intervals import IntervalSet

NAME_LABEL = "kubernetes.io/metadata.name"
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")
_MOST_TESTS = 30_000_000


class Requirement(NamedTuple):
    """What must hold of one label."""

    key: str
    operator: str
    values: frozenset[str]

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Say whether it holds of an object with these labels."""
        if self.operator == "Exists":
            return self.key in labels
        if self.operator == "DoesNotExist":
            return self.key not in labels
        return (labels.get(self.key) in self.values) is (self.operator == "In")


Selector = frozenset[Requirement]


def selector_of(tree: Tree, node: Node) -> Selector:
    """Return a selector; what is wrong with it is an error in the notes."""
    tree.only(node, ("matchLabels", "matchExpressions"))
    found: list[Requirement] = []
    for key, value in tree.get(node, "matchLabels", dict, default={}).value.items():
        text = label(tree, key, value)
        if text is not None:
            found.append(Requirement(key, "In", frozenset((text,))))
    for item in tree.items(node, "matchExpressions"):
        tree.only(item, ("key", "operator", "values"))
        key, operator, values = tree.text(item, "key"), tree.text(item, "operator"), tree.texts(item, "values")
        if not key:
            tree.wrong(item, say("An expression has no key", "Une expression n’a pas de clé"))
        if operator not in _OPERATORS:
            tree.wrong(item, unknown(operator, _OPERATORS, Text("operator", "opérateur")))
        elif bool(values) is not (operator in ("In", "NotIn")):
            tree.wrong(item, say(
                "In and NotIn need values, Exists and DoesNotExist have none",
                "In et NotIn demandent des valeurs, Exists et DoesNotExist n’en ont pas"))  # fmt: skip
        else:
            found.append(Requirement(key, operator, frozenset(values)))
    return frozenset(found)


def label(tree: Tree, key: str, node: Node) -> str | None:
    """Return a label's value; nothing, and an error, where it is no text: Kubernetes refuses it too."""
    if isinstance(node.value, str):
        return node.value
    tree.wrong(node, say("The label “{key}” must be a text: put it between quotes",
                         "L’étiquette « {key} » doit être un texte : mettez-la entre guillemets", key=key))  # fmt: skip
    return None


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod: ``own`` is false where it uses its node's addresses; ``ports`` are (name, protocol, number)."""

    namespace: str
    name: str
    labels: Mapping[str, str]
    addresses: IntervalSet
    own: bool
    node_addresses: IntervalSet
    ports: tuple[tuple[str, str, int], ...]
    tree: Tree
    node: Node


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a selector selects.

    ``sure`` are the addresses of pods that it selects, ``shared`` those of nodes whose pods it selects, ``perhaps`` of
    pods that it may select (their namespace's labels are not known). ``open`` says that a pod whose address is not
    known may be selected: none is known, or one has no address yet.
    """

    pods: tuple[Pod, ...]
    sure: IntervalSet
    shared: IntervalSet
    perhaps: IntervalSet
    open: bool


class TooManyError(Exception):
    """The selectors and pods are too many to be matched."""


@dataclass(slots=True)
class Cluster:
    """Pods and namespaces; ``namespaces`` has the labels of those that the files hold, and no other."""

    pods: list[Pod] = field(default_factory=list)
    namespaces: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _by_namespace: dict[str, list[Pod]] = field(default_factory=lambda: defaultdict(list))
    _by_label: dict[tuple[str, str, str], list[Pod]] = field(default_factory=lambda: defaultdict(list))
    _chosen: dict[tuple[object, Selector], Chosen] = field(default_factory=dict)
    _within: dict[tuple[str, Selector], list[Pod]] = field(default_factory=dict)
    _spaces: dict[Selector, tuple[list[str], list[str]]] = field(default_factory=dict)
    _tests: int = 0

    def add(self, pod: Pod) -> None:
        """Add a pod."""
        self.pods.append(pod)
        self._by_namespace[pod.namespace].append(pod)
        for key, value in pod.labels.items():
            self._by_label[pod.namespace, key, value].append(pod)

    def every_namespace(self) -> Iterable[str]:
        """Return the namespaces that the files hold or that pods are in."""
        return {*self.namespaces, *self._by_namespace}

    def choose(self, spaces: str | Selector, pods: Selector) -> Chosen:
        """Return the pods of one namespace, or of those that a selector selects, that a selector selects."""
        found = self._chosen.get((spaces, pods))
        if found is None:
            certain, possible = ([spaces], []) if isinstance(spaces, str) else self._select_spaces(spaces)
            self.count(len(certain) + len(possible))
            found = self._union(
                [pod for name in certain for pod in self._inside(name, pods)],
                [pod for name in possible for pod in self._inside(name, pods)],
            )
            self.count(len(found.pods))
            self._chosen[spaces, pods] = found
        return found

    @staticmethod
    def _union(certain: Sequence[Pod], possible: Sequence[Pod]) -> Chosen:
        def union(pods: Iterable[Pod]) -> IntervalSet:
            return IntervalSet.union(chain.from_iterable(pod.addresses.ranges for pod in pods))

        return Chosen(
            tuple(certain),
            union(pod for pod in certain if pod.own),
            union(pod for pod in certain if not pod.own),
            union(possible),
            not certain or any(not pod.addresses for pod in chain(certain, possible)),
        )

    def _inside(self, namespace: str, selector: Selector) -> list[Pod]:
        found = self._within.get((namespace, selector))
        if found is None:
            candidates = self._by_namespace.get(namespace, [])
            for each in selector:
                if each.operator == "In":
                    with_it = [self._by_label.get((namespace, each.key, value), []) for value in each.values]
                    if sum(map(len, with_it)) < len(candidates):
                        candidates = [pod for some in with_it for pod in some]
            self.count(len(candidates))
            found = [pod for pod in candidates if all(each.holds(pod.labels) for each in selector)]
            self._within[namespace, selector] = found
        return found

    def _select_spaces(self, selector: Selector) -> tuple[list[str], list[str]]:
        """Return the namespaces that a selector selects, and those of unknown labels that it may select."""
        found = self._spaces.get(selector)
        if found is None:
            certain: list[str] = []
            possible: list[str] = []
            named = all(each.key == NAME_LABEL for each in selector)
            self.count(len(self.namespaces) + len(self._by_namespace))
            for name in sorted(self.every_namespace()):
                labels = self.namespaces.get(name)
                if all(each.holds(labels or {}) for each in selector if labels is not None):
                    known = [each for each in selector if each.key == NAME_LABEL]
                    if not all(each.holds({NAME_LABEL: name}) for each in known):
                        continue
                    (certain if labels is not None or named else possible).append(name)
            found = self._spaces[selector] = certain, possible
        return found

    def count(self, tests: int) -> None:
        """Count comparisons; raises ``TooManyError`` when there were too many."""
        self._tests += tests + 1
        if self._tests > _MOST_TESTS:
            raise TooManyError
