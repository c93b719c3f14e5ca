import { semanticallyEqual } from '../equality.ts';
import type { CSIDriver } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { validateDriverName } from '../storage/validate-volume.ts';
import type { Findings } from '../validation.ts';
import { plainStrategy } from './define.ts';
import { storedOnly } from './stored.ts';
import { v1Kind } from './v1-kind.ts';

export const csiDriver = v1Kind<CSIDriver>({
  group: 'storage.k8s.io',
  kind: 'CSIDriver',
  resource: 'csidrivers',
  namespaced: false,
  defaults({ spec }) {
    if (spec === undefined) return;
    spec.attachRequired ??= true;
    spec.podInfoOnMount ??= false;
    spec.storageCapacity ??= false;
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
    if ((spec.volumeLifecycleModes ?? []).length === 0) spec.volumeLifecycleModes = ['Persistent'];
    spec.requiresRepublish ??= false;
    spec.seLinuxMount ??= false;
  },
  strategy: plainStrategy<CSIDriver>({
    create: validateDriver,
    update(draft, old, findings) {
      validateDriver(draft, findings);
      const frozen = 'field is immutable';
      if (draft.spec.attachRequired !== old.spec.attachRequired)
        findings.invalid('spec.attachedRequired', draft.spec.attachRequired ?? null, frozen);
      if (!semanticallyEqual(draft.spec.volumeLifecycleModes, old.spec.volumeLifecycleModes))
        findings.invalid('spec.volumeLifecycleModes', draft.spec.volumeLifecycleModes ?? null, frozen);
    },
    prepareForUpdate(draft, old) {
      const generation = old.metadata.generation ?? 0;
      if (!semanticallyEqual(draft.spec, old.spec)) draft.metadata.generation = generation + 1;
    },
    warnings: ({ spec }, old) =>
      (old === undefined || !semanticallyEqual(spec.tokenRequests, old.spec.tokenRequests)) &&
      (spec.tokenRequests ?? []).length > 0 &&
      spec.serviceAccountTokenInSecrets === undefined
        ? [
            'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes',
          ]
        : [],
  }),
  columns: [
    nameColumn(),
    column('AttachRequired', 'CSIDriverSpec.attachRequired', ({ spec }) => spec.attachRequired ?? true, { type: 'boolean' }),
    column('PodInfoOnMount', 'CSIDriverSpec.podInfoOnMount', ({ spec }) => spec.podInfoOnMount ?? false, { type: 'boolean' }),
    column('StorageCapacity', 'CSIDriverSpec.storageCapacity', ({ spec }) => spec.storageCapacity ?? false, { type: 'boolean' }),
    column(
      'TokenRequests',
      'CSIDriverSpec.tokenRequests',
      ({ spec }) => (spec.tokenRequests ?? []).map(({ audience }) => audience).join(',') || '<unset>',
    ),
    column('RequiresRepublish', 'CSIDriverSpec.requiresRepublish', ({ spec }) => spec.requiresRepublish ?? false, { type: 'boolean' }),
    column('Modes', 'CSIDriverSpec.volumeLifecycleModes', ({ spec }) => (spec.volumeLifecycleModes ?? []).join(',') || '<none>'),
    ageColumn(),
  ],
  fidelity: storedOnly('there are no storage drivers'),
});

function validateDriver({ metadata, spec }: CSIDriver, findings: Findings): void {
  // What is no name at all has been refused for that.
  if (metadata.name && !/[%/]/.test(metadata.name)) validateDriverName(metadata.name, 'metadata.name', findings);
  const { fsGroupPolicy, volumeLifecycleModes = [], tokenRequests = [] } = spec;
  if (spec.attachRequired === undefined) findings.required('spec.attachedRequired');
  if (spec.podInfoOnMount === undefined) findings.required('spec.podInfoOnMount');
  if (spec.storageCapacity === undefined) findings.required('spec.storageCapacity');
  const policies = ['File', 'None', 'ReadWriteOnceWithFSType'];
  if (fsGroupPolicy !== undefined && !policies.includes(fsGroupPolicy))
    findings.notSupported('spec.fsGroupPolicy', fsGroupPolicy, policies);
  const audiences = new Set<string>();
  for (const [index, { audience = '', expirationSeconds: seconds }] of tokenRequests.entries()) {
    const at = `spec.tokenRequests[${index}]`;
    if (audiences.has(audience)) findings.duplicate(`${at}.audience`, audience);
    audiences.add(audience);
    if (seconds === undefined) continue;
    if (seconds < 600) findings.invalid(`${at}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes');
    if (seconds > 2 ** 32) findings.invalid(`${at}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds');
  }
  for (const mode of volumeLifecycleModes)
    if (mode !== 'Persistent' && mode !== 'Ephemeral')
      findings.notSupported('spec.volumeLifecycleModes', mode, ['Persistent', 'Ephemeral']);
  if (spec.serviceAccountTokenInSecrets !== undefined && tokenRequests.length === 0)
    findings.invalid(
      'spec.serviceAccountTokenInSecrets',
      spec.serviceAccountTokenInSecrets,
      'serviceAccountTokenInSecrets is set but no tokenRequests are specified',
    );
}
