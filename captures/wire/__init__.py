"""Protocols told from the first payload bytes of a conversation, one a file."""
