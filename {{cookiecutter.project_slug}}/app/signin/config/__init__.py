"""Read the settings from the environment once, and report all problems together."""

from .reader import ROOT, ConfigError, environment
from .settings import Settings, load

__all__ = ["ROOT", "ConfigError", "Settings", "environment", "load"]
