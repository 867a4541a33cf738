"""One catalogue of clauses a file; each exports ``FRAMEWORK``."""
