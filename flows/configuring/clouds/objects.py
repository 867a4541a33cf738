"""Objects of Kubernetes in manifests and dumps: pods, namespaces, nodes, policies; and those that filter nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cloison.flows.configuring.clouds.labels import NAME_LABEL, Cluster, Pod, label
from cloison.flows.configuring.clouds.tree import Tree
from cloison.netmodel.finding import say
from cloison.netmodel.language.nodes import Node
from cloison.netmodel.space.addresses import parse_address
from cloison.netmodel.space.intervals import EMPTY, IntervalSet
from cloison.netmodel.space.refusal import RefusedError

# API groups of Kubernetes itself, none of whose objects filters packets but NetworkPolicy
_HARMLESS = frozenset({
    "", "apps", "batch", "autoscaling", "policy", "rbac.authorization.k8s.io", "storage.k8s.io", "coordination.k8s.io",
    "discovery.k8s.io", "events.k8s.io", "scheduling.k8s.io", "node.k8s.io", "certificates.k8s.io",
    "apiextensions.k8s.io", "apiregistration.k8s.io", "admissionregistration.k8s.io", "authentication.k8s.io",
    "authorization.k8s.io", "networking.k8s.io", "flowcontrol.apiserver.k8s.io", "metrics.k8s.io", "resource.k8s.io",
})  # fmt: skip
_PLUGINS = {"calico-node": "calico", "cilium": "cilium"}
_READ = frozenset({"networking.k8s.io/v1 NetworkPolicy", "v1 Pod", "v1 Namespace", "v1 Node"})
_MOST_DEPTH = 8  # lists within lists


@dataclass(slots=True)
class Objects:
    """What the files of a cluster hold; ``plugin`` is the network plugin whose own pods are among them."""

    cluster: Cluster = field(default_factory=Cluster)
    policies: dict[tuple[str, str], tuple[Tree, Node]] = field(default_factory=dict)
    others: list[tuple[Tree, Node, str]] = field(default_factory=list)
    exposed: list[tuple[Tree, Node, str, str]] = field(default_factory=list)
    ranges: IntervalSet = EMPTY
    node_addresses: IntervalSet = EMPTY
    plugin: str = ""
    _seen: dict[tuple[str, str, str], Tree] = field(default_factory=dict)

    def read(self, tree: Tree) -> None:
        """Add the objects of a file."""
        for document in tree.documents():
            for node in _flat(tree, document, 0):
                self._add(tree, node)

    def _add(self, tree: Tree, node: Node) -> None:
        kind, version = tree.text(node, "kind"), tree.text(node, "apiVersion")
        group, _, _ = version.rpartition("/")
        if not kind or not version:
            tree.wrong(
                node,
                say(
                    "An object has no kind or no apiVersion: this is no object of Kubernetes",
                    "Un objet n’a pas de kind ou pas d’apiVersion : ce n’est pas un objet de Kubernetes",
                ),
            )
            return
        metadata = tree.get(node, "metadata", dict, default={})
        name, namespace = tree.text(metadata, "name"), tree.text(metadata, "namespace")
        if (group, kind) in (("networking.k8s.io", "NetworkPolicy"), ("", "Pod")) and not namespace:
            tree.wrong(node, say(
                "{kind} {name} has no namespace, and which one kubectl would take is not known: write "
                "metadata.namespace",
                "{kind} {name} n’a pas d’espace de noms, et celui que kubectl prendrait n’est pas connu : écrivez "
                "metadata.namespace",
                kind=kind, name=name))  # fmt: skip
            return
        if f"{version} {kind}" in _READ and self._twice(tree, node, kind, namespace, name):
            return
        if version == "networking.k8s.io/v1" and kind == "NetworkPolicy":
            self.policies[namespace, name] = tree, node
        elif version == "v1" and kind == "Pod":
            self._pod(tree, node, namespace, name, _labels(tree, metadata))
        elif version == "v1" and kind == "Namespace":
            tree.notes.understood += 1
            self.cluster.namespaces[name] = {**_labels(tree, metadata), NAME_LABEL: name}
        elif version == "v1" and kind == "Node":
            self._node(tree, node)
        elif version == "v1" and kind == "Service":
            self._service(tree, node, namespace, name)
        elif group in _HARMLESS and kind != "NetworkPolicy":
            tree.notes.harmless += 1
        else:
            self.others.append((tree, node, f"{version} {kind} {namespace}/{name}"))

    def _twice(self, tree: Tree, node: Node, kind: str, namespace: str, name: str) -> bool:
        first = self._seen.get((kind, namespace, name))
        if first is None:
            self._seen[kind, namespace, name] = tree
            return False
        tree.wrong(node, say(
            "{kind} {name} is given twice: also in {file}", "{kind} {name} est donné deux fois : aussi dans {file}",
            kind=kind, name=f"{namespace}/{name}" if namespace else name, file=first.file.name))  # fmt: skip
        return True

    def _pod(self, tree: Tree, node: Node, namespace: str, name: str, labels: Mapping[str, str]) -> None:
        spec, status = tree.get(node, "spec", dict, default={}), tree.get(node, "status", dict, default={})
        if tree.text(status, "phase") in ("Succeeded", "Failed"):
            tree.notes.harmless += 1  # it has ended, and its address may be another's
            return
        tree.notes.understood += 1
        own = not tree.get(spec, "hostNetwork", bool, default=False).value
        ports: list[tuple[str, str, int]] = []
        for key in ("containers", "initContainers"):
            for container in tree.items(spec, key):
                if key == "initContainers" and tree.text(container, "restartPolicy") != "Always":
                    continue  # it has ended before the pod serves anyone
                for port in tree.items(container, "ports"):
                    number = tree.get(port, "containerPort", int, default=0).value
                    if tree.text(port, "name"):
                        ports.append((tree.text(port, "name"), tree.text(port, "protocol", "TCP"), number))
        if namespace in ("kube-system", "calico-system") and not own:
            self.plugin = _PLUGINS.get(labels.get("k8s-app", ""), self.plugin)
        addresses = _addresses(tree, status, "podIPs", "podIP")
        node_addresses = _addresses(tree, status, "hostIPs", "hostIP")
        if not node_addresses <= self.node_addresses:
            self.node_addresses |= node_addresses
        self.cluster.add(Pod(namespace, name, labels, addresses, own, node_addresses, tuple(ports), tree, node))

    def _service(self, tree: Tree, node: Node, namespace: str, name: str) -> None:
        """Keep a service that lets in what comes from outside with the address of a node for its source."""
        spec = tree.get(node, "spec", dict, default={})
        outside = tree.text(spec, "type") in ("NodePort", "LoadBalancer") or tree.texts(spec, "externalIPs")
        if outside and tree.text(spec, "externalTrafficPolicy", "Cluster") != "Local" and namespace:
            tree.notes.understood += 1
            self.exposed.append((tree, node, namespace, name))
        else:
            tree.notes.harmless += 1

    def _node(self, tree: Tree, node: Node) -> None:
        tree.notes.understood += 1
        spec = tree.get(node, "spec", dict, default={})
        ranges = list(tree.items(spec, "podCIDRs", str))
        if not ranges and tree.text(spec, "podCIDR"):
            ranges = [tree.get(spec, "podCIDR", str)]
        for item in ranges:
            self.ranges |= tree.prefix(item) or EMPTY
        for item in tree.items(tree.get(node, "status", dict, default={}), "addresses"):
            if tree.text(item, "type") in ("InternalIP", "ExternalIP"):
                self.node_addresses |= _address(tree, tree.get(item, "address", str, default=""))


def _flat(tree: Tree, node: Node, depth: int) -> Iterator[Node]:
    """Yield the objects of a document: itself, or the items of a list."""
    if type(node.value) is list:
        inner = node.value
    elif type(node.value) is dict and str(tree.text(node, "kind")).endswith("List") and "items" in node.value:
        inner = tree.get(node, "items", list, default=()).value
        rest = tree.text(tree.get(node, "metadata", dict, default={}), "continue")
        if rest:
            tree.wrong(node, say("The list is one page of several: give the whole of it",
                                 "La liste est une page parmi plusieurs : donnez-la entière"))  # fmt: skip
    elif type(node.value) is dict:
        if "items" in node.value and "kind" not in node.value:
            tree.wrong(
                node,
                say(  # kubectl writes the kind of a list after its items
                    "The list has no kind: the file is cut short", "La liste n’a pas de kind : le fichier est tronqué"
                ),
            )
            return
        yield node
        return
    else:
        tree.wrong(node, say("This is no object of Kubernetes", "Ce n’est pas un objet de Kubernetes"))
        return
    if depth >= _MOST_DEPTH:
        tree.wrong(node, say("Lists within lists, too deep", "Des listes dans des listes, trop profondes"))
        return
    for item in inner:
        yield from _flat(tree, item, depth + 1)


def _labels(tree: Tree, metadata: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in tree.get(metadata, "labels", dict, default={}).value.items():
        text = label(tree, key, value)
        if text is not None:
            found[key] = text
    return found


def _addresses(tree: Tree, status: Node, several: str, one: str) -> IntervalSet:
    found = EMPTY
    for item in tree.items(status, several):
        found |= _address(tree, tree.get(item, "ip", str, default=""))
    if not found and tree.text(status, one):
        found = _address(tree, tree.get(status, one, str))
    return found


def _address(tree: Tree, node: Node) -> IntervalSet:
    try:
        address = parse_address(node.value)
    except RefusedError as refused:
        tree.wrong(node, refused.message)
        return EMPTY
    return IntervalSet(((address, address),))
