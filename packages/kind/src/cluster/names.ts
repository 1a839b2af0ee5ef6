import { ToolError } from "@svclab/contracts";

/** All names that belong to one cluster of ours. */
export interface ClusterNames {
  /** What the user says: --name. */
  readonly name: string;
  /** kind's name for it; its nodes are called <cluster>-control-plane, -worker, -worker2. */
  readonly cluster: string;
  readonly context: string;
  readonly network: string;
}

export const defaultName = "svclab";

/** @throws ToolError (usage) when the name does not fit where names of nodes and networks go. */
export function clusterNames(name: string): ClusterNames {
  if (!/^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/.test(name))
    throw new ToolError({
      code: "name-unfit",
      expected: "a name of 1 to 20 small letters, digits and dashes that begins with a letter",
      found: JSON.stringify(name),
      todo: "choose another --name",
      exit: 2,
    });
  const cluster = name === defaultName ? defaultName : `${defaultName}-${name}`;
  return { name, cluster, context: `kind-${cluster}`, network: cluster };
}
