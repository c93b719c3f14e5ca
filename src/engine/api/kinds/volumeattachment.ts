import { checkName } from '../checks.ts';
import { semanticallyEqual } from '../equality.ts';
import type { VolumeAttachment } from '../generated/types.ts';
import { isDNS1123Subdomain } from '../names.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { validateDriverName } from '../storage/validate-volume.ts';
import type { Findings } from '../validation.ts';
import { keepStatus, plainStrategy, statusStrategy } from './define.ts';
import { storedOnly } from './stored.ts';
import { v1Kind } from './v1-kind.ts';

export const volumeAttachment = v1Kind<VolumeAttachment>({
  group: 'storage.k8s.io',
  kind: 'VolumeAttachment',
  resource: 'volumeattachments',
  namespaced: false,
  strategy: plainStrategy<VolumeAttachment>({
    prepareForCreate(draft) {
      draft.status = { attached: false };
    },
    prepareForUpdate: keepStatus,
    create: validateAttachment,
    update(draft, old, findings) {
      validateAttachment(draft, findings);
      if (semanticallyEqual(draft.spec, old.spec)) return;
      const { attacher = '', source, nodeName = '' } = draft.spec;
      const internal = {
        Attacher: attacher,
        Source: { PersistentVolumeName: source?.persistentVolumeName ?? null, InlineVolumeSpec: source?.inlineVolumeSpec ?? null },
        NodeName: nodeName,
      };
      findings.invalid('spec', internal, 'field is immutable');
    },
  }),
  subresources: { status: statusStrategy<VolumeAttachment>({ keepLabels: true }) },
  columns: [
    nameColumn(),
    column('Attacher', 'VolumeAttachmentSpec.attacher', ({ spec }) => spec.attacher ?? '', { format: 'name' }),
    column('PV', 'VolumeAttachmentSource.persistentVolumeName', ({ spec }) => spec.source?.persistentVolumeName ?? ''),
    column('Node', 'VolumeAttachmentSpec.nodeName', ({ spec }) => spec.nodeName ?? ''),
    column('Attached', 'VolumeAttachmentStatus.attached', ({ status }) => status?.attached ?? false, { type: 'boolean' }),
    ageColumn(),
  ],
  fidelity: storedOnly('there are no storage drivers'),
});

function validateAttachment({ spec }: VolumeAttachment, findings: Findings): void {
  validateDriverName(spec.attacher ?? '', 'spec.attacher', findings);
  const name = spec.source?.persistentVolumeName;
  const inline = spec.source?.inlineVolumeSpec;
  const both = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (inline === undefined && name === undefined) findings.required('spec.source', both);
  if (inline !== undefined && name !== undefined) findings.forbidden('spec.source', both);
  if (name !== undefined) {
    if (name === '') findings.required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName');
    checkName(name, 'spec.source.persistentVolumeName', isDNS1123Subdomain, findings);
  }
  checkName(spec.nodeName ?? '', 'spec.nodeName', isDNS1123Subdomain, findings);
}
