import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { OrgscopeError } from '../core/problem.ts';

/**
 * Serves the built page. Its own routes stand behind `#` (web/src/routes.tsx), so that the server need not know them: every other path without an ending
 * answers with the page.
 */
export async function servePage(app: FastifyInstance, webRoot: string): Promise<void> {
  if (existsSync(join(webRoot, 'index.html'))) {
    await app.register(fastifyStatic, {
      root: webRoot,
      cacheControl: false,
      // Vite names assets by their content, so they never change; the page itself is requested again each time.
      setHeaders: (response, path) =>
        void response.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'),
    });
    app.setNotFoundHandler((request, reply) => {
      const isPage =
        request.method === 'GET' && !request.url.startsWith('/api/') && !/\.\w+$/.test(request.url.split('?', 1)[0] ?? '');
      if (isPage) return reply.sendFile('index.html');
      throw new OrgscopeError('missing', `There is no ${request.url.split('?', 1)[0]}.`, 'See core/api/ for what the API has.');
    });
  } else {
    app.get('/', (_request, reply) =>
      reply
        .type('text/plain')
        .send('The page is not built: run `npm run web`, then start orgscope again. The API answers under /api.\n'),
    );
  }
}
