"""One file per process; only these wire the parts together."""
