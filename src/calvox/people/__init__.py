"""Accounts: how a password is kept. Log-ins and sessions come with the manager."""
