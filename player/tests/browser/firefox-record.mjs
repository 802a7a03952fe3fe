/**
 * Drives Firefox over WebDriver BiDi: `node firefox-record.mjs FIREFOX SIGN_IN_URL PAGE_URL STAGE_URL CLASS_ID`.
 *
 * Records the stage (record-stage.ts) with a pause; then once more without files of the origin, leaves the page in the
 * middle, and sends what is left at the next visit. Prints what was told, as one line of JSON.
 */
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

import puppeteer from "puppeteer-core";

const [firefox, signInUrl, pageUrl, stageUrl, classId] = process.argv.slice(2);

async function until(page, expression, withinMs = 40_000) {
  const endMs = Date.now() + withinMs;
  while (!(await page.evaluate(`Boolean(${expression})`))) {
    if (Date.now() > endMs) throw new Error(`never came true: ${expression}: ${await page.evaluate("JSON.stringify(stage.told)")}`);
    await sleep(50);
  }
}

async function openStage(page) {
  await page.goto(pageUrl);
  await page.evaluate(`import("${stageUrl}").then((stage) => void (window.stage = stage))`);
}

async function record(page) {
  await page.goto(signInUrl);
  await openStage(page);
  await page.evaluate(`stage.recordWithMicrophone("${classId}")`);
  await until(page, "stage.told.safe?.recordedS >= 2.5");
  await page.evaluate("stage.take.pause()");
  await sleep(1000);
  await page.evaluate("stage.take.resume()");
  await until(page, "stage.told.safe?.recordedS >= 5");
  await page.evaluate("stage.take.stop()");
  await until(page, "stage.told.hasEnded");
  const told = await page.evaluate("JSON.parse(JSON.stringify(stage.told))");
  return { ...told, interrupted: await page.evaluate("stage.interruptedTakes()") };
}

async function recordWithoutFiles(page) {
  await openStage(page);
  await page.evaluate("void (window.Worker = undefined)");
  await page.evaluate(`stage.recordWithMicrophone("${classId}")`);
  await until(page, "stage.told.safe?.onComputerS >= 4");
  await openStage(page);
  const interrupted = await page.evaluate("stage.interruptedTakes()");
  const { url } = await page.evaluate(`stage.finishTake("${interrupted[0].id}", () => undefined)`);
  return { url, interrupted, left: await page.evaluate("stage.interruptedTakes()") };
}

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: firefox,
  headless: true,
  args: ["--width=1280", "--height=800"],
  extraPrefsFirefox: { "media.navigator.streams.fake": true, "media.navigator.permission.disabled": true },
});
try {
  const page = await browser.newPage();
  page.on("console", (message) => process.stderr.write(`${message.text()}\n`));
  const whole = await record(page);
  process.stdout.write(`${JSON.stringify({ whole, left: await recordWithoutFiles(page) })}\n`);
} finally {
  await browser.close();
}
