"""What the keyless voice's child process and its parent say to each other, in messages of ``wire``."""

SYNTHESISE, CANCEL = 1, 2
"""What the parent says: ``SYNTHESISE`` with ``{"text", "speed", "ahead_seconds"}`` as JSON, ``CANCEL`` with nothing."""

BEGUN, AUDIO, DONE, FAILED = 1, 2, 3, 4
"""What the child says of a piece: its turn has come; 24 kHz 16-bit mono PCM; that was all; it cannot be said."""
