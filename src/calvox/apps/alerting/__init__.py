"""Telling operators what went wrong with a licence server or an activation centre, by log and by mail."""
