"""One firewall dialect a file; each exports ``DIALECT``."""
