/** Stands where a page will be, while what it needs is asked for. */
export const Awaited = () => <div class="panel skeleton-page" aria-busy="true" />;
