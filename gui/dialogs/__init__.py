"""Small windows: the command palette, the list of shortcuts, about."""
