"""The pages under /account: profile, connections, devices, activity, export, deletion."""

from . import activity, connections, deletion, devices, export, profile, recent_sign_in
from .blueprint import bp

__all__ = [
    "activity",
    "bp",
    "connections",
    "deletion",
    "devices",
    "export",
    "profile",
    "recent_sign_in",
]
