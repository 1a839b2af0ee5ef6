import { element, make, mark, podName } from "./view.js";

/**
 * @typedef {import("./ask-notes.js").Way} Way
 * @typedef {import("./ask-notes.js").Hop} Hop
 */

/** @param {"write" | "read"} what @param {Way | null} way */
export function showWay(what, way) {
  const hops = way
    ? [
        pod("web Pod", way.web),
        hop("Service", make("b", "", "api")),
        pod("api Pod", way.api),
        hop("Service", make("b", "", way.service)),
        member(way.member),
      ]
    : [hop("web Pod", "no answer")];
  element(`${what}-way`).replaceChildren(make("ol", "way", ...hops));
}

/** @param {import("@svclab/contracts").Note[]} notes @param {Record<string, number>} readsBy */
export function showNotes(notes, readsBy) {
  const reads = Object.entries(readsBy).toSorted(([one], [other]) => one.localeCompare(other));
  const sums = reads.map(([name, times]) => `${name} ${times}`);
  element("reads-by").textContent = `Reads since you opened the page: ${sums.join(", ")}.`;
  const none = make("li", "none-yet", "There are none yet.");
  element("notes").replaceChildren(...(notes.length === 0 ? [none] : notes.map(item)));
}

/** @param {import("@svclab/contracts").Note} note */
function item({ id, text, createdAt }) {
  const remove = make("button", "quiet", "Remove");
  remove.setAttribute("type", "button");
  remove.setAttribute("aria-label", `Remove note ${id}`);
  remove.setAttribute("data-remove", id);
  const time = make("time", "", new Date(createdAt).toLocaleString());
  time.setAttribute("datetime", createdAt);
  return make("li", "", make("p", "text", text), make("small", "", `${id} · `, time), remove);
}

/** @param {string} kind @param {Hop} who */
function pod(kind, who) {
  if (who.pod === null) return hop(kind, "nobody answered");
  return hop(kind, podName(who.pod), make("small", "", `on ${who.node}`));
}

/** @param {string | null} name */
function member(name) {
  if (name === null) return hop("MySQL", "nobody answered");
  const shown = hop("MySQL", podName(name));
  // mysql-0 has the first colour, as the first line of a tally.
  mark(shown, Number(name.slice(name.lastIndexOf("-") + 1)));
  return shown;
}

/** @param {string} kind @param {...(Node | string)} children */
function hop(kind, ...children) {
  return make("li", "", make("small", "", kind), " ", ...children);
}
