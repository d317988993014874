"""Packs, CALs, entries and the rules that decide: pure, no I/O, no clock."""
