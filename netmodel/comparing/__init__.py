"""The parts of a comparison of two maps: entries, flows, paths, clauses, tenants, and what it is for a framework."""
