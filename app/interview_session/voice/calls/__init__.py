"""The peers of this process."""
