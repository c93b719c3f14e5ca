import type { Findings } from '../../../api/validation.ts';

export type Level = 'privileged' | 'baseline' | 'restricted';
const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted'];
const PREFIX = 'pod-security.kubernetes.io/';

/** What a mode asks for. `version` is the minor of `v1.x`, infinite for `latest`. */
export interface Demand {
  readonly level: Level;
  readonly version: number;
}

export interface Policy {
  readonly enforce: Demand;
  readonly audit: Demand;
  readonly warn: Demand;
}

type Labels = Readonly<Record<string, string>> | undefined;

const NOTHING: Demand = { level: 'privileged', version: Infinity };

/** What a namespace's labels ask of its pods. Labels that say nothing sensible enforce the strictest and warn of nothing. */
export function policyOf(labels: Labels): Policy {
  const enforce = demand(labels, 'enforce', 'restricted');
  const audit = demand(labels, 'audit', 'privileged');
  let warn = demand(labels, 'warn', 'privileged');
  // Enforcing warns, too: of templates, whose pods would be refused later.
  if (labels?.[`${PREFIX}warn`] === undefined && isLevel(labels?.[`${PREFIX}enforce`]) && stricter(enforce.level, warn.level))
    warn = { level: enforce.level, version: labels?.[`${PREFIX}warn-version`] === undefined ? enforce.version : warn.version };
  return { enforce, audit, warn };
}

export function validatePolicyLabels(labels: Labels, findings: Findings): void {
  for (const mode of ['enforce', 'audit', 'warn']) {
    const key = `${PREFIX}${mode}`;
    const level = labels?.[key];
    const version = labels?.[`${key}-version`];
    if (level !== undefined && !isLevel(level))
      findings.invalid(`metadata.labels[${key}]`, level, 'must be one of privileged, baseline, restricted');
    if (version !== undefined && parseVersion(version) === undefined)
      findings.invalid(`metadata.labels[${key}-version]`, version, 'must be "latest" or "v1.x"');
  }
}

export const sameDemand = (a: Demand, b: Demand): boolean => a.level === b.level && a.version === b.version;
export const stricter = (a: Level, b: Level): boolean => LEVELS.indexOf(a) > LEVELS.indexOf(b);
export const showDemand = ({ level, version }: Demand): string => `${level}:${version === Infinity ? 'latest' : `v1.${version}`}`;

function demand(labels: Labels, mode: string, fallback: Level): Demand {
  const level = labels?.[`${PREFIX}${mode}`];
  const version = labels?.[`${PREFIX}${mode}-version`];
  return {
    level: level === undefined ? NOTHING.level : isLevel(level) ? level : fallback,
    version: version === undefined ? NOTHING.version : (parseVersion(version) ?? Infinity),
  };
}

const isLevel = (text: string | undefined): text is Level => (LEVELS as readonly (string | undefined)[]).includes(text);

function parseVersion(text: string): number | undefined {
  if (text === 'latest') return Infinity;
  const match = /^v1\.(0|[1-9][0-9]*)$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}
