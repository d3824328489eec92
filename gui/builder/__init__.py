"""The panel in which an experiment is set up."""
