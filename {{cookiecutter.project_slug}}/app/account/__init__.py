"""What people do with their account: profile, sign-ins, devices, activity, export, leaving."""

from . import connections, data, devices, profile, recent  # noqa: F401 - each adds its pages
from .blueprint import bp

__all__ = ["bp"]
