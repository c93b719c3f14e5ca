import mdx from '@astrojs/mdx';
import preact from '@astrojs/preact';
import { defineConfig } from 'astro/config';
import lateModules from './tools/late-modules.ts';
import lazyCss from './tools/lazy-css.ts';
import offline from './tools/offline.ts';
import rareParts from './tools/rare-parts.ts';

// BASE puts the site under a path of its host (`/kubernotes`), SITE names the host for links that must be whole.
export default defineConfig({
  ...(process.env['SITE'] === undefined ? {} : { site: process.env['SITE'] }),
  base: process.env['BASE'] ?? '/',
  trailingSlash: 'ignore',
  devToolbar: { enabled: false },
  markdown: { syntaxHighlight: false },
  integrations: [mdx(), preact(), offline()],
  security: {
    csp: {
      algorithm: 'SHA-256',
      directives: [
        "default-src 'self'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
      ],
      // xterm and Monaco write style attributes and sheets of their own while they run.
      styleDirective: { resources: ["'self'", "'unsafe-inline'"] },
    },
  },
  vite: {
    plugins: [lazyCss()],
    resolve: { alias: [{ find: /^monaco-editor\/esm\/vs\//, replacement: 'monaco-editor/' }] },
    optimizeDeps: {
      include: [
        'comlink',
        '@xterm/xterm',
        '@xterm/addon-fit',
        '@xterm/addon-search',
        'monaco-yaml',
        'monaco-yaml/yaml.worker.js',
        'monaco-editor/editor',
        'monaco-editor/features/register.all',
        'monaco-editor/languages/definitions/yaml/register',
        'monaco-editor/editor/editor.worker',
      ],
    },
    worker: { format: 'es', plugins: () => [rareParts(), lateModules()] },
    build: { target: 'es2022' },
  },
});
