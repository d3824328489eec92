"""Files of projects: new, open, save, kept for recovery, locked against a second window."""
