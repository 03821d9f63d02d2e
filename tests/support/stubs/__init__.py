"""Servers that speak the protocols of providers, and refuse what the provider itself would refuse.

Each has one service, and in ``settings`` what chooses it. It notes what it was sent, and fails when it is told to.
"""
