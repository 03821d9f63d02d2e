// What a page with Pipecat's own client does; the test calls it and reads what was told.
import { PipecatClient } from "@pipecat-ai/client-js";
import { SmallWebRTCTransport, WavMediaManager } from "@pipecat-ai/small-webrtc-transport";

window.told = [];
const tell = (what, text) => window.told.push({ what, text });

window.call = async (endpoint, requestData) => {
  const client = new PipecatClient({
    // Its default for the microphone loads Daily's code from their servers; this one brings its own.
    transport: new SmallWebRTCTransport({ mediaManager: new WavMediaManager() }),
    enableMic: true,
    enableCam: false,
    callbacks: {
      onBotReady: (data) => tell("bot-ready", data.version),
      onBotOutput: (data) => tell(`bot-output ${data.spoken_status}`, data.text),
      onBotTranscript: (data) => tell("bot-transcript", data.text),
      onBotStartedSpeaking: () => tell("bot-started-speaking"),
      onBotStoppedSpeaking: () => tell("bot-stopped-speaking"),
      onDisconnected: () => tell("disconnected"),
      onError: (message) => tell("error", JSON.stringify(message)),
      onMessageError: (message) => tell("message-error", JSON.stringify(message)),
    },
  });
  window.client = client;
  await client.connect({ webrtcRequestParams: { endpoint, requestData } });
};
