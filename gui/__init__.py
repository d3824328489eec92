"""Glassbox's window. Nothing here computes a gradient; importing this package imports no Qt."""
