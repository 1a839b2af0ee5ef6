import type { Host } from "./host.ts";

/** What a rootful podman needs to carry kind on Debian and Ubuntu, without recommended packages. */
export const podmanPackages = [
  "podman",
  "runc",
  "iproute2",
  "iptables",
  "nftables",
  "conntrack",
  "netavark",
  "aardvark-dns",
] as const;

/** For the program ip. */
export const installIp = "install iproute2 (on Fedora and the RHEL family: iproute)";

/** What the built lane makes Debian root file systems with. */
export const rootfsPackages = ["mmdebstrap"] as const;

/** The project installs by itself only where it may and where that was tried. */
export function mayInstall(host: Host): boolean {
  return host.os === "linux" && host.root && isDebian(host);
}

export function isDebian(host: Host): boolean {
  return host.distro.includes("debian") || host.distro.includes("ubuntu");
}

export function aptInstall(packages: readonly string[]): string {
  return `apt-get install --no-install-recommends ${packages.join(" ")}`;
}

/** The exact command that gives this platform an engine. For a user that is Docker: rootless engines are refused. */
export function engineInstallCommand(host: Host): string {
  if (host.os === "darwin") return "brew install --cask docker-desktop, then start Docker Desktop";
  if (host.os !== "linux") return "use Linux or macOS; on Windows, use WSL 2";
  const family = families.find(({ ids }) => ids.some((id) => host.distro.includes(id)));
  if (family === undefined) return "install Docker Engine from docs.docker.com/engine/install";
  if (host.root) return family.asRoot;
  return `${family.asUser} && sudo systemctl enable --now docker && sudo usermod -aG docker "$USER", then log in again`;
}

const families: readonly { ids: readonly string[]; asRoot: string; asUser: string }[] = [
  {
    ids: ["debian", "ubuntu"],
    asRoot: aptInstall(podmanPackages),
    asUser: `sudo ${aptInstall(["docker.io"])}`,
  },
  // Before fedora: their ID_LIKE names it too.
  {
    ids: ["rhel", "centos"],
    asRoot:
      "dnf install -y podman runc iproute nftables iptables-nft conntrack-tools netavark aardvark-dns",
    asUser:
      "sudo dnf install -y docker-ce (its repository is described on docs.docker.com/engine/install)",
  },
  {
    ids: ["fedora"],
    asRoot:
      "dnf install -y podman runc iproute nftables iptables-nft conntrack-tools netavark aardvark-dns",
    asUser: "sudo dnf install -y moby-engine",
  },
  {
    ids: ["arch"],
    asRoot:
      "pacman -S --needed podman runc iproute2 nftables iptables conntrack-tools netavark aardvark-dns",
    asUser: "sudo pacman -S --needed docker",
  },
  {
    ids: ["suse", "opensuse", "sles"],
    asRoot:
      "zypper install -y podman runc iproute2 nftables iptables conntrack-tools netavark aardvark-dns",
    asUser: "sudo zypper install -y docker",
  },
];
