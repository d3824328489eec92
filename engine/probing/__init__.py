"""Probes: what live views ask of a run besides its weights; one module for each, one table of them all."""
