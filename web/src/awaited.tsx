/** A placeholder for a page whose data are still being loaded. */
export const Awaited = () => <div class="panel skeleton-page" aria-busy="true" />;
