import { inRange } from '../checks.ts';
import type { LimitedPriorityLevelConfiguration, PriorityLevelConfiguration } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import type { Findings } from '../validation.ts';
import { specStrategy, statusStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

const queuing = ({ spec }: PriorityLevelConfiguration, field: 'queues' | 'handSize' | 'queueLengthLimit'): string | number =>
  spec?.limited?.limitResponse?.queuing?.[field] ?? '<none>';

export const priorityLevelConfiguration = v1Kind<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  kind: 'PriorityLevelConfiguration',
  resource: 'prioritylevelconfigurations',
  namespaced: false,
  defaults({ spec }) {
    if (spec?.exempt !== undefined) {
      spec.exempt.nominalConcurrencyShares ??= 0;
      spec.exempt.lendablePercent ??= 0;
    }
    if (spec?.type === 'Exempt') spec.exempt ??= { nominalConcurrencyShares: 0, lendablePercent: 0 };
    const limited = spec?.limited;
    if (limited === undefined) return;
    limited.nominalConcurrencyShares ??= 30;
    limited.lendablePercent ??= 0;
    const queues = limited.limitResponse?.queuing;
    if (queues === undefined) return;
    queues.handSize ||= 8;
    queues.queues ||= 64;
    queues.queueLengthLimit ||= 50;
  },
  strategy: specStrategy<PriorityLevelConfiguration>({
    create: validateLevel,
    update: (draft, _old, findings) => validateLevel(draft, findings),
  }),
  subresources: { status: statusStrategy<PriorityLevelConfiguration>() },
  columns: [
    nameColumn(),
    column('Type', 'PriorityLevelConfigurationSpec.type', ({ spec }) => spec?.type ?? ''),
    column(
      'NominalConcurrencyShares',
      '`nominalConcurrencyShares` (NCS) contributes to the computation of the NominalConcurrencyLimit (NominalCL) of this level. This is the number of execution seats available at this priority level. This is used both for requests dispatched from this priority level as well as requests dispatched from other priority levels borrowing seats from this level. The server\'s concurrency limit (ServerCL) is divided among the Limited priority levels in proportion to their NCS values:\n\nNominalCL(i)  = ceil( ServerCL * NCS(i) / sum_ncs ) sum_ncs = sum[priority level k] NCS(k)\n\nBigger numbers mean a larger nominal concurrency limit, at the expense of every other priority level.\n\nIf not specified, this field defaults to a value of 30.\n\nSetting this field to zero supports the construction of a "jail" for this priority level that is used to hold some request(s)',
      ({ spec }) => spec?.limited?.nominalConcurrencyShares ?? '<none>',
    ),
    column('Queues', 'QueuingConfiguration.queues', (object) => queuing(object, 'queues')),
    column('HandSize', 'QueuingConfiguration.handSize', (object) => queuing(object, 'handSize')),
    column('QueueLengthLimit', 'QueuingConfiguration.queueLengthLimit', (object) => queuing(object, 'queueLengthLimit')),
    ageColumn(),
  ],
  fidelity: { level: 'modelled' },
});

function validateLevel({ metadata, spec }: PriorityLevelConfiguration, findings: Findings): void {
  const { type = '', limited, exempt } = spec ?? {};
  if (metadata.name === 'exempt' && type !== 'Exempt') findings.invalid('spec.type', type, "must be 'Exempt' for the level named 'exempt'");
  switch (type) {
    case 'Exempt':
      if (limited !== undefined) findings.forbidden('spec.limited', 'must be nil if the type is not Limited');
      if (exempt !== undefined) {
        if ((exempt.nominalConcurrencyShares ?? 0) < 0)
          findings.invalid('spec.exempt.nominalConcurrencyShares', exempt.nominalConcurrencyShares, 'must be a non-negative integer');
        inRange(exempt.lendablePercent, 0, 100, 'spec.exempt.lendablePercent', findings);
      }
      return;
    case 'Limited':
      if (exempt !== undefined) findings.forbidden('spec.exempt', 'must be nil if the type is Limited');
      if (limited === undefined) findings.required('spec.limited', 'must not be empty when type is Limited');
      else validateLimited(limited, findings);
      return;
    default:
      if (type === '') findings.required('spec.type');
      else findings.notSupported('spec.type', type, ['Exempt', 'Limited']);
  }
}

function validateLimited(
  { nominalConcurrencyShares = 0, lendablePercent, borrowingLimitPercent, limitResponse }: LimitedPriorityLevelConfiguration,
  findings: Findings,
): void {
  if (nominalConcurrencyShares < 0)
    findings.invalid('spec.limited.nominalConcurrencyShares', nominalConcurrencyShares, 'must be a non-negative integer');
  const at = 'spec.limited.limitResponse';
  const { type = '', queuing: queues } = limitResponse ?? { type: '' };
  if (type === 'Reject') {
    if (queues !== undefined) findings.forbidden(`${at}.queuing`, 'must be nil if limited.limitResponse.type is not Limited');
  } else if (type === 'Queue') {
    if (queues === undefined) findings.required(`${at}.queuing`, 'must not be empty if limited.limitResponse.type is Limited');
    else {
      const { queueLengthLimit = 0, queues: count = 0, handSize = 0 } = queues;
      if (queueLengthLimit <= 0) findings.invalid(`${at}.queuing.queueLengthLimit`, queueLengthLimit, 'must be positive');
      if (count <= 0) findings.invalid(`${at}.queuing.queues`, count, 'must be positive');
      else if (count > 10_000_000) findings.invalid(`${at}.queuing.queues`, count, 'must not be greater than 10000000');
      if (handSize <= 0) findings.invalid(`${at}.queuing.handSize`, handSize, 'must be positive');
      else if (handSize > count) findings.invalid(`${at}.queuing.handSize`, handSize, `should not be greater than queues (${count})`);
      else if (entropyBits(count, handSize) > 60)
        findings.invalid(
          `${at}.queuing.handSize`,
          handSize,
          `required entropy bits of deckSize ${count} and handSize ${handSize} should not be greater than 60`,
        );
    }
  } else if (type === '') findings.required(`${at}.type`);
  else findings.notSupported(`${at}.type`, type, ['Queue', 'Reject']);
  inRange(lendablePercent, 0, 100, 'spec.limited.lendablePercent', findings);
  if (borrowingLimitPercent !== undefined && borrowingLimitPercent < 0)
    findings.invalid('spec.limited.borrowingLimitPercent', borrowingLimitPercent, 'if specified, must be a non-negative integer');
}

/** Bits needed to deal a hand from a deck (shuffle sharding). */
function entropyBits(deck: number, hand: number): number {
  let bits = 0;
  for (let index = 0; index < hand; index++) bits += Math.log2(deck - index);
  return Math.ceil(bits);
}
