import { asGiven } from '../emptied.ts';
import type { DeviceClaim, ResourceClaimSpec } from '../generated/types.ts';

type Fields = Record<string, unknown>;
/** Names of the fields of a Go struct, in order; for those that hold structs, their fields. */
type Struct = readonly (string | readonly [string, Struct])[];

const SELECTORS: Struct = [['CEL', ['Expression']]];
const TOLERATIONS: Struct = ['Key', 'Operator', 'Value', 'Effect', 'TolerationSeconds'];
const DETAILS: Struct = [['Tolerations', TOLERATIONS], ['Capacity', ['Requests']]]; // prettier-ignore
const EXACTLY: Struct = ['DeviceClassName', ['Selectors', SELECTORS], 'AllocationMode', 'Count', 'AdminAccess', ...DETAILS];
const EITHER: Struct = ['Name', 'DeviceClassName', ['Selectors', SELECTORS], 'AllocationMode', 'Count', ...DETAILS];
const CLAIM: Struct = [
  ['Requests', ['Name', ['Exactly', EXACTLY], ['FirstAvailable', EITHER]]],
  ['Constraints', ['Requests', 'MatchAttribute', 'DistinctAttribute']],
  ['Config', ['Requests', ['Opaque', ['Driver', 'Parameters']]]],
];

// What Go writes where nothing is set; all else is a pointer, a list or a map.
const ZEROS: Readonly<Record<string, unknown>> = {
  Name: '', DeviceClassName: '', AllocationMode: '', Count: 0, Expression: '', Key: '', Operator: '', Value: '', Effect: '', Driver: '',
}; // prettier-ignore

/** A claim's spec as refusals print it: the server's internal type, whose fields have no JSON names. */
export function claimInGo(spec: ResourceClaimSpec | undefined): object {
  const devices: DeviceClaim = spec?.devices ?? {};
  return { Devices: inGo(devices as Fields, CLAIM) };
}

function inGo(value: Fields, struct: Struct): Fields {
  const out: Fields = {};
  for (const field of struct) {
    const [name, inner] = typeof field === 'string' ? [field, undefined] : field;
    const own = asGiven(value, name === 'CEL' ? 'cel' : name.charAt(0).toLowerCase() + name.slice(1));
    if (own === undefined || own === null) out[name] = ZEROS[name] ?? null;
    else if (inner === undefined) out[name] = own;
    else out[name] = Array.isArray(own) ? own.map((item) => inGo(item as Fields, inner)) : inGo(own as Fields, inner);
  }
  return out;
}
