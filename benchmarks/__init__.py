"""How fast the engine and the window are, as ratios within one run; printed, never asserted."""
