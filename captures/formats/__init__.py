"""One capture format a file; each exports ``FORMAT``."""
