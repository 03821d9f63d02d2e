/** Firefox, by Puppeteer over WebDriver BiDi. */
import puppeteer from "puppeteer-core";

/**
 * @param {string} program
 * @returns {Promise<import("./engine.js").Engine>}
 */
export async function start(program) {
  const browser = await puppeteer.launch({ browser: "firefox", executablePath: program, headless: true });
  const [page] = await browser.pages();
  await page.setViewport({ width: 1280, height: 900 });
  const problems = [];
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.stack));
  return {
    open: (url) => page.goto(url),
    look: async (look, ...words) => (await page.evaluateHandle(look, ...words)).asElement(),
    click: (element) => element.click(),
    type: (element, text) => element.type(text),
    press: (key) => page.keyboard.press(key),
    choose: (element, path) => element.uploadFile(path),
    drag: (from, to) => drag(page.mouse, from, to),
    problems: async () => problems,
    picture: () => page.screenshot(),
    end: () => browser.close(),
  };
}

async function drag(mouse, from, to) {
  const [start, end] = [await from.boundingBox(), await to.boundingBox()];
  await mouse.move(start.x + 10, start.y + 10);
  await mouse.down();
  await mouse.move(start.x + 30, start.y + 30, { steps: 3 });
  await mouse.move(end.x + end.width / 2, end.y + 120, { steps: 8 });
  await mouse.up();
}
