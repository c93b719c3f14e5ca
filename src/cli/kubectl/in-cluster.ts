import type { Process } from '../../engine/os/process.ts';
import { decode } from '../../engine/os/text.ts';

const DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

/** client-go's `InClusterConfig`: where a pod finds the API, and who it is there. Undefined outside a pod. */
export function inClusterConfig(process: Process): { server: string; namespace: string; token: string; ca?: string } | undefined {
  const host = process.env.get('KUBERNETES_SERVICE_HOST') ?? '';
  const port = process.env.get('KUBERNETES_SERVICE_PORT') ?? '';
  const read = (name: string): string | undefined => {
    const path = `${DIRECTORY}/${name}`;
    return process.files.exists(path) ? decode(process.files.read(path)) : undefined;
  };
  const token = read('token');
  if (host === '' || port === '' || token === undefined) return undefined;
  const ca = read('ca.crt');
  return { server: `https://${host}:${port}`, namespace: read('namespace') ?? 'default', token, ...(ca === undefined ? {} : { ca }) };
}
