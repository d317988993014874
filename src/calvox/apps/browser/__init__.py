"""What every application for a browser shares: its routes, its requests, its door."""

from calvox.apps.browser.app import Endpoint, routes
from calvox.apps.browser.desk import Desk, Face, WithPeople
from calvox.apps.browser.door import COMING_IN, DOOR
from calvox.apps.browser.visit import MOST, Upload, Visit, converted

__all__ = [
    "COMING_IN",
    "DOOR",
    "MOST",
    "Desk",
    "Endpoint",
    "Face",
    "Upload",
    "Visit",
    "WithPeople",
    "converted",
    "routes",
]
