"""cloison keeps a network's declared map, its firewalls and its real traffic in agreement."""

__version__ = "0.1.0"
