"""Policies of Kubernetes: random clusters against the words of the API, many policies quickly, hostile files."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.flows.configuration import Configuration, File
from cloison.flows.configuring.fate import Probe, fate
from cloison.flows.configuring.load import read
from cloison.netmodel.finding import MapError
from cloison.netmodel.space.addresses import parse_address
from cloison.netmodel.space.services import CONTINUING, OPENING

Object = dict[str, Any]
CALICO: Object = {
    "apiVersion": "v1", "kind": "Pod",
    "metadata": {"name": "c", "namespace": "kube-system", "labels": {"k8s-app": "calico-node"}},
    "spec": {"hostNetwork": True}, "status": {"podIP": "192.168.0.1"},
}  # fmt: skip
NODE: Object = {
    "apiVersion": "v1", "kind": "Node", "metadata": {"name": "x"}, "spec": {"podCIDR": "10.9.0.0/16"}
}  # fmt: skip
OUTSIDE = ("198.51.100.1", "203.0.113.9", "203.0.113.200")
LABELS = st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"]), max_size=2)
EXPRESSION = st.one_of(
    st.builds(lambda key, word, values: {"key": key, "operator": word, "values": values}, st.sampled_from(["a", "b"]),
              st.sampled_from(["In", "NotIn"]), st.lists(st.sampled_from(["1", "2"]), min_size=1, max_size=2)),
    st.builds(lambda key, word: {"key": key, "operator": word}, st.sampled_from(["a", "b"]),
              st.sampled_from(["Exists", "DoesNotExist"])),
)  # fmt: skip
SELECTOR = st.fixed_dictionaries(
    {}, optional={"matchLabels": LABELS, "matchExpressions": st.lists(EXPRESSION, max_size=2)}
)
BLOCK = st.sampled_from([
    {"cidr": "0.0.0.0/0"}, {"cidr": "203.0.113.0/24", "except": ["203.0.113.128/25"]}, {"cidr": "10.9.0.0/30"},
    {"cidr": "0.0.0.0/0", "except": ["10.9.0.0/16"]},
])  # fmt: skip
PEER = st.one_of(
    st.builds(lambda block: {"ipBlock": block}, BLOCK),
    st.builds(lambda pods: {"podSelector": pods}, SELECTOR),
    st.builds(lambda spaces: {"namespaceSelector": spaces}, SELECTOR),
    st.builds(lambda spaces, pods: {"namespaceSelector": spaces, "podSelector": pods}, SELECTOR, SELECTOR),
)
PORT = st.sampled_from([
    {"port": 80}, {"port": 80, "protocol": "UDP"}, {"protocol": "UDP"}, {"port": 79, "endPort": 81}, {"port": "web"},
])  # fmt: skip


def rules(side: str) -> st.SearchStrategy[list[Object]]:
    rule = st.fixed_dictionaries({}, optional={side: st.lists(PEER, max_size=2), "ports": st.lists(PORT, max_size=2)})
    return st.lists(rule, max_size=2)


SPEC = st.fixed_dictionaries(
    {"podSelector": SELECTOR},
    optional={"policyTypes": st.sampled_from([["Ingress"], ["Egress"], ["Ingress", "Egress"]]),
              "ingress": rules("from"), "egress": rules("to")},
)  # fmt: skip
PODS = st.lists(
    st.tuples(st.sampled_from(["n1", "n2"]), LABELS, st.sampled_from([0, 80, 81])), min_size=1, max_size=4
)  # fmt: skip


def pod(at: int, namespace: str, labels: dict[str, str], port: int) -> Object:
    ports = [{"name": "web", "containerPort": port}] if port else []
    return {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"p{at}", "namespace": namespace, "labels": labels},
        "spec": {"containers": [{"name": "c", "ports": ports}]},
        "status": {"podIP": f"10.9.0.{at}"},
    }  # fmt: skip


def policy(at: int, namespace: str, spec: Object) -> Object:
    return {
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": f"policy{at}", "namespace": namespace}, "spec": spec,
    }  # fmt: skip


def selects(selector: Object, labels: dict[str, str]) -> bool:
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for item in selector.get("matchExpressions", []):
        has, value = item["key"] in labels, labels.get(item["key"])
        if not {
            "In": has and value in item.get("values", ()), "NotIn": not has or value not in item.get("values", ()),
            "Exists": has, "DoesNotExist": not has,
        }[item["operator"]]:  # fmt: skip
            return False
    return True


def within(address: str, cidr: str) -> bool:
    network, _, length = cidr.partition("/")
    shift = 32 - int(length)
    return (parse_address(address) & 0xFFFFFFFF) >> shift == (parse_address(network) & 0xFFFFFFFF) >> shift


class Plain:
    """What the API says of one packet, pod by pod."""

    def __init__(self, objects: list[Object]) -> None:
        self.pods = {item["status"]["podIP"]: item for item in objects if item["kind"] == "Pod" and item is not CALICO}
        self.spaces = {
            item["metadata"]["name"]: item["metadata"].get("labels", {})
            for item in objects if item["kind"] == "Namespace"
        }  # fmt: skip
        self.policies = [item for item in objects if item["kind"] == "NetworkPolicy"]

    def passes(self, source: str, destination: str, protocol: str, port: int) -> bool:
        return self.side("Egress", source, destination, destination, protocol, port) and self.side(
            "Ingress", destination, source, destination, protocol, port
        )

    def side(self, kind: str, guarded: str, other: str, target: str, protocol: str, port: int) -> bool:
        if guarded not in self.pods:
            return True
        mine = self.pods[guarded]
        isolated = False
        for each in self.policies:
            spec = each["spec"]
            types = spec.get("policyTypes") or (["Ingress"] + (["Egress"] if spec.get("egress") else []))
            if each["metadata"]["namespace"] != mine["metadata"]["namespace"] or kind not in types:
                continue
            if not selects(spec["podSelector"], mine["metadata"]["labels"]):
                continue
            isolated = True
            for rule in spec.get(kind.lower(), []):
                peers = rule.get("from" if kind == "Ingress" else "to", [])
                ports = rule.get("ports", [])
                if (not peers or any(self.peer(item, each, other) for item in peers)) and (
                    not ports or any(self.port(item, target, protocol, port) for item in ports)
                ):
                    return True
        return not isolated

    def peer(self, peer: Object, its: Object, other: str) -> bool:
        if "ipBlock" in peer:
            block = peer["ipBlock"]
            return within(other, block["cidr"]) and not any(within(other, item) for item in block.get("except", []))
        if other not in self.pods:
            return False
        metadata = self.pods[other]["metadata"]
        if "namespaceSelector" in peer:
            space = metadata["namespace"]
            if not selects(peer["namespaceSelector"], {**self.spaces[space], "kubernetes.io/metadata.name": space}):
                return False
        elif metadata["namespace"] != its["metadata"]["namespace"]:
            return False
        return selects(peer.get("podSelector", {}), metadata["labels"])

    def port(self, wanted: Object, target: str, protocol: str, port: int) -> bool:
        if wanted.get("protocol", "TCP").lower() != protocol:
            return False
        number = wanted.get("port")
        if number == "web":
            return target in self.pods and any(
                item["containerPort"] == port for item in self.pods[target]["spec"]["containers"][0]["ports"]
            )
        return number is None or number <= port <= wanted.get("endPort", number)


def configured(objects: list[Object], form: str = "json") -> Configuration:
    whole = {"apiVersion": "v1", "kind": "List", "items": objects}
    text = json.dumps(whole) if form == "json" else yaml.safe_dump_all(objects) if form == "many" else yaml.dump(whole)
    return read([File("cluster", text)], "kubernetes")


@settings(derandomize=True, max_examples=250, deadline=None)
@given(
    PODS, st.lists(st.tuples(st.sampled_from(["n1", "n2"]), SPEC), min_size=1, max_size=3), LABELS, LABELS,
    st.sampled_from(["json", "yaml", "many"]),
)  # fmt: skip
def test_random_clusters_mean_what_the_api_says(
    pods: list[tuple[str, dict[str, str], int]], specs: list[tuple[str, Object]], first: dict[str, str],
    second: dict[str, str], form: str,
) -> None:  # fmt: skip
    objects = [CALICO, NODE]
    objects += [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
                for name, labels in (("n1", first), ("n2", second))]  # fmt: skip
    objects += [pod(at, *each) for at, each in enumerate(pods, 1)]
    objects += [policy(at, *each) for at, each in enumerate(specs)]
    configuration = configured(objects, form)
    plain = Plain(objects)
    named = "'web'" in str(specs)
    ends = [*plain.pods, *OUTSIDE]
    for source in ends:
        for destination in ends:
            if source == destination:
                continue
            for protocol, number in (("tcp", 6), ("udp", 17), ("icmp", 1)):
                for port in (78, 80, 81):
                    probe = Probe(parse_address(source), parse_address(destination), number, port, 50000, OPENING)
                    word = fate(configuration.forward, probe).word
                    expected = "permit" if plain.passes(source, destination, protocol, port) else "deny"
                    assert word == expected or (named and protocol == "tcp" and word == "unknown"), (probe, objects)
                    answer = Probe(probe.destination, probe.source, number, 50000, port, CONTINUING)
                    assert fate(configuration.forward, answer).word == "permit"


def test_thousands_of_policies_are_read_quickly() -> None:
    objects: list[Object] = [CALICO, NODE]
    for at in range(3000):
        labels = {"app": f"a{at}", "team": f"t{at % 20}"}
        item = pod(1, f"n{at % 50}", labels, 80)
        item["metadata"]["name"] = f"p{at}"
        item["status"]["podIP"] = f"10.9.{at >> 8}.{at & 255}"
        objects.append(item)
        objects.append(policy(at, f"n{at % 50}", {
            "podSelector": {"matchLabels": {"app": f"a{at}"}},
            "ingress": [{"from": [{"podSelector": {"matchLabels": {"team": f"t{at % 20}"}}}], "ports": [{"port": 80}]}],
        }))  # fmt: skip
    start = time.process_time()
    configuration = configured(objects)
    assert time.process_time() - start < 8
    assert len(configuration.forward[1].terms) >= 6000
    assert not configuration.undecided


def test_what_plugins_decide_is_in_doubt_without_them() -> None:
    objects = [pod(1, "n1", {}, 0), policy(1, "n1", {"podSelector": {}})]
    packet = Probe(parse_address("198.51.100.1"), parse_address("10.9.0.1"), 1, 8 << 8, 0, OPENING)
    assert fate(configured(objects).forward, packet).word == "unknown"
    assert fate(configured([CALICO, *objects]).forward, packet).word == "deny"


@pytest.mark.parametrize(("kind", "traffic", "word"), [
    ("NodePort", "Cluster", "unknown"), ("NodePort", "Local", "deny"), ("ClusterIP", "Cluster", "deny"),
    ("LoadBalancer", None, "unknown"),
])  # fmt: skip
def test_a_service_may_hide_where_packets_come_from(kind: str, traffic: str | None, word: str) -> None:
    spec = {"type": kind, "selector": {"app": "x"}, "ports": [{"port": 80, "targetPort": "web"}]}
    service = {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "namespace": "n1"},
        "spec": spec if traffic is None else {**spec, "externalTrafficPolicy": traffic},
    }  # fmt: skip
    objects = [CALICO, NODE, service, pod(1, "n1", {"app": "x"}, 8080), pod(2, "n1", {"app": "x"}, 8080)]
    forward = configured([*objects, policy(1, "n1", {"podSelector": {}})]).forward
    words = [
        fate(forward, Probe(parse_address(source), parse_address("10.9.0.1"), 6, port, 50000, OPENING)).word
        for source, port in (("198.51.100.1", 8080), ("198.51.100.1", 80), ("10.9.0.2", 8080))
    ]
    assert words == [word, "deny", "deny"]


@pytest.mark.parametrize("version", ["crd.projectcalico.org/v1", "cilium.io/v2", "policy.networking.k8s.io/v1alpha1"])
def test_a_policy_of_another_kind_leaves_everything_open(version: str) -> None:
    other = {"apiVersion": version, "kind": "SomePolicy", "metadata": {"name": "x"}}
    configuration = configured([pod(1, "n1", {}, 0), policy(1, "n1", {"podSelector": {}}), other])
    packet = Probe(parse_address("198.51.100.1"), parse_address("10.9.0.1"), 6, 80, 50000, OPENING)
    assert fate(configuration.forward, packet).word == "unknown"
    assert any("SomePolicy" in left.written.text for left in configuration.undecided)


def test_a_pod_without_an_address_may_be_anywhere() -> None:
    waiting = pod(1, "n1", {"app": "x"}, 0)
    waiting["status"] = {"phase": "Pending"}
    objects = [
        CALICO,
        waiting,
        pod(2, "n1", {"app": "y"}, 0),
        policy(1, "n1", {"podSelector": {"matchLabels": {"app": "x"}}}),
    ]
    configuration = configured(objects)
    outside, known = parse_address("198.51.100.1"), parse_address("10.9.0.2")
    assert fate(configuration.forward, Probe(outside, parse_address("10.9.0.7"), 6, 80, 1, OPENING)).word == "unknown"
    assert fate(configuration.forward, Probe(outside, known, 6, 80, 1, OPENING)).word == "permit"
    assert len(configuration.undecided) == 1


@pytest.mark.parametrize("text", [
    "apiVersion: v1\nkind: Pod\n" + "a: " + "[" * 100_000,
    '{"apiVersion": "v1", "kind": "List", "items": ' + "[" * 100_000,
    "apiVersion: v1\nkind: List\nitems:\n- &a [x, x]\n- &b [*a, *a]\n" + "- &b [*b, *b, *b, *b]\n" * 20,
    "apiVersion: v1\nkind: Pod\nmetadata: !!python/object/apply:os.system [id]\n",
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: b\n  <<: {x: y}\n",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: [a], namespace: {}}\nstatus: 7\nspec: []\n",
    '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "\\ud800", "namespace": "x"}}',
    '{"apiVersion": "v1", "kind": "Pod", "spec": 1e999999999999}',
])  # fmt: skip
def test_hostile_files_are_refused_in_words(text: str) -> None:
    start = time.process_time()
    with pytest.raises(MapError):
        read([File("x", text)], "kubernetes")
    assert time.process_time() - start < 5
