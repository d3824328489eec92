"""Reports of a run: what there is to say of it, whatever it is to look like."""
