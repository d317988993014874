"""Signatures, tokens, certificates and the canonical bytes they cover. Pure."""
