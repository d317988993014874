"""The call desk's pages: a typed context and a template each."""
