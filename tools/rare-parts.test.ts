import { relative } from 'node:path';
import { expect, it } from 'vitest';
import { loadedAtOnce } from './rare-parts.ts';

it('nobody needs at once what another calls rare, so it comes when it is first wanted', () => {
  const files = [...loadedAtOnce()].map((file) => relative(process.cwd(), file));
  expect(files).toEqual(expect.arrayContaining(['src/shell/sh.ts', 'src/cli/kubectl/get.ts', 'src/engine/node/runtime/programs/nginx.ts']));
  expect(
    files.filter((file) => /\/(jq\/jq|awk\/awk|describe|kustomize|openssl|postgres|cluster-autoscaler\/autoscaler)(\/|\.)/.test(file)),
  ).toEqual([]);
});
