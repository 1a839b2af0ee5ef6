/** These run in the browser: each is sent there as its own text and may use nothing outside itself. */

/** What a screen reader would miss, in words; empty when nothing is amiss. */
export function structureFaults(): string[] {
  const faults: string[] = [];
  const need = (ok: boolean, fault: string) => void (ok || faults.push(fault));
  need(document.documentElement.lang !== "", "the page has no language");
  need(document.title !== "", "the page has no title");
  need(document.querySelectorAll("h1").length === 1, "there is not exactly one h1");
  need(document.querySelectorAll("main").length === 1, "there is not exactly one main");
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  need(new Set(ids).size === ids.length, "two elements share an id");
  for (const { textContent, id } of document.querySelectorAll("button, a"))
    need(textContent?.trim() !== "", `the control ${id} has no name`);
  for (const element of document.querySelectorAll("[aria-labelledby]"))
    for (const id of (element.getAttribute("aria-labelledby") ?? "").split(" "))
      need(document.getElementById(id) !== null, `nothing has the id ${id} of a label`);
  return faults;
}

/** Every visible text whose contrast is below 4.5 to 1 (WCAG 2.2, 1.4.3), with its ratio. */
export function faintTexts(): string[] {
  const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = channels(colour).map((channel) => {
      const part = channel / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element: Element | null): string => {
    if (element === null) return "rgb(255, 255, 255)";
    const { backgroundColor } = getComputedStyle(element);
    return channels(backgroundColor)[3] === 0 ? ground(element.parentElement) : backgroundColor;
  };
  const faint: string[] = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    const words = own.map((node) => node.textContent?.trim()).join(" ");
    if (words.trim() === "" || !element.checkVisibility()) continue;
    const [dark = 0, light = 0] = [getComputedStyle(element).color, ground(element)]
      .map(luminance)
      .sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) faint.push(`${words}: ${ratio.toFixed(2)}`);
  }
  return faint;
}
