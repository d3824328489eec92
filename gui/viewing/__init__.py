"""What every live view has around it: its explanation, its menu, and its pictures and data as files."""
