"""One output a file; each exports ``OUTPUT``."""
