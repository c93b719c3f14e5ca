import type { Certificates } from './certificates.ts';

const encode = (text: string): string => Buffer.from(text).toString('base64');

/** An administrator's kubeconfig for the server at `url`; without certificates for plain HTTP. */
export function kubeconfig(url: string, certificates: Certificates | undefined, name = 'kubernotes'): string {
  const cluster =
    certificates === undefined ? `server: ${url}` : `certificate-authority-data: ${encode(certificates.ca)}\n    server: ${url}`;
  const user =
    certificates === undefined
      ? '{}'
      : `\n    client-certificate-data: ${encode(certificates.adminCert)}\n    client-key-data: ${encode(certificates.adminKey)}`;
  return `apiVersion: v1
kind: Config
clusters:
- name: ${name}
  cluster:
    ${cluster}
users:
- name: ${name}-admin
  user: ${user}
contexts:
- name: ${name}
  context:
    cluster: ${name}
    user: ${name}-admin
current-context: ${name}
preferences: {}
`;
}
