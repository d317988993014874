"""The site manager's pages for a Windows site, one file each: a typed context, a function that makes it, its words.

They are given plain data and read nothing themselves; the application asks the site's own use cases.
"""
