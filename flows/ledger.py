"""The ledger of what is in no conversation: why, and what of it counts as undecoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cloison.netmodel.finding import Text


@dataclass(frozen=True, slots=True)
class Reason:
    """Why packets are in no conversation.

    ``control`` is link control (never undecoded); ``ip`` says that the packet is IP or may carry IP, so that it counts
    against the number of undecoded IP packets that an audit allows.
    """

    name: str
    text: Text
    ip: bool
    control: bool = False


def _reasons(*reasons: Reason) -> Mapping[str, Reason]:
    return {reason.name: reason for reason in reasons}


REASONS: Mapping[str, Reason] = _reasons(
    # link control: counted apart, not undecoded
    Reason("arp", Text("ARP", "ARP"), ip=False, control=True),
    Reason("rarp", Text("RARP", "RARP"), ip=False, control=True),
    Reason("stp", Text("spanning tree", "arbre recouvrant (STP)"), ip=False, control=True),
    Reason("lldp", Text("LLDP", "LLDP"), ip=False, control=True),
    Reason("lacp", Text("LACP and slow protocols", "LACP et protocoles lents"), ip=False, control=True),
    Reason("cdp", Text("CDP, VTP, DTP, UDLD", "CDP, VTP, DTP, UDLD"), ip=False, control=True),
    Reason("eapol", Text("802.1X (EAPOL)", "802.1X (EAPOL)"), ip=False, control=True),
    Reason("mac-control", Text("Ethernet flow control", "contrôle de flux Ethernet"), ip=False, control=True),
    Reason("loop-test", Text("Ethernet loop test", "test de boucle Ethernet"), ip=False, control=True),
    Reason("oam", Text("Ethernet OAM (802.1ag, 802.3ah)", "OAM Ethernet (802.1ag, 802.3ah)"), ip=False, control=True),
    Reason("ptp", Text("clock synchronisation (PTP)", "synchronisation d’horloge (PTP)"), ip=False, control=True),
    Reason("isis", Text("IS-IS routing", "routage IS-IS"), ip=False, control=True),
    Reason("pppoe-discovery", Text("PPPoE discovery", "découverte PPPoE"), ip=False, control=True),
    Reason("wlan-control", Text("802.11 management and control", "gestion et contrôle 802.11"), ip=False, control=True),
    Reason("tunnel-control", Text("control of a tunnel", "contrôle d’un tunnel"), ip=False, control=True),
    Reason("ppp-control", Text("PPP link control", "contrôle de liaison PPP"), ip=False, control=True),
    # undecoded: not IP
    Reason("llc", Text("802.2 frame that is not IP", "trame 802.2 qui n’est pas de l’IP"), ip=False),
    Reason("ethertype", Text("Ethernet type that is not IP", "type Ethernet qui n’est pas de l’IP"), ip=False),
    Reason(
        "frame-truncated",
        Text("frame kept shorter than its link header", "trame conservée plus courte que son en-tête de liaison"),
        ip=True,
    ),
    # undecoded: IP, or something that may carry IP
    Reason("link-type", Text("link type that is not known", "type de liaison inconnu"), ip=True),
    Reason(
        "mpls",
        Text("MPLS that carries neither IP nor Ethernet", "MPLS qui ne porte ni IP ni Ethernet"),
        ip=True,
    ),
    Reason("pppoe", Text("PPPoE session that cannot be read", "session PPPoE illisible"), ip=True),
    Reason(
        "ppp",
        Text(
            "PPP that may carry IP (compressed, multilink, encrypted)",
            "PPP qui peut porter de l’IP (compressé, multiliaison, chiffré)",
        ),
        ip=True,
    ),
    Reason("wlan-protected", Text("encrypted 802.11 frame", "trame 802.11 chiffrée"), ip=True),
    Reason(
        "wlan-data",
        Text(
            "802.11 data that is not followed (fragment, aggregate, mesh)",
            "données 802.11 non suivies (fragment, agrégat, réseau maillé)",
        ),
        ip=True,
    ),
    Reason("frame-damaged", Text("frame with a wrong checksum", "trame dont la somme de contrôle est fausse"), ip=True),
    Reason(
        "tunnel-truncated",
        Text("tunnel whose headers were not kept", "tunnel dont les en-têtes n’ont pas été conservés"),
        ip=True,
    ),
    Reason(
        "tunnel-payload",
        Text("tunnel that carries something unknown", "tunnel qui porte quelque chose d’inconnu"),
        ip=True,
    ),
    Reason(
        "tunnels",
        Text("in more tunnels than are told apart", "dans plus de tunnels que ceux qui sont distingués"),
        ip=True,
    ),
    Reason("macsec", Text("MACsec (encrypted link)", "MACsec (liaison chiffrée)"), ip=True),
    Reason(
        "ethernet-tunnel",
        Text(
            "Ethernet inside Ethernet that cannot be read (802.1ah, TRILL, FabricPath, NSH)",
            "Ethernet dans Ethernet illisible (802.1ah, TRILL, FabricPath, NSH)",
        ),
        ip=True,
    ),
    Reason(
        "vlan-depth",
        Text("more VLAN tags than the decoder follows", "plus d’étiquettes VLAN que le décodeur n’en suit"),
        ip=True,
    ),
    Reason(
        "layer-depth",
        Text("more encapsulations than the decoder follows", "plus d’encapsulations que le décodeur n’en suit"),
        ip=True,
    ),
    Reason(
        "ip-truncated",
        Text("IP packet kept shorter than its headers", "paquet IP conservé plus court que ses en-têtes"),
        ip=True,
    ),
    Reason(
        "ip-malformed",
        Text("IP header whose lengths or version lie", "en-tête IP dont les longueurs ou la version mentent"),
        ip=True,
    ),
    Reason(
        "ipv6-headers",
        Text("too many IPv6 extension headers", "trop d’en-têtes d’extension IPv6"),
        ip=True,
    ),
    Reason(
        "transport-truncated",
        Text("transport header not kept, ports unknown", "en-tête de transport non conservé, ports inconnus"),
        ip=True,
    ),
    Reason(
        "transport-malformed",
        Text("transport header that does not fit its packet", "en-tête de transport qui ne tient pas dans son paquet"),
        ip=True,
    ),
    Reason(
        "fragment",
        Text("later fragment whose first one was not seen", "fragment dont le premier n’a pas été vu"),
        ip=True,
    ),
    Reason(
        "icmp-quote",
        Text("ICMP error whose quoted packet cannot be read", "erreur ICMP dont le paquet cité est illisible"),
        ip=True,
    ),
    Reason(
        "packet-without-interface",
        Text(
            "pcapng packet of an interface that is not described", "paquet pcapng d’une interface qui n’est pas décrite"
        ),
        ip=True,
    ),
    # flow records that are in no conversation
    Reason(
        "icmp-error-record",
        Text(
            "ICMP error that a flow record counts without what it quotes",
            "erreur ICMP comptée par un enregistrement de flux sans ce qu’elle cite",
        ),
        ip=False,
        control=True,
    ),
    Reason(
        "other-record",
        Text("record or log line that is not of traffic", "enregistrement ou ligne de journal qui n’est pas du trafic"),
        ip=False,
        control=True,
    ),
    Reason(
        "record-not-ip",
        Text("flow record without IP addresses", "enregistrement de flux sans adresses IP"),
        ip=False,
    ),
    Reason(
        "record-malformed",
        Text("flow record that cannot be read", "enregistrement de flux illisible"),
        ip=True,
    ),
    Reason(
        "record-without-template",
        Text("flow data whose template never came", "données de flux dont le modèle n’est jamais venu"),
        ip=True,
    ),
    Reason(
        "record-lost",
        Text("records that the exporter says it lost", "enregistrements que l’exporteur dit avoir perdus"),
        ip=True,
    ),
)


def undecoded(ledger: Mapping[str, int], *, ip_only: bool = False) -> int:
    """Return how many packets of a ledger are undecoded, those that may be IP alone with ``ip_only``."""
    return sum(
        count for name, count in ledger.items() if not REASONS[name].control and (REASONS[name].ip or not ip_only)
    )
