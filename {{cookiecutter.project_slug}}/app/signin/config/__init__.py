"""Read the settings from the environment once, and report all problems together."""

from .errors import ConfigError
from .reader import ROOT, environment, process_environment
from .settings import Settings, load

__all__ = ["ROOT", "ConfigError", "Settings", "environment", "load", "process_environment"]
