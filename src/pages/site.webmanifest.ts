import type { APIRoute } from 'astro';

const base = import.meta.env.BASE_URL.replace(/\/$/, '');

export const GET: APIRoute = () =>
  Response.json({
    name: 'Kubernotes',
    short_name: 'Kubernotes',
    description: 'Notes on Kubernetes that run.',
    start_url: `${base}/`,
    scope: `${base}/`,
    display: 'standalone',
    background_color: '#fbfaf8',
    theme_color: '#1f5fbf',
    icons: [{ src: `${base}/icon.svg`, sizes: 'any', type: 'image/svg+xml' }],
  });
