/** The cluster that a page begins with. */
export interface Start {
  /** Under this name the run is kept in the browser: the page's slug. */
  page: string;
  scenario?: { text: string; file: string };
  /** False: the run is not kept in the browser. */
  kept?: boolean;
}

// From so many nodes on, what happened long ago is forgotten: all of it would not fit into a tab.
const LARGE = 100;
const HISTORY = 100_000;
/** Kubernetes' published limit. */
const MOST = 5000;
const ZONES = 3;

/** `?nodes=5000` in the page's address asks for a cluster of so many workers in three zones. It is not kept: to play it again takes too long. */
export function ofSize(page: Start, search: string): Start {
  const nodes = Math.min(MOST, Math.floor(Number(new URLSearchParams(search).get('nodes') ?? Number.NaN)));
  if (!(nodes >= 1)) return page;
  const zones = Array.from({ length: Math.min(ZONES, nodes) }, (_, i) => `zone-${i + 1}`);
  const scenario = {
    name: `${nodes} nodes`,
    ...(nodes < LARGE ? {} : { history: HISTORY }),
    controlPlane: { labels: { 'topology.kubernetes.io/region': 'region-1', 'topology.kubernetes.io/zone': 'zone-1' } },
    nodes: zones.map((zone, i) => ({
      name: `worker-${'abc'[i] ?? ''}`,
      count: Math.floor(nodes / zones.length) + (i < nodes % zones.length ? 1 : 0),
      labels: { 'topology.kubernetes.io/region': 'region-1', 'topology.kubernetes.io/zone': zone },
    })),
  };
  return { page: `${page.page}:${nodes}`, scenario: { text: JSON.stringify(scenario), file: 'nodes' }, kept: false };
}
