"""The call desk: the activation centre's pages for a browser, on its listener for people."""

from calvox.apps.desk.app import desk_routes

__all__ = ["desk_routes"]
