"""Cryptographic profiles, one edition of a recommendation a file."""
