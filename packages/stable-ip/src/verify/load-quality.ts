import { limits } from "../limits.ts";
import type { Load, Spread } from "./spread.ts";

/** Why a load cannot be taken for so many independent connections, one a request. */
export function loadQualityDoubts(spread: Spread, needed: number): string[] {
  const sent = spread.loads.reduce((sum, load) => sum + load.sent, 0);
  const even = sent / spread.loads.length;
  return [
    ...(sent < needed ? [`${sent} connections are too few: ${needed} are needed`] : []),
    ...spread.loads.flatMap((load) => [
      ...shareDoubts(load, even),
      ...droppedDoubts(load),
      ...reuseDoubts(load),
    ]),
  ];
}

function shareDoubts(load: Load, even: number): string[] {
  if (Math.abs(load.sent - even) <= even * limits.nodeOffShare) return [];
  return [`${load.node} sent ${load.sent} connections, and an even part is ${even}`];
}

function droppedDoubts(load: Load): string[] {
  const dropped = load.ended.reduce((sum, one) => sum + one.dropped, 0);
  return dropped === 0 ? [] : [`the load from ${load.node} dropped ${dropped} requests`];
}

/**
 * A kept connection keeps its client port and its Pod. A client that opens a new one each time walks
 * through its port range (about 14,000 of them, Linux' __inet_hash_connect), so a port may come
 * again, but not for most of the connections, and hardly ever at once. Where it does, for a request
 * that waited before it connected, another Pod shows that it is another connection.
 */
function reuseDoubts(load: Load): string[] {
  const ports = load.answers.map((one) => one.connection);
  const atOnce = load.answers.filter(({ connection, podUid }, at) => {
    const former = load.answers[at - 1];
    return connection === former?.connection && podUid === former.podUid;
  }).length;
  if (atOnce > 0) return [`${load.node} reused a connection at once, ${atOnce} times`];
  const distinct = new Set(ports).size;
  if (distinct >= ports.length * limits.distinctPortsShare) return [];
  return [`${load.node} used ${distinct} client ports for ${ports.length} requests`];
}
