"""What can go wrong in a foreseen way: one family, whose message a person reads and whose exit code a script reads.

Each message says what happened, to what, and what to do. Anything else that is raised is a fault of the program.
"""

from typing import ClassVar


class WirewatchError(Exception):
    """Base of the family. ``exit_code``: what the command line ends with."""

    exit_code: ClassVar[int] = 1


class UsageError(WirewatchError):
    """What was asked for can't be done as it was asked: a wrong option, setting, query or file of the user's."""

    exit_code = 2


class Refused(WirewatchError):
    """A store, broker, source or port can't be used as things are. A retry does not help."""


class Unavailable(WirewatchError):
    """A store or broker can't be reached or written now: down, locked, disk full. A retry may help."""

    exit_code = 3


class SettingsError(UsageError):
    """A setting that can't be used; the message names it, where it came from and what is wrong."""


class DataFileError(UsageError):
    """Files of names, topics, languages, models or words that can't be used, the user's or those that ship.

    Every fault is on a line of its own: ``FILE:LINE: what is wrong; what to do``.
    """


class SourceError(Refused):
    """A source of articles can't be read: missing, damaged, or not what it should be."""
