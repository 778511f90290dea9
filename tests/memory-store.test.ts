import { memoryStore } from './support/memory-store.ts';
import { writingSuite } from './support/store-suite.ts';

writingSuite('memory', async () => memoryStore());
