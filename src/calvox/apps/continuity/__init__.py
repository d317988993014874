"""Backups of our own stores: made and proven, drilled, restored. The same for a licence server and an activation centre."""
