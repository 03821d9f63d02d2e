/** The microphone: asking for it, and showing that it hears something. */
import { microphoneWords } from "../words/index.js";

const WANTED = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const LEVEL_MS = 100;

/**
 * Ask for a microphone.
 *
 * @param {string} [deviceId] one of `listMicrophones`; the browser's choice without it
 * @returns {Promise<MediaStream>}
 * @throws {Error} with a sentence for the user
 */
export async function openMicrophone(deviceId) {
  if (!navigator.mediaDevices) throw new Error(microphoneWords.insecure);
  const audio = deviceId ? { ...WANTED, deviceId: { exact: deviceId } } : WANTED;
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    throw new Error(microphoneWords.refusals[error.name] ?? microphoneWords.failed);
  }
}

/** Return the microphones there are, as `{id, name}`; they have names once one was allowed. */
export async function listMicrophones() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const microphones = devices.filter((device) => device.kind === "audioinput" && device.deviceId);
  return microphones.map((device, index) => ({ id: device.deviceId, name: device.label || microphoneWords.unnamed(index + 1) }));
}

/** Let go of a microphone. */
export function closeMicrophone(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/**
 * Tell a listener a few times a second how loud it is, from 0 to 1.
 *
 * @returns {() => void} ends it
 */
export function watchLevel(stream, onLevel) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const loudness = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    // Speech at arm's length has a loudness of about 0.05 to 0.2; the root spreads the quiet end.
    onLevel(Math.min(1, Math.sqrt(loudness) * 1.8));
  }, LEVEL_MS);
  return () => {
    clearInterval(timer);
    context.close();
  };
}
