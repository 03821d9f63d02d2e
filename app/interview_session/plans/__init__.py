"""What a room runs: where its plan comes from."""
