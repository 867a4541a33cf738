"""What dialects share: loading files, the fate of one packet, chains that jump, XML, braces, names that are groups."""
