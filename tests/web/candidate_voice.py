"""A candidate who speaks in a browser: what a test wants to be said goes into the page's microphone."""

import asyncio
import base64

from playwright.async_api import Page

from benchmarks.speech.sound import SAMPLE_RATE, Samples, seconds_of, to_pcm

MICROPHONE = """
(() => {
  const context = new AudioContext();
  const microphone = context.createMediaStreamDestination();
  const analysers = [];
  let heardAt = performance.now();
  // A page may stop its track, and ask for another one.
  navigator.mediaDevices.getUserMedia = async () => microphone.stream.clone();
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...options) {
      super(...options);
      this.addEventListener("track", (event) => {
        const analyser = context.createAnalyser();
        context.createMediaStreamSource(new MediaStream([event.track])).connect(analyser);
        analysers.push(analyser);
      });
    }
  };
  const samples = new Float32Array(2048);
  setInterval(() => {
    for (const analyser of analysers) {
      analyser.getFloatTimeDomainData(samples);
      if (samples.some((sample) => Math.abs(sample) > 0.015)) heardAt = performance.now();
    }
  }, 40);
  window.candidate = {
    heardAt: () => heardAt,
    say(pcm, sampleRate) {
      const bytes = Uint8Array.from(atob(pcm), (character) => character.charCodeAt(0));
      const speech = Float32Array.from(new Int16Array(bytes.buffer), (sample) => sample / 32768);
      const buffer = context.createBuffer(1, speech.length, sampleRate);
      buffer.copyToChannel(speech, 0);
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(microphone);
      return new Promise((resolve) => {
        source.onended = () => resolve();
        source.start();
      });
    },
  };
})();
"""
"""Put before a page's own scripts: a microphone for ``say``, and an ear for what comes over the line."""


class CandidateVoice:
    """What a candidate does with their mouth and ears on a page that was opened with ``MICROPHONE``."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def say(self, speech: Samples) -> None:
        """Say something, and return at its end."""
        pcm = base64.b64encode(to_pcm(speech)).decode()
        async with asyncio.timeout(seconds_of(speech) + 15):
            await self._page.evaluate("([pcm, rate]) => window.candidate.say(pcm, rate)", [pcm, SAMPLE_RATE])

    async def hears_speech_end(self, *, lasting: float = 1.0) -> None:
        """Wait until the interviewer begins to speak, or goes on, and then has been silent for so many seconds."""
        now = await self._page.evaluate("performance.now()")
        await self._page.wait_for_function("moment => window.candidate.heardAt() > moment", arg=now, polling=50)
        await self._page.wait_for_function(
            "lasting => performance.now() - window.candidate.heardAt() > lasting * 1000", arg=lasting, polling=50
        )
