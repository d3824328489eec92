"""Predicting: a row typed by hand, and whole files that are answered."""
