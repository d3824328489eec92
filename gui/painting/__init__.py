"""Painting: points of one's own, drawn with the mouse or the keyboard on the output of the network."""
