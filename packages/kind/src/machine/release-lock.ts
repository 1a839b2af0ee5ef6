export type HostBinaryName = "kind" | "kubectl" | "cloud-provider-kind";

export const hostPlatforms = [
  "linux/amd64",
  "linux/arm64",
  "darwin/amd64",
  "darwin/arm64",
] as const;
export type HostPlatform = (typeof hostPlatforms)[number];

/** One file of a release. */
export interface Release {
  readonly version: string;
  readonly url: string;
  /**
   * SHA-256 in hex of the file at `url`; or, where none could be pinned, the list that the project
   * publishes beside it. The second proves that the file came over whole, not who made it.
   */
  readonly checksum: { readonly sha256: string } | { readonly published: string };
  /** The program's name in the archive, where `url` is a .tar.gz. */
  readonly member?: string;
}

/**
 * The programs that run on the host, as their projects release them. To raise a version: read the
 * four checksums from kind-<os>-<arch>.sha256sum of kind's release and from
 * https://dl.k8s.io/release/v<version>/bin/<os>/<arch>/kubectl.sha256.
 */
export const releaseLock: Readonly<
  Record<HostBinaryName, Readonly<Record<HostPlatform, Release>>>
> = {
  kind: {
    "linux/amd64": kind(
      "aee6151561422756b764a4ae28e7f44cda5af5a9eead3cc9985112b1de8d8e0d",
      "linux-amd64",
    ),
    "linux/arm64": kind(
      "20022bee6cfcd5086cb7234d218e3454e6090022f2a8f55d1fa7fcf42c3867a2",
      "linux-arm64",
    ),
    "darwin/amd64": kind(
      "5a99f26f57246dc9319dd294803313197a0f34d33c525b3ea8b655db5916ece0",
      "darwin-amd64",
    ),
    "darwin/arm64": kind(
      "0c8c7dbe5e23594a198b786c4bc13dacc101fa6196b0cb0b23a1ca44e61f4b4f",
      "darwin-arm64",
    ),
  },
  kubectl: {
    "linux/amd64": kubectl(
      "6129359f4e1f3848a5572ccb0b26cf28b8ca08cef38c95a765b2f64a2c961a2f",
      "linux/amd64",
    ),
    "linux/arm64": kubectl(
      "922df28df248cc00a9e025f947704f1d1482de64ece54cfe57e61f19eaf1eef3",
      "linux/arm64",
    ),
    "darwin/amd64": kubectl(
      "d5276c0f4fde77fc446070290f345944a7f1fda153df6b960e5fde93b7a9bccd",
      "darwin/amd64",
    ),
    "darwin/arm64": kubectl(
      "583beedaebe422e71d3f1a96acef8b1fef86ea2f09a45ad01aa6c9ce287c1380",
      "darwin/arm64",
    ),
  },
  "cloud-provider-kind": {
    "linux/amd64": cloudProviderKind("linux_amd64"),
    "linux/arm64": cloudProviderKind("linux_arm64"),
    "darwin/amd64": cloudProviderKind("darwin_amd64"),
    "darwin/arm64": cloudProviderKind("darwin_arm64"),
  },
};

function kind(sha256: string, platform: string): Release {
  const version = "0.33.0";
  const url = `https://github.com/kubernetes-sigs/kind/releases/download/v${version}/kind-${platform}`;
  return { version, url, checksum: { sha256 } };
}

function kubectl(sha256: string, platform: string): Release {
  const version = "1.37.0";
  return {
    version,
    url: `https://dl.k8s.io/release/v${version}/bin/${platform}/kubectl`,
    checksum: { sha256 },
  };
}

function cloudProviderKind(platform: string): Release {
  const version = "0.10.0";
  const stem = `https://github.com/kubernetes-sigs/cloud-provider-kind/releases/download/v${version}/cloud-provider-kind_${version}`;
  return {
    version,
    url: `${stem}_${platform}.tar.gz`,
    checksum: { published: `${stem}_checksums.txt` },
    member: "cloud-provider-kind",
  };
}
