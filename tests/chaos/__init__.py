"""Rooms in a storm: servers are killed and frozen while sessions run and clients follow them."""
