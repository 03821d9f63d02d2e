"""Sessions afterwards."""
