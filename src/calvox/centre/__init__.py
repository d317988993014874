"""The activation centre: agreements, calls, the register, and the only code that touches the signing key."""
