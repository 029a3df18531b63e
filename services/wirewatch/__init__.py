"""wirewatch: streaming media monitoring."""

from importlib.metadata import version

__version__ = version("wirewatch")
