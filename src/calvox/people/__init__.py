"""People: accounts with a role, passwords, who is logged in."""
