import { describe, expect, test } from 'vitest';
import { KINDS } from '../api/kinds/index.ts';
import type { Kind } from '../api/kind.ts';
import { checkFields, decodeBody, MAX_BODY_BYTES, type FieldValidation } from './decode.ts';

const kindOf = (name: string): Kind => KINDS.find(({ kind }) => kind === name) as Kind;
const read = (
  body: string | object,
  kind = 'ConfigMap',
  validation: FieldValidation = 'Strict',
  contentType = '',
): ReturnType<typeof decodeBody> =>
  decodeBody(typeof body === 'string' ? body : JSON.stringify(body), contentType, kindOf(kind), kind, validation);
const refusal = (...args: Parameters<typeof read>): string => {
  try {
    read(...args);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};
const CANNOT = 'ConfigMap in version "v1" cannot be handled as a ConfigMap: ';
const UNRECOGNIZED = 'the object provided is unrecognized (must be of type ConfigMap): ';

describe('unknown and repeated fields', () => {
  const body = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","bogus":1},"data":{"a":"1","a":"2"},"other":{}}';
  const found = ['unknown field "metadata.bogus"', 'duplicate field "data.a"', 'unknown field "other"'];

  test('are refused under Strict, in the order of the text', () => {
    expect(refusal(body)).toBe(`${CANNOT}strict decoding error: ${found.join(', ')}`);
  });
  test('are dropped with warnings under Warn, silently under Ignore; the last of equal keys wins', () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: '2' } };
    expect(read(body, 'ConfigMap', 'Warn')).toEqual({ object, warnings: found });
    expect(read(body, 'ConfigMap', 'Ignore')).toEqual({ object, warnings: [] });
  });
  test('are found inside lists', () => {
    const pod = { spec: { containers: [{ name: 'c', ports: [{ contanerPort: 80 }] }] } };
    expect(refusal(pod, 'Pod')).toContain('strict decoding error: unknown field "spec.containers[0].ports[0].contanerPort"');
  });
  test('repeated keys of YAML are told by line', () => {
    const yaml = 'kind: ConfigMap\ndata:\n  a: "1"\n  a: "2"\n';
    expect(refusal(yaml, 'ConfigMap', 'Strict', 'application/yaml')).toBe(
      `${CANNOT}strict decoding error: yaml: unmarshal errors:\n  line 4: key "a" already set in map`,
    );
  });
  test('values of in-process clients are checked and never written to', () => {
    const value = Object.freeze({ metadata: Object.freeze({ name: 'x' }), bogus: 1 });
    expect(checkFields(value, 'ConfigMap', 'Warn')).toEqual({ object: { metadata: { name: 'x' } }, warnings: ['unknown field "bogus"'] });
    expect(() => checkFields(value, 'ConfigMap', 'Strict')).toThrow('unknown field "bogus"');
  });
});

describe('wrong types are told in the words of encoding/json', () => {
  test.each([
    [
      'Deployment',
      { spec: { replicas: '3' } },
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'Service',
      { spec: { ports: [{ port: 2147483648 }] } },
      'json: cannot unmarshal number 2147483648 into Go struct field ServicePort.spec.ports.port of type int32',
    ],
    [
      'Service',
      { spec: { ports: [{ targetPort: 1.5 }] } },
      'json: cannot unmarshal number 1.5 into Go struct field ServicePort.spec.ports.targetPort of type int32',
    ],
    ['ConfigMap', { data: { a: 1 } }, 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'],
    ['ConfigMap', { binaryData: { k: 'not base64!' } }, 'illegal base64 data at input byte 3'],
    [
      'Pod',
      { spec: { volumes: [{ configMap: [] }] } },
      'json: cannot unmarshal array into Go struct field Volume.spec.volumes.VolumeSource.configMap of type v1.ConfigMapVolumeSource',
    ],
    [
      'Pod',
      { spec: { containers: [[]] } },
      'json: cannot unmarshal array into Go struct field PodSpec.spec.containers of type v1.Container',
    ],
    ['Pod', { spec: { containers: [{ resources: { limits: { cpu: '1kk' } } }] } }, "unable to parse quantity's suffix"],
    [
      'Lease',
      { spec: { renewTime: '2024-05-01T10:00:00Z' } },
      'parsing time "2024-05-01T10:00:00Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
    ],
  ])('%s %o', (kind, body, message) => {
    expect(refusal(body, kind)).toBe(`${kind} in version "v1" cannot be handled as a ${kind}: ${message}`);
  });
});

describe('the envelope', () => {
  test.each([
    [
      '[]',
      `${UNRECOGNIZED}couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b5d)`,
    ],
    [
      '{"apiVersion":"v1","kind":"ConfigMap"',
      `${UNRECOGNIZED}couldn't get version/kind; json parse error: unexpected end of JSON input ({"apiVersion":"v1","kind":"Con ...)`,
    ],
    ['{} x', `${UNRECOGNIZED}couldn't get version/kind; json parse error: invalid character 'x' after top-level value ({} x)`],
    [
      '{"kind":"Secret"}',
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    ],
    [
      '{"kind":"configmap"}',
      'configmap in version "v1" cannot be handled as a ConfigMap: no kind "configmap" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
    ],
    ['{"metadata":[]}', `${CANNOT}json: cannot unmarshal array into Go struct field ConfigMap.metadata of type v1.ObjectMeta`],
  ])('%s', (body, message) => {
    expect(refusal(body)).toBe(message);
  });
  test('a known kind of another version', () => {
    expect(refusal({ apiVersion: 'extensions/v1beta1', kind: 'Deployment' }, 'Deployment')).toBe(
      'the API version in the data (extensions/v1beta1) does not match the expected API version (apps/v1)',
    );
  });
  test('kind and version may be missing; null is "not set"', () => {
    expect(read('{"data":null,"metadata":{"name":"x"}}').object).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } });
    expect(read('null').object).toEqual({ apiVersion: 'v1', kind: 'ConfigMap' });
  });
  test('YAML is that of go-yaml: yes is a boolean, the first document counts', () => {
    expect(refusal('data:\n  on: yes\n', 'ConfigMap', 'Strict', 'application/yaml')).toContain(
      'cannot unmarshal bool into Go struct field ConfigMap.data of type string',
    );
    expect(read('metadata: {name: x}\n---\nmetadata: {name: y}\n', 'ConfigMap', 'Strict', 'application/yaml').object['metadata']).toEqual({
      name: 'x',
    });
    expect(refusal('kind: ConfigMap\n\tx: y', 'ConfigMap', 'Strict', 'application/yaml')).toContain(
      'yaml: line 2: found a tab character that violates indentation',
    );
  });
  test('other media types, bodies too long and too deep', () => {
    expect(refusal('{}', 'ConfigMap', 'Strict', 'text/plain')).toContain('the body of the request was in an unknown format');
    expect(refusal(`"${'x'.repeat(MAX_BODY_BYTES)}"`)).toBe('Request entity too large: limit is 3145728');
    expect(refusal('['.repeat(20_000))).toContain('exceeded max depth');
    expect(refusal(`{"data":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`)).toContain(
      'json: cannot unmarshal object into Go struct field ConfigMap.data of type string',
    );
    expect(refusal(`{"data":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`, 'ControllerRevision')).toContain('nested deeper than 1000');
  });
});
