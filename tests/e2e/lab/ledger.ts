import { appNamespace, type Kubectl, type Lab, reference } from "@svclab/kind";

const name = "ledger";
export const sessions = 4;

/**
 * Writes through mysql-primary without a pause, several sessions at once, and prints the id of each
 * row once the server has acknowledged it. What it prints is the ledger.
 */
const script = `
write() {
  batch=0
  while :; do
    batch=$((batch + 1)) n=0
    while [ $n -lt 50 ]; do
      n=$((n + 1))
      echo "INSERT INTO ledger (id) VALUES ('$1-$batch-$n'); SELECT 'acknowledged $1-$batch-$n';"
    done | mysql -hmysql-primary -uwriter --ssl-mode=VERIFY_IDENTITY --ssl-ca=/etc/mysql-ca/ca.crt \\
      --connect-timeout=2 --unbuffered -N -B notes 2>/dev/null || sleep 0.2
  done
}
for session in ${Array.from({ length: sessions }, (_, at) => at + 1).join(" ")}; do write $session & done
wait`;

export async function startLedger(lab: Lab, kubectl: Kubectl): Promise<void> {
  const { mysql } = lab.lock.images;
  if (mysql === undefined) throw new Error("the lock file has no image called mysql");
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { "app.kubernetes.io/name": name } },
    spec: {
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      securityContext: {
        ...{ runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
      },
      containers: [
        {
          name,
          image: reference(mysql),
          imagePullPolicy: "IfNotPresent",
          command: ["sh", "-c", script],
          env: [
            {
              name: "MYSQL_PWD",
              valueFrom: { secretKeyRef: { name: "mysql-writer", key: "password" } },
            },
          ],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          volumeMounts: [{ name: "ca", mountPath: "/etc/mysql-ca" }],
        },
      ],
      volumes: [{ name: "ca", configMap: { name: "mysql-ca" } }],
    },
  };
  await stopLedger(kubectl);
  await kubectl(["-n", appNamespace, "apply", "-f", "-"], JSON.stringify(pod));
}

/** Stops the writers where they stand, and resolves to what they printed: ids with their times. */
export async function readLedger(
  kubectl: Kubectl,
): Promise<readonly { readonly id: string; readonly atMs: number }[]> {
  const text = await kubectl(["-n", appNamespace, "logs", name, "--timestamps"]);
  return [...text.matchAll(/^(\S+) acknowledged (\S+)$/gm)].map(([, at = "", id = ""]) => ({
    id,
    atMs: Date.parse(at),
  }));
}

export async function stopLedger(kubectl: Kubectl): Promise<void> {
  const own = ["-n", appNamespace];
  await kubectl([
    ...own,
    "delete",
    "pod",
    name,
    "--ignore-not-found",
    "--grace-period=0",
    "--force",
  ]);
}
