"""The terminal: the same experiments without a window. Qt is imported only for pictures and for the window."""

# Every command and its heading in --help. NAME is the function NAME of the module gui.terminal.commands.NAME.
COMMANDS = {
    "train": "Train and use a network",
    "predict": "Train and use a network",
    "picture": "Take something with you",
    "open": "The window",
}
# Set by the shell when it asks, on Tab, what could come next.
COMPLETION_VARIABLE = "_MAIN_PY_COMPLETE"
