import { answered } from "./tally.js";

/**
 * @typedef {import("./tally.js").Tally} Tally
 * @typedef {import("./tally.js").Question} Question
 */

/** @param {string} id */
export function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}

/** @param {Question} question @param {Tally} tally */
export function showPath({ web, api }, tally) {
  showPod("web", web, "no answer");
  showPod("api", api, "nobody answered");
  const place = api ? Object.keys(tally.lines).indexOf(api.podUid) : null;
  mark(element("api-place"), place);
  const path = element("path");
  path.setAttribute("data-state", api ? "answered" : "unanswered");
  // Taking the animation off and reading the layout makes it start again.
  path.classList.remove("moving");
  void path.offsetWidth;
  path.classList.add("moving");
}

/** @param {Tally} tally */
export function showTally(tally) {
  const total = answered(tally);
  element("total").textContent = total === 1 ? "1 answer" : `${total} answers`;
  /** @type {HTMLElement[]} */
  const rows = Object.values(tally.lines).map((line, place) => {
    const row = make("tr", "");
    const share = `${Math.round((100 * line.answers) / total)} %`;
    const answers = make("td", "number", `${line.answers}`);
    row.append(
      head(podName(line.name), make("small", "", `on ${line.node}`)),
      answers,
      make("td", "number share", bar(line.answers / total), share),
    );
    mark(row, place);
    return row;
  });
  if (tally.unanswered > 0) rows.push(unansweredRow(tally.unanswered));
  element("tally").replaceChildren(...rows);
  element("recent").replaceChildren(...tally.recent.map(recentItem));
}

/** @param {string} text */
export function say(text) {
  element("status").textContent = text;
}

/** @param {"web" | "api"} who @param {Question["web"]} pod @param {string} otherwise */
function showPod(who, pod, otherwise) {
  element(`${who}-name`).replaceChildren(pod ? podName(pod.podName) : otherwise);
  element(`${who}-node`).textContent = pod ? pod.node : "–";
  element(`${who}-ip`).textContent = pod ? pod.podIp : "\u00a0";
}

/** The end of a Pod's name tells it from its sisters. @param {string} name */
export function podName(name) {
  const cut = name.lastIndexOf("-") + 1;
  return make("span", "pod", name.slice(0, cut), make("b", "", name.slice(cut)));
}

/** @param {...(Node | string)} children */
function head(...children) {
  const cell = make("th", "", ...children);
  cell.setAttribute("scope", "row");
  return cell;
}

/** The number beside it says the same. @param {number} share  0 to 1 */
function bar(share) {
  const filled = make("i", "");
  filled.style.inlineSize = `${100 * share}%`;
  const whole = make("span", "bar", filled);
  whole.setAttribute("aria-hidden", "true");
  return whole;
}

/** @param {number} unanswered */
function unansweredRow(unanswered) {
  const row = make("tr", "none");
  row.append(head("no answer"), make("td", "number", `${unanswered}`), make("td", "share"));
  return row;
}

/** @param {Tally["recent"][number]} recent */
function recentItem({ web, api, line, error, tookMs }) {
  const to = api ?? error ?? "";
  const item = make("li", api ? "" : "none");
  const from = make("span", "from", web ?? "no web Pod", " → ");
  item.append(from, make("span", "to", to), make("small", "", `${tookMs} ms`));
  mark(item, line);
  return item;
}

/** Eight marks, then again from the first. @param {HTMLElement} marked @param {number | null} place */
export function mark(marked, place) {
  if (place === null) marked.removeAttribute("data-mark");
  else marked.setAttribute("data-mark", String(place % 8));
}

/** @param {string} tag @param {string} className @param {...(Node | string)} children */
export function make(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}
