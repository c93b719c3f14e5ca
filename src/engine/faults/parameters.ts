import { quantityValue } from '../api/quantity.ts';
import { parseSpan } from '../sim/duration.ts';
import type { Millis } from '../sim/time.ts';
import { FaultProblem, type Fault, type Parameter } from './fault.ts';

/** A length of time; with a sign where it may be either way. */
export function durationParameter(about: string, options: { signed?: boolean; required?: boolean } = {}): Parameter {
  return {
    about,
    form: options.signed === true ? '±DURATION' : 'DURATION',
    ...(options.required === true ? { required: true } : {}),
    problem(value) {
      const given = parseSpan(value);
      if (given === undefined) return `"${value}" is no duration; write 30s, 5m or 1h30m`;
      if (given === 0) return `must not be 0`;
      return given < 0 && options.signed !== true ? `must be more than 0` : undefined;
    },
  };
}

/** What a parameter that was found to be one says. */
export function duration(text: string): Millis {
  return parseSpan(text) ?? 0;
}

/** An amount of bytes, as Kubernetes writes it. */
export function sizeParameter(about: string): Parameter {
  return {
    about,
    form: 'SIZE',
    problem: (value) => (bytes(value) === undefined ? `"${value}" is no amount of bytes; write 500Mi or 2Gi` : undefined),
  };
}

export function percentParameter(about: string): Parameter {
  return {
    about,
    form: 'PERCENT',
    problem: (value) => (/^(100|\d{1,2})%?$/.test(value) ? undefined : `"${value}" is no percentage; write 92%`),
  };
}

export function bytes(text: string): number | undefined {
  if (!/^\d+(\.\d+)?([kMGT]i?|Ki)?$/.test(text)) return undefined;
  const value = quantityValue(text);
  return value > 0 ? value : undefined;
}

export function choiceParameter(about: string, choices: readonly string[], required = false): Parameter {
  return {
    about,
    form: choices.join('|'),
    ...(required ? { required: true } : {}),
    problem: (value) => (choices.includes(value) ? undefined : `"${value}" is none of ${choices.join(', ')}`),
  };
}

/** Something by its name, or the sentence that says which there are. */
export function named<T>(things: ReadonlyMap<string, T>, noun: string, fault: Fault): T {
  const found = things.get(fault.target);
  if (found === undefined) throw new FaultProblem('target', `no ${noun} "${fault.target}"; there are ${[...things.keys()].join(', ')}`);
  return found;
}
