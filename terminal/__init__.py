"""The command line: what its commands share, and a command a file."""
