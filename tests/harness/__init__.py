"""What the heavy tests run the app with: real servers, real databases, browsers of `requests`."""
