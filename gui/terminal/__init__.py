"""The terminal: the same experiments without a window. Qt is imported only for pictures."""
