"""The listener for people, of a licence server or an activation centre: TLS without client certificates, JSON."""

from calvox.apps.people_api.app import PeopleDesk, people_app
from calvox.apps.people_api.listening import PeopleSocket, open_people_socket
from calvox.apps.people_api.tls import Certificates, people_context, refresh_people

__all__ = [
    "Certificates",
    "PeopleDesk",
    "PeopleSocket",
    "open_people_socket",
    "people_app",
    "people_context",
    "refresh_people",
]
