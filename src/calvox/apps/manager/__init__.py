"""The manager: the licence server's pages for a browser, on the listener for people."""

from calvox.apps.manager.app import manager_routes

__all__ = ["manager_routes"]
