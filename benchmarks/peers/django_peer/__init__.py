"""The endpoints as a project of Django."""
