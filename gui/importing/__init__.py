"""Opening a table: how it was read, what its columns mean, what is to be learned, before anything open changes."""
