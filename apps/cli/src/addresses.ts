import { hostPrograms, kubectlFor, type Lab, labPlace, nodeContainers } from "@svclab/kind";

/** A way to the page from this machine, and what came back when it was tried. */
export interface TriedUrl {
  readonly way: string;
  readonly url: string;
  /** Status of the answer, or why there was none. */
  readonly answer: number | string;
}

/** The page by NodePort, LoadBalancer, Ingress and HTTPRoute, each one asked. */
export async function tryAddresses(lab: Lab, name: string): Promise<TriedUrl[]> {
  const place = labPlace(name);
  const kubectl = kubectlFor((await hostPrograms(lab)).kubectl, place.kubeconfig, place.context);
  const one = async (kind: string, object: string, path: string) =>
    (await kubectl(["-n", "svclab", "get", kind, object, "-o", `jsonpath=${path}`])).trim();
  const ingress = "{.status.loadBalancer.ingress[0].ip}";
  const nodePort = await one("service", "web-node", "{.spec.ports[0].nodePort}");
  const nodes = await nodeContainers(lab.engine, place.cluster);
  const nodeIp = await kubectl([
    ...["get", "node", nodes.find(({ name }) => name.includes("worker"))?.name ?? ""],
    ...["-o", 'jsonpath={.status.addresses[?(@.type=="InternalIP")].address}'],
  ]);
  const ways: [string, string][] = lab.engine.addressesReachable
    ? [
        ["NodePort", `${nodeIp.trim()}:${nodePort}`],
        ["LoadBalancer", await one("service", "web-public", ingress)],
        ["Ingress", await one("ingress", "web", ingress)],
        ["HTTPRoute", await one("gateway", "web", "{.status.addresses[0].value}")],
      ]
    : [["NodePort", `127.0.0.1:${nodePort}`]];
  return Promise.all(
    ways.map(async ([way, host]) => {
      const url = `http://${host}/`;
      return { way, url, answer: host === "" ? "no address" : await ask(url) };
    }),
  );
}

async function ask(url: string): Promise<number | string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await answer.arrayBuffer();
    return answer.status;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return cause instanceof Error ? cause.message : String(cause);
  }
}
