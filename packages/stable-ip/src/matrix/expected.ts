import type { KillMode } from "@svclab/contracts";

export interface Expected {
  /** What is done, in words that follow the kill's name. */
  readonly done: string;
  /** What the documentation lets expect. */
  readonly expected: string;
  readonly source: string;
}

const docs = "https://kubernetes.io/docs";
const termination = `${docs}/concepts/workloads/pods/pod-lifecycle/#pod-termination`;
const readiness = `${docs}/concepts/workloads/pods/probes/`;
const virtualIps = `${docs}/reference/networking/virtual-ips/`;

/** For each kill what was to be expected, before anything was measured. */
export const expectations: Readonly<Record<KillMode, Expected>> = {
  graceful: {
    done: "a Pod is deleted; its preStop hook sleeps 5 s before SIGTERM",
    expected: "nothing is lost: it serves on while every node takes it out of its rules",
    source: `${docs}/tutorials/services/pods-and-endpoint-termination-flow/`,
  },
  "graceful-without-pre-stop": {
    done: "a Pod without a preStop hook is deleted, and its server closes at SIGTERM",
    expected: "requests are lost until the last rule has changed: SIGTERM does not wait for it",
    source: termination,
  },
  sigkill: {
    done: "a Pod's process is killed by SIGKILL",
    expected: "requests are lost until the kubelet sees it, or its probe fails (every second)",
    source: readiness,
  },
  "sigkill-behind-one-service": {
    done: "the same, of a Pod whose Deployment has one Service in the place of four",
    expected: "less is lost: kube-proxy writes the first change at once, and others 1 s later",
    source: `${docs}/reference/config-api/kube-proxy-config.v1alpha1/#kubeproxy-config-k8s-io-v1alpha1-KubeProxyNFTablesConfiguration`,
  },
  "sigkill-with-fast-rules": {
    done: "SIGKILL behind four Services, kube-proxy's minSyncPeriod 10 ms in the place of 1 s",
    expected: "less is lost: no Service's rules wait for those of another",
    source: `${docs}/reference/networking/virtual-ips/#optimizing-iptables-mode-performance`,
  },
  "force-delete": {
    done: "a Pod is deleted with a grace period of 0 s",
    expected: "requests are lost until the last rule has changed: nothing is waited for",
    source: `${termination}-forced`,
  },
  crash: {
    done: "a Pod's process exits with 1",
    expected: "as with SIGKILL",
    source: readiness,
  },
  "readiness-off": {
    done: "a Pod says for 6 s that it is not ready, and serves on",
    expected: "nothing is lost: it is left out, and answers who still comes",
    source: readiness,
  },
  hang: {
    done: "a Pod's process is stopped by SIGSTOP for 6 s",
    expected: "requests time out until its probe has failed: a period and a timeout of 1 s each",
    source: readiness,
  },
  "roll-out": {
    done: "the Deployment is rolled out, one Pod more at a time (maxUnavailable 0)",
    expected: "nothing is lost, as with each graceful deletion",
    source: `${docs}/concepts/workloads/controllers/deployment/#rolling-update-deployment`,
  },
  "node-drained": {
    done: "the node of a Pod is drained, and takes Pods again afterwards",
    expected: "nothing is lost: an eviction is a graceful deletion",
    source: `${docs}/tasks/administer-cluster/safely-drain-node/`,
  },
  "node-paused": {
    done: "all processes of the node of a Pod stand still for 65 s",
    expected: "requests time out until the node counts as not ready, after 50 s",
    source: `${docs}/concepts/architecture/nodes/#node-controller`,
  },
  "kube-proxy-restarted": {
    done: "kube-proxy is restarted on one node after another",
    expected: "nothing is lost: the rules are the kernel's, and stay",
    source: virtualIps,
  },
  "api-server-away": {
    done: "the API server refuses everybody for 60 s",
    expected: "nothing is lost: the rules stay, and no Pod changes",
    source: virtualIps,
  },
};
