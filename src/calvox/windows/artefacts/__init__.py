"""Artefacts: files written from one description of the site and carried to Windows: registry, group policy, scripts."""
