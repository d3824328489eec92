"""Data: bundled and generated tables, and the split and scaling that turn a table into a Dataset."""
