"""Decisions: who may do what, and what follows from it."""
