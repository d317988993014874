"""The procedure's documents, filled from facts and from the site's record: tracking sheet, checklist, call table, call sheet."""

from pathlib import Path

TEMPLATES = Path(__file__).parent
"""Where the papers' templates lie, each as NAME.typ and NAME.html."""
