import { defaultName, mostWorkers, type ProxyMode } from "@svclab/kind";
import { InvalidArgumentError, Option } from "commander";

export interface NameOption {
  readonly name: string;
}

export const nameOption = (): Option =>
  new Option("--name <name>", "the cluster's name, for several side by side").default(defaultName);

export interface ProxyOption {
  readonly proxyMode: ProxyMode;
}

export const proxyOption = (): Option =>
  new Option("--proxy-mode <mode>", "how kube-proxy writes its rules")
    .choices(["nftables", "iptables"])
    .default("nftables");

export interface WorkersOption {
  readonly workers: number;
}

export const workersOption = (): Option =>
  new Option("--workers <number>", "nodes beside the control plane; the claims need two")
    .default(2)
    .argParser((text) => {
      const workers = Number(text);
      if (Number.isInteger(workers) && workers >= 0 && workers <= mostWorkers) return workers;
      throw new InvalidArgumentError(`A number from 0 to ${mostWorkers} was expected.`);
    });
