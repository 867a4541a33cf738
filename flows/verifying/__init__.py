"""Configurations against the matrix: sides of a device, terms as rules over points, differences, gate, report."""
