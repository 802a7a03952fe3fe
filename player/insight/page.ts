/** Puts the page together, and again when the numbers have changed. */

import { Chart } from "./chart";
import type { Insight, PageData } from "./data";
import { html } from "./dom";
import type { Film } from "./film";
import { emptyCard, momentCards, numbersTable, simulatedNotice, whoWatched } from "./sections";
import { emptyWords, simulatedWords, totals } from "./words";

export class InsightPage {
  private readonly chart: Chart;
  private readonly curveCard: HTMLElement;
  private readonly table = html("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "The curve in numbers" });
  private film: Film | null = null;
  private shown = "";

  constructor(
    private readonly data: PageData,
    private readonly root: HTMLElement,
    private readonly totalsLine: HTMLElement,
  ) {
    this.chart = new Chart(data.lecture_url);
    const numbers = html("details", {}, html("summary", {}, "The same in numbers"), this.table);
    const heading = html("h2", {}, "Where they went back");
    this.curveCard = html("section", { class: "card" }, heading, this.chart.element, numbers);
  }

  show(insight: Insight): void {
    const text = JSON.stringify(insight);
    if (text === this.shown) return; // nothing moves under the reader's finger for nothing
    this.shown = text;
    this.totalsLine.textContent = totals(insight);
    const focused = document.activeElement?.getAttribute("href");
    this.root.replaceChildren(...this.parts(insight));
    if (focused && !this.curveCard.contains(document.activeElement))
      this.root.querySelector<HTMLElement>(`a[href="${CSS.escape(focused)}"]`)?.focus();
  }

  showFilm(film: Film, insight: Insight): void {
    this.film = film;
    this.chart.showFilm(film);
    this.shown = "";
    this.show(insight);
  }

  private parts(insight: Insight): Node[] {
    const simulated = simulatedWords(insight);
    const notice = simulated === null ? [] : [simulatedNotice(simulated)];
    const empty = emptyWords(insight);
    if (empty !== null || insight.seconds === null) {
      const card = empty === null ? [] : [emptyCard(empty, this.data.lecture_url)];
      return [...notice, ...card, ...(insight.watchers > 0 ? [whoWatched(insight)] : [])];
    }
    this.table.replaceChildren(numbersTable(insight.seconds));
    this.chart.show(insight);
    const moments = momentCards(insight, this.data.lecture_url, this.film);
    return [...notice, this.curveCard, ...(moments ? [moments] : []), whoWatched(insight)];
  }
}
