import { defaultName, type ProxyMode } from "@svclab/kind";
import { Option } from "commander";

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
