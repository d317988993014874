"""The manager's pages for a licence server, one file each: a typed context, a function that makes it, its words.

They are given plain data and read nothing themselves; the application asks the licence server's own use cases.
"""
