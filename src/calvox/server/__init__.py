"""The licence server: its ledger, and one file per use case."""
