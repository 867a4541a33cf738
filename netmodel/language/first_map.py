"""The map that ``cloison init`` writes: small, complete, and explaining itself line by line."""

from __future__ import annotations

from cloison.netmodel.finding import Text

_EN = """\
# A first map. It is complete as it stands: check it, draw it, then replace each part with your own network.
#   cloison check {file}        is it valid, and is it well segmented?
#   cloison draw {file} -o map.svg
#   cloison explain {file} --from internet --to portal
# Editors complete and check it as you type: cloison schema > map.schema.json
# yaml-language-server: $schema=./map.schema.json
cloison: 1                        # the version of this language
name: My network
timezone: Europe/Paris            # of every date below
marking: Internal                 # printed on every output: a map is itself sensitive

# Who owns zones and flows: provider, tenant, third-party or public.
parties:
  us:    {kind: provider, name: My organisation, country: FR}
  world: {kind: public}

sites:
  hq: {country: FR, rooms: {server-room: sensitive, lobby: public}}

# A zone is a set of subnets under one policy. Natures, sensitivities and technical domains are closed words;
# `vocabulary` adds your own. `transit` zones may be crossed by flows that only pass.
zones:
  internet: {owner: world, nature: public, addresses: global}    # every routable address not declared below
  front:    {owner: us, nature: production, sensitivity: exposed, domain: exposure}
  servers:  {owner: us, nature: production, sensitivity: sensitive, domain: processing}
  admin:    {owner: us, nature: administration, sensitivity: sensitive, domain: management}

# Where the addresses are. A subnet lies in one zone, and its prefixes in one VRF.
subnets:
  front-lan:   {cidr: 203.0.113.0/28, zone: front}
  servers-lan: {cidr: [10.1.0.0/24, "fd00:1::/64"], zone: servers}
  admin-lan:   {cidr: 10.9.0.0/24, zone: admin}                  # workstations by DHCP: none has to be listed

# Equipment, servers and workstations. Functions are what the checks look for.
assets:
  fw:
    kind: physical
    functions: [filtering, routing]
    model: Example 100
    serial: EX-0001
    owner: us
    site: hq/server-room
    sensitivity: sensitive
    interfaces:
      front:   {addresses: 203.0.113.1, mac: "02:00:00:00:00:01"}
      servers: {addresses: [10.1.0.1, "fd00:1::1"], mac: "02:00:00:00:00:02"}
      admin:   {addresses: 10.9.0.1, mac: "02:00:00:00:00:03"}
  waf:                                                           # a relay: conversations end here and start again
    kind: physical
    functions: waf
    model: Example 200
    serial: EX-0002
    owner: us
    site: hq/server-room
    sensitivity: exposed
    interfaces:
      lan: {addresses: 203.0.113.10, mac: "02:00:00:00:00:10"}
  app:
    kind: physical
    role: application server
    model: Example 300
    serial: EX-0003
    owner: us
    site: hq/server-room
    sensitivity: sensitive
    interfaces:
      lan: {addresses: [10.1.0.10, "fd00:1::10"], mac: "02:00:00:00:00:20"}
  probe:                                                         # its captures are judged by cloison audit
    kind: physical
    functions: probe
    watches: border
    model: Example 400
    serial: EX-0004
    owner: us
    site: hq/server-room
    sensitivity: sensitive
    interfaces:
      lan: {addresses: 10.9.0.20, mac: "02:00:00:00:00:30"}
  logs:                                                          # where the probe sends what it sees
    kind: physical
    functions: log-collector
    model: Example 300
    serial: EX-0005
    owner: us
    site: hq/server-room
    sensitivity: sensitive
    interfaces:
      lan: {addresses: 10.1.0.20, mac: "02:00:00:00:00:40"}

applications:
  portal-app: {function: customer portal, assets: [waf, app]}

# Where zones meet, and through what.
interconnections:
  border: {between: [internet, front], through: fw}
  core:   {between: [front, servers, admin], through: fw}

# Most well-known services are built in (https, ssh, dns, ntp...); yours are named here.
services:
  app-api: {ports: tcp/8443, wire: tls}

# A service offered by an asset. On a relay, `backends` are what it protects.
endpoints:
  portal: {asset: waf, service: https, kind: user, audience: tenant, backends: app}

# The matrix: every authorised flow, from whoever opens the conversation. Anything else is illegitimate.
flows:
  F-001:
    from: internet
    to: portal                                                   # the endpoint says which service
    owner: us
    nature: production
    sensitivity: exposed
    domain: exposure
    encryption: {protocol: tls, minimum: "1.2"}
    justification: {kind: business, text: Customers reach the portal}
    responsible: network
    requester: sales
    ticket: CHG-1
    approved: {by: J. Martin, on: 2026-01-15}
  F-002:
    from: waf
    to: app
    services: app-api
    owner: us
    nature: production
    sensitivity: sensitive
    domain: processing
    encryption: {protocol: tls, minimum: "1.2"}
    justification: {kind: infrastructure, text: The relay hands requests over to the application}
    responsible: network
    requester: sales
    ticket: CHG-1
    approved: {by: J. Martin, on: 2026-01-15}
  F-003:
    from: admin-lan
    to: app
    services: ssh
    owner: us
    nature: administration
    sensitivity: sensitive
    domain: management
    encryption: {protocol: ssh}
    justification: {kind: infrastructure, text: Administrators maintain the application}
    responsible: systems
    requester: operations
    ticket: CHG-2
    approved: {by: J. Martin, on: 2026-01-15}
  F-004:
    from: probe
    to: logs
    services: syslog-tls
    owner: us
    nature: supervision
    sensitivity: sensitive
    domain: management
    encryption: {protocol: tls, minimum: "1.2"}
    justification: {kind: infrastructure, text: The probe reports what it sees}
    responsible: systems
    requester: operations
    ticket: CHG-3
    approved: {by: J. Martin, on: 2026-01-15}

# Your own segmentation rules, beside the built-in ones (cloison rules lists those).
policy:
  no-internet-to-admin:
    forbid: {from: {zones: {nature: public}}, to: {zones: {nature: administration}}}
    why: Nobody administers from the Internet
"""

