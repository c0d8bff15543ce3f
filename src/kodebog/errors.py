"""What can go wrong and is told to the user in a sentence, without a traceback."""


class KodebogError(Exception):
    """Every error of this library that a user can mend; the message says what to do. The command catches it once."""
