import { describe, expect, it } from 'vitest';
import type { ContainerStatus, Pod, PodStatus } from '../generated/types.ts';
import { humanDuration } from './duration.ts';
import { podColumns, podSummary } from './pod.ts';

const status = (state: object, more: object = {}): ContainerStatus =>
  ({ name: 'a', image: 'x', imageID: '', ready: false, restartCount: 0, state, ...more }) as ContainerStatus;
const pod = (podStatus: PodStatus, spec: object = {}, metadata: object = {}): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', ...metadata },
    spec: { containers: [{ name: 'a' }], ...spec },
    status: podStatus,
  }) as Pod;

describe('STATUS', () => {
  it.each([
    ['Pending', pod({ phase: 'Pending' })],
    ['ContainerCreating', pod({ phase: 'Pending', containerStatuses: [status({ waiting: { reason: 'ContainerCreating' } })] })],
    ['CrashLoopBackOff', pod({ phase: 'Running', containerStatuses: [status({ waiting: { reason: 'CrashLoopBackOff' } })] })],
    ['ExitCode:3', pod({ phase: 'Failed', containerStatuses: [status({ terminated: { exitCode: 3 } })] })],
    [
      'Init:0/2',
      pod({ phase: 'Pending', initContainerStatuses: [status({ running: {} })] }, { initContainers: [{ name: 'a' }, { name: 'b' }] }),
    ],
    ['Init:Error', pod({ phase: 'Pending', initContainerStatuses: [status({ terminated: { exitCode: 1, reason: 'Error' } })] })],
    ['Terminating', pod({ phase: 'Running' }, {}, { deletionTimestamp: '2026-01-01T00:00:00Z' })],
    ['Unknown', pod({ phase: 'Running', reason: 'NodeLost' }, {}, { deletionTimestamp: '2026-01-01T00:00:00Z' })],
    ['Evicted', pod({ phase: 'Failed', reason: 'Evicted' })],
  ])('is %s', (word, object) => {
    expect(podSummary(object).reason).toBe(word);
  });

  it('counts restarts and says when the last was', () => {
    const restarted = pod({
      phase: 'Running',
      containerStatuses: [
        status(
          { running: {} },
          { ready: true, restartCount: 2, lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:00:00Z' } } },
        ),
      ],
    });
    const cell = podColumns.find(({ name }) => name === 'Restarts')?.value(restarted, Date.UTC(2026, 0, 1, 0, 0, 5));
    expect(cell).toBe('2 (5s ago)');
  });
});

it('prints ages in at most two units', () => {
  const second = 1000;
  expect([0, 119, 120, 599, 600, 10_799, 10_800, 172_800, 691_200].map((s) => humanDuration(s * second))).toEqual([
    '0s', '119s', '2m', '9m59s', '10m', '179m', '3h', '2d', '8d',
  ]); // prettier-ignore
});
