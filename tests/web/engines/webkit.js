/**
 * WebKitGTK, by Selenium. Its driver tells nothing of what pages log, so each look at a page asks for it: what is logged
 * before the first look is missed.
 */
import { Builder, Key, Origin } from "selenium-webdriver";
import { start as startDriver } from "./webkit_processes.js";

/**
 * @param {string} program
 * @returns {Promise<import("./engine.js").Engine>}
 */
export async function start(program) {
  const driver = await new Builder().usingServer(await startDriver()).withCapabilities({
    browserName: "MiniBrowser",
    "webkitgtk:browserOptions": { binary: program, args: ["--automation"] },
  }).build();
  await driver.manage().window().setRect({ x: 0, y: 0, width: 1280, height: 900 });
  const problems = [];
  const run = (script, ...words) => driver.executeScript(`return (${script})(...arguments)`, ...words);
  const hear = async () => problems.push(...(await run(heard)));
  return {
    open: (url) => driver.get(url),
    async look(look, ...words) {
      await hear();
      return run(look, ...words);
    },
    click: (element) => element.click(),
    type: (element, text) => element.sendKeys(text),
    press: (key) => driver.actions().sendKeys(Key[key.toUpperCase()] ?? key).perform(),
    choose: (element, path) => element.sendKeys(path),
    drag: (from, to) => drag(driver, from, to),
    async problems() {
      await hear();
      return problems;
    },
    picture: async () => Buffer.from(await driver.takeScreenshot(), "base64"),
    end: () => driver.quit(),
  };
}

/** What the page has logged since the last time. */
function heard() {
  if (!window.logged) {
    const logged = (window.logged = []);
    const tell = (...what) => logged.push(what.map(String).join(" "));
    for (const level of ["warn", "error"]) console[level] = tell;
    addEventListener("error", (event) => tell(event.message ?? `${event.target} was not loaded`), true);
    addEventListener("unhandledrejection", (event) => tell(event.reason));
    addEventListener("securitypolicyviolation", (event) => tell(event.violatedDirective, event.blockedURI));
  }
  return window.logged.splice(0);
}

function drag(driver, from, to) {
  const steps = driver.actions().move({ origin: from }).press();
  steps.move({ origin: Origin.POINTER, x: 20, y: 20 });
  for (const y of [0, 10, 20]) steps.move({ origin: to, y });
  return steps.release().perform();
}
