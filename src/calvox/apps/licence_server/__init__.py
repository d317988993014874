"""The licence server as a process: its use cases by name, its upkeep, its metrics, its alerts."""
