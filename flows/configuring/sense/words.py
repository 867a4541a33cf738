"""What is understood of pfSense and OPNsense, what changes nothing, what is left open."""

from __future__ import annotations

from cloison.netmodel.finding import Text

UNDERSTOOD = (
    Text("filter rules: pass, block, reject, match; interfaces and groups of them, floating rules with and without "
         "quick, direction, families, protocols, ports, ICMP types, negated ends",
         "règles de filtrage : pass, block, reject, match ; interfaces et groupes, règles flottantes avec et sans "
         "quick, direction, familles, protocoles, ports, types ICMP, extrémités niées"),
    Text("aliases of hosts, networks and ports, one inside another; the networks and addresses of interfaces, (self)",
         "alias d’hôtes, de réseaux et de ports, l’un dans l’autre ; réseaux et adresses des interfaces, (self)"),
    Text("port forwards, 1:1 and outbound translations; virtual addresses",
         "redirections de ports, traductions 1:1 et sortantes ; adresses virtuelles"),
    Text("the automatic rules: default deny, anti-lockout, private networks, IPv6 not allowed, neighbour discovery",
         "règles automatiques : refus par défaut, anti-lockout, réseaux privés, IPv6 interdit, découverte des voisins"),
)  # fmt: skip
HARMLESS = (
    Text("logs, descriptions, limits of states, queues, routes, DNS, NTP, certificates, packages, users",
         "journaux, descriptions, limites d’états, files, routes, DNS, NTP, certificats, paquets, utilisateurs"),
    Text("the automatic rules about port 0, and lists of attackers that the device makes while it runs",
         "les règles automatiques sur le port 0, et les listes d’attaquants faites pendant la marche"),
)  # fmt: skip
UNDECIDED = (
    Text("aliases by URL, by name, by country, by MAC address; interfaces whose address is not in the file",
         "alias par URL, par nom, par pays, par adresse MAC ; interfaces dont l’adresse n’est pas dans le fichier"),
    Text("schedules, gateways, rules without state, operating systems, tagged packets, TCP flags, DSCP",
         "horaires, passerelles, règles sans état, systèmes d’exploitation, paquets marqués, drapeaux TCP, DSCP"),
    Text("bogons: surely no address that is assigned, perhaps any other",
         "bogons : sûrement aucune adresse attribuée, peut-être toute autre"),
    Text("sources of rules on the way out, where they may be translated; UPnP, captive portal, automation rules",
         "sources des règles en sortie, où elles peuvent être traduites ; UPnP, portail captif, automatisation"),
    Text("the automatic rules of IPsec, DHCP, CARP and pfsync on the device itself",
         "les règles automatiques d’IPsec, DHCP, CARP et pfsync sur l’équipement lui-même"),
)  # fmt: skip
