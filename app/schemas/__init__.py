"""Pydantic bodies: what requests and responses look like on the wire."""
