"""Security groups and network ACLs of AWS: what ``aws ec2 describe-...`` prints, or ``terraform show -json``.

Sources: Amazon VPC User Guide, "Control traffic to your AWS resources using security groups" and "Control subnet
traffic with network access control lists"; Amazon EC2 API Reference (``IpPermission``, ``NetworkAclEntry``,
``NetworkInterface``); HashiCorp, "JSON output format", and the AWS provider's resources.

A device is a VPC. What its subnets send to each other and to the outside meets, in this order, the groups of the
source's interface (egress), the network ACL of the source's subnet, that of the destination's, and the groups of the
destination's interface. Without any interface's address nothing can be said but of one group alone: then the device is
what carries that group (an instance, or a cluster of equals), and the group is met by what it receives (``input``),
what it sends (``output``), and both ways by what it forwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cloison.flows.configuration import Configuration, Dialect, File, Interface, Stage, Tick
from cloison.flows.configuring.clouds.groups import alone
from cloison.flows.configuring.clouds.listings import LISTINGS, read_listing
from cloison.flows.configuring.clouds.terraform import read_terraform
from cloison.flows.configuring.clouds.tree import Tree
from cloison.flows.configuring.clouds.vpc import Vpc
from cloison.flows.configuring.notes import Notes
from cloison.netmodel.finding import Message, Span, Text, say

_FIRST = re.compile(r'\s*\{\s*"([A-Za-z_]+)"\s*:')
_RESOURCE = re.compile(r'"type"\s*:\s*"aws_')
_EGRESS, _INGRESS = "security-group-egress", "security-group-ingress"

_NOTHING = say(
    "There is no security group and no network ACL in it: nothing can be concluded",
    "Il n’y a ni groupe de sécurité ni ACL réseau : rien ne peut en être conclu",
)
_NO_INTERFACE = say(
    "No address of an interface is told, so that nothing can be concluded of these groups: give what `aws ec2 "
    "describe-network-interfaces --filters Name=vpc-id,Values=ID` prints, too (or one group alone, as what carries it)",
    "Aucune adresse d’interface n’est donnée, et rien ne peut être conclu de ces groupes : donnez aussi ce qu’affiche "
    "`aws ec2 describe-network-interfaces --filters Name=vpc-id,Values=ID` (ou un seul groupe, comme ce qui le porte)",
)
_NO_SUBNET = say(
    "The network ACLs are of subnets whose prefixes are not told: give what `aws ec2 describe-subnets` prints, too",
    "Les ACL réseau portent sur des sous-réseaux dont les préfixes ne sont pas donnés : donnez aussi ce qu’affiche "
    "`aws ec2 describe-subnets`",
)
_NO_ACL = say(
    "No network ACL is told: only the security groups are compared; give what `aws ec2 describe-network-acls` and "
    "`aws ec2 describe-subnets` print, too",
    "Aucune ACL réseau n’est donnée : seuls les groupes de sécurité sont comparés ; donnez aussi ce qu’affichent `aws "
    "ec2 describe-network-acls` et `aws ec2 describe-subnets`",
)
_NO_GROUP = say(
    "No security group is told: only the network ACLs are compared; give what `aws ec2 describe-security-groups` and "
    "`aws ec2 describe-network-interfaces` print, too",
    "Aucun groupe de sécurité n’est donné : seules les ACL réseau sont comparées ; donnez aussi ce qu’affichent `aws "
    "ec2 describe-security-groups` et `aws ec2 describe-network-interfaces`",
)


def _recognises(file: File) -> bool:
    first = _FIRST.match(file.text)
    if first is None:
        return False
    if first[1] in LISTINGS:
        return True
    return first[1] == "format_version" and bool(_RESOURCE.search(file.text))


def _read(files: Sequence[File], tick: Tick) -> Configuration:
    notes = Notes()
    vpc = Vpc(notes)
    for at, file in enumerate(files):
        tick(at, len(files) + 1)
        tree = Tree(file, notes)
        node = tree.json()
        if node is None:
            notes.raise_all()
            continue
        if type(node.value) is not dict:
            tree.wrong(node, say("This is no listing of `aws ec2`", "Ce n’est pas une liste de `aws ec2`"))
        elif "format_version" in node.value:
            read_terraform(tree, node, vpc)
        else:
            read_listing(tree, node, vpc)
    vpc.finish()
    notes.raise_all()
    whole = Span(files[0].name)

    def refuse(message: Message) -> None:
        notes.error(whole, message, "configuration-empty")

    single = len(vpc.groups) == 1 and not vpc.attached and not vpc.acls
    if not vpc.groups and not vpc.acls:
        refuse(_NOTHING)
    elif vpc.groups and not vpc.attached and not single:
        refuse(_NO_INTERFACE)
    if any(subnet not in vpc.subnets for acl in vpc.acls.values() for subnet in acl.subnets):
        refuse(_NO_SUBNET)
    notes.raise_all()
    forward, entering, leaving = _alone(vpc) if single else (_stages(vpc), None, None)
    return Configuration(
        "aws",
        tuple(Interface(each.id, networks=each.addresses, zone=each.vpc, span=each.written.span)
              for each in vpc.subnets.values()),
        forward, entering, leaving, vpc.translations(),
        understood=notes.understood, harmless=notes.harmless, undecided=tuple(notes.undecided),
    )  # fmt: skip


def _alone(vpc: Vpc) -> tuple[tuple[Stage, ...], tuple[Stage, ...], tuple[Stage, ...]]:
    group = next(iter(vpc.groups.values()))
    entering = alone(group, "ingress", _INGRESS, vpc.notes, vpc.late["ingress"])
    leaving = alone(group, "egress", _EGRESS, vpc.notes, vpc.late["egress"])
    return (entering, leaving), (entering,), (leaving,)


def _stages(vpc: Vpc) -> tuple[Stage, ...]:
    """Return the stages of a VPC; what filters beside them is met first."""
    stages: list[Stage] = []
    if vpc.others:
        stages.append(Stage("other", tuple(vpc.others), "implicit", "permit"))
    guard = vpc.guard()
    resolver = tuple(vpc.resolver())
    if vpc.groups:
        stages += guard.stages("egress", _EGRESS, (*resolver, *vpc.late["egress"]))
    else:
        vpc.notes.leave(next(iter(vpc.acls.values())).written, _NO_GROUP)
    if vpc.acls:
        stages.append(vpc.acl_stage("egress", "network-acl-out", resolver))
        stages.append(vpc.acl_stage("ingress", "network-acl-in", resolver))
    else:
        vpc.notes.leave(next(iter(vpc.groups.values())).written, _NO_ACL)
    if vpc.groups:
        stages += guard.stages("ingress", _INGRESS, vpc.late["ingress"])
    return tuple(stages)


DIALECT = Dialect(
    name="aws",
    title=Text("AWS security groups and network ACLs", "Groupes de sécurité et ACL réseau d’AWS"),
    recognises=_recognises,
    read=_read,
    understood=(
        Text("SecurityGroups: IpPermissions and IpPermissionsEgress by protocol, ports, ICMP type and code; "
             "SecurityGroupRules",
             "SecurityGroups : IpPermissions et IpPermissionsEgress par protocole, ports, type et code ICMP ; "
             "SecurityGroupRules"),
        Text("the other end of a rule: CidrIp, CidrIpv6, a prefix list, a group by the addresses of its interfaces",
             "l’autre extrémité d’une règle : CidrIp, CidrIpv6, liste de préfixes, groupe par les adresses de ses "
             "interfaces"),
        Text("NetworkAcls: entries by number, both families, associations with subnets; not met within a subnet",
             "NetworkAcls : entrées par numéro, deux familles, associations aux sous-réseaux ; sans effet dans un "
             "sous-réseau"),
        Text("NetworkInterfaces, Reservations (instances), Subnets, Vpcs, PrefixLists and their Entries",
             "NetworkInterfaces, Reservations (instances), Subnets, Vpcs, PrefixLists et leurs Entries"),
        Text("plans and states of Terraform: aws_security_group, aws_security_group_rule, "
             "aws_vpc_security_group_ingress_rule and egress, aws_network_acl and its rules, aws_instance, "
             "aws_network_interface, aws_subnet, aws_eip, prefix lists",
             "plans et états de Terraform : aws_security_group, aws_security_group_rule, "
             "aws_vpc_security_group_ingress_rule et egress, aws_network_acl et ses règles, aws_instance, "
             "aws_network_interface, aws_subnet, aws_eip, listes de préfixes"),
        Text("one group alone without interfaces: the device is what carries it",
             "un groupe seul sans interfaces : l’équipement est ce qui le porte"),
        Text("public addresses of interfaces, as static translations",
             "adresses publiques des interfaces, comme traductions statiques"),
    ),
    harmless=(
        Text("listings that filter nothing: RouteTables, NatGateways, InternetGateways...",
             "listes qui ne filtrent rien : RouteTables, NatGateways, InternetGateways..."),
        Text("resources of Terraform that filter nothing and carry no security group",
             "ressources de Terraform qui ne filtrent rien et ne portent aucun groupe de sécurité"),
    ),
    undecided=(
        Text("values known only after the plan is applied", "valeurs connues seulement après l’application du plan"),
        Text("groups of other accounts and VPCs, groups without a known interface, prefix lists without entries",
             "groupes d’autres comptes et VPC, groupes sans interface connue, listes de préfixes sans entrées"),
        Text("addresses of the subnets that may be of an interface that is not told, unless all were listed",
             "adresses des sous-réseaux qui peuvent être d’une interface non donnée, sauf si toutes sont listées"),
        Text("DNS to the resolver of the VPC, which nothing filters",
             "le DNS vers le résolveur du VPC, que rien ne filtre"),
        Text("rules that name public addresses of the cloud’s own interfaces",
             "règles qui nomment des adresses publiques des interfaces du nuage"),
        Text("network ACLs where none is told, and those of subnets without one",
             "les ACL réseau quand aucune n’est donnée, et celles des sous-réseaux sans ACL"),
        Text("AWS Network Firewall, block public access, Firewall Manager; any other listing",
             "AWS Network Firewall, block public access, Firewall Manager ; toute autre liste"),
    ),
)  # fmt: skip
