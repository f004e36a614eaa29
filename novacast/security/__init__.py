"""Hashes, signatures, tokens: the only importer of cryptography."""
