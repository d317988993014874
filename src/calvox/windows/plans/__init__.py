"""Plans of several steps around Microsoft's licensing: a migration, a database that is lost or damaged, a changed machine."""
