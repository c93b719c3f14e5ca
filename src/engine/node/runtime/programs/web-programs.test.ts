import { describe, expect, it } from 'vitest';
import { testWorld } from './test-image.ts';

describe('web programs', () => {
  it('http-echo, hello-app, whoami and hpa-example answer', () => {
    const world = testWorld();
    const echo = world.start('hashicorp/http-echo:1.0', { args: ['-text=hello', '-listen=:8080'] });
    expect(echo.get('/', 8080)).toMatchObject({ status: 200, body: 'hello\n' });
    expect(echo.log()).toContain('[INFO] server is listening on :8080\n');
    const mute = world.start('hashicorp/http-echo');
    expect([mute.code(), mute.log()]).toEqual([127, 'Missing -text option!\n']);
    expect(world.start('gcr.io/google-samples/hello-app:2.0').get('/', 8080)).toMatchObject({
      body: 'Hello, world!\nVersion: 2.0.0\nHostname: box\n',
    });
    expect(world.start('traefik/whoami').get('/x')).toMatchObject({
      body: expect.stringMatching(/^Hostname: box\nIP: 127\.0\.0\.1\nIP: 10.*\nGET \/x HTTP\/1\.1\n/s) as string,
    });
    const php = world.start('registry.k8s.io/hpa-example');
    const before = world.sim.now;
    for (let i = 0; i < 5; i++) php.get('/');
    // One after the other: each answer comes when its work is done.
    expect(php.kernel.usage().cpuTime).toBeGreaterThanOrEqual(500);
    expect(world.sim.now - before).toBeGreaterThanOrEqual(500);
    expect(php.kernel.usage().cpu).toBe(1);
  });

  it('podinfo: pages, readiness by hand, delays and a graceful end', () => {
    const world = testWorld();
    const app = world.start('ghcr.io/stefanprodan/podinfo:6.9.2', { env: { PODINFO_UI_MESSAGE: 'hi' } });
    expect(app.get('/', 9898)).toMatchObject({ status: 200, body: expect.stringContaining('"message": "hi"') as string });
    expect(app.get('/healthz', 9898)).toMatchObject({ status: 200, body: '{\n  "status": "OK"\n}' });
    expect(app.get('/status/418', 9898)).toMatchObject({ status: 418 });
    expect(app.get('/env', 9898)).toMatchObject({ body: expect.stringContaining('"PODINFO_UI_MESSAGE=hi"') as string });
    expect((app.get('/delay/2', 9898) as { took: number }).took).toBeGreaterThanOrEqual(2000);
    expect(app.get('/readyz/disable', 9898, { method: 'POST' })).toMatchObject({ status: 202 });
    expect(app.get('/readyz', 9898)).toMatchObject({ status: 503 });
    app.stop();
    world.sim.runFor(4000);
    expect(app.code()).toBeUndefined();
    world.sim.runFor(2000);
    expect(app.code()).toBe(0);
  });

  it('the configured web app: delay, errors, memory, and three ways to end', () => {
    const world = testWorld();
    const start = (env: Record<string, string>) => world.start('kubernotes/web:1', { env });
    expect((start({ DELAY: '300ms' }).get('/', 8080) as { took: number }).took).toBeGreaterThanOrEqual(300);
    expect(start({ ERROR_RATE: '100' }).get('/', 8080)).toMatchObject({ status: 500 });
    expect(start({ MEMORY_GROWTH_MB: '10', MEMORY_MB: '10' }).kernel.usage().memory).toBeGreaterThan(90 * 1024 * 1024);
    expect(start({ DELAY: 'soon' })).toMatchObject({ log: expect.any(Function) as () => string });
    const wrong = start({ SHUTDOWN: 'never' });
    expect([wrong.code(), wrong.log()]).toEqual([1, 'SHUTDOWN: "never" is none of graceful, rude, ignore\n']);
    const end = (shutdown: string): { answer: unknown; code: number | undefined } => {
      const app = start({ SHUTDOWN: shutdown, DELAY: '1s' });
      world.sim.after(500, () => app.stop());
      const answer = app.get('/', 8080);
      world.sim.runFor(2000);
      return { answer: typeof answer === 'string' ? answer.replace(/^.*: read: /, '') : answer.status, code: app.code() };
    };
    expect(end('graceful')).toEqual({ answer: 200, code: 0 });
    expect(end('rude')).toEqual({ answer: 'connection reset by peer', code: 143 });
    expect(end('ignore')).toEqual({ answer: 200, code: undefined });
  });

  it('nginx shows its configuration, tests it, and takes a new one on reload', () => {
    const world = testWorld();
    const nginx = world.start('nginx:1.27');
    const dump = nginx.exec(['nginx', '-T']);
    expect(dump.err).toContain('configuration file /etc/nginx/nginx.conf test is successful\n');
    expect(dump.out).toContain('# configuration file /etc/nginx/conf.d/default.conf:\nserver {\n    listen       80;\n');
    nginx.files.write(
      '/etc/nginx/conf.d/default.conf',
      new TextEncoder().encode('server { listen 80; listen 8081; location / { return 200 "new\\n"; } }'),
    );
    expect(nginx.get('/')).toMatchObject({ body: expect.stringContaining('Welcome to nginx!') as string });
    expect(nginx.exec(['nginx', '-s', 'reload'])).toMatchObject({
      err: expect.stringMatching(/\[notice\] \d+#\d+: signal process started\n$/) as string,
      code: 0,
    });
    expect(nginx.get('/')).toMatchObject({ body: 'new\n' });
    expect(nginx.get('/', 8081)).toMatchObject({ body: 'new\n' });
    nginx.files.write('/etc/nginx/conf.d/default.conf', new TextEncoder().encode('server { lisen 80; }'));
    expect(nginx.exec(['nginx', '-s', 'reload'])).toMatchObject({ err: expect.stringContaining('[emerg]') as string, code: 1 });
    expect(nginx.get('/')).toMatchObject({ body: 'new\n' });
  });
});
