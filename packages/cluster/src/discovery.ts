import { ToolError } from "@svclab/contracts";
import type { Ref } from "./object.ts";

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

type GetJson = (path: string) => Promise<unknown>;

/** Turns kinds into paths, by what the API itself says of its kinds; asked once a group. */
export class Discovery {
  readonly #get: GetJson;
  readonly #known = new Map<string, Promise<readonly Resource[]>>();

  constructor(get: GetJson) {
    this.#get = get;
  }

  /** The path of all objects of a kind, in one namespace where one is given. */
  async collection(
    kind: { apiVersion: string; kind: string },
    namespace?: string,
  ): Promise<string> {
    const resource = await this.#find(kind);
    const inside =
      namespace === undefined || !resource.namespaced ? "" : `/namespaces/${namespace}`;
    return `${root(kind.apiVersion)}${inside}/${resource.name}`;
  }

  async object(ref: Ref): Promise<string> {
    const resource = await this.#find(ref);
    const namespace = resource.namespaced ? (ref.namespace ?? "default") : undefined;
    return `${await this.collection(ref, namespace)}/${encodeURIComponent(ref.name)}`;
  }

  async #find(wanted: { apiVersion: string; kind: string }): Promise<Resource> {
    const { apiVersion, kind } = wanted;
    const known = this.#known.get(apiVersion) ?? this.#ask(apiVersion);
    this.#known.set(apiVersion, known);
    const resource = (await known).find((one) => one.kind === kind);
    if (resource !== undefined) return resource;
    // A definition may have been added since.
    this.#known.delete(apiVersion);
    throw new ToolError({
      code: "kind-unknown",
      expected: `the cluster to know ${kind} of ${apiVersion}`,
      found: "no such kind",
      todo: "check apiVersion and kind, and that its CustomResourceDefinition is installed",
    });
  }

  async #ask(apiVersion: string): Promise<readonly Resource[]> {
    try {
      const list = (await this.#get(root(apiVersion))) as { resources?: readonly Resource[] };
      // Subresources are listed too, as `deployments/scale`.
      return (list.resources ?? []).filter((one) => !one.name.includes("/"));
    } catch (error) {
      this.#known.delete(apiVersion);
      throw error;
    }
  }
}

function root(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
