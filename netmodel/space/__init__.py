"""Exact sets of packets: addresses and who owns them, services, the algebra, ordered policies."""
