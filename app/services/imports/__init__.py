"""Positions from files of other makers: reading, recognising, judging, storing."""
