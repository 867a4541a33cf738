"""Bytes of captures in, columns of conversations out."""
