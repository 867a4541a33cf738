"""Small configurations of each dialect, each with one rule that is in doubt for what it names."""

from __future__ import annotations

IOS = """\
time-range night
 periodic daily 22:00 to 23:00
object-group network srv
 host 10.2.0.10
 group-object more
object-group network more
 host 10.2.0.11
ip access-list extended IN
 permit tcp 10.1.0.0 0.0.0.255 object-group srv eq 80 time-range night
 permit tcp 10.1.0.0 0.0.0.255 host 10.2.0.10 eq 443
 deny ip any any
interface Ethernet0/0
 ip address 10.1.0.1 255.255.255.0
 ip access-group IN in
interface Ethernet0/1
 ip address 10.2.0.1 255.255.255.0
"""
REST, WEB = " deny ip any any\n", " permit tcp 10.1.0.0 0.0.0.255 host 10.2.0.10 eq 443\n"
NIGHT = " permit tcp 10.1.0.0 0.0.0.255 object-group srv eq 80 time-range night\n"
TIME, AWAY_LINE = "time-range night\n periodic daily 22:00 to 23:00\n", "no time-range night\n"
AWAY = IOS.replace(TIME, TIME + AWAY_LINE)
REPLIES = IOS.replace(NIGHT, " evaluate seen\n").replace("interface Ethernet0/1\n", """\
ip access-list extended OUT
 permit udp any host 10.1.0.7
 permit udp any host 10.1.0.8 reflect seen
interface Ethernet0/1
 ip access-group OUT in
""")  # fmt: skip
ZONED = """\
zone security za
zone security zb
zone-pair security there source za destination zb
 service-policy type inspect pol
zone-pair security back source zb destination za
 service-policy type inspect bac
class-map type inspect match-all web
 match access-group name LIST
class-map type inspect match-all odd
 match access-group name ABSENT
 match class-map inner
class-map type inspect match-any inner
 match protocol tcp
class-map type inspect match-all far
 match access-group name FAR
policy-map type inspect pol
 class type inspect odd
  inspect
 class type inspect web
  inspect
policy-map type inspect bac
 class type inspect far
  inspect
ip access-list extended LIST
 permit tcp 10.1.0.0 0.0.0.255 host 10.2.0.10 eq 443
ip access-list extended FAR
 permit tcp 10.2.0.0 0.0.0.255 host 10.1.0.7 eq 22
interface Ethernet0/0
 ip address 10.1.0.1 255.255.255.0
 zone-member security za
interface Ethernet0/1
 ip address 10.2.0.1 255.255.255.0
 zone-member security zb
"""
ASA = """\
ASA Version 9.16(1)
interface GigabitEthernet0/0
 nameif a0
 security-level 0
 ip address 10.1.0.1 255.255.255.0
interface GigabitEthernet0/1
 nameif b0
 security-level 100
 ip address 10.2.0.1 255.255.255.0
time-range night
 periodic daily 22:00 to 23:00
object network host
 fqdn v4 one.example
object-group network srv
 network-object object host
object network plain
 host 10.2.0.10
access-list in extended permit tcp 10.1.0.0 255.255.255.0 object-group srv eq 80 time-range night
access-list in extended permit tcp 10.1.0.0 255.255.255.0 object plain eq 443
access-list in extended deny ip any any
access-group in in interface a0
"""
LAST = "access-list in extended deny ip any any\n"
NXOS = """\
feature bash-shell
object-group ip address srv
  10 host 10.2.0.10
ip access-list IN
  10 permit tcp 10.1.0.0/24 addrgroup srv eq 80 dscp ef
  20 permit tcp 10.1.0.0/24 10.2.0.10/32 eq 443
  90 deny ip any any
interface Ethernet1/1
  ip address 10.1.0.1/24
  ip access-group IN in
interface Ethernet1/2
  ip address 10.2.0.1/24
"""

