"""The terminal: the same experiments without a window. Qt is imported only for pictures."""

# Every command and its heading in --help. NAME is the function NAME of the module gui.terminal.commands.NAME.
COMMANDS = {
    "train": "Train and use a network",
    "predict": "Train and use a network",
    "verify": "Train and use a network",
    "report": "Take something with you",
    "history": "Take something with you",
    "picture": "Take something with you",
}
