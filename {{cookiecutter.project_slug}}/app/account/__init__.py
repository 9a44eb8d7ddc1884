"""What people do with their account: profile, sign-ins, devices, activity, export, leaving."""

from .routes import bp

__all__ = ["bp"]
