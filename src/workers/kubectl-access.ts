import { provenClient } from '../engine/api/x509/client-certificate.ts';
import { practiceAuthority } from '../engine/api/x509/practice-authority.ts';
import type { Credentials } from '../engine/apiserver/types.ts';
import type { Cluster } from '../engine/cluster.ts';
import type { Process } from '../engine/os/process.ts';
import type { Millis } from '../engine/sim/time.ts';
import type { KubeConfig } from '../cli/kubectl/kubeconfig.ts';
import { overNetwork } from '../cli/kubectl/over-network.ts';
import { inProcess, type ApiTransport } from '../cli/kubectl/transport.ts';

/** Of the server where no machine has it. */
const FIRST_ADDRESS = '192.168.0.10';

/**
 * kubectl's way from the workstation, as its kubeconfig says: to the cluster's own API server by a call, with the identity that certificate
 * or token prove, and to any other address over the network, which knows best why nobody answers there.
 */
export function kubectlAccess(cluster: Cluster): (process: Process, config: KubeConfig) => ApiTransport {
  const { apiserver, controlPlane, controlPlanes, sim } = cluster;
  const authority = (controlPlane?.pki.authority('ca') ?? practiceAuthority()).certificate;
  const doorOf = (server: string): ReturnType<typeof controlPlanes.doorAt> => {
    if (controlPlane === undefined)
      return server === `https://${FIRST_ADDRESS}:6443` ? { server: apiserver, address: FIRST_ADDRESS } : undefined;
    return server.startsWith('https://') ? controlPlanes.doorAt(server.slice('https://'.length)) : undefined;
  };
  // Proving takes long, and one asks with the same certificate again and again.
  const proven = new Map<string, { readonly credentials: Credentials; readonly notAfter: Millis }>();
  const identity = ({ cert, token }: KubeConfig): Credentials | undefined => {
    const bearer: Credentials | undefined = token === undefined ? undefined : { kind: 'token', token };
    if (cert === undefined) return bearer;
    // The server asks the certificate first, and what it proves is who calls, whatever `--token` says.
    const known = proven.get(cert);
    if (known !== undefined && sim.now <= known.notAfter) return known.credentials;
    const client = provenClient(cert, authority, sim.now);
    // Who shows a certificate that proves nothing is refused, not taken for nobody.
    if (client === undefined) return bearer ?? { kind: 'token', token: '' };
    const credentials: Credentials = { kind: 'certificate', user: client.commonName, groups: client.organizations };
    proven.set(cert, { credentials, notAfter: client.notAfter });
    return credentials;
  };
  return (process, config) => {
    const trusted = config.insecure || config.ca === authority;
    const door = trusted ? doorOf(config.server) : undefined;
    return door === undefined
      ? overNetwork(process, config)
      : inProcess(door.server, identity(config))(process, { server: `https://${door.address}:6443` });
  };
}
