"""Foreign text on a terminal: nothing in it may steer the terminal."""


def printable(text: str) -> str:
    """Return text with a blank for each character that a terminal does not print; it stays as long as it was."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
