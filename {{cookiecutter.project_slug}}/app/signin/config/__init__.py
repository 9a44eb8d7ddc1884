"""Read the settings from the environment once, and report all problems together."""

from .errors import ConfigError
from .providers import PRACTICE
from .reader import ROOT, environment
from .settings import Settings, load

__all__ = [
    "PRACTICE",
    "ROOT",
    "ConfigError",
    "Settings",
    "environment",
    "load",
]
