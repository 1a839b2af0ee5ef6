import type { EventOf } from "@svclab/contracts";
import { edited, testRows, without } from "../history/rows.ts";
import { wholeRun } from "../history/whole-run.ts";
import { nodePortRangeAndCollisionsAreRefused as claim } from "./node-port-range-and-collisions-are-refused.ts";

type Tried = EventOf<"creation-tried">;

const told = (what: Tried["what"], more: Partial<Tried>) =>
  edited(wholeRun(claim), (event) =>
    event.kind === "creation-tried" && event.what === what ? { ...event, ...more } : event,
  );

testRows(claim, [
  {
    title: "holds when others are refused and a freed one is given",
    history: () => wholeRun(claim),
  },
  {
    title: "broken when a port that is taken is given once more",
    history: () => told("taken-node-port", { status: 201, got: "31234" }),
    why: /node port 31234 was given though 31234 is taken/,
  },
  {
    title: "broken when another port is given in its place",
    history: () => told("taken-node-port", { status: 201, asked: "any", got: "31235" }),
    why: /node port 31235 was given though 31234 is taken/,
  },
  {
    title: "broken when a port outside of the range is given",
    history: () => told("node-port-outside", { status: 201 }),
    why: /node port 80 was given/,
  },
  {
    title: "broken when a port is not free again",
    history: () => told("freed-node-port", { status: 422, said: "already allocated" }),
    why: /node port 31234 was not free again: already allocated/,
  },
  {
    title: "unknown when any port is refused too",
    history: () => told("any-node-port", { status: 403, said: "forbidden" }),
    why: /a Service with any node port was not accepted either: forbidden/,
  },
  {
    title: "unknown when the API fails in the place of a refusal",
    history: () => told("node-port-outside", { status: 500, said: "no etcd" }),
    why: /a node port outside of the range: no etcd/,
  },
  {
    title: "unknown when it refused another port than the one that is taken",
    history: () => told("taken-node-port", { asked: "31999" }),
    why: /port 31999 was asked for, and 31234 is taken/,
  },
  {
    title: "unknown when another port than the freed one was asked for again",
    history: () => told("freed-node-port", { asked: "31999" }),
    why: /port 31999 was asked for again, and 31234 had been freed/,
  },
  {
    title: "unknown when the freed port was never asked for",
    history: () =>
      without(wholeRun(claim), (e) => e.kind === "creation-tried" && e.what === "freed-node-port"),
    why: /a node port that is free again: never tried/,
  },
  {
    title: "unknown when nothing was tried",
    history: () => without(wholeRun(claim), ({ kind }) => kind === "creation-tried"),
    why: /a node port that is taken: never tried/,
  },
]);
