"""The live views: curves, the output and the inspector."""
