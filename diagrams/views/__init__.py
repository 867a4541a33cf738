"""One view a file; each exports ``VIEW``."""
