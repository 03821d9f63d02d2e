"""The keyless ears' child process: pocketsphinx, fed over stdin. Run as a script.

pocketsphinx holds the interpreter's lock while it decodes, so it would stall every call if it ran beside them.

Input: ``speaker (4 bytes), operation (1), length (4)``, big-endian, then as many bytes of 16 kHz mono PCM.
Output: a JSON object a line, ``{"speaker": 1, "text": "..."}`` for each end of an utterance.
"""

import json
import struct
import sys

from pocketsphinx import Decoder

HEADER = struct.Struct(">IBI")
BEGIN, AUDIO, END, LEAVE = range(1, 5)
MAX_IDLE_DECODERS = 4


def main() -> None:
    """Decode until stdin ends, as it does when the parent is gone."""
    idle = [_new_decoder()]
    busy: dict[int, Decoder] = {}
    _write(ready=True)
    while header := sys.stdin.buffer.read(HEADER.size):
        if len(header) < HEADER.size:
            return
        speaker, operation, length = HEADER.unpack(header)
        audio = sys.stdin.buffer.read(length) if length else b""
        if operation == BEGIN:
            if speaker in busy:
                busy[speaker].end_utt()
            else:
                busy[speaker] = idle.pop() if idle else _new_decoder()
            busy[speaker].start_utt()
        elif operation == AUDIO and speaker in busy:
            busy[speaker].process_raw(audio, no_search=False, full_utt=False)
        elif operation in {END, LEAVE} and speaker in busy:
            decoder = busy.pop(speaker)
            decoder.end_utt()
            if operation == END:
                found = decoder.hyp()
                _write(speaker=speaker, text=found.hypstr if found else "")
            if len(idle) < MAX_IDLE_DECODERS:
                idle.append(decoder)


def _new_decoder() -> Decoder:
    # Without the second pass over the utterance the text is there 20 ms after its end, at a tenth more errors.
    return Decoder(samprate=16000, loglevel="FATAL", fwdflat=False, topn=2, maxhmmpf=5000, pl_window=5)


def _write(**values: object) -> None:
    sys.stdout.buffer.write(json.dumps(values).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
