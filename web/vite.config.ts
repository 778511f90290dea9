import { defineConfig } from 'vite';

/** Builds the page into web/dist; JSX is Preact's, as web/tsconfig.json says. */
export default defineConfig({
  build: { target: 'es2023', chunkSizeWarningLimit: 700 },
  // For work on the page alone: `npx vite web` beside a running `npm start`.
  server: { proxy: { '/api': 'http://127.0.0.1:8686' } },
});
