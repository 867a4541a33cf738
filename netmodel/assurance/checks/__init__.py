"""One rule a file; each exports ``CHECK``."""
