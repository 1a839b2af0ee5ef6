import type { KubeObject } from "@svclab/cluster";

/** What was asked for, without what the cluster made of it: an object that can be made again. */
export function withoutHistory(object: KubeObject): KubeObject {
  const { status: _, metadata, ...rest } = object as KubeObject & { readonly status?: unknown };
  const { name, namespace, labels, annotations } = metadata;
  return {
    ...rest,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
}
