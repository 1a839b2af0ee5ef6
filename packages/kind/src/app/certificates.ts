import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate and its private key, both PEM. */
interface Certified {
  readonly certificate: string;
  readonly key: string;
}

export interface Certificates {
  /** PEM; its key is kept nowhere, so nobody can make more by it. */
  readonly ca: string;
  readonly servers: Readonly<Record<string, Certified>>;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
/** As long as a lab may stand; there is no renewal, an install makes all of them anew. */
const validMs = 3_650 * 86_400_000;
/** Clocks of machines differ. */
const earlierMs = 86_400_000;

/**
 * An authority of its own, and one certificate for each server, for both ends of a connection:
 * members of a group are servers and clients to each other. `names` are DNS names or addresses.
 */
export async function makeCertificates(
  servers: readonly { readonly name: string; readonly names: readonly string[] }[],
  now: Date,
): Promise<Certificates> {
  const period = {
    notBefore: new Date(now.getTime() - earlierMs),
    notAfter: new Date(now.getTime() + validMs),
  };
  const caKeys = await makeKeys();
  const ca = await X509CertificateGenerator.createSelfSigned(
    {
      ...period,
      name: "CN=svclab mysql",
      keys: caKeys,
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
        // Every install's authority has the same name: by these a client tells two of them apart.
        await SubjectKeyIdentifierExtension.create(caKeys.publicKey, false, webcrypto as Crypto),
      ],
    },
    webcrypto as Crypto,
  );
  const certified = await Promise.all(
    servers.map(async ({ name, names }) => {
      const keys = await makeKeys();
      const certificate = await X509CertificateGenerator.create(
        {
          ...period,
          subject: `CN=${name}`,
          issuer: ca.subject,
          publicKey: keys.publicKey,
          signingKey: caKeys.privateKey,
          signingAlgorithm: algorithm,
          extensions: [
            new BasicConstraintsExtension(false, undefined, true),
            new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
            await AuthorityKeyIdentifierExtension.create(
              caKeys.publicKey,
              false,
              webcrypto as Crypto,
            ),
            new ExtendedKeyUsageExtension([
              ExtendedKeyUsage.serverAuth,
              ExtendedKeyUsage.clientAuth,
            ]),
            new SubjectAlternativeNameExtension(
              names.map((value) => ({
                type: /^[\d.]+$/.test(value) ? ("ip" as const) : ("dns" as const),
                value,
              })),
            ),
          ],
        },
        webcrypto as Crypto,
      );
      const key = await pemOf(keys.privateKey);
      return [name, { certificate: certificate.toString("pem"), key }] as const;
    }),
  );
  return { ca: ca.toString("pem"), servers: Object.fromEntries(certified) };
}

async function makeKeys(): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
}

async function pemOf(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key)).toString("base64");
  const lines = der.match(/.{1,64}/g)?.join("\n");
  return `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`;
}
