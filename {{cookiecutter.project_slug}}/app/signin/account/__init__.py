"""The pages under /account: profile, connections, devices, activity, export, deletion."""

from . import activity, connections, deletion, devices, export, profile, recent_sign_in
from .blueprint import bp

TABS = (
    ("signin_account.profile", "Profile"),
    ("signin_account.connections", "Sign-ins"),
    ("signin_account.devices", "Devices"),
    ("signin_account.activity", "Activity"),
    ("signin_account.export", "Your data"),
)

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
