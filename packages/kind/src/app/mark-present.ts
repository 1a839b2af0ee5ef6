/**
 * Pods look for an optional Secret only when they start. So a Pod template has a mark for each,
 * `svclab.dev/<name>: absent`, and a mark that changes makes new Pods.
 */
export function markPresent(manifests: string, marks: Readonly<Record<string, boolean>>): string {
  return Object.entries(marks).reduce((now, [name, isThere]) => {
    const mark = `svclab.dev/${name}: `;
    if (!now.includes(`${mark}absent`)) throw new Error(`no manifest has the mark ${mark}absent`);
    return isThere ? now.replaceAll(`${mark}absent`, `${mark}present`) : now;
  }, manifests);
}
