/** Put in by test.mjs. */
declare const VECTORS: string;
declare const WALLET: string;
