"""What ears and their child processes say to each other; the number of a message is that of an utterance.

The messages are those of ``wire``. The child is sent:

- ``BEGIN``: the terms of the speaker's glossary, one per line, in UTF-8
- ``AUDIO``: mono PCM of 16 bits at 16 kHz
- ``END``: the utterance is over; its words are wanted
- ``LEAVE``: nobody wants them any more

It says ``DECODING`` when it begins to work on an utterance, and then, as JSON, a ``PIECE`` of one that goes on, or
the ``LAST`` piece of one that is over: ``samples`` is how much of the sound is done with it, ``text`` its words,
``word_times`` when each began and ended, ``voice_ms`` where the first voice is (null if there is none), both in
milliseconds since the piece began, and ``is_at_pause`` whether it ends where the speaker paused. ``FAILED``, with the
name of the error, says that nothing comes of an utterance.
"""

BEGIN, AUDIO, END, LEAVE = 1, 2, 3, 4
DECODING, PIECE, LAST, FAILED = 5, 6, 7, 8
