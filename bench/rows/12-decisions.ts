import { KINDS } from '../../src/engine/api/kinds/index.ts';
import type { ApiObject } from '../../src/engine/api/meta.ts';
import { Findings } from '../../src/engine/api/validation.ts';
import type { Credentials } from '../../src/engine/apiserver/types.ts';
import { FrontDoor, PODS, largePodText, podText } from '../front-door.ts';
import { each, type Phase, type Row } from '../measure.ts';

const BINDINGS = 1000;
const POLICIES = 100;
const COUNT = 1000;
const AUTHORIZATION = '/apis/rbac.authorization.k8s.io/v1';
const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const ROLE_REF = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' };
const JANE: Credentials = { kind: 'certificate', user: 'jane', groups: ['team', 'system:authenticated'] };

/** What stands between a request and the store. */
export const row: Row = {
  title: 'decisions: validation, authorization, admission',
  lines: [
    { phase: 'large pod, validated', field: 'value', unit: 'µs' },
    { phase: 'large pod, created', field: 'value', unit: 'µs' },
    { phase: 'large pod, label changed', field: 'value', unit: 'µs' },
    { phase: `RBAC, 1 binding`, field: 'value', unit: 'µs' },
    { phase: `RBAC, ${BINDINGS} bindings of others`, field: 'value', unit: 'µs' },
    { phase: `RBAC, ${BINDINGS} bindings of one`, field: 'value', unit: 'µs' },
    { phase: 'RBAC, first decision after a change', field: 'value', unit: 'µs' },
    { phase: 'create, no policy', field: 'value', unit: 'µs' },
    { phase: `create, ${POLICIES} policies for others`, field: 'value', unit: 'µs' },
    { phase: `create, ${POLICIES} policies`, field: 'value', unit: 'µs' },
  ],
  run: () => [...largePods(), ...decisions(), ...policies()],
};

function largePods(): Phase[] {
  const pods = KINDS.find(({ kind }) => kind === 'Pod');
  const draft = JSON.parse(largePodText('large')) as ApiObject;
  pods?.defaults?.(draft);
  const validated = each('large pod, validated', 500, () => pods?.strategy.validate?.(draft, new Findings()));
  const door = new FrontDoor();
  const texts = Array.from({ length: 120 }, (_, i) => largePodText(`large-${i}`));
  const created = each('large pod, created', 100, (i) => void door.send('POST', PODS, texts[i]));
  const headers = { 'content-type': 'application/strategic-merge-patch+json' };
  const labelled = each('large pod, label changed', 100, (i) => {
    door.send('PATCH', `${PODS}/large-${i}`, { metadata: { labels: { turn: 'second' } } }, { headers });
  });
  return [validated, { ...created, note: `${created.note}, ${((texts[0] ?? '').length / 1024).toFixed(0)} KiB` }, labelled];
}

function decisions(): Phase[] {
  const asked = (bindings: (door: FrontDoor) => void): FrontDoor => {
    const door = new FrontDoor();
    door.send('POST', `${AUTHORIZATION}/clusterroles`, {
      metadata: { name: 'reader' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    });
    bind(door, 'jane', { kind: 'User', name: 'jane' });
    bindings(door);
    door.send('POST', PODS, podText('web'));
    return door;
  };
  const get = (door: FrontDoor): void => void door.send('GET', `${PODS}/web`, undefined, { credentials: JANE });
  const alone = asked(() => {});
  const crowd = asked((door) => {
    for (let i = 0; i < BINDINGS; i++) bind(door, `other-${i}`, { kind: 'User', name: `other-${i}` });
  });
  const many = asked((door) => {
    for (let i = 0; i < BINDINGS; i++) bind(door, `more-${i}`, { kind: 'Group', name: 'team' });
  });
  return [
    each('RBAC, 1 binding', COUNT, () => get(alone)),
    each(`RBAC, ${BINDINGS} bindings of others`, COUNT, () => get(crowd)),
    each(`RBAC, ${BINDINGS} bindings of one`, COUNT, () => get(many)),
    each('RBAC, first decision after a change', 50, (i) => {
      bind(many, `late-${i}`, { kind: 'User', name: 'somebody' });
      get(many);
    }),
  ];
}

function bind(door: FrontDoor, name: string, subject: object): void {
  const body = { metadata: { name }, roleRef: ROLE_REF, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', ...subject }] };
  door.send('POST', `${AUTHORIZATION}/clusterrolebindings`, body);
}

function policies(): Phase[] {
  return [
    ['create, no policy', 0, 'pods'],
    [`create, ${POLICIES} policies for others`, POLICIES, 'services'],
    [`create, ${POLICIES} policies`, POLICIES, 'pods'],
  ].map(([name, count, resource]) => {
    const door = new FrontDoor();
    for (let i = 0; i < Number(count); i++) policy(door, `policy-${i}`, String(resource));
    return each(String(name), 300, (i) => void door.send('POST', PODS, podText(`made-${i}`)));
  });
}

function policy(door: FrontDoor, name: string, resource: string): void {
  door.send('POST', `${ADMISSION}/validatingadmissionpolicies`, {
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: [resource] }],
      },
      validations: [
        { expression: "has(object.metadata.labels) && 'app' in object.metadata.labels", message: 'a label is missing' },
        ...(resource === 'pods' ? [{ expression: "object.spec.containers.all(c, !c.image.endsWith(':latest'))" }] : []),
      ],
    },
  });
  door.send('POST', `${ADMISSION}/validatingadmissionpolicybindings`, {
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  });
}
