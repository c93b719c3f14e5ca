import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { generateSW } from 'workbox-build';

/**
 * Makes the service worker when the site is built: everything but the editor is stored at the first visit, the editor
 * when it is first used. An update waits until every page is closed or the reader asks for it.
 */
export default function offline(): AstroIntegration {
  return {
    name: 'offline',
    hooks: {
      'astro:build:done': async ({ dir, logger }) => {
        const out = fileURLToPath(dir);
        const { count, size, warnings } = await generateSW({
          globDirectory: out,
          swDest: `${out}sw.js`,
          globPatterns: ['**/*.{html,js,css,json,svg,woff2,webmanifest,png}'],
          globIgnores: ['**/_astro/monaco*', '**/_astro/*yaml.worker*', '**/_astro/editor.worker*', '**/_astro/schema-texts*'],
          dontCacheBustURLsMatching: /\/_astro\//,
          maximumFileSizeToCacheInBytes: 4 * 2 ** 20,
          clientsClaim: true,
          skipWaiting: false,
          cleanupOutdatedCaches: true,
          inlineWorkboxRuntime: true,
          sourcemap: false,
          directoryIndex: 'index.html',
          runtimeCaching: [
            {
              urlPattern: ({ url, sameOrigin }) => sameOrigin && /\/_astro\//.test(url.pathname),
              handler: 'CacheFirst',
              options: { cacheName: 'editor' },
            },
          ],
        });
        for (const warning of warnings) logger.warn(warning);
        logger.info(`offline: ${count} files, ${(size / 1024).toFixed(0)} kB`);
      },
    },
  };
}
