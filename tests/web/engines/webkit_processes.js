/** What WebKitGTK runs in: a screen without a monitor, for it has no mode without a window, and its driver. They end with this. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** @returns {Promise<string>} the driver's address */
export async function start() {
  const screen = begin("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x1000x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [number] = await once(screen.stdout, "data");
  screen.stdout.destroy();
  const port = await freePort();
  begin("WebKitWebDriver", [`--port=${port}`], {
    env: { ...process.env, DISPLAY: `:${String(number).trim()}` },
    stdio: "ignore",
  });
  const address = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${address}/status`).catch(() => null))) await new Promise((resolve) => setTimeout(resolve, 50));
  return address;
}

function begin(...command) {
  const started = spawn(...command);
  process.once("exit", () => started.kill());
  started.unref();
  return started;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  server.close();
  return port;
}
