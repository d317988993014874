"""The licence server's listener for session hosts: mutual TLS, JSON."""

from calvox.apps.host_api.app import desk_of, host_app
from calvox.apps.host_api.tls import tls_context

__all__ = ["desk_of", "host_app", "tls_context"]
