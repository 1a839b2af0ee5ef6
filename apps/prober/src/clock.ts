/** Ms since the epoch that only go forward; the same clock that contracts' events are stamped by. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
