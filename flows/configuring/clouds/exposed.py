"""Services of Kubernetes that let in what comes from outside the cluster, with a node's address in its source's place.

Kubernetes documentation, "Using Source IP": with ``externalTrafficPolicy: Cluster``, the default, a packet that enters
by a node's port or a load balancer may reach its pod from the address of the node that it entered by. What a policy
permits then depends on that address, and on the plugin: some keep the source.
"""

from __future__ import annotations

from collections.abc import Iterator

from cloison.flows.configuration import Term
from cloison.flows.configuring.clouds.ends import by_family, together
from cloison.flows.configuring.clouds.labels import Cluster, Pod, Requirement
from cloison.flows.configuring.clouds.tree import Tree
from cloison.netmodel.finding import say
from cloison.netmodel.language.nodes import Node
from cloison.netmodel.space.intervals import IntervalSet
from cloison.netmodel.space.protocols import SCTP, TCP, UDP
from cloison.netmodel.space.services import ServiceSet

_NUMBERS = {"TCP": TCP, "UDP": UDP, "SCTP": SCTP}
_WHY = say(
    "The service lets it in from outside, and whether its pods see the true source or a node’s address is not known "
    "(externalTrafficPolicy: Local keeps it)",
    "Le service le laisse entrer de l’extérieur, et que ses pods voient la vraie source ou l’adresse d’un nœud n’est "
    "pas connu (externalTrafficPolicy: Local la conserve)",
)


def exposed(
    tree: Tree, node: Node, namespace: str, name: str, cluster: Cluster, outside: IntervalSet, isolated: IntervalSet
) -> Iterator[Term]:
    """Yield what may happen to packets that a service lets in from ``outside`` to pods that are ``isolated``."""
    spec = tree.get(node, "spec", dict, default={})
    wanted = tree.get(spec, "selector", dict, default={}).value
    if not wanted:
        return  # it stands for addresses, and for no pods by their labels
    selector = frozenset(Requirement(key, "In", frozenset((str(value.value),))) for key, value in wanted.items())
    pods = [pod for pod in cluster.choose(namespace, selector).pods if pod.own and pod.addresses <= isolated]
    addresses = together(pod.addresses for pod in pods)
    if not addresses:
        return
    written = tree.written(node, f"Service {namespace}/{name}", f"{namespace}/{name}")
    tree.notes.leave(written, _WHY)
    services = ServiceSet.union(_services(tree, item, pods) for item in tree.items(spec, "ports"))
    for source, destination in by_family(outside, addresses):
        yield Term("unknown", written, source, destination, services, sure=False, doubt=_WHY)


def _services(tree: Tree, port: Node, pods: list[Pod]) -> ServiceSet:
    """Return the ports of pods that a port of a service leads to."""
    protocol = _NUMBERS.get(tree.text(port, "protocol", "TCP"), TCP)
    target = port.value.get("targetPort") or port.value.get("port") or Node(None, port.at)
    numbers = [target.value] if type(target.value) is int else [
        number for pod in pods for name, _, number in pod.ports if name == target.value
    ]  # fmt: skip
    ports = [(each, each) for each in numbers if 0 <= each <= 65535] or [(0, 65535)]
    return ServiceSet.union(ServiceSet.of((protocol, protocol), each) for each in sorted(set(ports)))
