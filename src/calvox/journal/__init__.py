"""Append-only, hash-chained store: append, read, verify."""
