"""The licence server's listener for people: TLS without client certificates, JSON; a browser is served here later."""

from calvox.apps.people_api.app import PeopleDesk, people_app
from calvox.apps.people_api.tls import people_context, refresh_people

__all__ = ["PeopleDesk", "people_app", "people_context", "refresh_people"]
