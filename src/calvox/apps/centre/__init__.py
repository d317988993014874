"""The activation centre as a process: its use cases by name and its metrics."""
