/** The teacher's page before class: draws what the server wrote into it, and asks for news. */

import { askForInsight, readPageData, type Insight } from "./data";
import { Film } from "./film";
import { InsightPage } from "./page";

const ASK_EVERY_MS = 10_000;

const data = readPageData();
const freshness = byId("freshness");
const page = new InsightPage(data, byId("insight"), byId("totals"));
let latest: Insight = data.insight;
let latestAt = new Date();

page.show(latest);
freshness.textContent = "The numbers follow by themselves while students watch.";
if (data.storyboard_url !== null)
  void Film.load(data.storyboard_url).then((film) => {
    if (film) page.showFilm(film, latest);
  });
setTimeout(() => void ask(), ASK_EVERY_MS);

async function ask(): Promise<void> {
  if (document.visibilityState === "visible") {
    const answer = await askForInsight(data.insight_url);
    if (answer.status === "refused") {
      freshness.textContent = "These numbers are no longer kept up to date: please load the page again.";
      return;
    }
    if (answer.status === "new") {
      latest = answer.insight;
      latestAt = new Date();
      page.show(latest);
      freshness.textContent = "The numbers follow by themselves while students watch.";
    } else {
      const time = latestAt.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      freshness.textContent = `The server does not answer. These numbers are from ${time}; the page tries again by itself.`;
    }
  }
  setTimeout(() => void ask(), ASK_EVERY_MS);
}

function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}
