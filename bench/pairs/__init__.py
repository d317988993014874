"""Pairs: acquire and release of a session's CAL, both acknowledged after commit, over mutual TLS with everything on."""
