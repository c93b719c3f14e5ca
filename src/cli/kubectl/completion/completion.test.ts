import { beforeAll, describe, expect, it } from 'vitest';
import { TestWorkstation } from '../test-workstation.ts';
import type { Outcome } from '../test-workstation.ts';

describe('kubectl __complete', () => {
  let workstation: TestWorkstation;
  const run = (line: string): Outcome => workstation.run(line);

  beforeAll(() => {
    workstation = TestWorkstation.onCluster(2);
    workstation.files.mount('/root/.kube', {
      config:
        'apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: c, user: u, namespace: kube-system}}]\nclusters: [{name: c, cluster: {server: "https://c"}}]\nusers: [{name: u, user: {token: t}}]\n',
    });
  });

  it('answers as cobra does: a candidate a line, then what the shell is to do', () => {
    expect(run('kubectl __complete get no')).toEqual({
      code: 0,
      out: 'nodes\n:4\n',
      err: 'Completion ended with directive: ShellCompDirectiveNoFileComp\n',
    });
    expect(run('kubectl __complete rollout s').out).toBe('status\tShow the status of the rollout\n:4\n');
    expect(run('kubectl __completeNoDesc rollout s').out).toBe('status\n:4\n');
    expect(run('kubectl __complete apply -f ""').out).toBe('json\nyaml\nyml\n:8\n');
    expect(run('kubectl __complete logs dep').out).toBe('deployments/\n:6\n');
    expect(run('kubectl __complete get pods --nope ""').out).toBe(':0\n');
  });

  it('looks where the line says, and else where the context says', () => {
    expect(run('kubectl __complete get cm kube-root').out).toBe('kube-root-ca.crt\n:4\n');
    run('kubectl create cm mine -n default');
    expect(run('kubectl __complete get -n default cm m').out).toBe('mine\n:4\n');
    expect(run('kubectl __complete get --namespace=default cm/m').out).toBe('cm/mine\n:4\n');
    expect(run('kubectl __complete get pods --context ""').out).toBe('a\n:4\n');
    expect(run('kubectl __complete config delete-user ""').out).toBe('u\n:4\n');
  });

  it('comes with a script for bash', () => {
    expect(run('kubectl completion bash | grep -c __complete').out).toBe('1\n');
    // The workstation's own shell takes it too, though its terminal needs none.
    expect(run('source <(kubectl completion bash) && echo sourced')).toEqual({ code: 0, out: 'sourced\n', err: '' });
    expect(run('kubectl completion zsh').err).toBe('error: completion for zsh is not modelled by this kubectl; there is one for bash\n');
    expect(run('kubectl completion tcsh').err).toMatch(/^error: Unsupported shell type "tcsh"\.\n/);
  });
});
