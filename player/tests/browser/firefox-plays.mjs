/**
 * Plays a lecture to its end in Firefox: `node firefox-plays.mjs FIREFOX SIGN_IN_URL LECTURE_URL`.
 *
 * Prints two lines of JSON: what Firefox decodes, once it plays, and what it had played at the end.
 */
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

import puppeteer from "puppeteer-core";

const [firefox, signInUrl, lectureUrl] = process.argv.slice(2);
const VIDEO = "document.querySelector('video')";
const TAKES_AV1 = `navigator.mediaCapabilities.decodingInfo({ type: "media-source", video: {
  contentType: 'video/mp4; codecs="av01.0.08M.08"', width: 1920, height: 1080, bitrate: 700000, framerate: 30,
} }).then((answer) => answer.supported && answer.smooth)`;
const SEEN = `({
  error: ${VIDEO}.error?.message ?? null,
  durationS: ${VIDEO}.duration,
  offered: [...document.querySelector("#quality").options].map((one) => one.value),
  loaded: performance.getEntriesByType("resource").map((one) => one.name).filter((name) => name.endsWith(".m4s")),
})`;

async function until(page, expression, withinMs = 60_000) {
  const endMs = Date.now() + withinMs;
  while (!(await page.evaluate(`Boolean(${expression})`))) {
    if (Date.now() > endMs) throw new Error(`never came true: ${expression} ${JSON.stringify(await page.evaluate(SEEN))}`);
    await sleep(50);
  }
}

function tell(facts) {
  process.stdout.write(`${JSON.stringify(facts)}\n`);
}

async function play(page) {
  await page.goto(signInUrl);
  await page.goto(lectureUrl);
  const takesH264 = await page.evaluate("MediaSource.isTypeSupported('video/mp4; codecs=\"avc1.64001f,mp4a.40.2\"')");
  if (!takesH264) {
    tell({ takesH264 });
    return;
  }
  await until(page, `${VIDEO}.readyState > 2`);
  await page.click("#play");
  await until(page, `${VIDEO}.currentTime > 0.3`);
  tell({ takesH264, takesAv1: await page.evaluate(TAKES_AV1) });
  await page.evaluate(`${VIDEO}.playbackRate = 2`);
  await until(page, `${VIDEO}.ended`);
  tell(await page.evaluate(SEEN));
}

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: firefox,
  headless: true,
  args: ["--width=1280", "--height=800"],
  extraPrefsFirefox: { "media.volume_scale": "0.0" },
});
try {
  await play(await browser.newPage());
} finally {
  await browser.close();
}
