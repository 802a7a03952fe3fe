/**
 * Drives Firefox over WebDriver BiDi: `node firefox.mjs FIREFOX SIGN_IN_URL LECTURE_URL`.
 *
 * Watches a lecture as a student does and prints what the video said, as one line of JSON. What the
 * log says about it is for the caller to compare. Prints `null` where Firefox has no decoder for H.264.
 */
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

import puppeteer from "puppeteer-core";

const [firefox, signInUrl, lectureUrl] = process.argv.slice(2);
const VIDEO = "document.querySelector('video')";

async function until(page, expression, withinMs = 30_000) {
  const endMs = Date.now() + withinMs;
  while (!(await page.evaluate(`Boolean(${expression})`))) {
    if (Date.now() > endMs) throw new Error(`never came true: ${expression}`);
    await sleep(50);
  }
}

async function watch(page) {
  await page.goto(signInUrl);
  await page.goto(lectureUrl);
  const plays = "MediaSource.isTypeSupported('video/mp4; codecs=\"avc1.64001f,mp4a.40.2\"')";
  if (!(await page.evaluate(plays))) return null;
  await until(page, "!document.querySelector('#quality-field').hidden");
  await page.select("#quality", "still");
  await page.click("#play");
  await until(page, `${VIDEO}.currentTime >= 2`);
  const first = await page.evaluate(
    `({ width: ${VIDEO}.videoWidth, pitch: ${VIDEO}.preservesPitch, hasSound: ${VIDEO}.mozHasAudio })`,
  );
  await page.click("#play");
  await until(page, `${VIDEO}.paused`);
  await page.keyboard.press("l");
  await until(page, `!${VIDEO}.seeking && ${VIDEO}.currentTime > 10`);
  await page.keyboard.press(">");
  await until(page, `${VIDEO}.playbackRate === 1.25`);
  await page.click("#play");
  await until(page, `${VIDEO}.currentTime >= 14`);
  await page.click("#play");
  await until(page, `${VIDEO}.paused`);
  const atEnd = await page.evaluate(`({ positionS: ${VIDEO}.currentTime, rate: ${VIDEO}.playbackRate })`);
  await page.goto("about:blank");
  return { ...first, ...atEnd };
}

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: firefox,
  headless: true,
  args: ["--width=1280", "--height=800"],
  extraPrefsFirefox: { "media.volume_scale": "0.0" },
});
try {
  process.stdout.write(`${JSON.stringify(await watch(await browser.newPage()))}\n`);
} finally {
  await browser.close();
}
