"""What leaves this machine: requests to providers, each bounded in time and size."""
