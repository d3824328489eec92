"""The pages of the output view: one for each question that can be asked of what a network answers."""
