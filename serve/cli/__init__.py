"""The commands: scoring a file, a row template, the service, and what the terminal shows."""
