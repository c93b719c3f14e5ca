import { ACCESS } from './access.ts';
import { ADMISSION } from './admission.ts';
import { CORE } from './core.ts';
import { DEVICES } from './devices.ts';
import type { ProtobufFields } from './fields.ts';
import { META } from './meta.ts';
import { NETWORKING } from './networking.ts';
import { STORAGE } from './storage.ts';
import { WORKLOADS } from './workloads.ts';

// Field numbers of the API's protobuf messages, which are fixed for ever: names in the order of their numbers, from 1, with
// `=n` where the numbering jumps. `:Name` stands for an embedded struct, a message of its own whose fields are the outer
// type's in JSON. The names of the messages are those of `api/generated/schema-lines.json`.
export const PROTOBUF_FIELDS: ProtobufFields = {
  ...META,
  ...CORE,
  ...WORKLOADS,
  ...NETWORKING,
  ...STORAGE,
  ...ACCESS,
  ...ADMISSION,
  ...DEVICES,
};
