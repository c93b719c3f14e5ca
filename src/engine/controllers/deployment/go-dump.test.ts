import { expect, it } from 'vitest';
import { computeHash } from './template-hash.ts';

// What `kubectl create deployment nginx --image=nginx` makes of it, with the server's defaults.
const NGINX = {
  metadata: { labels: { app: 'nginx' } },
  spec: {
    containers: [
      {
        name: 'nginx',
        image: 'nginx',
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'Always',
      },
    ],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  },
};

it('hashes a template as v1.36 does', () => {
  expect(computeHash(NGINX)).toBe('7f8fbb96d');
});

it('does not tell nil from empty, and tells a collision', () => {
  expect(computeHash({ ...NGINX, metadata: { ...NGINX.metadata, annotations: {} }, spec: { ...NGINX.spec, volumes: [] } })).toBe(
    '7f8fbb96d',
  );
  expect(computeHash(NGINX, 1)).not.toBe('7f8fbb96d');
});
