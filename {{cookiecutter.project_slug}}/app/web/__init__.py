"""Error pages, security headers, logging and health checks of the whole app."""
