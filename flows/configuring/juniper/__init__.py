"""Junos: one tree of words out of both forms of its configuration, and what policies and filters of it mean."""
