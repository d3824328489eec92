"""The catalogues of the window's languages: one file each, English text to translated text."""
