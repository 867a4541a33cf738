"""NetworkPolicy of Kubernetes, with the pods and namespaces that it selects: ``kubectl get ... -A -o json`` or YAML.

Sources: Kubernetes documentation, "Network Policies" (concepts, services and networking); Kubernetes API reference,
``NetworkPolicy`` of ``networking.k8s.io/v1`` and ``LabelSelector``; Cilium documentation, "Layer 3 policies" (CIDRs do
not hold what the cluster manages) and its advisory GHSA-c66w-hq56-4q97 (ICMP is held to policies).

A device is the cluster. What it forwards meets the egress policies of the source's pod, then the ingress policies of
the destination's. A packet's real ends are pods, never the address of a service that stands for them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from cloison.flows.configuration import Configuration, Dialect, File, Stage, Term, Tick, Written
from cloison.flows.configuring.clouds.ends import by_family, together
from cloison.flows.configuring.clouds.exposed import exposed
from cloison.flows.configuring.clouds.labels import TooManyError
from cloison.flows.configuring.clouds.objects import Objects
from cloison.flows.configuring.clouds.policies import DIRECTIONS, Stages, read_policy
from cloison.flows.configuring.clouds.tree import Tree
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Span, Text, say
from cloison.netmodel.space.addresses import ANY
from cloison.netmodel.space.intervals import IntervalSet

KUBECTL = "kubectl get nodes,namespaces,pods,services,networkpolicies -A -o yaml"

_HEAD = 1 << 16
_VERSION = re.compile(r"""^[ \t{\[,-]*"?apiVersion"?[ \t]*:[ \t]*["']?[a-z0-9./-]+""", re.MULTILINE)
_KIND = re.compile(r"""^[ \t{\[,-]*"?kind"?[ \t]*:[ \t]*["']?[A-Z][A-Za-z]+|[,{][ \t]*"kind"[ \t]*:""", re.MULTILINE)
_OTHER = say(
    "This object is not one of Kubernetes itself: it may permit or deny anything",
    "Cet objet n’est pas de Kubernetes lui-même : il peut permettre ou refuser n’importe quoi",
)
_NODE = say(
    "Kubernetes always lets a node and its own pods talk, and plugins differ on how far",
    "Kubernetes laisse toujours un nœud et ses pods communiquer, et les greffons diffèrent sur l’étendue",
)


def _recognises(file: File) -> bool:
    head = file.text[:_HEAD]
    return bool(_VERSION.search(head) and _KIND.search(head))


def _read(files: Sequence[File], tick: Tick) -> Configuration:
    notes = Notes()
    objects = Objects()
    for at, file in enumerate(files):
        tick(at, 2 * len(files))
        objects.read(Tree(file, notes))
    policies = [
        read_policy(tree, node, namespace, name) for (namespace, name), (tree, node) in objects.policies.items()
    ]
    whole = Span(files[0].name)
    if not notes.errors and not objects.policies and not objects.others:
        notes.error(whole, say(
            "There is no NetworkPolicy in it: nothing can be concluded; give what this prints: {command}",
            "Il n’y a aucune NetworkPolicy : rien ne peut en être conclu ; donnez ce qu’affiche : {command}",
            command=KUBECTL), "configuration-empty")  # fmt: skip
    elif not notes.errors and not objects.cluster.pods:
        notes.error(whole, say(
            "There is no pod in it, and so no address that a policy is about; give what this prints: {command}",
            "Il n’y a aucun pod, donc aucune adresse dont parle une politique ; donnez ce qu’affiche : {command}",
            command=KUBECTL), "configuration-empty")  # fmt: skip
    notes.raise_all()
    stages = _stages(objects)
    try:
        for at, policy in enumerate(policies):
            if not at % 1000:
                tick(len(policies) + at, 2 * len(policies))
            stages.add(policy)
    except TooManyError:
        notes.error(whole, say("Too many pods and selectors to match", "Trop de pods et de sélecteurs à comparer"))
    notes.raise_all()
    others = _others(objects, notes)
    return Configuration(
        "kubernetes",
        (),
        tuple(
            Stage(
                direction.lower(),
                (*others, *_entering(objects, stages, direction), *_nodes(objects, stages, direction, notes),
                 *stages.permits[direction], *stages.denials[direction]),
                "implicit",
                "permit",
            )
            for direction in DIRECTIONS
        ),
        understood=notes.understood,
        harmless=notes.harmless,
        undecided=tuple(notes.undecided),
    )  # fmt: skip


def _stages(objects: Objects) -> Stages:
    pods = objects.cluster.pods
    own = IntervalSet.union(each for pod in pods if pod.own for each in pod.addresses.ranges)
    inside = own | objects.node_addresses
    ranges = objects.ranges if own and own <= objects.ranges else ANY  # of nodes that the plugin does not go by
    return Stages(objects.cluster, ranges - inside, inside, bool(objects.plugin), objects.plugin == "calico")


def _others(objects: Objects, notes: Notes) -> list[Term]:
    """Return what an object that is not known may do: anything, before all else."""
    found: list[Term] = []
    for tree, node, title in objects.others:
        written = tree.written(node, title, title)
        notes.leave(written, _OTHER)
        found.append(Term("unknown", written, sure=False, doubt=_OTHER))
    return found


def _entering(objects: Objects, stages: Stages, direction: str) -> list[Term]:
    """Return what services may let in from outside the cluster to pods that are isolated."""
    if direction == "Egress" or not objects.exposed:
        return []
    isolated = together(stages.isolated[direction])
    outside = ANY - stages.inside
    return [
        term
        for tree, node, namespace, name in objects.exposed
        for term in exposed(tree, node, namespace, name, objects.cluster, outside, isolated)
    ]


def _nodes(objects: Objects, stages: Stages, direction: str, notes: Notes) -> list[Term]:
    """Return what nodes and the isolated pods that run on them may say to each other."""
    isolated = together(stages.isolated[direction])
    running: dict[IntervalSet, list[IntervalSet]] = defaultdict(list)
    places: dict[IntervalSet, Written] = {}
    for pod in objects.cluster.pods:
        if pod.own and pod.node_addresses and pod.addresses and pod.addresses <= isolated:
            running[pod.node_addresses].append(pod.addresses)
            if pod.node_addresses not in places:
                title = f"{pod.namespace}/{pod.name}"
                places[pod.node_addresses] = pod.tree.written(pod.node, f"Pod {title}: its node", title)
    found: list[Term] = []
    for node, pods in running.items():
        if direction == "Ingress":
            notes.leave(places[node], _NODE)
        every = together(pods)
        for ends in by_family(*((node, every) if direction == "Ingress" else (every, node))):
            found.append(Term("permit", places[node], *ends, sure=False, doubt=_NODE))
    return found


DIALECT = Dialect(
    name="kubernetes",
    title=Text("Kubernetes NetworkPolicy", "NetworkPolicy de Kubernetes"),
    recognises=_recognises,
    read=_read,
    understood=(
        Text("NetworkPolicy (networking.k8s.io/v1): podSelector, policyTypes and their defaults, ingress, egress",
             "NetworkPolicy (networking.k8s.io/v1) : podSelector, policyTypes et leurs défauts, ingress, egress"),
        Text("podSelector and namespaceSelector: matchLabels, matchExpressions (In, NotIn, Exists, DoesNotExist)",
             "podSelector et namespaceSelector : matchLabels, matchExpressions (In, NotIn, Exists, DoesNotExist)"),
        Text("ipBlock with except, of addresses outside the cluster",
             "ipBlock avec except, d’adresses hors de la grappe"),
        Text("ports of TCP, UDP and SCTP, endPort, and names of ports that the containers of known pods give",
             "ports TCP, UDP et SCTP, endPort, et noms de ports donnés par les conteneurs des pods connus"),
        Text("Pod (status.podIPs, labels, container ports), Namespace (labels), Node (podCIDRs), lists of them",
             "Pod (status.podIPs, étiquettes, ports des conteneurs), Namespace (étiquettes), Node (podCIDRs), leurs "
             "listes"),
        Text("Calico and Cilium, by their own pods: they hold every protocol to the policies",
             "Calico et Cilium, par leurs propres pods : tous les protocoles y sont soumis aux politiques"),
    ),
    harmless=(
        Text("objects of Kubernetes’ own API groups that filter nothing: Deployment, Ingress, ConfigMap, Role...",
             "les objets des groupes d’API de Kubernetes qui ne filtrent rien : Deployment, Ingress, ConfigMap, "
             "Role..."),
        Text("pods that have ended (phases Succeeded and Failed)", "les pods terminés (phases Succeeded et Failed)"),
        Text("rules of a direction that policyTypes leaves out, which have no effect",
             "les règles d’une direction absente de policyTypes, qui sont sans effet"),
    ),
    undecided=(
        Text("a selector that selects no pod with a known address",
             "un sélecteur qui ne sélectionne aucun pod d’adresse connue"),
        Text("a namespaceSelector where the labels of a namespace are not known",
             "un namespaceSelector quand les étiquettes d’un espace de noms ne sont pas connues"),
        Text("pods with hostNetwork, which plugins treat differently",
             "les pods en hostNetwork, que les greffons traitent différemment"),
        Text("what a Service of type NodePort or LoadBalancer lets in to isolated pods, unless externalTrafficPolicy "
             "is Local",
             "ce qu’un Service de type NodePort ou LoadBalancer laisse entrer vers des pods isolés, sauf si "
             "externalTrafficPolicy est Local"),
        Text("traffic between a pod and its own node, which is always allowed at least in part",
             "le trafic entre un pod et son propre nœud, toujours permis au moins en partie"),
        Text("protocols other than TCP, UDP and SCTP, unless the plugin is known",
             "les protocoles autres que TCP, UDP et SCTP, sauf greffon connu"),
        Text("an ipBlock that holds addresses of the cluster’s own pods or nodes, unless the plugin is Calico",
             "un ipBlock qui contient des adresses de pods ou de nœuds de la grappe, sauf avec Calico"),
        Text("a named port that no known pod has", "un port nommé qu’aucun pod connu n’a"),
        Text("policies of plugins (Calico, Cilium), AdminNetworkPolicy and any other object",
             "les politiques des greffons (Calico, Cilium), AdminNetworkPolicy et tout autre objet"),
    ),
)  # fmt: skip
