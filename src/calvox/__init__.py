"""Calvox: client access licences for networks that never see the Internet, activated by voice over the telephone."""

__version__ = "0.1.0"
