"""The languages of iptables-save, ip6tables-save and ipset save."""
