"""Security groups of OpenStack: what ``openstack ... -f json`` prints, or answers of the network service's API.

Sources: OpenStack Networking API v2.0 (security groups and their rules, ports, floating addresses, address groups);
python-openstackclient's listings of them; Neutron's administration guide, "Security groups" (stateful and stateless).

A device is a project's network. A packet meets the groups of its source's port (egress), then those of its
destination's port (ingress). Without any port nothing can be said but of one group alone: then the device is what
carries that group, as for AWS.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cloison.flows.configuration import Configuration, Dialect, File, Interface, Stage, Term, Tick
from cloison.flows.configuring.clouds.ends import EVERYWHERE, pairs, split
from cloison.flows.configuring.clouds.groups import alone
from cloison.flows.configuring.clouds.neutron import LISTINGS, Neutron
from cloison.flows.configuring.clouds.tree import Tree
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Span, Text, say

_HEAD = 1 << 16
_FIRST = re.compile(r'\s*\{\s*"([a-z_]+)"\s*:')
_ROW = re.compile(r'\s*\[\s*\{\s*"(?:ID|Name|Port|Floating IP Address)"\s*:')
_COLUMNS = re.compile(
    r'"(?:IP Protocol|Fixed IP Addresses|Floating IP Address|Security Group|Ethertype|Network|Addresses|Project)"\s*:'
)
_SHOWN = re.compile(r'"rules"\s*:')
_OF_GROUP = re.compile(r'"(?:stateful|security_group_id|ethertype|ether_type|is_shared|shared)"\s*:')
_EGRESS, _INGRESS = "security-group-egress", "security-group-ingress"

_THROUGH = say(
    "It may go through a port that stands for a whole prefix",
    "Il peut passer par un port qui vaut pour tout un préfixe",
)


def _recognises(file: File) -> bool:
    head = file.text[:_HEAD]
    first = _FIRST.match(head)
    if first is not None:
        return first[1] in LISTINGS or bool(_SHOWN.search(head) and _OF_GROUP.search(head))
    return bool(_ROW.match(head) and _COLUMNS.search(head))


def _read(files: Sequence[File], tick: Tick) -> Configuration:
    notes = Notes()
    neutron = Neutron(notes)
    for at, file in enumerate(files):
        tick(at, len(files) + 1)
        tree = Tree(file, notes)
        node = tree.json()
        if node is None:
            notes.raise_all()
            continue
        if type(node.value) in (dict, list):
            neutron.read(tree, node)
        else:
            tree.wrong(node, say("This is no listing of OpenStack", "Ce n’est pas une liste d’OpenStack"))
    neutron.finish()
    notes.raise_all()
    single = len(neutron.groups) == 1 and not neutron.ports
    if not neutron.groups or not (neutron.told or neutron.every):
        notes.error(Span(files[0].name), say(
            "There is no rule of a security group in it: nothing can be concluded; give what `openstack security group "
            "rule list --long -f json` prints, too",
            "Il n’y a aucune règle de groupe de sécurité : rien ne peut en être conclu ; donnez aussi ce qu’affiche "
            "`openstack security group rule list --long -f json`"), "configuration-empty")  # fmt: skip
    elif not neutron.ports and not single:
        notes.error(Span(files[0].name), say(
            "No port is told, so that nothing can be concluded of these groups: give what `openstack port list --long "
            "-f json` prints, too (or one group alone, as what carries it)",
            "Aucun port n’est donné, et rien ne peut être conclu de ces groupes : donnez aussi ce qu’affiche "
            "`openstack port list --long -f json` (ou un seul groupe, comme ce qui le porte)"),
            "configuration-empty")  # fmt: skip
    notes.raise_all()
    forward, entering, leaving = _alone(neutron) if single else (_stages(neutron), None, None)
    return Configuration(
        "openstack",
        tuple(Interface(name, networks=found, span=written.span) for name, (found, written) in neutron.subnets.items()),
        forward, entering, leaving, neutron.translations(),
        understood=notes.understood, harmless=notes.harmless, undecided=tuple(notes.undecided),
    )  # fmt: skip


def _alone(neutron: Neutron) -> tuple[tuple[Stage, ...], tuple[Stage, ...], tuple[Stage, ...]]:
    group = next(iter(neutron.groups.values()))
    entering = alone(group, "ingress", _INGRESS, neutron.notes)
    leaving = alone(group, "egress", _EGRESS, neutron.notes)
    return (entering, leaving), (entering,), (leaving,)


def _stages(neutron: Neutron) -> tuple[Stage, ...]:
    guard = neutron.guard()
    through: list[Term] = []
    for addresses, written in neutron.wide:
        beyond = split(addresses & guard.elsewhere)
        for ends in (*pairs(beyond, EVERYWHERE), *pairs(EVERYWHERE, beyond)):
            through.append(Term("deny", written, *ends, sure=False, doubt=_THROUGH))
    first = (Stage("through", tuple(through), "implicit", "permit"),) if through else ()
    return (*first, *guard.stages("egress", _EGRESS), *guard.stages("ingress", _INGRESS))


DIALECT = Dialect(
    name="openstack",
    title=Text("OpenStack security groups", "Groupes de sécurité d’OpenStack"),
    recognises=_recognises,
    read=_read,
    understood=(
        Text("security groups and their rules: direction, ethertype, protocol, ports, ICMP type and code",
             "groupes de sécurité et leurs règles : sens, ethertype, protocole, ports, type et code ICMP"),
        Text("remote ends: remote_ip_prefix, remote_group_id by the addresses of its ports and their allowed address "
             "pairs, remote_address_group_id",
             "extrémités distantes : remote_ip_prefix, remote_group_id par les adresses de ses ports et leurs paires "
             "d’adresses autorisées, remote_address_group_id"),
        Text("ports: fixed addresses, groups, port security, ports of the network itself",
             "ports : adresses fixes, groupes, port security, ports du réseau lui-même"),
        Text("stateful and stateless groups; subnets; floating addresses, as static translations",
             "groupes avec et sans état ; sous-réseaux ; adresses flottantes, comme traductions statiques"),
        Text("one group alone without ports: the device is what carries it",
             "un groupe seul sans ports : l’équipement est ce qui le porte"),
    ),
    harmless=(
        Text("listings that filter nothing: networks, routers, quotas...",
             "listes qui ne filtrent rien : networks, routers, quotas..."),
        Text("floating addresses that stand for no port", "adresses flottantes qui ne valent pour aucun port"),
    ),
    undecided=(
        Text("ICMP types and codes that the client’s listing does not show (0)",
             "types et codes ICMP que la liste du client ne montre pas (0)"),
        Text("groups without a known port, address groups that are not told, groups whose rules are not told",
             "groupes sans port connu, groupes d’adresses non donnés, groupes dont les règles ne sont pas données"),
        Text("ports whose groups or port security are not told", "ports dont les groupes ou le port security manquent"),
        Text("ports that may stand for a whole prefix (allowed address pairs)",
             "ports qui peuvent valoir pour tout un préfixe (paires d’adresses autorisées)"),
        Text("rules that name floating addresses; protocol 0; any other listing, such as firewall groups",
             "règles qui nomment des adresses flottantes ; protocole 0 ; toute autre liste, comme les firewall groups"),
    ),
)  # fmt: skip
