"""What the dialects of Cisco share: statements by indentation, names of ports, groups, entries, NAT, zones."""