_FR = """\
# Une première carte. Elle est complète telle quelle : vérifiez-la, dessinez-la, puis remplacez chaque partie par votre
# réseau.
#   cloison check {file}        est-elle valide, et bien cloisonnée ?
#   cloison draw {file} -o carte.svg
#   cloison explain {file} --from internet --to portail
# Les éditeurs la complètent et la vérifient pendant la frappe : cloison schema > map.schema.json
# yaml-language-server: $schema=./map.schema.json
cloison: 1                        # la version de ce langage
name: Mon réseau
timezone: Europe/Paris            # de toutes les dates ci-dessous
marking: Usage interne            # imprimé sur chaque sortie : une carte est elle-même sensible

# À qui appartiennent les zones et les flux : provider (prestataire), tenant (commanditaire), third-party (tiers) ou
# public.
parties:
  nous:  {kind: provider, name: Mon organisation, country: FR}
  monde: {kind: public}

sites:
  siege: {country: FR, rooms: {salle-serveurs: sensitive, accueil: public}}

# Une zone est un ensemble de sous-réseaux sous une même politique. Natures, sensibilités et domaines techniques sont
# des mots fermés ; `vocabulary` ajoute les vôtres. Une zone `transit` peut être traversée par des flux qui ne font que
# passer.
zones:
  internet:       {owner: monde, nature: public, addresses: global}    # toute adresse routable non déclarée plus bas
  facade:         {owner: nous, nature: production, sensitivity: exposed, domain: exposure}
  serveurs:       {owner: nous, nature: production, sensitivity: sensitive, domain: processing}
  administration: {owner: nous, nature: administration, sensitivity: sensitive, domain: management}

# Où sont les adresses. Un sous-réseau est dans une zone, et ses préfixes dans une VRF.
subnets:
  lan-facade:   {cidr: 203.0.113.0/28, zone: facade}
  lan-serveurs: {cidr: [10.1.0.0/24, "fd00:1::/64"], zone: serveurs}
  lan-admin:    {cidr: 10.9.0.0/24, zone: administration}        # postes en DHCP : aucun n’a besoin d’être listé

# Équipements, serveurs et postes. Les fonctions sont ce que les règles cherchent.
assets:
  pare-feu:
    kind: physical
    functions: [filtering, routing]
    model: Exemple 100
    serial: EX-0001
    owner: nous
    site: siege/salle-serveurs
    sensitivity: sensitive
    interfaces:
      facade:   {addresses: 203.0.113.1, mac: "02:00:00:00:00:01"}
      serveurs: {addresses: [10.1.0.1, "fd00:1::1"], mac: "02:00:00:00:00:02"}
      admin:    {addresses: 10.9.0.1, mac: "02:00:00:00:00:03"}
  waf:                                                           # un relais : chaque conversation y est rompue
    kind: physical
    functions: waf
    model: Exemple 200
    serial: EX-0002
    owner: nous
    site: siege/salle-serveurs
    sensitivity: exposed
    interfaces:
      lan: {addresses: 203.0.113.10, mac: "02:00:00:00:00:10"}
  appli:
    kind: physical
    role: serveur d’application
    model: Exemple 300
    serial: EX-0003
    owner: nous
    site: siege/salle-serveurs
    sensitivity: sensitive
    interfaces:
      lan: {addresses: [10.1.0.10, "fd00:1::10"], mac: "02:00:00:00:00:20"}
  sonde:                                                         # ses captures sont jugées par cloison audit
    kind: physical
    functions: probe
    watches: bordure
    model: Exemple 400
    serial: EX-0004
    owner: nous
    site: siege/salle-serveurs
    sensitivity: sensitive
    interfaces:
      lan: {addresses: 10.9.0.20, mac: "02:00:00:00:00:30"}
  journaux:                                                      # où la sonde envoie ce qu’elle voit
    kind: physical
    functions: log-collector
    model: Exemple 300
    serial: EX-0005
    owner: nous
    site: siege/salle-serveurs
    sensitivity: sensitive
    interfaces:
      lan: {addresses: 10.1.0.20, mac: "02:00:00:00:00:40"}

applications:
  appli-portail: {function: portail des clients, assets: [waf, appli]}

# Où les zones se rencontrent, et à travers quoi.
interconnections:
  bordure: {between: [internet, facade], through: pare-feu}
  coeur:   {between: [facade, serveurs, administration], through: pare-feu}

# La plupart des services courants sont déjà connus (https, ssh, dns, ntp...) ; les vôtres sont nommés ici.
services:
  api-appli: {ports: tcp/8443, wire: tls}

# Un service offert par un équipement. Sur un relais, `backends` est ce qu’il protège.
endpoints:
  portail: {asset: waf, service: https, kind: user, audience: tenant, backends: appli}

# La matrice : chaque flux autorisé, depuis celui qui ouvre la conversation. Tout le reste est illégitime.
flows:
  F-001:
    from: internet
    to: portail                                                  # l’interface offerte dit quel service
    owner: nous
    nature: production
    sensitivity: exposed
    domain: exposure
    encryption: {protocol: tls, minimum: "1.2"}
    justification: {kind: business, text: Les clients accèdent au portail}
    responsible: réseau
    requester: ventes
    ticket: CHG-1
    approved: {by: J. Martin, on: 2026-01-15}
  F-002:
    from: waf
    to: appli
    services: api-appli
    owner: nous
    nature: production
    sensitivity: sensitive
    domain: processing
    encryption: {protocol: tls, minimum: "1.2"}
    justification: {kind: infrastructure, text: Le relais transmet les requêtes à l’application}
    responsible: réseau
    requester: ventes
    ticket: CHG-1
    approved: {by: J. Martin, on: 2026-01-15}
  F-003:
    from: lan-admin
    to: appli
    services: ssh
    owner: nous
    nature: administration
    sensitivity: sensitive
    domain: management
    encryption: {protocol: ssh}
    justification: {kind: infrastructure, text: Les administrateurs entretiennent l’application}
    responsible: systèmes
    requester: exploitation
    ticket: CHG-2
    approved: {by: J. Martin, on: 2026-01-15}
  F-004:
    from: sonde
    to: journaux
    services: syslog-tls
    owner: nous
    nature: supervision
    sensitivity: sensitive
    domain: management
    encryption: {protocol: tls, minimum: "1.2"}
    justification: {kind: infrastructure, text: La sonde rapporte ce qu’elle voit}
    responsible: systèmes
    requester: exploitation
    ticket: CHG-3
    approved: {by: J. Martin, on: 2026-01-15}

# Vos propres règles de cloisonnement, en plus des règles prévues (cloison rules les liste).
policy:
  pas-d-internet-vers-l-administration:
    forbid: {from: {zones: {nature: public}}, to: {zones: {nature: administration}}}
    why: Personne n’administre depuis Internet
"""

FILE = "cloison.yaml"  # the name that the commands look for by themselves
FIRST_MAP: Text = Text(_EN.replace("{file}", FILE), _FR.replace("{file}", FILE))
