"""The steps from a validated map to a compiled network, one a file."""
