"""Languages in which a plan is written, one a file."""
