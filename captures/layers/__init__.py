"""Layers that carry others, one a file: each exports ``LAYER``."""