FORTIGATE = """\
#config-version=FGT60F-7.4.1-FW
config system interface
    edit "port1"
        set ip 10.1.0.1 255.255.255.0
    next
    edit "port2"
        set ip 10.2.0.1 255.255.255.0
    next
end
config firewall address
    edit "a"
        set subnet 10.1.0.0 255.255.255.0
    next
    edit "web"
        set subnet 10.2.0.10 255.255.255.255
    next
    edit "one name"
        set type fqdn
        set fqdn "one.example"
    next
end
config firewall addrgrp
    edit "grp"
        set member "one name"
    next
end
config firewall policy
    edit 1
        set srcintf "port1"
        set dstintf "port2"
        set action accept
        set srcaddr "a"
        set dstaddr "grp"
        set schedule "always"
        set service "HTTP"
    next
    edit 2
        set srcintf "port1"
        set dstintf "port2"
        set action accept
        set srcaddr "a"
        set dstaddr "web"
        set schedule "always"
        set service "HTTPS"
    next
end
"""
PANOS = """\
<config version="10.1.0"><devices><entry name="localhost.localdomain">
<network><interface><ethernet>
<entry name="ethernet1/1"><layer3><ip><entry name="10.1.0.1/24"/></ip></layer3></entry>
<entry name="ethernet1/2"><layer3><ip><entry name="10.2.0.1/24"/></ip></layer3></entry>
</ethernet></interface></network>
<vsys><entry name="vsys1">
<zone><entry name="za"><network><layer3><member>ethernet1/1</member></layer3></network></entry>
<entry name="zb"><network><layer3><member>ethernet1/2</member></layer3></network></entry></zone>
<address><entry name="web"><ip-netmask>10.2.0.10</ip-netmask></entry>
<entry name="one name"><fqdn>one.example</fqdn></entry>
<entry name="tagged"><ip-netmask>10.2.0.11</ip-netmask><tag><member>t</member></tag></entry></address>
<address-group><entry name="grp"><static><member>one name</member></static></entry></address-group>
<service><entry name="s80"><protocol><tcp><port>80</port></tcp></protocol></entry>
<entry name="s443"><protocol><tcp><port>443</port></tcp></protocol></entry></service>
<rulebase><security><rules>
<entry name="r1"><from><member>za</member></from><to><member>zb</member></to>
<source><member>10.1.0.0/24</member></source><destination><member>grp</member></destination><service><member>s80</member></service>
<application><member>any</member></application><action>allow</action></entry>
<entry name="r2"><from><member>za</member></from><to><member>zb</member></to>
<source><member>10.1.0.0/24</member></source><destination><member>web</member></destination><service><member>s443</member></service>
<application><member>any</member></application><action>allow</action></entry>
</rules></security></rulebase>
</entry></vsys></entry></devices></config>
"""

SRX = """\
version 21.4R1;
interfaces {
    ge-0/0/0 { unit 0 { family inet { address 10.1.0.1/24; } } }
    ge-0/0/1 { unit 0 { family inet { address 10.2.0.1/24; } } }
}
security {
    address-book {
        global {
            address a 10.1.0.0/24;
            address web 10.2.0.10/32;
            address "one name" { dns-name one.example; }
            address-set grp { address "one name"; }
        }
    }
    policies {
        from-zone za to-zone zb {
            policy p1 {
                match { source-address a; destination-address grp; application s80; }
                then { permit; }
            }
            policy p2 {
                match { source-address a; destination-address web; application junos-https; }
                then { permit; }
            }
        }
    }
    zones {
        security-zone za { interfaces { ge-0/0/0.0; } }
        security-zone zb { interfaces { ge-0/0/1.0; } }
    }
}
applications {
    application s80 { protocol tcp; destination-port 80; }
}
"""
FILTER = """\
interfaces {
    ge-0/0/0 { unit 0 { family inet { filter { input f; } address 10.1.0.1/24; } } }
    ge-0/0/1 { unit 0 { family inet { address 10.2.0.1/24; } } }
}
policy-options {
    prefix-list web { 10.2.0.10/32; }
    prefix-list odd { 10.2.0.10/32; }
}
firewall {
    policer slow { if-exceeding { bandwidth-limit 1m; burst-size-limit 15k; } then discard; }
    family inet {
        filter f {
            term t1 {
                from { destination-prefix-list { odd; } protocol tcp; destination-port 80; }
                then { policer slow; accept; }
            }
            term t2 {
                from { destination-prefix-list { web; } protocol tcp; destination-port 443; }
                then accept;
            }
        }
    }
}
"""
