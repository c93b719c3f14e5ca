import type { Program } from '../engine/os/process.ts';
import { bash, sh } from './sh.ts';
import { UTILITIES } from './utilities/index.ts';

/** What images with a distribution in them carry beside their own program. */
export const containerPrograms: Readonly<Record<string, Program>> = { ...UTILITIES, sh, bash };
