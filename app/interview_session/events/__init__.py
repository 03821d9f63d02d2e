"""The log of a session and who listens to it."""
