"""The procedure's documents, filled from facts and from the site's record: tracking sheet, checklist, call table, call sheet."""
