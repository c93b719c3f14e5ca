import { inRange, nonNegative } from '../checks.ts';
import type { ExecAction, GRPCAction, HTTPGetAction, Lifecycle, Probe, SleepAction, TCPSocketAction } from '../generated/types.ts';
import { isHTTPHeaderName, isPortName } from '../names.ts';
import type { Findings } from '../validation.ts';

/** Probes and lifecycle hooks: what asks a container something, or tells it. */

interface Handler {
  exec?: ExecAction;
  httpGet?: HTTPGetAction;
  tcpSocket?: TCPSocketAction;
  grpc?: GRPCAction;
  sleep?: SleepAction;
}

type ProbeKind = 'livenessProbe' | 'readinessProbe' | 'startupProbe';

export function validateProbe(
  probe: Probe | undefined,
  kind: ProbeKind,
  grace: number | undefined,
  containerPath: string,
  findings: Findings,
): void {
  if (probe === undefined) return;
  const path = `${containerPath}.${kind}`;
  validateHandler(probe, grace, path, findings);
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) {
    nonNegative(probe[field], `${path}.${field}`, findings);
  }
  const own = probe.terminationGracePeriodSeconds;
  if (own !== undefined && own <= 0) findings.invalid(`${path}.terminationGracePeriodSeconds`, own, 'must be greater than 0');
  if (kind === 'readinessProbe') {
    if (own !== undefined) findings.invalid(`${path}.terminationGracePeriodSeconds`, own, 'must not be set for readinessProbes');
  } else if (probe.successThreshold !== 1) {
    findings.invalid(`${path}.successThreshold`, probe.successThreshold ?? 0, 'must be 1');
  }
}

export function validateLifecycle(lifecycle: Lifecycle | undefined, grace: number | undefined, path: string, findings: Findings): void {
  if (lifecycle?.postStart !== undefined) validateHandler(lifecycle.postStart, grace, `${path}.postStart`, findings);
  if (lifecycle?.preStop !== undefined) validateHandler(lifecycle.preStop, grace, `${path}.preStop`, findings);
}

export function validatePortNumberOrName(port: number | string | undefined, path: string, findings: Findings): void {
  if (typeof port === 'string') for (const problem of isPortName(port)) findings.invalid(path, port, problem);
  else inRange(port ?? 0, 1, 65535, path, findings);
}

function validateHandler(handler: Handler, grace: number | undefined, path: string, findings: Findings): void {
  let handlers = 0;
  const first = (name: keyof Handler): boolean => {
    if (handlers === 0) {
      handlers++;
      return true;
    }
    findings.forbidden(`${path}.${name}`, 'may not specify more than 1 handler type');
    return false;
  };
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  if (exec !== undefined && first('exec') && (exec.command ?? []).length === 0) findings.required(`${path}.exec.command`);
  if (httpGet !== undefined && first('httpGet')) validateHttpGet(httpGet, `${path}.httpGet`, findings);
  if (tcpSocket !== undefined && first('tcpSocket')) validatePortNumberOrName(tcpSocket.port, `${path}.tcpSocket.port`, findings);
  if (grpc !== undefined && first('grpc')) validatePortNumberOrName(grpc.port, `${path}.grpc.port`, findings);
  if (sleep !== undefined && first('sleep') && (sleep.seconds < 0 || (grace !== undefined && sleep.seconds > grace))) {
    findings.invalid(`${path}.sleep`, sleep.seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace ?? 0})`);
  }
  if (handlers === 0) findings.required(path, 'must specify a handler type');
}

function validateHttpGet({ path: url, port, scheme, httpHeaders = [] }: HTTPGetAction, path: string, findings: Findings): void {
  if (!url) findings.required(`${path}.path`);
  validatePortNumberOrName(port, `${path}.port`, findings);
  if (scheme !== 'HTTP' && scheme !== 'HTTPS') findings.notSupported(`${path}.scheme`, scheme ?? '', ['HTTP', 'HTTPS']);
  for (const { name } of httpHeaders)
    for (const problem of isHTTPHeaderName(name ?? '')) findings.invalid(`${path}.httpHeaders`, name ?? '', problem);
}
