"""The room: a row with its clock, and what can happen in it."""
