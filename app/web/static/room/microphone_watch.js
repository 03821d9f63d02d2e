/** Notices when a microphone that is in use falls away: unplugged, taken away by the system, or silenced. */

/**
 * Tell what becomes of a microphone, until the returned function is called.
 *
 * @param {MediaStream} stream
 * @param {(state: "heard" | "silent" | "gone") => void} onChange
 * @returns {() => void}
 */
export function watchMicrophone(stream, onChange) {
  const [track] = stream.getAudioTracks();
  const devices = navigator.mediaDevices;
  let isGone = false;
  const gone = () => {
    isGone = true;
    onChange("gone");
  };
  const silent = () => isGone || onChange("silent");
  const heard = () => isGone || onChange("heard");
  // Some browsers end no track when its device is pulled out; the list of devices tells.
  const look = async () => {
    const { deviceId } = track.getSettings();
    if (!deviceId) return;
    const all = await devices.enumerateDevices().catch(() => null);
    if (all && !all.some((device) => device.kind === "audioinput" && device.deviceId === deviceId)) gone();
  };
  track.addEventListener("ended", gone);
  track.addEventListener("mute", silent);
  track.addEventListener("unmute", heard);
  devices.addEventListener("devicechange", look);
  return () => {
    track.removeEventListener("ended", gone);
    track.removeEventListener("mute", silent);
    track.removeEventListener("unmute", heard);
    devices.removeEventListener("devicechange", look);
  };
}
