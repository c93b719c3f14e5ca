import { beforeEach, describe, expect, it } from 'vitest';
import { decode, encode } from '../../../engine/os/text.ts';
import { TestWorkstation } from '../test-workstation.ts';

// Expected texts and files are those of a real kubectl.

describe('kubectl config', () => {
  let workstation: TestWorkstation;
  const run = (line: string) => workstation.run(line);
  const file = (path: string): string => decode(workstation.files.read(path));

  beforeEach(() => {
    workstation = TestWorkstation.before([], {});
    workstation.files.mount('/root/.kube', {
      config: `apiVersion: v1
kind: Config
current-context: lab
clusters: [{name: lab, cluster: {server: "https://lab:6443"}}]
users: [{name: ann, user: {token: secret}}]
contexts: [{name: lab, context: {cluster: lab, user: ann}}]
`,
    });
  });

  it('puts one way of proving oneself in the place of another', () => {
    expect(run('kubectl config set-credentials ann --username=a --password=b').out).toBe('User "ann" set.\n');
    expect(file('/root/.kube/config')).toContain('  user:\n    password: b\n    username: a\n');
    expect(run('kubectl config set-credentials ann --token=t --username=a').err).toBe(
      'error: you cannot specify more than one authentication method at the same time: --token, --username/--password\n',
    );
  });

  it('names certificates from where the kubeconfig stands, and embeds them', () => {
    workstation.files.write('/root/.kube/ca.pem', encode('PEM\n'));
    run('kubectl config set-cluster lab --certificate-authority=.kube/ca.pem');
    expect(file('/root/.kube/config')).toContain('    certificate-authority: ca.pem\n');
    run('kubectl config set-cluster lab --certificate-authority=.kube/ca.pem --embed-certs');
    expect(file('/root/.kube/config')).toContain('    certificate-authority-data: UEVNCg==\n');
    expect(file('/root/.kube/config')).not.toContain('ca.pem');
  });

  it('writes each entry to the file that it came from', () => {
    workstation.files.write(
      '/root/two',
      encode('apiVersion: v1\nkind: Config\nclusters: [{name: far, cluster: {server: "https://far"}}]\n'),
    );
    run('KUBECONFIG=.kube/config:two kubectl config set clusters.far.server https://further');
    run('KUBECONFIG=.kube/config:two kubectl config set-context new --cluster=far');
    expect(file('/root/two')).toContain('server: https://further');
    expect(file('/root/.kube/config')).not.toContain('further');
    expect(file('/root/.kube/config')).toContain('name: new');
    expect(run('KUBECONFIG=.kube/config:two kubectl config get-clusters').out).toBe('NAME\nfar\nlab\n');
    expect(run('KUBECONFIG=.kube/config:two kubectl config delete-cluster nope').err).toBe(
      'error: cannot delete cluster nope, not in .kube/config\n',
    );
  });

  it('reads a path whose names have dots', () => {
    expect(run('kubectl config set clusters.a.b.server https://ab').out).toBe('Property "clusters.a.b.server" set.\n');
    expect(file('/root/.kube/config')).toContain('    server: https://ab\n  name: a.b\n');
    expect(run('kubectl config set clusters.lab.insecure-skip-tls-verify maybe').err).toBe(
      'error: strconv.ParseBool: parsing "maybe": invalid syntax\n',
    );
    expect(run('kubectl config unset contexts.lab && kubectl config get-contexts').out).toBe(
      'Property "contexts.lab" unset.\nCURRENT   NAME   CLUSTER   AUTHINFO   NAMESPACE\n',
    );
  });

  it('hides secrets unless they are asked for', () => {
    expect(run('kubectl config view --minify').out).toContain('    token: REDACTED\n');
    expect(run('kubectl config view --raw -o jsonpath="{.users[0].user.token}"').out).toBe('secret');
  });

  it('says what a user lacks who gets credentials from a program', () => {
    const server = TestWorkstation.before([], {});
    const said = (user: string): string => {
      server.files.mount('/root/.kube', {
        config: `apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: "https://c"}}]\nusers: [{name: u, user: ${user}}]\n`,
      });
      return server.run('kubectl get pods').err;
    };
    expect(said('{exec: {command: aws}}')).toBe(
      'Error in configuration: \n* apiVersion must be specified for u to use exec authentication plugin\n* interactiveMode must be specified for u to use exec authentication plugin\n',
    );
    expect(said('{exec: {command: aws, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}')).toMatch(
      /\nUnable to connect to the server: getting credentials: exec: executable aws not found\n\nIt looks like/,
    );
  });
});
