"""Formats that cross a line between two parties: spoken codes, the centre card. Pure."""
