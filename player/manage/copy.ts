// Buttons that copy a code, link or command to the clipboard. They are hidden without a clipboard.

const SAID_MS = 2000;

export function offerCopies(page: Document): void {
  if (!("clipboard" in navigator)) return; // not a secure context: the text can still be selected
  for (const button of page.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    const source = page.getElementById(button.dataset["copy"] ?? "");
    if (!source) continue;
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", () => void copy(button, source.textContent.trim()));
  }
}

async function copy(button: HTMLButtonElement, text: string): Promise<void> {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Please select and copy it";
  }
  setTimeout(() => { button.textContent = label; }, SAID_MS);
}
