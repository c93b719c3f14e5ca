import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Scenario } from './scenario.ts';
import { play } from './world.ts';

// Facts recorded from a real API server 1.36.3, without controllers or nodes: what was asked, and what it answered.
// KUBERNOTES_ORACLE names a folder with more of them.

const folder = process.env['KUBERNOTES_ORACLE'] === undefined ? import.meta.dirname : `${process.env['KUBERNOTES_ORACLE']}/http`;
const scenarios = readdirSync(folder)
  .filter((name) => name.endsWith('.jsonl'))
  .flatMap((name) => readFileSync(`${folder}/${name}`, 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line) as Scenario);

for (const area of new Set(scenarios.map((scenario) => scenario.area))) {
  describe(`recorded facts: ${area}`, () => {
    for (const scenario of scenarios.filter((one) => one.area === area)) test(scenario.id, () => check(scenario));
  });
}

function check(scenario: Scenario): void {
  for (const { request, wanted, got } of play(scenario)) expect(got, `${request.method} ${request.path}`).toEqual(wanted);
}
