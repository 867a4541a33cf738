"""One compression of captures a file; each exports ``COMPRESSION``."""
