"""Exports: a trained network, with the preparation of its data, for other programs. One module for each target."""
