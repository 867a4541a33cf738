"""Searches of the reach graph and of layer 3, as rules need them."""
