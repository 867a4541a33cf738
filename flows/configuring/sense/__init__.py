"""What the dialects of pfSense and OPNsense share: aliases, interfaces, rules, translations."""
