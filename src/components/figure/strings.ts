/** What the figure says of its own. */
export const strings = {
  label: 'The cluster: control plane above, nodes below. Arrow keys walk through it, Enter picks, L shows the legend.',
  empty: 'The cluster is drawn here when it runs.',
  starting: 'Starting the cluster …',
  table: 'Show as table',
  picture: 'Show as picture',
  legend: 'Legend',
  catchUp: 'Skip to now',
  progress: (at: number, of: number) => `Beat ${at} of ${of}`,
  place: 'Place',
  state: 'State',
  note: 'What it does',
  object: 'Object',
  where: 'Where',
  hops: 'In this beat, in order',
  noHops: 'Nothing moves.',
  shelf: 'API only',
  pending: 'no node',
  focus: 'the node in focus',
  /** ` of web-7d9c`; the many that share a stack are counted. */
  ofOwner: ({ owner, owners }: { owner: string; owners?: number }) =>
    owners !== undefined ? ` of ${owners} more` : owner === '' ? ' on their own' : ` of ${owner}`,
  more: (count: number, kind: string) => `${count} more of kind ${kind}`,
  up: 'running',
  down: 'stopped',
  troubled: 'not ready',
  stages: (passed: readonly string[], refused: string | undefined) =>
    refused === undefined ? `the last request passed ${passed.join(', ')}` : `the last request was refused at ${refused}`,
} as const;

/** A node in a zone of a large cluster. */
export const CELLS = [
  ['full-0', 'a node without Pods'],
  ['full-1', 'a node with some; the fuller, the darker'],
  ['full-4', 'a node with 40 and more'],
  ['wait', 'a node where Pods start'],
  ['bad', 'a node with Pods in trouble'],
  ['down', 'a node that is not ready'],
] as const;

/** One vocabulary in every figure. */
export const LEGEND = [
  ['request', 'a request, through the stations of the API server'],
  ['commit', 'a write into etcd, stamped with its revision'],
  ['notify', 'news through a watch'],
  ['work', 'work in place: choosing, pulling, starting'],
  ['data', 'data on the network'],
  ['failed', 'refused or failed'],
] as const;

export const TONES = [
  ['ok', 'ready'],
  ['wait', 'waiting or starting'],
  ['bad', 'in trouble'],
  ['gone', 'ending or ended'],
] as const;

export const LEFT_OUT = 'Reading requests, events and leases are left out of the picture; many alike are one motion with ×their number.';
