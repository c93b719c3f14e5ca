import { expect, it } from 'vitest';
import { encodeText } from '../../engine/api/base64.ts';
import { JANE } from '../../engine/api/x509/test-requests.ts';
import { TestWorkstation } from './test-workstation.ts';

it('kubectl certificate approves and denies', () => {
  const workstation = TestWorkstation.onCluster();
  const { files } = workstation;
  const csr = (name: string): string => `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: ${name}}
spec: {request: ${encodeText(JANE)}, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}
`;
  files.mount('/root', { 'jane.yaml': csr('jane'), 'joe.yaml': csr('joe') });
  expect(workstation.run('kubectl apply -f jane.yaml -f joe.yaml').err).toBe('');
  expect(workstation.run('kubectl certificate approve jane')).toEqual({
    code: 0,
    out: 'certificatesigningrequest.certificates.k8s.io/jane approved\n',
    err: '',
  });
  expect(workstation.run('kubectl certificate deny -f joe.yaml').out).toBe('certificatesigningrequest.certificates.k8s.io/joe denied\n');
  expect(
    workstation
      .run('sleep 1; kubectl get csr --no-headers')
      .out.trim()
      .split('\n')
      .map((line) => line.split(/ +/).at(-1)),
  ).toEqual(['Approved,Issued', 'Denied']);
  expect(workstation.run(`kubectl get csr jane -o jsonpath='{.status.conditions[0].reason}'`).out).toBe('KubectlApprove');
  expect(workstation.run('kubectl certificate approve').err).toBe('error: one or more CSRs must be specified as <name> or -f <filename>\n');
});
