"""The settings: the environment, read once and checked, with all problems told at once."""

from .reader import ROOT, ConfigError, environment
from .settings import Settings, load

__all__ = ["ROOT", "ConfigError", "Settings", "environment", "load"]
