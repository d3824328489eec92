"""Taking a trained network away: what can be written, what will be, and the proof that it computes the same."""
